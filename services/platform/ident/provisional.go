package ident

// Provisional is the kind of the identity that a person without any document
// has in the registry: no code list has it, Parse reads none, and nobody outside
// may see one.
const Provisional DocType = "00"

// ProvisionalOf returns the provisional identity named by a key of the
// registry's own, which says nothing about the person.
func ProvisionalOf(key string) Document {
	return Document{Type: Provisional, Number: number(key)}
}
