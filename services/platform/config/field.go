package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Key describes one setting, for help texts and the reference.
type Key struct {
	Name    string // "db.dsn"
	Env     string // "XINJU_DB_DSN"
	Default string
	Help    string
	Secret  bool // never shown
}

// Keys returns the settings that target, a pointer to a struct, can hold, in the
// order of its fields.
func Keys(target any) ([]Key, error) {
	fields, err := walk(target)
	keys := make([]Key, len(fields))
	for i, f := range fields {
		keys[i] = f.Key
	}
	return keys, err
}

type field struct {
	Key
	v    reflect.Value
	from string
}

var errTarget = errors.New("config: the target must be a pointer to a struct")

func walk(target any) ([]field, error) {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, errTarget
	}
	fields, err := walkStruct(v.Elem(), "")
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, f := range fields {
		if other, twice := seen[f.Env]; twice {
			return nil, fmt.Errorf("config: %s and %s have one environment variable", other, f.Name)
		}
		seen[f.Env] = f.Name
	}
	return fields, nil
}

func walkStruct(v reflect.Value, prefix string) ([]field, error) {
	var fields []field
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		tag, tagged := sf.Tag.Lookup("key")
		isSection := sf.Type.Kind() == reflect.Struct && !isText(sf.Type)
		switch {
		case sf.Anonymous && !tagged && isSection: // its keys are ours
		case !tagged:
			continue
		case !sf.IsExported() || tag == "":
			return nil, fmt.Errorf("config: field %s%s must be exported and its key not empty", prefix, sf.Name)
		default:
			tag = prefix + tag
		}
		if isSection {
			if tagged {
				tag += "."
			} else {
				tag = prefix
			}
			inner, err := walkStruct(v.Field(i), tag)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
			continue
		}
		fields = append(fields, field{v: v.Field(i), Key: Key{
			Name: tag, Env: EnvPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(tag)),
			Default: sf.Tag.Get("default"), Help: sf.Tag.Get("help"), Secret: sf.Tag.Get("secret") == "true",
		}})
	}
	return fields, nil
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// set parses v into the field. Errors say what is wanted and not what was given.
func (f *field) set(v value) error {
	if f.v.Type() == reflect.TypeFor[[]string]() {
		f.v.Set(reflect.ValueOf(v.strings()))
		return nil
	}
	if v.list != nil {
		return errors.New("want one value, not a list")
	}
	if f.v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(v.text)
		if err != nil && v.text != "" {
			return errors.New("want a duration such as 30s or 5m")
		}
		f.v.SetInt(int64(d))
		return nil
	}
	if isText(f.v.Type()) {
		if f.v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(v.text)) != nil {
			return fmt.Errorf("not a valid %s", f.v.Type())
		}
		return nil
	}
	return f.setPlain(v.text)
}

// setPlain parses the basic kinds; an empty text is the kind's zero value.
func (f *field) setPlain(text string) error {
	kind := f.v.Kind()
	if text == "" {
		f.v.SetZero()
		return nil
	}
	switch kind {
	case reflect.String:
		f.v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("want true or false")
		}
		f.v.SetBool(b)
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, f.v.Type().Bits())
		if err != nil {
			return fmt.Errorf("want a whole number of at most %d bits", f.v.Type().Bits())
		}
		f.v.SetInt(n)
	case reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New("want a number")
		}
		f.v.SetFloat(n)
	default:
		return fmt.Errorf("settings cannot be of type %s", f.v.Type())
	}
	return nil
}

// strings returns a list written as a YAML sequence or with commas.
func (v value) strings() []string {
	if v.list != nil {
		return v.list
	}
	var out []string
	for part := range strings.SplitSeq(v.text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
