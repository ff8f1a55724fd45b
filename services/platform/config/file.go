package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readFile adds the settings of a YAML document to found. Unknown and repeated
// keys, aliases, empty values and a second document are refused, each with its line.
func readFile(name string, text []byte, known map[string]bool, found map[string]value) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil // empty, or comments only
	} else if err != nil {
		// The parser's text may quote the line it stumbled over.
		return ErrFile.Because(fmt.Errorf("%s is not YAML", name))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return ErrFile.Because(fmt.Errorf("%s holds more than one document", name))
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		return ErrFile.Because(fmt.Errorf("%s: want keys and values", name))
	}
	r := reader{name: name, known: known, found: found, seen: map[string]bool{}}
	r.mapping(root, "")
	return errors.Join(r.errs...)
}

type reader struct {
	name        string
	known, seen map[string]bool
	found       map[string]value
	errs        []error
}

func (r *reader) mapping(n *yaml.Node, prefix string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := prefix+n.Content[i].Value, n.Content[i+1]
		where := fmt.Sprintf("%s line %d", r.name, n.Content[i].Line)
		switch {
		case r.seen[key]:
			r.errs = append(r.errs, invalid(key, where, "is set twice"))
		case r.known[key]:
			r.setting(key, where, val)
		case val.Kind == yaml.MappingNode:
			r.mapping(val, key+".")
		case val.Tag == "!!null" && r.isSection(key): // every line of it is commented out
		default:
			r.errs = append(r.errs, unknown(key, where, nearest(key, r.known)))
		}
		r.seen[key] = true
	}
}

func (r *reader) isSection(key string) bool {
	for k := range r.known {
		if strings.HasPrefix(k, key+".") {
			return true
		}
	}
	return false
}

func (r *reader) setting(key, where string, n *yaml.Node) {
	v := value{text: n.Value, from: where}
	switch {
	case n.Kind == yaml.SequenceNode:
		v.list = []string{}
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				r.errs = append(r.errs, invalid(key, where, "want a list of plain values"))
				return
			}
			v.list = append(v.list, item.Value)
		}
	case n.Kind != yaml.ScalarNode:
		r.errs = append(r.errs, invalid(key, where, "want a plain value"))
		return
	case n.Tag == "!!null":
		r.errs = append(r.errs, invalid(key, where, `has no value (write "" for an empty one)`))
		return
	}
	r.found[key] = v
}
