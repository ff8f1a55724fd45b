package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/api/openapi"
)

type operation struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Parameters  []struct{ Name, In string }
}

// bound returns the methods that REST offers by operation id.
func bound() map[string]protoreflect.MethodDescriptor {
	methods := map[string]protoreflect.MethodDescriptor{}
	for _, fd := range ours() {
		for i := range fd.Services().Len() {
			list := fd.Services().Get(i).Methods()
			for j := range list.Len() {
				m := list.Get(j)
				if rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule); rule != nil || files[m.FullName()] {
					methods[string(m.Parent().Name())+"_"+string(m.Name())] = m
				}
			}
		}
	}
	return methods
}

func operations(t *testing.T) []operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(openapi.JSON, &doc); err != nil {
		t.Fatal(err)
	}
	var list []operation
	for _, item := range doc.Paths {
		for _, op := range item {
			list = append(list, op)
		}
	}
	return list
}

func TestOpenAPIDescribesEveryBoundMethodAndNothingElse(t *testing.T) {
	methods := bound()
	described := map[string]bool{}
	for _, op := range operations(t) {
		id, _, _ := strings.Cut(op.ID, "_") // service
		rest := strings.TrimPrefix(op.ID, id+"_")
		method, _, _ := strings.Cut(rest, "_") // further bindings end in _1, _2 …
		described[id+"_"+method] = true
		if methods[id+"_"+method] == nil {
			t.Errorf("operation %s belongs to no method", op.ID)
		}
		if op.Summary == "" && op.Description == "" {
			t.Errorf("operation %s says nothing about itself", op.ID)
		}
	}
	for id := range methods {
		if !described[id] {
			t.Errorf("%s is not described: run make proto", id)
		}
	}
}

func TestOpenAPIPutsNoIdentityOrContactIntoAURL(t *testing.T) {
	methods := bound()
	for _, op := range operations(t) {
		service, rest, _ := strings.Cut(op.ID, "_")
		method, _, _ := strings.Cut(rest, "_")
		m := methods[service+"_"+method]
		if m == nil {
			t.Errorf("operation %s belongs to no method", op.ID)
			continue
		}
		for _, p := range op.Parameters {
			for _, name := range []string{p.Name, lastPart(p.Name)} {
				f := anywhere(m.Input(), name)
				if f == nil {
					continue
				}
				if cl := class(f); cl == typev1.DataClass_DATA_CLASS_IDENTITY || cl == typev1.DataClass_DATA_CLASS_CONTACT {
					t.Errorf("operation %s: %s parameter %s is %s", op.ID, p.In, p.Name, cl)
				}
			}
		}
	}
}

func lastPart(dotted string) string { return dotted[strings.LastIndex(dotted, ".")+1:] }

// anywhere finds a field by JSON or proto name in a request or, where a path
// variable lost its prefix, in the messages directly inside it.
func anywhere(m protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	find := func(m protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
		if f := m.Fields().ByJSONName(name); f != nil {
			return f
		}
		return m.Fields().ByName(protoreflect.Name(name))
	}
	if f := find(m); f != nil {
		return f
	}
	for i := range m.Fields().Len() {
		if in := inner(m.Fields().Get(i)); in != nil {
			if f := find(in); f != nil {
				return f
			}
		}
	}
	return nil
}
