package policy

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"xinju.dev/services/platform/civil"
)

// SchemaID names the JSON Schema of packs.
const SchemaID = "https://xinju.dev/schema/policy-pack.schema.json"

// schema is a JSON Schema or a part of one. Keys come out sorted.
type schema = map[string]any

// Schema writes the JSON Schema (2020-12) of a pack file: its shape as the types
// of this package have it, every condition that is registered, with what each is
// for. Editors that know it complete and check a pack while it is written. What
// it cannot say, such as that a definition exists, the compiler says.
func Schema() ([]byte, error) {
	b := schemaBuilder{defs: schema{}}
	root := b.object(reflect.TypeFor[packFile](), "pack")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = SchemaID
	root["title"] = "新居政策包 Xinju policy pack"
	b.conditions()
	root["$defs"] = b.defs
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return out.Bytes(), nil
}

type schemaBuilder struct{ defs schema }

// conditions describes predicates about the resident, and those of a flow
// indicator, which may also be about the event.
func (b *schemaBuilder) conditions() {
	person, event := joinSchemas("condition"), joinSchemas("eventCondition")
	for _, name := range sortedKeys(predicates) {
		s := b.params(name, reflect.TypeOf(predicates[name]()).Elem())
		person[name], event[name] = s, s
	}
	for _, name := range sortedKeys(eventPredicates) {
		event[name] = b.params(name, reflect.TypeOf(eventPredicates[name]()).Elem())
	}
	b.defs["condition"] = described(oneKey(person), "condition")
	b.defs["eventCondition"] = described(oneKey(event), "eventCondition")
	b.defs["counted"] = b.counted()
	b.defs["doses"] = b.object(reflect.TypeFor[dose](), "doses")
	b.defs["level"] = described(schema{"enum": levelWords()}, "level")
}

// counted is what a flow indicator counts: one kind of events.
func (b *schemaBuilder) counted() schema {
	s := b.object(reflect.TypeFor[selector](), "counted")
	var one []schema
	for _, kind := range kindsOfEvents() {
		one = append(one, schema{"required": []string{kind}})
	}
	s["oneOf"] = one
	return s
}

func levelWords() []string {
	var out []string
	for l := range levelNames {
		if l != "" {
			out = append(out, string(l))
		}
	}
	slices.Sort(out)
	return out
}

// joinSchemas are the conditions that are made of others.
func joinSchemas(of string) schema {
	list := schema{"type": "array", "minItems": 1, "items": ref(of)}
	out := schema{
		"all": list, "any": list, "not": ref(of), "use": schema{"type": "string"},
		"floating": closed(schema{"definition": schema{"type": "string"}}, "definition"),
	}
	for name, s := range out {
		out[name] = described(maps.Clone(s.(schema)), name)
	}
	return out
}

// params puts what a predicate takes among the definitions.
func (b *schemaBuilder) params(name string, t reflect.Type) schema {
	b.defs["is."+name] = b.object(t, name)
	return ref("is." + name)
}

// oneKey is a mapping with exactly one of these keys.
func oneKey(properties schema) schema {
	s := closed(properties)
	s["minProperties"], s["maxProperties"] = 1, 1
	return s
}

func closed(properties schema, required ...string) schema {
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func ref(name string) schema { return schema{"$ref": "#/$defs/" + name} }

// described adds what people read about a key; nothing when there is nothing.
func described(s schema, path string) schema {
	t, ok := schemaTexts[path]
	if !ok {
		t, ok = schemaPredicates[path]
	}
	if ok {
		s["description"] = t.Chinese + " " + t.English
	}
	return s
}

// object is a struct; path names it in the tables of words.
func (b *schemaBuilder) object(t reflect.Type, path string) schema {
	properties := schema{}
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if !f.IsExported() || key == "" || key == "-" {
			continue
		}
		at := path + "." + key
		s := b.of(f.Type, at)
		if words, ok := schemaWords[at]; ok {
			s = schema{"enum": words}
		}
		properties[key] = described(s, at)
	}
	s := closed(properties, schemaRequired[path]...)
	for _, key := range schemaEither[path] {
		either, _ := s["anyOf"].([]schema)
		s["anyOf"] = append(either, schema{"required": []string{key}})
	}
	return described(s, path)
}

var (
	dateType   = reflect.TypeFor[civil.Date]()
	monthsType = reflect.TypeFor[months]()
	textType   = reflect.TypeFor[Text]()
	levelType  = reflect.TypeFor[levelName]()
	textual    = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// of is the schema of a field's type.
func (b *schemaBuilder) of(t reflect.Type, path string) schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := schemaConditions[path]; ok {
		return ref(name)
	}
	if name, shared := sharedShapes[t]; shared {
		return b.shared(name, t)
	}
	if pattern, ok := schemaPatterns[path]; ok && t.Kind() == reflect.String {
		return schema{"type": "string", "pattern": pattern}
	}
	switch {
	case t == levelType:
		return ref("level")
	case reflect.PointerTo(t).Implements(textual):
		return schema{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Slice:
		return schema{"type": "array", "items": b.of(t.Elem(), path)}
	case reflect.Struct:
		return b.object(t, path)
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return schema{"type": "integer"}
	}
	if slices.Contains(schemaNumbers, path) {
		return schema{"type": []string{"string", "number"}}
	}
	return schema{"type": "string"}
}

// sharedShapes are written once and referred to.
var sharedShapes = map[reflect.Type]string{
	dateType: "date", monthsType: "age", textType: "text", rawType: "condition", reflect.TypeFor[Citation](): "citation",
}

func (b *schemaBuilder) shared(name string, t reflect.Type) schema {
	if b.defs[name] == nil {
		switch t {
		case dateType:
			b.defs[name] = described(schema{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}, name)
		case monthsType:
			b.defs[name] = described(schema{"type": "string", "pattern": `^[0-9]+[my]$`}, name)
		case textType:
			b.defs[name] = described(closed(schema{"zh": schema{"type": "string"}, "en": schema{"type": "string"}}, "zh"), name)
		case rawType: // written by conditions
		default:
			b.defs[name] = schema{}
			b.defs[name] = b.object(t, name)
		}
	}
	return ref(name)
}
