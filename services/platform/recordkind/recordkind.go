// Package recordkind names the kinds of record that come as files and the
// service that owns each, for what must choose a service by kind: the gateway
// and the command line. It knows nothing else of them.
package recordkind

import (
	"maps"
	"slices"
)

var owners = map[string]string{
	"archives": "archive",
	"doses":    "immunization", "certificates": "immunization",
	"pregnancies": "maternal", "antenatal-visits": "maternal", "postnatal-visits": "maternal", "child-checks": "maternal",
	"planning-services": "familyplanning", "methods": "familyplanning",
}

// Owner returns the service that keeps the records of a kind; ok is false when
// there is no such kind.
func Owner(kind string) (service string, ok bool) {
	service, ok = owners[kind]
	return service, ok
}

// All are the kinds, sorted.
func All() []string { return slices.Sorted(maps.Keys(owners)) }
