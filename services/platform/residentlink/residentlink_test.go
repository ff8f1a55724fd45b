package residentlink_test

import (
	"testing"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

var sets = []migrate.Set{residentlink.Migrations()}

func write(t *testing.T, db *sqlstore.DB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func expand(t *testing.T, db *sqlstore.DB, id string) (out []string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *gorm.DB) (err error) {
		out, err = residentlink.Expand(tx, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryIdentifierOfAPerson(t *testing.T) {
	link := func(linked, into string, version int64) residentlink.Link {
		return residentlink.Link{Linked: linked, Into: into, Version: version}
	}
	for name, c := range map[string]struct {
		links []residentlink.Link
		asked string
		want  []string
	}{
		"somebody without links is alone":               {nil, "A", []string{"A"}},
		"the survivor comes first":                      {[]residentlink.Link{link("C", "B", 1), link("A", "B", 1)}, "B", []string{"B", "A", "C"}},
		"a merged one leads to the survivor":            {[]residentlink.Link{link("C", "B", 1), link("A", "B", 1)}, "C", []string{"B", "A", "C"}},
		"a link that ended joins nobody":                {[]residentlink.Link{link("A", "B", 1), link("A", "", 2)}, "A", []string{"A"}},
		"nor does it for the other":                     {[]residentlink.Link{link("A", "B", 1), link("A", "", 2)}, "B", []string{"B"}},
		"an older version changes nothing":              {[]residentlink.Link{link("A", "B", 3), link("A", "", 2), link("A", "C", 1)}, "A", []string{"B", "A"}},
		"a later one does":                              {[]residentlink.Link{link("A", "B", 1), link("A", "", 2), link("A", "C", 3)}, "A", []string{"C", "A"}},
		"against the contract, a link is followed once": {[]residentlink.Link{link("A", "B", 1), link("B", "C", 1)}, "A", []string{"B", "A"}},
		"and a ring ends":                               {[]residentlink.Link{link("A", "B", 1), link("B", "A", 1)}, "A", []string{"B", "A"}},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
				write(t, db, func(tx *gorm.DB) error { return residentlink.Put(tx, c.links...) })
				if diff := cmp.Diff(c.want, expand(t, db, c.asked)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestTheSamePerson(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	write(t, db, func(tx *gorm.DB) error {
		return residentlink.Put(tx, residentlink.Link{Linked: "B", Into: "A", Version: 1}, residentlink.Link{Linked: "C", Into: "A", Version: 1})
	})
	for _, c := range []struct {
		a, b string
		want bool
	}{{"A", "A", true}, {"A", "B", true}, {"B", "A", true}, {"B", "C", true}, {"A", "D", false}, {"D", "B", false}} {
		err := db.Read(t.Context(), func(tx *gorm.DB) error {
			got, err := residentlink.Same(tx, c.a, c.b)
			if got != c.want {
				t.Errorf("%s and %s: %v", c.a, c.b, got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
