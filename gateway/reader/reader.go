// Package reader is the small page that shows the API's description to people.
package reader

import _ "embed" // the files below

// The page, its script and its style.
var (
	//go:embed reader.html
	Page []byte
	//go:embed reader.js
	Script []byte
	//go:embed reader.css
	Style []byte
)
