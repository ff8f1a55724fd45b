package edge

import (
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/fault"
)

// feedFiles are the routes that carry files instead of JSON.
type feedFiles struct {
	client registryv1.FeedIntakeServiceClient
}

// fileTypes are what a feed file may be called on its way. A form would wrap it.
var fileTypes = []string{
	"text/csv", "text/plain", "application/csv", "application/octet-stream", "text/tab-separated-values",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/xml", "text/xml", "application/x-ndjson", "application/jsonl",
}

// upload streams the body to the registry as it comes; it is never held whole.
func (f feedFiles) upload(w http.ResponseWriter, r *http.Request) {
	noteRoute(r.Context(), "/v1/feed-batches:upload")
	header, wrong := feedHeader(r)
	if wrong != nil {
		writeFault(w, wrong)
		return
	}
	sendBody(w, r, wholeFile, f.client.ImportFeed, func(part []byte) *registryv1.ImportFeedRequest {
		msg := &registryv1.ImportFeedRequest{Header: header, Data: part}
		header = nil
		return msg
	})
}

// feedHeader reads what the query says about the file. Names may be written as
// in the description, file_name, or as in the rest of the API, fileName.
func feedHeader(r *http.Request) (*registryv1.FeedHeader, *fault.Error) {
	return headerOf(r, func(string, string) bool { return false })
}

// headerOf is feedHeader where some names mean something else besides: own says
// so and keeps their values.
func headerOf(r *http.Request, own func(name, value string) bool) (*registryv1.FeedHeader, *fault.Error) {
	if wrong := uncoded(r); wrong != nil {
		return nil, wrong
	}
	if list := r.Header.Values("Content-Type"); len(list) > 0 {
		kind, _, err := mime.ParseMediaType(list[0])
		if err != nil || len(list) > 1 || !slices.Contains(fileTypes, kind) {
			return nil, errContentType
		}
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, errJSON
	}
	h := &registryv1.FeedHeader{}
	seen := map[string]bool{}
	for key, list := range q {
		name := snake(key)
		if seen[name] || len(list) > 1 {
			return nil, errRepeated
		}
		seen[name] = true
		value := list[0]
		if !printable(value) {
			return nil, errJSON
		}
		switch name {
		case "sender":
			h.Sender = value
		case "file_name":
			h.FileName = path.Base("/" + strings.ReplaceAll(value, `\`, "/"))
		case "encoding":
			h.Encoding = value
		case "validate_only":
			// Strict: whoever asks for a rehearsal must not get the real thing.
			if h.ValidateOnly, err = strconv.ParseBool(value); err != nil {
				return nil, errJSON.On(name, "true, false")
			}
		default:
			if own(name, value) {
				continue
			}
			if said, wrong := hintField(h, name, value); said || wrong != nil {
				if wrong != nil {
					return nil, wrong
				}
				continue
			}
			known, wrong := manifestField(h, name, value)
			if wrong != nil {
				return nil, wrong
			}
			if !known {
				return nil, unknown(key)
			}
		}
	}
	if h.GetSender() == "" {
		return nil, errUploadTarget
	}
	return h, nil
}
