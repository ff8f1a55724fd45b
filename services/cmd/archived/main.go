// Command archived serves the archive service: health archives, health education
// and infectious cases.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"os"

	"xinju.dev/services/archive"
	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
)

// settings are those of every service, how contacts are sealed and where the registry is.
type settings struct {
	daemon.Base
	Seal     sealing               `key:"seal"`
	Registry residentlink.Settings `key:"registry"`
}

type sealing struct {
	Suite string `key:"suite" default:"plain" help:"how contacts are stored: plain (as they are) or aes (AES-256-GCM); the same for the life of a database"`
	Key   string `key:"key" secret:"true" help:"key of the aes suite: 32 random bytes as 64 hexadecimal digits"`
}

func main() {
	var cfg settings
	os.Exit(daemon.Main(daemon.Spec{
		Name: "archive", Listen: "127.0.0.1:9102", Settings: &cfg,
		Migrations: archive.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			sealer, err := cfg.Seal.open()
			if err != nil {
				return nil, err
			}
			registry, err := cfg.Registry.Feed(env.Dial)
			if err != nil {
				return nil, err
			}
			return archive.New(archive.Deps{DB: env.DB, Now: env.Now, Sealer: sealer, Registry: registry, Log: env.Log, Metrics: env.Metrics})
		},
	}))
}

var (
	errSuite    = errors.New("seal.suite is plain or aes")
	errKey      = errors.New("seal.key is 64 hexadecimal digits")
	errPlainKey = errors.New("seal.key is set and seal.suite is plain: nothing would be sealed with it")
)

// open returns the suite. Nothing in archives is looked up by a sealed value, so
// no key of an index is asked for. Errors quote no setting.
func (s sealing) open() (seal.Sealer, error) {
	switch {
	case s.Suite == "plain" && s.Key == "":
		return seal.NewPlain(make([]byte, 32))
	case s.Suite == "plain":
		return nil, errPlainKey
	case s.Suite != "aes":
		return nil, errSuite
	}
	key, err := hex.DecodeString(s.Key)
	if err != nil || len(key) != 32 {
		return nil, errKey
	}
	return seal.NewAES(make([]byte, 32), seal.Key{Version: 1, Secret: key})
}
