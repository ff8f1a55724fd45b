// Package settings holds what the processes started by xinju can be told. Reading
// flags, environment and files is platform/config's.
package settings

import (
	"fmt"
	"path/filepath"
	"time"

	"go.uber.org/zap/zapcore"

	"xinju.dev/deploy/client"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/config"
	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/fault"
)

// Serve is the settings of xinju serve.
type Serve struct {
	Data     string     `key:"data" help:"folder of databases, keys and logs; made when missing"`
	HTTP     string     `key:"http" default:"127.0.0.1:8080" help:"address of REST and its documentation, loopback only; a free port when it is taken"`
	GRPCPort int        `key:"grpc_port" default:"9101" help:"port of the registry's gRPC server; the other services follow it"`
	Debug    string     `key:"debug" help:"address of metrics, health and profiles over HTTP, loopback only; off when empty"`
	Today    civil.Date `key:"today" help:"the suite's day instead of the calendar's, for demonstrations"`
	Token    string     `key:"token" secret:"true" help:"bearer token that callers show; a random one when empty"`
	Origins  []string   `key:"origins" help:"web origins that may call REST from a browser"`
	Run      string     `key:"run" help:"file that tells other commands where the suite is"`
	Webhook  struct {
		Private bool          `key:"private" help:"let receivers of changes have addresses of private networks"`
		GiveUp  time.Duration `key:"give_up" default:"24h" help:"a receiver that fails for so long is given up"`
	} `key:"webhook"`
	Log struct {
		Level zapcore.Level `key:"level" default:"info" help:"debug, info, warn or error"`
		File  string        `key:"file" help:"file of the log, - for stderr; xinju.log in the data folder when empty"`
	} `key:"log"`
}

// Faults of the settings.
var (
	ErrNoData = fault.New(fault.Invalid, "CONFIG_DATA_MISSING", "name the data folder with --data DIR", "请用 --data DIR 指定数据目录")
	ErrPort   = fault.New(fault.Invalid, "CONFIG_PORT_INVALID", "a port is 1 to 65530", "端口为 1 到 65530")
)

// Validate refuses what no suite could run with. That a folder is named is asked
// only by who serves: settings can be shown without.
func (s *Serve) Validate() error {
	if s.GRPCPort < 1 || s.GRPCPort > 65530 {
		return ErrPort.With("key", "grpc_port")
	}
	return nil
}

// LogFile is where the log goes: "-" for stderr.
func (s *Serve) LogFile() string {
	if s.Log.File == "" {
		return filepath.Join(s.Data, "xinju.log")
	}
	return s.Log.File
}

// Division is the variable that commands take a division from.
const Division = "XINJU_DIVISION"

// LoadServe reads the settings of serve: flag, environment, file, default.
func LoadServe(flags map[string]string, env []string, file string) (Serve, *config.Settings, error) {
	var s Serve
	ignore, err := foreign()
	if err != nil {
		return s, nil, err
	}
	loaded, err := config.Load(&s, config.Source{
		Flags: flags, Env: env, File: file, Ignore: ignore, Defaults: map[string]string{"run": client.DefaultRunFile()},
	})
	return s, loaded, err
}

// foreign are the variables that other commands and the services' own programs
// read, and that may well be set beside ours.
func foreign() ([]string, error) {
	mine, err := config.Keys(&Serve{})
	if err != nil {
		return nil, fmt.Errorf("settings of serve: %w", err)
	}
	theirs, err := config.Keys(&daemon.Base{})
	if err != nil {
		return nil, fmt.Errorf("settings of a service: %w", err)
	}
	own := map[string]bool{}
	for _, k := range mine {
		own[k.Env] = true
	}
	names := []string{Division}
	for _, k := range theirs {
		if !own[k.Env] {
			names = append(names, k.Env)
		}
	}
	return names, nil
}

// Demo is what xinju demo can be told.
type Demo struct {
	Residents int        // people in the county, about
	Seed      uint64     // the same seed gives the same people
	Today     civil.Date // the suite's day
	Data      string     // folder to keep; a temporary one when empty
	HTTP      string
	GRPCPort  int
	RunFile   string
	Once      bool // stop after printing
}
