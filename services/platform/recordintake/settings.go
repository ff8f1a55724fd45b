package recordintake

import (
	"encoding/hex"
	"errors"

	"google.golang.org/grpc"

	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
)

// Options are the settings of a record service's process about files of records.
type Options struct {
	Spool string  `key:"spool" help:"folder in which received files of records wait until they are applied; they hold personal data; no files are taken when empty"`
	Seal  Sealing `key:"seal"`
}

// Sealing says how a record service protects what must not stand in the clear.
type Sealing struct {
	Suite string `key:"suite" default:"plain" help:"how contacts and what files say are stored: plain (as they are) or aes (AES-256-GCM); the same for the life of a database"`
	Key   string `key:"key" secret:"true" help:"key of the aes suite: 32 random bytes as 64 hexadecimal digits"`
	Index string `key:"index" secret:"true" help:"key by which rows of files are recognised, needed with spool and aes: 32 random bytes as 64 hexadecimal digits; never changes in the life of a database"`
}

var (
	errSuite    = errors.New("seal.suite is plain or aes")
	errKey      = errors.New("seal.key is 64 hexadecimal digits")
	errIndex    = errors.New("seal.index is 64 hexadecimal digits")
	errPlainKey = errors.New("seal.key is set and seal.suite is plain: nothing would be sealed with it")
)

// Open returns the suite. The plain one protects nothing, so that it may go
// without a key for the index too; so may a process that takes no files. Errors
// quote no setting.
func (o Options) Open() (seal.Sealer, error) {
	s := o.Seal
	index := make([]byte, 32)
	if s.Index != "" || s.Suite == "aes" && o.Spool != "" {
		var err error
		if index, err = hex.DecodeString(s.Index); err != nil || len(index) != 32 {
			return nil, errIndex
		}
	}
	switch {
	case s.Suite == "plain" && s.Key == "":
		return seal.NewPlain(index)
	case s.Suite == "plain":
		return nil, errPlainKey
	case s.Suite != "aes":
		return nil, errSuite
	}
	key, err := hex.DecodeString(s.Key)
	if err != nil || len(key) != 32 {
		return nil, errKey
	}
	return seal.NewAES(index, seal.Key{Version: 1, Secret: key})
}

// Settings opens what the settings name.
func (o Options) Settings(registry residentlink.Settings, dial func(target, token string) (*grpc.ClientConn, error)) (Settings, error) {
	sealer, err := o.Open()
	if err != nil {
		return Settings{}, err
	}
	out := Settings{SpoolDir: o.Spool, Sealer: sealer}
	if o.Spool != "" {
		out.Registry, err = Dial(registry, dial)
	}
	return out, err
}
