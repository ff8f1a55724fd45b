package edge

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// route is one REST address of the contract.
type route struct {
	template string // /v1/residents/{resident_id}
	input    protoreflect.MessageDescriptor
	body     string // "*", a field of the request, or "" for none
	many     bool   // the body is messages of a stream, one after the other
}

// guard checks requests once their route is known and before the gateway library
// reads them: it forgives what must not be forgiven.
type guard struct {
	routes map[string]route // by method and the pattern's text
	bodies *bodies
}

func newGuard() guard {
	g := guard{routes: map[string]route{}, bodies: newBodies()}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				g.add(methods.Get(j))
			}
		}
		return true
	})
	return g
}

var pathVariable = regexp.MustCompile(`\{([^}=]+)\}`)

func (g guard) add(m protoreflect.MethodDescriptor) {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	if rule == nil {
		return
	}
	for _, b := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		verb, template := binding(b)
		g.routes[verb+" "+pathVariable.ReplaceAllString(template, "{$1=*}")] = route{template: template, input: m.Input(), body: b.GetBody(), many: m.IsStreamingClient()}
	}
}

func binding(b *annotations.HttpRule) (verb, template string) {
	switch p := b.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		return http.MethodPost, p.Post
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, p.Patch
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, p.Delete
	case *annotations.HttpRule_Put:
		return http.MethodPut, p.Put
	}
	return "", ""
}

func (g guard) middleware(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if hit, ok := r.Context().Value(probeKey{}).(*bool); ok {
			*hit = true
			return
		}
		pattern, _ := runtime.HTTPPattern(r.Context())
		at, ok := g.routes[r.Method+" "+pattern.String()]
		if !ok {
			writeFault(w, errNoRoute)
			return
		}
		noteRoute(r.Context(), at.template)
		fields, wrong := headerFields(r)
		if wrong != nil {
			writeFault(w, wrong)
			return
		}
		fields.writes = r.Method != http.MethodGet
		query, masked, wrong := at.query(r.URL.RawQuery)
		if wrong != nil {
			writeFault(w, wrong)
			return
		}
		fields.masked = masked
		body, release, wrong := g.bodies.read(w, r, at)
		defer release()
		if wrong != nil {
			writeFault(w, wrong)
			return
		}
		next(w, at.request(r, fields, query, body), params)
	}
}

// request is r as the gateway library shall see it: bare of headers that it gives
// a meaning of its own.
func (route) request(r *http.Request, fields fromHTTP, query string, body []byte) *http.Request {
	out := r.WithContext(context.WithValue(asCaller(r), fieldsKey{}, fields))
	out.Header = http.Header{}
	for _, accept := range r.Header.Values("Accept") {
		if wantsEvents(accept) {
			out.Header.Set("Accept", eventStream)
		}
	}
	u := *r.URL
	u.RawQuery = query
	out.URL = &u
	out.Form, out.PostForm = nil, nil
	out.Body, out.ContentLength = http.NoBody, 0
	if len(body) > 0 {
		out.Body, out.ContentLength = readCloser(body), int64(len(body))
	}
	return out
}

// wantsEvents says whether an Accept header asks for server-sent events.
func wantsEvents(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(kind), eventStream) {
			return true
		}
	}
	return false
}
