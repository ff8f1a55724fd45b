package changefeed

import "context"

// Lister lists a service's current facts from its own tables.
type Lister interface {
	// ListFacts returns up to limit facts that hold now, following the key
	// after ("" for the first page), in the order of a key that a fact never
	// changes, and the key to go on from, "" at the end. It includes every fact
	// that was committed before the call and still holds.
	ListFacts(ctx context.Context, after string, limit int) (facts []Fact, next string, err error)
}
