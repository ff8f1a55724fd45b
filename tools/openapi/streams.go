package main

import "strings"

// describeStreams says in which form the gateway sends a stream: generators
// describe the message alone.
func describeStreams(paths *object) {
	if paths == nil {
		return
	}
	for _, item := range paths.members {
		verbs, ok := item.value.(*object)
		if !ok || !strings.HasSuffix(item.key, ":watch") {
			continue
		}
		for _, op := range verbs.members {
			operation, _ := op.value.(*object)
			if operation == nil || operation.child("responses") == nil {
				continue
			}
			if ok := operation.child("responses").child("200"); ok != nil && ok.child("content") != nil {
				wrap(ok)
			}
		}
	}
}

// wrap replaces the JSON answer by its two streamed forms.
func wrap(answer *object) {
	media := answer.child("content").child("application/json")
	if media == nil {
		return
	}
	line := &object{members: []member{{"schema", &object{members: []member{
		{"type", "object"},
		{"description", "One line or event. An error that comes after the first is the last one."},
		{"properties", &object{members: []member{
			{"result", media.get("schema")},
			{"error", &object{members: []member{{"$ref", "#/components/schemas/google.rpc.Status"}}}},
		}}},
	}}}}}
	answer.set("content", &object{members: []member{{"application/x-ndjson", line}, {"text/event-stream", line}}})
}
