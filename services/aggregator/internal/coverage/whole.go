package coverage

import (
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/platform/civil"
)

// Whole reads what lies behind the numbers of one state, at that state. It is
// valid inside the function that it was handed to.
type Whole interface {
	// Derivation names the packs and the code that the state was derived with.
	Derivation() string
	// Below lists a division and everything under it on a day, ascending: exactly
	// the codes whose numbers are summed up to it.
	Below(division string, day civil.Date) []string
	// Counted calls each for everybody who counts for something in a village on
	// any day, by address.
	Counted(village string, each func(Counted) error) error
	// People reads whom identifiers stand for, in their order.
	People(ids []string) ([]Person, error)
	// Versions calls each for each of the identifiers, which must ascend.
	Versions(ids []string, each func(Versions) error) error
}

// Counted is what one resident counts for in one village, over all days.
type Counted struct {
	SortKey, ResidentID string
	Pieces              []derive.Piece
}

// Versions is in which versions the facts that hold are those of one identifier.
type Versions struct {
	ResidentID string
	Into       string // the resident that it is merged into; "" for a person of its own
	Facts      []FactVersion
}

// FactVersion is one fact in one version.
type FactVersion struct {
	Kind     int32
	ID       string
	Version  int64
	Recorded civil.Date // None when unknown
	Owner    string     // the identifier under which it is kept, when another one
	Tied     bool       // the owner is another person tied to this one
}
