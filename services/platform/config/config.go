// Package config fills a struct with a program's settings, strictly: a key that
// nobody reads is refused by name, so that a typing error cannot silently leave a
// default in force. It must not know any setting.
//
// A setting is a field tagged key:"…", with default:"…", help:"…" and secret:"true"
// as needed; a struct field tagged key:"…" is a section. Fields are strings,
// booleans, integers, floats, time.Duration, []string and whatever implements
// encoding.TextUnmarshaler.
package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"xinju.dev/services/platform/fault"
)

// EnvPrefix begins every environment variable of the suite: the setting
// db.dsn is read from XINJU_DB_DSN.
const EnvPrefix = "XINJU_"

// testPrefix begins variables that are read by tests and not by programs.
const testPrefix = EnvPrefix + "TEST_"

// What can be wrong with settings. The cause behind says which and where, and
// never quotes a value: it may be a password.
var (
	ErrUnknownKey = fault.New(fault.Invalid, "CONFIG_KEY_UNKNOWN", "there is no such setting", "没有这个配置项")
	ErrValue      = fault.New(fault.Invalid, "CONFIG_VALUE_INVALID", "the setting's value cannot be used", "配置项的值无效")
	ErrFile       = fault.New(fault.Invalid, "CONFIG_FILE_INVALID", "the settings file cannot be read", "无法读取配置文件")
)

// Source says where settings come from, strongest first: flags, environment,
// file, and the defaults in the struct's tags.
type Source struct {
	Flags  map[string]string // by key: "db.dsn"
	Env    []string          // as os.Environ gives it; an empty variable counts as not set
	File   string            // YAML; "" reads none
	Ignore []string          // environment variables of the prefix that other programs read

	// Defaults replace defaults of the tags, by key, for structs that several
	// programs share.
	Defaults map[string]string
}

// Load sets every field of target, a pointer to a struct, and then calls its
// Validate method if it has one. All errors found are returned together.
func Load(target any, src Source) (*Settings, error) {
	fields, err := walk(target)
	if err != nil {
		return nil, err
	}
	for i, f := range fields {
		if text, ok := src.Defaults[f.Name]; ok {
			fields[i].Default = text
		}
	}
	found, err := collect(fields, src)
	if err != nil {
		return nil, err
	}
	var errs []error
	for i := range fields {
		f := &fields[i]
		v, ok := found[f.Name]
		if !ok {
			v = value{text: f.Default, from: "default"}
		}
		f.from = v.from
		if err := f.set(v); err != nil {
			errs = append(errs, invalid(f.Name, v.from, err.Error()))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if v, ok := target.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return nil, err
		}
	}
	return &Settings{fields}, nil
}

// value is a setting as written, and where.
type value struct {
	text string
	list []string // of a YAML sequence; nil for a single value
	from string
}

// collect returns the strongest value of every key that is set somewhere.
func collect(fields []field, src Source) (map[string]value, error) {
	known := make(map[string]bool, len(fields))
	for _, f := range fields {
		known[f.Name] = true
	}
	found := map[string]value{}
	var errs []error
	if src.File != "" {
		text, err := os.ReadFile(src.File)
		if err != nil {
			return nil, ErrFile.Because(err)
		}
		if err := readFile(src.File, text, known, found); err != nil {
			errs = append(errs, err)
		}
	}
	if err := readEnv(src, fields, found); err != nil {
		errs = append(errs, err)
	}
	for _, key := range slices.Sorted(maps.Keys(src.Flags)) {
		if !known[key] {
			errs = append(errs, unknown("--"+key, "flag", "--"+nearest(key, known)))
			continue
		}
		found[key] = value{text: src.Flags[key], from: "flag --" + key}
	}
	return found, errors.Join(errs...)
}

func readEnv(src Source, fields []field, found map[string]value) error {
	byName := map[string]string{}
	known := map[string]bool{}
	for _, f := range fields {
		byName[f.Env], known[f.Env] = f.Name, true
	}
	var errs []error
	for _, pair := range src.Env {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, EnvPrefix) || strings.HasPrefix(name, testPrefix) || slices.Contains(src.Ignore, name) {
			continue
		}
		key, ok := byName[name]
		switch {
		case !ok:
			errs = append(errs, unknown(name, "environment", nearest(name, known)))
		case text != "":
			found[key] = value{text: text, from: "environment " + name}
		}
	}
	return errors.Join(errs...)
}

func unknown(key, where, near string) error {
	text := fmt.Sprintf("%s (%s)", key, where)
	f := ErrUnknownKey.With("key", key)
	if strings.Trim(near, "-") != "" {
		text += ", did you mean " + near + "?"
		f = f.With("nearest", near)
	}
	return f.Because(errors.New(text))
}

func invalid(key, where, why string) error {
	return ErrValue.With("key", key).Because(fmt.Errorf("%s (%s): %s", key, where, why))
}
