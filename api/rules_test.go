package api_test

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

func isOurs(d protoreflect.Descriptor) bool {
	return strings.HasPrefix(string(d.ParentFile().Package()), "xinju.")
}

// checker collects what breaks a rule, each with the full name it is about.
type checker struct{ problems []string }

func (c *checker) say(d protoreflect.Descriptor, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf("%s: ", d.FullName())+fmt.Sprintf(format, args...))
}

// check returns what breaks the rules in one file.
func check(fd protoreflect.FileDescriptor) []string {
	c := &checker{}
	c.messages(fd.Messages())
	for i := range fd.Services().Len() {
		methods := fd.Services().Get(i).Methods()
		for j := range methods.Len() {
			c.method(methods.Get(j))
		}
	}
	return c.problems
}

func (c *checker) messages(list protoreflect.MessageDescriptors) {
	for i := range list.Len() {
		m := list.Get(i)
		if !m.IsMapEntry() {
			for j := range m.Fields().Len() {
				c.field(m.Fields().Get(j))
			}
		}
		c.messages(m.Messages())
	}
}

// inner is the message of the contract that a field holds, nil when it holds
// something else. A field of such a type takes the classes of that message's
// own fields, so it carries none itself.
func inner(f protoreflect.FieldDescriptor) protoreflect.MessageDescriptor {
	if f.IsMap() {
		f = f.MapValue()
	}
	if m := f.Message(); m != nil && isOurs(m) {
		return m
	}
	return nil
}

func class(f protoreflect.FieldDescriptor) typev1.DataClass {
	return proto.GetExtension(f.Options(), typev1.E_DataClass).(typev1.DataClass)
}

func (c *checker) field(f protoreflect.FieldDescriptor) {
	has := class(f) != typev1.DataClass_DATA_CLASS_UNSPECIFIED
	switch {
	case inner(f) == nil && !has:
		c.say(f, "no (xinju.type.v1.data_class)")
	case inner(f) != nil && !f.IsMap() && has:
		c.say(f, "a data class here means nothing: the fields of %s carry their own", inner(f).FullName())
	}
	if f.Message() == nil || f.IsMap() {
		return
	}
	suffix := map[protoreflect.FullName][]string{
		"google.type.Date":          {"_date", "_dates"},
		"google.protobuf.Timestamp": {"_time", "_times"},
	}[f.Message().FullName()]
	if suffix != nil && !slices.ContainsFunc(suffix, func(s string) bool { return strings.HasSuffix("_"+string(f.Name()), s) }) {
		c.say(f, "a %s is named *%s", f.Message().FullName(), suffix[0])
	}
}

func (c *checker) method(m protoreflect.MethodDescriptor) {
	c.access(m)
	c.requestFields(m)
	c.paging(m)
	c.http(m)
}

func (c *checker) access(m protoreflect.MethodDescriptor) {
	access, _ := proto.GetExtension(m.Options(), typev1.E_Access).(*typev1.Access)
	if len(access.GetRoles()) == 0 {
		c.say(m, "no (xinju.type.v1.access) with roles")
		return
	}
	if slices.Contains(access.GetRoles(), typev1.Role_ROLE_UNSPECIFIED) {
		c.say(m, "access names ROLE_UNSPECIFIED")
	}
	if access.GetSubject() == typev1.Subject_SUBJECT_UNSPECIFIED {
		c.say(m, "access does not say what the call is about")
	}
	if slices.Contains(access.GetPurposes(), typev1.Purpose_PURPOSE_UNSPECIFIED) {
		c.say(m, "access names PURPOSE_UNSPECIFIED")
	}
}

// requestFields: every field of a request says whether it must be given.
func (c *checker) requestFields(m protoreflect.MethodDescriptor) {
	fields := m.Input().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		behavior := proto.GetExtension(f.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
		if len(behavior) == 0 {
			c.say(f, "a request field without google.api.field_behavior")
		}
	}
}

// paging: lists are paged, creates can be retried.
func (c *checker) paging(m protoreflect.MethodDescriptor) {
	name := string(m.Name())
	want := func(in protoreflect.MessageDescriptor, field protoreflect.Name, kind protoreflect.Kind) {
		f := in.Fields().ByName(field)
		if f == nil || f.Kind() != kind || f.IsList() {
			c.say(m, "%s has no %s of kind %s", in.Name(), field, kind)
		}
	}
	if strings.HasPrefix(name, "List") {
		want(m.Input(), "page_size", protoreflect.Int32Kind)
		want(m.Input(), "page_token", protoreflect.StringKind)
		want(m.Output(), "next_page_token", protoreflect.StringKind)
	}
	if strings.HasPrefix(name, "Create") || strings.HasPrefix(name, "BatchCreate") {
		want(m.Input(), "request_id", protoreflect.StringKind)
	}
}
