package cli

import (
	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// hidden stands for what is there and is not shown.
const hidden = "***"

// maskName keeps the first character: 王*.
func maskName(name string) string {
	for _, r := range name {
		return string(r) + "*"
	}
	return ""
}

// shownPerson is a copy that may be printed. Numbers of documents are never
// printed; name, telephone, employer and addresses only in full.
func shownPerson(r *registryv1.Resident, full bool) *registryv1.Resident {
	shown := proto.CloneOf(r)
	for _, d := range shown.GetDocuments() {
		d.Number = hidden
	}
	if full {
		return shown
	}
	shown.Name = maskName(shown.GetName())
	for _, text := range []*string{&shown.Phone, &shown.Employer} {
		if *text != "" {
			*text = hidden
		}
	}
	for _, stay := range shown.GetResidences() {
		if stay.GetAddress() != "" {
			stay.Address = hidden
		}
	}
	return shown
}
