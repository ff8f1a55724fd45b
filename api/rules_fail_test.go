package api_test

import (
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

// The rules must be able to fail: this contract breaks each of them once.
func TestRulesFindWhatBreaksThem(t *testing.T) {
	problems := strings.Join(check(badContract(t)), "\n")
	for _, want := range []string{
		"xinju.bad.v1.Thing.number: no (xinju.type.v1.data_class)",
		"xinju.bad.v1.Thing.born: a google.type.Date is named *_date",
		"xinju.bad.v1.ListThingsRequest.thing: a data class here means nothing",
		"xinju.bad.v1.ListThingsRequest.thing: a request field without google.api.field_behavior",
		"xinju.bad.v1.BadService.ListThings: no (xinju.type.v1.access) with roles",
		"xinju.bad.v1.BadService.ListThings: ListThingsRequest has no page_size of kind int32",
		"xinju.bad.v1.BadService.ListThings: Thing has no next_page_token of kind string",
		"xinju.bad.v1.BadService.ListThings: xinju.bad.v1.Thing.telephone is DATA_CLASS_CONTACT and would be in the URL",
		"xinju.bad.v1.BadService.CreateThing: CreateThingRequest has no request_id of kind string",
		"xinju.bad.v1.BadService.CreateThing: no google.api.http binding",
		"xinju.bad.v1.BadService.CreateThing: access does not say what the call is about",
	} {
		if !strings.Contains(problems, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if t.Failed() {
		t.Log("found:\n" + problems)
	}
}

// badContract builds the descriptors of a contract that no proto file holds.
func badContract(t *testing.T) protoreflect.FileDescriptor {
	t.Helper()
	classed := func(c typev1.DataClass) *descriptorpb.FieldOptions {
		o := &descriptorpb.FieldOptions{}
		proto.SetExtension(o, typev1.E_DataClass, c)
		return o
	}
	field := func(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, message string, o *descriptorpb.FieldOptions) *descriptorpb.FieldDescriptorProto {
		f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &number, Type: &kind, Options: o, Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
		if message != "" {
			f.TypeName = &message
		}
		return f
	}
	text, nested := descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	get, create := &descriptorpb.MethodOptions{}, &descriptorpb.MethodOptions{}
	proto.SetExtension(get, annotations.E_Http, &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: "/v1/things"}})
	proto.SetExtension(create, typev1.E_Access, &typev1.Access{Roles: []typev1.Role{typev1.Role_ROLE_COUNTY}})
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("xinju/bad/v1/bad.proto"), Package: proto.String("xinju.bad.v1"), Syntax: proto.String("proto3"),
		Dependency: []string{"google/api/annotations.proto", "google/type/date.proto", "xinju/type/v1/options.proto"},
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("Thing"), Field: []*descriptorpb.FieldDescriptorProto{
				field("number", 1, text, "", nil),
				field("born", 2, nested, ".google.type.Date", classed(typev1.DataClass_DATA_CLASS_PERSONAL)),
				field("telephone", 3, text, "", classed(typev1.DataClass_DATA_CLASS_CONTACT)),
			}},
			{Name: proto.String("ListThingsRequest"), Field: []*descriptorpb.FieldDescriptorProto{
				field("thing", 1, nested, ".xinju.bad.v1.Thing", classed(typev1.DataClass_DATA_CLASS_PUBLIC)),
			}},
			{Name: proto.String("CreateThingRequest")},
		},
		Service: []*descriptorpb.ServiceDescriptorProto{{Name: proto.String("BadService"), Method: []*descriptorpb.MethodDescriptorProto{
			{Name: proto.String("ListThings"), InputType: proto.String(".xinju.bad.v1.ListThingsRequest"), OutputType: proto.String(".xinju.bad.v1.Thing"), Options: get},
			{Name: proto.String("CreateThing"), InputType: proto.String(".xinju.bad.v1.CreateThingRequest"), OutputType: proto.String(".xinju.bad.v1.Thing"), Options: create},
		}}},
	}
	fd, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}
