package config

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"text/tabwriter"
)

// Settings is the result of Load: every setting's value and where it came from.
type Settings struct{ fields []field }

// Setting is one loaded setting, fit to be shown: secrets are "***".
type Setting struct {
	Key
	Value string
	From  string // "flag --db.dsn", "environment XINJU_DB_DSN", "xinju.yaml line 3", "default"
}

// All returns the settings in the order of the struct's fields.
func (s *Settings) All() []Setting {
	out := make([]Setting, len(s.fields))
	for i, f := range s.fields {
		out[i] = Setting{Key: f.Key, Value: f.shown(), From: f.from}
		if f.Secret && f.Default != "" {
			out[i].Default = "***"
		}
	}
	return out
}

// Print writes one line per setting: key, value, source. A secret is shown as ***
// when it is set.
func (s *Settings) Print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, one := range s.All() {
		fmt.Fprintf(tw, "%s\t%s\t# %s\n", one.Name, one.Value, one.From)
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("print settings: %w", err)
	}
	return nil
}

func (f field) shown() string {
	text := fmt.Sprint(f.v.Interface())
	if f.v.Type() == reflect.TypeFor[[]string]() {
		text = strings.Join(f.v.Interface().([]string), ", ")
	}
	switch {
	case text == "":
		return `""`
	case f.Secret:
		return "***"
	}
	return text
}
