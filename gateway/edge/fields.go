package edge

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"xinju.dev/services/platform/fault"
)

// fromHTTP is what HTTP says outside of query and body, and messages say in
// fields: Idempotency-Key is request_id, If-Match is etag.
type fromHTTP struct {
	requestID, etag string
	writes          bool // the method changes something
	masked          bool // the caller named the fields to change
}

type fieldsKey struct{}

// headerFields reads and checks the headers that stand for fields.
func headerFields(r *http.Request) (f fromHTTP, wrong *fault.Error) {
	key, wrong := oneValue(r, "Idempotency-Key")
	if wrong != nil {
		return f, wrong
	}
	match, wrong := oneValue(r, "If-Match")
	if wrong != nil {
		return f, wrong
	}
	f.requestID, f.etag = unquoted(key), unquoted(strings.TrimPrefix(match, "W/"))
	if len(f.requestID) > 64 || !isASCII(f.requestID) {
		return f, errKey
	}
	if match != "" && !version.MatchString(f.etag) {
		return f, errMatch
	}
	return f, nil
}

// version is an etag of the suite: a decimal number.
var version = regexp.MustCompile(`^[0-9]{1,19}$`)

func oneValue(r *http.Request, name string) (string, *fault.Error) {
	values := r.Header.Values(name)
	if len(values) > 1 {
		return "", errRepeated.With("header", name)
	}
	if len(values) == 0 {
		return "", nil
	}
	return strings.TrimSpace(values[0]), nil
}

func unquoted(text string) string {
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		return text[1 : len(text)-1]
	}
	return text
}

// complete puts the header fields into m and makes the mask of an update say
// what its caller sent.
func complete(ctx context.Context, m protoreflect.Message) error {
	f, _ := ctx.Value(fieldsKey{}).(fromHTTP)
	if _, wrong := fill(m, "request_id", f.requestID, 1); wrong {
		return errTwice.On("request_id", "Idempotency-Key")
	}
	placed, wrong := fill(m, "etag", f.etag, 2)
	switch {
	case wrong:
		return errTwice.On("etag", "If-Match")
	case f.etag != "" && !placed && f.writes:
		return errNoMatch // never run a change without the condition that was set
	}
	return sent(m, f.masked)
}

// fill sets the string field called name of m, or of a message directly in it (an
// update carries the etag inside its resource). wrong says that the caller has
// already given another value.
func fill(m protoreflect.Message, name protoreflect.Name, value string, depth int) (placed, wrong bool) {
	if value == "" || depth == 0 {
		return false, false
	}
	if f := m.Descriptor().Fields().ByName(name); f != nil && f.Kind() == protoreflect.StringKind && !f.IsList() {
		has := m.Get(f).String()
		if has == "" {
			m.Set(f, protoreflect.ValueOfString(value))
		}
		return true, has != "" && has != value
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Message() != nil && !f.IsList() && !f.IsMap() {
			placed, wrong = fill(v.Message(), name, value, depth-1)
		}
		return !placed
	})
	return placed, wrong
}

// sent repairs the mask of an update. The gateway library derives it from the
// body when the caller gave none, down to endDate.year and with fields that
// nobody can change; services take whole fields.
func sent(m protoreflect.Message, masked bool) error {
	field := m.Descriptor().Fields().ByName("update_mask")
	if field == nil || field.Message() == nil || masked {
		return nil
	}
	mask, ok := m.Get(field).Message().Interface().(*fieldmaskpb.FieldMask)
	if !ok {
		return nil
	}
	resource := resourceOf(m.Descriptor())
	var paths []string
	for _, path := range mask.GetPaths() {
		name, _, _ := strings.Cut(path, ".")
		if !slices.Contains(paths, name) && changeable(resource, name) {
			paths = append(paths, name)
		}
	}
	if len(paths) == 0 {
		return errNoChange // an empty mask would mean every field
	}
	m.Set(field, protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: paths}).ProtoReflect()))
	return nil
}

// resourceOf returns what an update request carries: its one other message.
func resourceOf(request protoreflect.MessageDescriptor) protoreflect.MessageDescriptor {
	for i := range request.Fields().Len() {
		if f := request.Fields().Get(i); f.Message() != nil && f.Name() != "update_mask" {
			return f.Message()
		}
	}
	return nil
}

func changeable(resource protoreflect.MessageDescriptor, name string) bool {
	if resource == nil || name == "etag" || name == "resident_id" {
		return false
	}
	f := resource.Fields().ByName(protoreflect.Name(name))
	if f == nil {
		return true // the service will say so
	}
	behaviors, _ := proto.GetExtension(f.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return !slices.Contains(behaviors, annotations.FieldBehavior_OUTPUT_ONLY) && !slices.Contains(behaviors, annotations.FieldBehavior_IDENTIFIER)
}

// tagged gives the etag of a single record as a header too.
func tagged(_ context.Context, w http.ResponseWriter, m proto.Message) error {
	if m != nil {
		if tag := etagOf(m.ProtoReflect(), 2); tag != "" {
			w.Header().Set("ETag", `"`+tag+`"`)
		}
	}
	return nil
}

func etagOf(m protoreflect.Message, depth int) (tag string) {
	if f := m.Descriptor().Fields().ByName("etag"); f != nil && f.Kind() == protoreflect.StringKind {
		return m.Get(f).String()
	}
	if depth > 1 && m.Descriptor().Fields().Len() == 1 { // GetXResponse{x}, never a list
		if f := m.Descriptor().Fields().Get(0); f.Message() != nil && !f.IsList() && !f.IsMap() && m.Has(f) {
			return etagOf(m.Get(f).Message(), depth-1)
		}
	}
	return ""
}
