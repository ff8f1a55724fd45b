package changefeed

import "context"

// Lister lists a service's current facts from its own tables.
type Lister interface {
	// ListFacts returns up to limit facts that hold now, following the key
	// after ("" for the first page), and the key to go on from, "" at the end; a
	// page may be short and still not the last. Every fact that held at the first
	// page and did not change since is listed once: its key is its place in an order
	// in which only a change moves it, to another resident or another date. Such a
	// change comes after the head at the first page, so that nothing is lost.
	//
	// Facts come in the order of residents, divisions and units before anybody:
	// what came meanwhile may come late.
	ListFacts(ctx context.Context, after string, limit int) (facts []Fact, next string, err error)
}
