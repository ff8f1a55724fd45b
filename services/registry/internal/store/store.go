// Package store keeps the registry in SQL: the log of residence events, what
// they fold to per resident, and the places.
//
// The log is the truth; every other table of a resident can be made again from
// it. The package decides nothing about residence (core does) and knows no wire
// format: change facts are encoded by functions that the facade gives it.
package store

import (
	"sync"
	"sync/atomic"
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// Encoders turn what changed into feed facts: Kind and Body are filled by them,
// the rest by the store.
type Encoders struct {
	Person   func(p core.Person, flags []string, before []byte, day civil.Date) changefeed.Fact // before: the body as it was; day: of what changes in its flags
	Flagged  func(person []byte, flag string, on bool, day civil.Date) (changefeed.Fact, error) // the body of a Person with a flag set or cleared
	Stay     func(s core.Stay, sortKey string) changefeed.Fact
	Permit   func(core.Permit) changefeed.Fact
	Link     func(into string) changefeed.Fact
	Division func(core.Division) changefeed.Fact
	Unit     func(core.Unit) changefeed.Fact
}

// SQL is the registry's store.
type SQL struct {
	db     *sqlstore.DB
	seal   seal.Sealer
	encode Encoders
	kinds  struct{ person, stay, permit, link int32 }
	tokens func() (*page.Sealer, error) // of lists by address

	asked     asked
	mostKnown atomic.Bool // of the last large call, most was known already

	withdrawals sync.Map // batch → *withdrawal: how far those under way have come
}

// New returns a store on a migrated database.
func New(db *sqlstore.DB, sealer seal.Sealer, encode Encoders) *SQL {
	s := &SQL{db: db, seal: sealer, encode: encode, asked: askedOf(db)}
	s.tokens = sync.OnceValues(func() (*page.Sealer, error) {
		return page.NewSealer(sealer.Index("page_token", []byte("lists by address")))
	})
	s.kinds.person = encode.Person(core.Person{}, nil, nil, civil.None).Kind
	s.kinds.stay = encode.Stay(core.Stay{}, "").Kind
	s.kinds.permit = encode.Permit(core.Permit{}).Kind
	s.kinds.link = encode.Link("").Kind
	return s
}

// Source says where events came from.
type Source struct {
	BatchID string // "" when recorded directly
	Rows    []int  // row number of each event in the batch; nil when recorded directly
	// Received says what "today" is for the events; zero when they are recorded
	// directly, for now.
	Received time.Time
	// Parted is a document that somebody was said to have and has not: whoever is
	// told of under it alone is somebody else from now on. None as a rule.
	Parted core.Document
}
