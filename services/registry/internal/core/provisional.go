package core

import "xinju.dev/services/platform/ident"

// Provisional returns the identity that an arrival or a birth without any
// document gives its person: a key made of the event itself, so that a later
// correction of that event finds the same person. It is the zero document for
// every other event, and for one without a name, which is about nobody.
func (e *Event) Provisional() Document {
	if !e.Type.Creates() || !e.Document.Number.IsZero() || e.ResidentID != "" || e.Name == "" {
		return Document{}
	}
	return ident.ProvisionalOf(EventKey(e.Sender, e.ID))
}
