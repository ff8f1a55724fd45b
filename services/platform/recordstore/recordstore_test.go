package recordstore_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/recordstore/recordtest"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

// note is a kind of record for these tests.
type note struct {
	record.Base
	On     civil.Date
	Text   string
	Weight int
	Kept   bool
}

type noteRow struct {
	recordstore.BaseRow
	Text   string
	Weight int
	Kept   bool
}

func (noteRow) TableName() string { return "note" }

var sets = []migrate.Set{{Name: "note", FS: os.DirFS("testdata")}, changefeed.Migrations(), idempotency.Migrations(), residentlink.Migrations()}

var kind = recordstore.Kind[note, noteRow]{
	Name:    "note",
	Base:    func(n *note) *record.Base { return &n.Base },
	ToRow:   func(n note) noteRow { return noteRow{recordstore.RowOf(n.Base, n.On), n.Text, n.Weight, n.Kept} },
	FromRow: func(r noteRow) note { return note{r.Base(), r.OnDate, r.Text, r.Weight, r.Kept} },
	Fact:    factOf,
	Persons: residentlink.Expand,
}

func factOf(n note) changefeed.Fact {
	return changefeed.Fact{Kind: 21, ID: n.ID, ResidentID: n.ResidentID, Version: n.Version, Recorded: changefeed.RecordedOn(n.Base), Body: fmt.Appendf(nil, "%d %d", n.On.YYYYMMDD(), n.Weight)}
}

func makeNote(resident string, n int) note {
	return note{
		Base: record.Base{ResidentID: resident}, On: civil.Must("2026-01-01").AddDays(40 - n/3),
		Text: fmt.Sprintf("note %s %d", resident, n), Weight: n, Kept: true,
	}
}

func TestRecordContract(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[note]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[note] {
			return recordstore.New(db, now, kind)
		},
		Base:   kind.Base,
		Date:   func(n note) civil.Date { return n.On },
		Fact:   factOf,
		Make:   makeNote,
		Change: func(n *note) { n.Weight, n.Kept = 0, false }, // zero values must be written too
	})
}

func TestRecordContractOfAKindWithOneRecordPerResident(t *testing.T) {
	recordtest.Run(t, recordtest.Subject[note]{
		Sets: sets,
		Open: func(db *sqlstore.DB, now func() time.Time) recordtest.Records[note] {
			return recordstore.New(db, now, kind)
		},
		Base:           kind.Base,
		Date:           func(n note) civil.Date { return n.On },
		Fact:           factOf,
		Make:           makeNote,
		Change:         func(n *note) { n.Weight += 1000 },
		OnePerResident: true,
	})
}

func eachEngine(t *testing.T, test func(t *testing.T, db *sqlstore.DB)) {
	testkit.EachEngine(t, sets, test)
}

func TestAUniqueIndexRefusesTheWholeBatch(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqlstore.DB) {
		s := recordstore.New(db, testkit.NewClock(civil.Must("2026-01-01")).Now, kind)
		_, err := s.Create(t.Context(), record.Request{}, []note{makeNote("R1", 1), makeNote("R1", 2), makeNote("R1", 1)})
		if !errors.Is(err, sqlstore.ErrDuplicate) {
			t.Errorf("got %v, want ErrDuplicate", err)
		}
		if got, _, err := s.List(t.Context(), record.Filter{}, page.Query{}); err != nil || len(got) != 0 {
			t.Errorf("%d records stayed, %v", len(got), err)
		}
	})
}

func TestAListCanBeNarrowedByAColumn(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqlstore.DB) {
		s := recordstore.New(db, testkit.NewClock(civil.Must("2026-01-01")).Now, kind)
		if _, err := s.Create(t.Context(), record.Request{}, []note{makeNote("R1", 1), makeNote("R1", 2), makeNote("R2", 2)}); err != nil {
			t.Fatal(err)
		}
		two := record.Equal{Column: "weight", Value: 2}
		got, token, err := s.List(t.Context(), record.Filter{}, page.Query{Size: 1}, two)
		if err != nil || len(got) != 1 || got[0].Weight != 2 || token == "" {
			t.Fatalf("first page %+v, %q, %v", got, token, err)
		}
		if _, _, err := s.List(t.Context(), record.Filter{}, page.Query{Size: 1, Token: token}); !errors.Is(err, page.ErrToken) {
			t.Errorf("the token without its column: %v, want ErrToken", err)
		}
		got, token, err = s.List(t.Context(), record.Filter{}, page.Query{Size: 1, Token: token}, two)
		if err != nil || len(got) != 1 || got[0].ResidentID != "R2" || token != "" {
			t.Errorf("second page %+v, %q, %v", got, token, err)
		}
	})
}

func TestBeforeCanRefuseAWrite(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqlstore.DB) {
		tooHeavy := fault.Error{Kind: fault.Invalid, Reason: "NOTE_TOO_HEAVY", Text: "too heavy"}
		strict := kind
		strict.Before = func(_ *gorm.DB, items []note) error {
			for _, n := range items {
				if n.ID == "" || n.Version == 0 {
					t.Error("Before sees a record without id or version")
				}
				if n.Weight > 10 {
					return &tooHeavy
				}
			}
			return nil
		}
		s := recordstore.New(db, testkit.NewClock(civil.Must("2026-01-01")).Now, strict)
		if _, err := s.Create(t.Context(), record.Request{}, []note{makeNote("R1", 1), makeNote("R1", 11)}); !errors.Is(err, &tooHeavy) {
			t.Errorf("create: %v", err)
		}
		made, err := s.Create(t.Context(), record.Request{}, []note{makeNote("R1", 1)})
		if err != nil {
			t.Fatal(err)
		}
		made[0].Weight = 11
		if _, err := s.Update(t.Context(), made[0]); !errors.Is(err, &tooHeavy) {
			t.Errorf("update: %v", err)
		}
		if got, err := s.Get(t.Context(), made[0].ID); err != nil || got.Weight != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
