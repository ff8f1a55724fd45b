// Package openapi is the generated description of the REST surface.
package openapi

import _ "embed" // the description below

// JSON is the OpenAPI 3.1 description, generated with the code by make proto, so
// that both always describe the same contract.
//
//go:embed openapi.json
var JSON []byte
