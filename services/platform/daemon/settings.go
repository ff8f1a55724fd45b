package daemon

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/config"
	"xinju.dev/services/platform/fault"

	"go.uber.org/zap/zapcore"
)

var (
	errCommand = errors.New("no such command (serve, migrate, config, version, help)")
	errNoDSN   = fault.New(fault.Invalid, "CONFIG_DSN_MISSING",
		"set db.dsn: sqlite:/path/file.db or mysql:user:password@tcp(host:port)/schema",
		"请设置 db.dsn：sqlite:/path/file.db 或 mysql:user:password@tcp(host:port)/schema")
)

// Base are the settings of every service. A service with settings of its own
// embeds it in their struct.
type Base struct {
	Listen string        `key:"listen" help:"address of the gRPC server, loopback only; port 0 takes a free one"`
	Token  string        `key:"token" secret:"true" help:"bearer token that callers show; a random one is made and printed when empty"`
	Today  civil.Date    `key:"today" help:"pretend that it is this day, YYYY-MM-DD: for demonstrations and tests only"`
	Grace  time.Duration `key:"grace" default:"20s" help:"how long running calls may take to end when stopping"`
	DB     struct {
		DSN     string `key:"dsn" secret:"true" help:"sqlite:/path/file.db or mysql:user:password@tcp(host:port)/schema"`
		Migrate bool   `key:"migrate" default:"false" help:"bring the schema up to date when starting; otherwise it must be"`
	} `key:"db"`
	Log struct {
		Level   zapcore.Level `key:"level" default:"info" help:"debug, info, warn or error"`
		Console bool          `key:"console" default:"false" help:"lines for eyes instead of JSON"`
	} `key:"log"`
	Audit struct {
		File string `key:"file" help:"where audit lines are appended; they go to the log when empty"`
	} `key:"audit"`
	Debug struct {
		Listen string `key:"listen" help:"address of metrics, health and profiles over HTTP, loopback only; off when empty"`
	} `key:"debug"`
	Trace struct {
		Endpoint string  `key:"endpoint" help:"host:port of an OTLP collector (gRPC); off when empty"`
		Plain    bool    `key:"plain" default:"false" help:"no TLS to the collector"`
		Sample   float64 `key:"sample" default:"0.1" help:"share of traces to keep, 0 to 1"`
	} `key:"trace"`
}

// Settings is a pointer to a struct that embeds Base.
type Settings interface{ base() *Base }

func (b *Base) base() *Base { return b }

// help lists commands and settings.
func help(spec Spec, w io.Writer) error {
	settings := spec.Settings
	if settings == nil {
		settings = &Base{}
	}
	keys, err := config.Keys(settings)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `用法 usage: %sd [command] [--config FILE] [--setting value ...]

  serve    运行服务（默认）            run the service (the default)
  migrate  升级数据库结构              bring the database's schema up to date
  config   显示生效的配置及其来源      show the settings in force and where they come from
  version  显示版本                    show the version

配置项 settings: flag > environment > file > default
`, spec.Name)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range keys {
		if k.Name == "listen" {
			k.Default = spec.Listen
		}
		fmt.Fprintf(tw, "  --%s\t%s\t%s\t%s\n", k.Name, k.Env, k.Default, k.Help)
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("print help: %w", err)
	}
	return nil
}
