// Command registryd serves the registry: residents, residence events, divisions
// and units, and the intake of feed files.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"time"

	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/webhook"
	"xinju.dev/services/registry"
)

// settings are those of every service, how persons are sealed, and where
// received files wait.
type settings struct {
	daemon.Base
	Spool string  `key:"spool" help:"folder in which received files wait until they are applied; they hold personal data"`
	Seal  sealing `key:"seal"`

	Webhook webhooks `key:"webhook"`
}

type webhooks struct {
	Private bool          `key:"private" help:"let receivers of changes have addresses of private networks"`
	GiveUp  time.Duration `key:"give_up" default:"24h" help:"a receiver that fails for so long is given up"`
}

type sealing struct {
	Suite string `key:"suite" default:"plain" help:"how names, numbers and addresses are stored: plain (as they are) or aes (AES-256-GCM); the same for the life of a database"`
	Key   string `key:"key" secret:"true" help:"key of the aes suite: 32 random bytes as 64 hexadecimal digits"`
	Index string `key:"index" secret:"true" help:"key of the look-up by document: 32 random bytes as 64 hexadecimal digits; never changes in the life of a database"`
}

func main() {
	var cfg settings
	os.Exit(daemon.Main(daemon.Spec{
		Name: "registry", Listen: "127.0.0.1:9101", Settings: &cfg,
		Migrations: registry.Migrations(),
		Build: func(_ context.Context, env daemon.Env) (daemon.Service, error) {
			sealer, err := cfg.Seal.open()
			if err != nil {
				return nil, err
			}
			if cfg.Spool == "" {
				return nil, errSpool
			}
			return registry.New(registry.Deps{DB: env.DB, Now: env.Now, Log: env.Log, Sealer: sealer, SpoolDir: cfg.Spool, Metrics: env.Metrics, Webhooks: webhook.Settings{AllowPrivate: cfg.Webhook.Private, GiveUp: cfg.Webhook.GiveUp}})
		},
	}))
}

var (
	errSpool    = errors.New("spool is not set: name a folder of this service's own")
	errSuite    = errors.New("seal.suite is plain or aes")
	errKey      = errors.New("seal.key is 64 hexadecimal digits")
	errIndex    = errors.New("seal.index is 64 hexadecimal digits")
	errPlainKey = errors.New("seal.key is set and seal.suite is plain: nothing would be sealed with it")
)

// open returns the suite. The plain one protects nothing, so that it may go
// without a key of its own for the index too. Errors quote no setting.
func (s sealing) open() (seal.Sealer, error) {
	index := make([]byte, 32)
	if s.Index != "" || s.Suite == "aes" {
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
