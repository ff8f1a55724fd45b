package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// object is a JSON object that keeps the order of its members: readers of the
// description want fields in the order of the proto.
type object struct{ members []member }

type member struct {
	key   string
	value any // *object, []any, string, json.Number, bool or nil
}

func (o *object) get(key string) any {
	for _, m := range o.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// child returns the object under key, nil when there is none.
func (o *object) child(key string) *object {
	c, _ := o.get(key).(*object)
	return c
}

// set replaces the member under key or appends it.
func (o *object) set(key string, value any) {
	i := slices.IndexFunc(o.members, func(m member) bool { return m.key == key })
	if i < 0 {
		o.members = append(o.members, member{key, value})
		return
	}
	o.members[i].value = value
}

// decode reads one JSON object and nothing after it.
func decode(text []byte) (*object, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := decodeValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the JSON document")
	}
	o, ok := v.(*object)
	if !ok {
		return nil, fmt.Errorf("the JSON document is not an object")
	}
	return o, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d)
	case json.Delim('['):
		return decodeArray(d)
	}
	return token, nil
}

func decodeObject(d *json.Decoder) (*object, error) {
	o := &object{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, member{key.(string), value})
	}
	_, err := d.Token()
	return o, err
}

func decodeArray(d *json.Decoder) ([]any, error) {
	list := []any{}
	for d.More() {
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := d.Token()
	return list, err
}

// encode writes v with two spaces of indent and a final line break.
func encode(v any) []byte {
	var flat, out bytes.Buffer
	encodeValue(&flat, v)
	if err := json.Indent(&out, flat.Bytes(), "", "  "); err != nil {
		return flat.Bytes()
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func encodeValue(out *bytes.Buffer, v any) {
	switch v := v.(type) {
	case *object:
		out.WriteByte('{')
		for i, m := range v.members {
			if i > 0 {
				out.WriteByte(',')
			}
			encodeValue(out, m.key)
			out.WriteByte(':')
			encodeValue(out, m.value)
		}
		out.WriteByte('}')
	case []any:
		out.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			encodeValue(out, e)
		}
		out.WriteByte(']')
	default:
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		_ = e.Encode(v) // scalars that came out of a decoder always encode
	}
}
