package policy

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// deepest bounds the nesting of predicates in a file that anybody may send.
const deepest = 32

// tree compiles one predicate: a mapping with one key, the predicate's name.
// Aliases are refused: one that holds itself would never end.
func (c *compiler) tree(o origin, y *yaml.Node, path string) *node {
	if y == nil || y.IsZero() {
		c.fail(o, y, path, Text{"缺少条件", "a predicate is missing"})
		return nil
	}
	if c.depth++; c.depth > deepest {
		c.depth--
		c.fail(o, y, "", Text{"条件嵌套过深", "predicates are nested too deep"})
		return nil
	}
	defer func() { c.depth-- }()
	if y.Kind != yaml.MappingNode || len(y.Content) != 2 {
		c.fail(o, y, path, Text{"条件须为只有一个键的映射", "a predicate is a mapping with exactly one key"})
		return nil
	}
	name, value := y.Content[0].Value, y.Content[1]
	path += "." + name
	switch name {
	case "all", "any":
		return c.list(o, name, value, path)
	case "not":
		k := c.tree(o, value, path)
		if k == nil {
			return nil
		}
		return c.join("not", []*node{k})
	case "use":
		return c.use(o, value.Value, value, path)
	case "floating":
		var p struct {
			Definition string `yaml:"definition"`
		}
		if !c.strict(o, value, path, &p) {
			return nil
		}
		return c.use(o, "floating_"+p.Definition, value, path)
	}
	return c.leaf(o, name, value, path)
}

func (c *compiler) use(o origin, id string, y *yaml.Node, path string) *node {
	if d := c.defs[id]; d != nil && d.doing {
		c.fail(o, y, path, Text{"定义成环：" + id, "the definition leads back to itself: " + id})
		return nil
	}
	if c.defs[id] == nil {
		c.fail(o, y, path, Text{"没有此定义：" + id, "there is no such definition: " + id})
		return nil
	}
	return c.define(id)
}

func (c *compiler) list(o origin, name string, y *yaml.Node, path string) *node {
	if y.Kind != yaml.SequenceNode || len(y.Content) == 0 {
		c.fail(o, y, path, Text{"须为非空列表", "must be a list with something in it"})
		return nil
	}
	kids := make([]*node, 0, len(y.Content))
	for i, item := range y.Content {
		if k := c.tree(o, item, fmt.Sprintf("%s[%d]", path, i)); k != nil {
			kids = append(kids, k)
		}
	}
	if len(kids) < len(y.Content) {
		return nil
	}
	return c.join(name, kids)
}

var joinTexts = map[string]Text{"all": {"同时满足", "all of"}, "any": {"满足任一", "any of"}, "not": {"不满足", "not"}}

func (c *compiler) join(name string, kids []*node) *node {
	n := &node{name: name, kids: kids, text: joinTexts[name]}
	if name == "not" {
		n.text = Text{"不满足：" + kids[0].text.Chinese, "not: " + kids[0].text.English}
	}
	form := name
	for _, k := range kids {
		n.onEvent = n.onEvent || k.onEvent
		form += fmt.Sprintf(" %d", k.id)
	}
	return c.intern(n, form)
}

func (c *compiler) leaf(o origin, name string, y *yaml.Node, path string) *node {
	n := &node{name: name}
	var params interface {
		text() Text
		check() Text
	}
	switch fresh, event := predicates[name], eventPredicates[name]; {
	case fresh != nil:
		n.pred = fresh()
		params = n.pred
	case event != nil && c.flow:
		n.event, n.onEvent = event(), true
		params = n.event
	case event != nil:
		c.fail(o, y, path, Text{"此条件只用于流量指标的 covered", "this predicate is for `covered` of a flow indicator only"})
		return nil
	default:
		c.fail(o, y, path, Text{"没有此种条件：" + name, "there is no such predicate: " + name})
		return nil
	}
	if !c.strict(o, y, path, params) {
		return nil
	}
	if wrong := params.check(); wrong != (Text{}) {
		c.fail(o, y, path, wrong)
		return nil
	}
	form := fmt.Sprintf("%s %s", name, canonical(reflect.ValueOf(params).Elem()))
	if v, ok := n.pred.(*vaccinated); ok {
		v.schedule = c.schedule
	}
	n.text = params.text()
	return c.intern(n, form)
}

// canonical writes parameters with what pointers point to.
func canonical(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		return canonical(v.Elem())
	case reflect.Struct:
		parts := make([]string, v.NumField())
		for i := range parts {
			parts[i] = canonical(v.Field(i))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprint(v)
}

// intern returns the node of the same form if there is one already.
func (c *compiler) intern(n *node, form string) *node {
	if same := c.equal[form]; same != nil {
		return same
	}
	n.id = len(c.program.nodes)
	c.program.nodes = append(c.program.nodes, n)
	c.equal[form] = n
	return n
}

// strict decodes a mapping into a struct and refuses keys it does not have;
// yaml.Node.Decode alone would pass over them.
func (c *compiler) strict(o origin, y *yaml.Node, path string, into any) bool {
	if y.Kind == yaml.ScalarNode && y.Tag == "!!null" {
		return true
	}
	if y.Kind != yaml.MappingNode {
		c.fail(o, y, path, Text{"须为映射", "must be a mapping"})
		return false
	}
	before := len(c.problems)
	c.knownKeys(o, y, path, reflect.TypeOf(into).Elem())
	if len(c.problems) > before {
		return false
	}
	if err := y.Decode(into); err != nil {
		c.fail(o, y, path, Text{"参数无效：" + err.Error(), "not valid: " + err.Error()})
		return false
	}
	return true
}

func (c *compiler) knownKeys(o origin, y *yaml.Node, path string, t reflect.Type) {
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		f, ok := fieldOf(t, key.Value)
		if !ok {
			c.fail(o, key, path+"."+key.Value, Text{"未知的键：" + key.Value, "unknown key: " + key.Value})
			continue
		}
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct && value.Kind == yaml.MappingNode {
			c.knownKeys(o, value, path+"."+key.Value, f)
		}
	}
}

func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == key {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}
