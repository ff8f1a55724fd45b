package api_test

import (
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

// files names the methods that move whole files. Their REST form is a body of
// bytes, which a binding cannot say: the gateway has a handler for each, and
// tools/openapi/base.json describes it.
var files = map[protoreflect.FullName]bool{
	"xinju.registry.v1.FeedIntakeService.ImportFeed":          true,
	"xinju.registry.v1.FeedIntakeService.DownloadFeedRejects": true,
	"xinju.registry.v1.FeedIntakeService.PreviewFeed":         true,

	"xinju.intake.v1.RecordImportService.ImportRecords":         true,
	"xinju.intake.v1.RecordImportService.DownloadImportRejects": true,
	"xinju.intake.v1.RecordImportService.PreviewImport":         true,

	"xinju.aggregator.v1.ReportService.RenderReport": true,
	"xinju.aggregator.v1.ReportService.ExportReport": true,
}

// talking names the methods in which both sides send as they please, which no
// REST form has.
var talking = map[protoreflect.FullName]bool{"xinju.registry.v1.FeedIntakeService.StreamEvents": true}

// http: every method can be reached by REST, except the change feeds, and no URL
// carries what identifies or reaches a person: URLs end up in logs and histories.
func (c *checker) http(m protoreflect.MethodDescriptor) {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	internal := m.Parent().FullName() == "xinju.feed.v1.ChangeFeedService"
	if internal && rule != nil {
		c.say(m, "a change feed has no HTTP binding")
	}
	if !internal && rule == nil && !files[m.FullName()] && !talking[m.FullName()] {
		c.say(m, "no google.api.http binding")
	}
	if rule == nil {
		return
	}
	for _, binding := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		for _, f := range inURL(m, binding) {
			switch class(f) {
			case typev1.DataClass_DATA_CLASS_IDENTITY, typev1.DataClass_DATA_CLASS_CONTACT:
				c.say(m, "%s is %s and would be in the URL", f.FullName(), class(f))
			}
		}
	}
}

// template returns the path of a binding.
func template(rule *annotations.HttpRule) string {
	for _, path := range []string{rule.GetGet(), rule.GetPost(), rule.GetPut(), rule.GetPatch(), rule.GetDelete(), rule.GetCustom().GetPath()} {
		if path != "" {
			return path
		}
	}
	return ""
}

var variable = regexp.MustCompile(`\{([a-z0-9_.]+)[^}]*\}`)

// inURL returns the fields of the request that a binding puts into the URL: the
// variables of the path, and in the query whatever the body does not take.
func inURL(m protoreflect.MethodDescriptor, rule *annotations.HttpRule) []protoreflect.FieldDescriptor {
	var found []protoreflect.FieldDescriptor
	for _, v := range variable.FindAllStringSubmatch(template(rule), -1) {
		if f := byPath(m.Input(), v[1]); f != nil {
			found = append(found, f)
		}
	}
	if rule.GetBody() == "*" {
		return found
	}
	fields := m.Input().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); string(f.Name()) != rule.GetBody() {
			found = append(found, leaves(f, map[protoreflect.FullName]bool{})...)
		}
	}
	return found
}

func byPath(m protoreflect.MessageDescriptor, dotted string) protoreflect.FieldDescriptor {
	var f protoreflect.FieldDescriptor
	for name := range strings.SplitSeq(dotted, ".") {
		if m == nil {
			return nil
		}
		if f = m.Fields().ByName(protoreflect.Name(name)); f == nil {
			return nil
		}
		m = f.Message()
	}
	return f
}

// leaves returns the field, or the fields of the contract's message it holds.
func leaves(f protoreflect.FieldDescriptor, seen map[protoreflect.FullName]bool) []protoreflect.FieldDescriptor {
	m := inner(f)
	if m == nil {
		return []protoreflect.FieldDescriptor{f}
	}
	if seen[m.FullName()] {
		return nil
	}
	seen[m.FullName()] = true
	var found []protoreflect.FieldDescriptor
	for i := range m.Fields().Len() {
		found = append(found, leaves(m.Fields().Get(i), seen)...)
	}
	return found
}
