package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// deepest bounds the nesting of predicates in a file that anybody may send.
const deepest = 32

// largest bounds a condition with its definitions unfolded: definitions that use
// each other twice would double it again and again.
const largest = 10_000

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
		return c.fitting(o, y, path, c.join("not", []*node{k}))
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
	d := c.defs[id]
	if d == nil {
		c.fail(o, y, path, c.unknown("没有此定义", "there is no such definition", id, sortedKeys(c.defs)))
		return nil
	}
	c.used[definedIn{d.from.pack, id}] = true
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
	return c.fitting(o, y, path, c.join(name, kids))
}

// fitting is the node, nil when it unfolds beyond all measure.
func (c *compiler) fitting(o origin, y *yaml.Node, path string, n *node) *node {
	size := 1
	for _, k := range n.kids {
		size += c.sizes[k]
	}
	if c.sizes[n] = size; size > largest {
		c.fail(o, y, path, Text{"条件展开后过大，请简化", "the condition is too large once its definitions are unfolded: simplify it"})
		return nil
	}
	return n
}

// joins are the conditions that are made of others.
var joins = []string{"all", "any", "not", "use", "floating"}

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
		c.fail(o, y, path, Text{"此条件只用于流量指标", "this predicate is for a flow indicator only"})
		return nil
	default:
		c.fail(o, y, path, c.unknown("没有此种条件", "there is no such predicate", name, slices.Concat(sortedKeys(predicates), sortedKeys(eventPredicates), joins)))
		return nil
	}
	if !c.strict(o, y, path, params) {
		return nil
	}
	inner, ok := c.inner(o, params, path)
	if !ok {
		return nil
	}
	if wrong := params.check(); wrong != (Text{}) {
		c.fail(o, y, path, wrong)
		return nil
	}
	codes := recordCodes(reflect.ValueOf(params))
	c.known(o, y, path, codes)
	n.form = canonical(reflect.ValueOf(params).Elem())
	form := fmt.Sprintf("%s %s", name, n.form)
	if inner != nil {
		form += fmt.Sprintf(" %d", inner.id)
		codes = union(codes, c.codesOf(inner))
	}
	if v, ok := n.pred.(*vaccinated); ok {
		v.schedule = c.schedule
	}
	n.text = params.text()
	n = c.intern(n, form)
	if c.sizes[n] = 1; inner != nil {
		c.sizes[n] += c.sizes[inner]
	}
	if len(codes) > 0 {
		c.codes[n] = codes
	}
	return n
}

// compound is a predicate with a predicate among its parameters, for example
// about another person. The compiler compiles it and hands it over before check.
type compound interface {
	// inner is the raw predicate and its key; nil without one.
	inner() (key string, raw *yaml.Node)
	// take is given the compiled one, which belongs to the same program.
	take(n *node)
}

// inner compiles the predicate within a compound one; false when it is wrong.
func (c *compiler) inner(o origin, params any, path string) (*node, bool) {
	p, ok := params.(compound)
	if !ok {
		return nil, true
	}
	key, raw := p.inner()
	if raw == nil || raw.IsZero() {
		return nil, true
	}
	flow := c.flow
	c.flow = false // it is about a resident
	n := c.tree(o, raw, path+"."+key)
	c.flow = flow
	if n == nil {
		return nil, false
	}
	p.take(n)
	return n, true
}

var (
	rawType  = reflect.TypeFor[yaml.Node]()
	nodeType = reflect.TypeFor[*node]()
)

// canonical writes parameters with what pointers point to.
func canonical(v reflect.Value) string {
	if v.Type() == rawType || v.Type() == nodeType {
		return "" // written by the number of the compiled predicate
	}
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
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = canonical(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
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
		keys := strings.Join(keysIn(reflect.TypeOf(into).Elem()), "、")
		c.fail(o, y, path, Text{"须写作映射 {键: 值}，可有的键：" + keys, "must be a mapping {key: value}; its keys: " + keys})
		return false
	}
	before := len(c.problems)
	c.knownKeys(o, y, path, reflect.TypeOf(into).Elem())
	if len(c.problems) > before {
		return false
	}
	if err := y.Decode(into); err != nil {
		for _, p := range yamlProblems("", err) {
			c.fail(o, y, path, p.Text)
		}
		return false
	}
	return true
}

func (c *compiler) knownKeys(o origin, y *yaml.Node, path string, t reflect.Type) {
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		f, ok := fieldOf(t, key.Value)
		if !ok {
			c.fail(o, key, path+"."+key.Value, c.unknown("未知的键", "unknown key", key.Value, keysIn(t)))
			continue
		}
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct && f != rawType && value.Kind == yaml.MappingNode {
			c.knownKeys(o, value, path+"."+key.Value, f)
		}
		if f.Kind() == reflect.Slice && f.Elem().Kind() == reflect.Struct && value.Kind == yaml.SequenceNode {
			for j, e := range value.Content {
				if e.Kind == yaml.MappingNode {
					c.knownKeys(o, e, fmt.Sprintf("%s.%s[%d]", path, key.Value, j), f.Elem())
				}
			}
		}
	}
}

// keysIn are the keys that a mapping may have.
func keysIn(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			out = append(out, key)
		}
	}
	return out
}

func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == key {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}
