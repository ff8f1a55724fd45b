// Package api is the contract of Xinju: protos, the Go code generated from them
// below gen, and the REST description. It must stay light enough for any outside
// client to import; nothing in it opens a connection or a file.
package api

import _ "embed" // the REST description is part of the package

// OpenAPI is the OpenAPI 3.1 description of the REST interface, as JSON. It is
// generated with the code, so it always describes the same contract.
//
//go:embed openapi/openapi.json
var OpenAPI []byte
