package policy

import (
	"fmt"
	"reflect"
	"sync"

	"go.yaml.in/yaml/v3"
)

// shapes is what the decoder lets through and the schema does not: a number with
// decimals where a whole one is meant, of which it would keep the whole part; a
// text without Chinese; and a citation of no document. It is looked for when a pack
// is loaded; one that was loaded before goes on as it is.
func shapes(s *source) Problems {
	c := compiler{source: s}
	for _, n := range s.file.root.Content {
		c.shape(n, "", "")
	}
	return c.problems
}

func (c *compiler) shape(n *yaml.Node, path, key string) {
	switch n.Kind {
	case yaml.MappingNode:
		c.words(n, path)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i].Value
			c.shape(n.Content[i+1], dotted(path, k), k)
		}
	case yaml.SequenceNode:
		for i, e := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			if key == "citations" && e.Kind == yaml.MappingNode && valueAt(e, "document") == "" {
				c.fail(origin{}, e, at+".document", Text{"依据缺少文件名 document", "the citation names no document"})
			}
			c.shape(e, at, key)
		}
	case yaml.ScalarNode:
		if n.ShortTag() == "!!float" && wholeKeys()[key] {
			c.fail(origin{}, n, path, Text{"应为整数，不能写成 " + n.Value, "must be a whole number, not " + n.Value})
		}
	}
}

// words refuses a text of people that has English alone.
func (c *compiler) words(n *yaml.Node, path string) {
	if valueAt(n, "en") != "" && valueAt(n, "zh") == "" {
		c.fail(origin{}, n, path+".zh", Text{"只有英文：请写中文 zh", "English alone: write the Chinese under zh"})
	}
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// valueAt is the scalar of a key of a mapping; "" without one.
func valueAt(n *yaml.Node, key string) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1].Value
		}
	}
	return ""
}

// wholeKeys are the keys of a pack file under which whole numbers alone stand.
var wholeKeys = sync.OnceValue(func() map[string]bool {
	k := keyKinds{whole: map[string]bool{}, other: map[string]bool{}, seen: map[reflect.Type]bool{}}
	k.add(reflect.TypeFor[packFile]())
	k.add(reflect.TypeFor[selector]())
	k.add(reflect.TypeFor[dose]())
	for _, p := range predicates {
		k.add(reflect.TypeOf(p()).Elem())
	}
	for _, p := range eventPredicates {
		k.add(reflect.TypeOf(p()).Elem())
	}
	for key := range k.other {
		delete(k.whole, key)
	}
	return k.whole
})

// keyKinds sorts the keys of structs into those of whole numbers and others.
type keyKinds struct {
	whole, other map[string]bool
	seen         map[reflect.Type]bool
}

func (k *keyKinds) add(t reflect.Type) {
	if k.seen[t] {
		return
	}
	k.seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if !f.IsExported() || key == "" || key == "-" {
			continue
		}
		of := f.Type
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		switch {
		case reflect.PointerTo(of).Implements(textual): // such as 36m
		case of.Kind() == reflect.Struct && of != rawType:
			k.add(of)
		case reflect.Zero(of).CanInt():
			k.whole[key] = true
		default:
			k.other[key] = true
		}
	}
}
