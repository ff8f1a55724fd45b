package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"go.uber.org/zap/zapcore"

	"xinju.dev/services/platform/config"
)

var errCommand = errors.New("no such command (serve, config, version, help)")

// settings of the gateway. The names are those of the services where they mean
// the same.
type settings struct {
	Listen   string        `key:"listen" default:"127.0.0.1:8080" help:"address of the REST server, loopback only; port 0 takes a free one"`
	Grace    time.Duration `key:"grace" default:"20s" help:"how long running calls may take to end when stopping"`
	Limit    int           `key:"limit" default:"512" help:"how many calls may run at once; more get 503"`
	Origins  []string      `key:"origins" help:"origins whose pages may call from a browser, for example https://app.example.org; none means only our own"`
	Backends struct {
		Registry       string `key:"registry" default:"127.0.0.1:9101" help:"host:port of the registry"`
		Archive        string `key:"archive" default:"127.0.0.1:9102" help:"host:port of the archive service"`
		Immunization   string `key:"immunization" default:"127.0.0.1:9103" help:"host:port of the immunization service"`
		Maternal       string `key:"maternal" default:"127.0.0.1:9104" help:"host:port of the maternal service"`
		FamilyPlanning string `key:"familyplanning" default:"127.0.0.1:9105" help:"host:port of the family-planning service"`
		Aggregator     string `key:"aggregator" default:"127.0.0.1:9106" help:"host:port of the aggregator"`
	} `key:"backends"`
	Log struct {
		Level   zapcore.Level `key:"level" default:"info" help:"debug, info, warn or error"`
		Console bool          `key:"console" default:"false" help:"lines for eyes instead of JSON"`
	} `key:"log"`
	Debug struct {
		Listen string `key:"listen" help:"address of metrics, health and profiles over HTTP, loopback only; off when empty"`
	} `key:"debug"`
	Trace struct {
		Endpoint string  `key:"endpoint" help:"host:port of an OTLP collector (gRPC); off when empty"`
		Plain    bool    `key:"plain" default:"false" help:"no TLS to the collector"`
		Sample   float64 `key:"sample" default:"0.1" help:"share of traces to keep, 0 to 1"`
	} `key:"trace"`
}

func help(w io.Writer) error {
	keys, err := config.Keys(&settings{})
	if err != nil {
		return err
	}
	fmt.Fprint(w, `用法 usage: gatewayd [command] [--config FILE] [--setting value ...]

  serve    运行网关（默认）            run the gateway (the default)
  config   显示生效的配置及其来源      show the settings in force and where they come from
  version  显示版本                    show the version

配置项 settings: flag > environment > file > default
`)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range keys {
		fmt.Fprintf(tw, "  --%s\t%s\t%s\t%s\n", k.Name, k.Env, k.Default, k.Help)
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("print help: %w", err)
	}
	return nil
}
