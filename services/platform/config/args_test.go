package config_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/config"
)

func TestACommandLineIsACommandAndSettings(t *testing.T) {
	none := map[string]string{}
	for _, c := range []struct {
		name    string
		args    []string
		command string
		flags   map[string]string
		file    string
		err     error
	}{
		{"nothing serves", nil, "serve", none, "", nil},
		{"a command alone", []string{"migrate"}, "migrate", none, "", nil},
		{"both ways to write a flag", []string{"serve", "--db.dsn", "a=b", "--listen=:1"}, "serve", map[string]string{"db.dsn": "a=b", "listen": ":1"}, "", nil},
		{"a flag without a command", []string{"--listen="}, "serve", map[string]string{"listen": ""}, "", nil},
		{"a file of settings", []string{"--config", "x.yaml"}, "serve", none, "x.yaml", nil},
		{"help wherever it stands", []string{"migrate", "--listen", ":1", "-h"}, "help", map[string]string{"listen": ":1"}, "", nil},
		{"a flag without its value", []string{"--listen"}, "", none, "", config.ErrArgs},
		{"a flag with one dash", []string{"-listen", ":1"}, "", none, "", config.ErrArgs},
		{"a second command", []string{"serve", "migrate"}, "", none, "", config.ErrArgs},
		{"a flag without a name", []string{"--=x"}, "", none, "", config.ErrArgs},
	} {
		t.Run(c.name, func(t *testing.T) {
			command, src, err := config.Args(c.args)
			if command != c.command || src.File != c.file || !errors.Is(err, c.err) {
				t.Errorf("command %q, file %q, %v", command, src.File, err)
			}
			if diff := cmp.Diff(c.flags, src.Flags); diff != "" {
				t.Error(diff)
			}
		})
	}
}
