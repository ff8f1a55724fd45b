// Package policies holds the policy packs as data: rules, indicators and targets
// of each jurisdiction, with the clauses they rest on. It has no code; package
// policy compiles the files.
package policies

import "embed"

// Files are the packs, one YAML file each.
//
//go:embed *.yaml
var Files embed.FS
