// Package imports says what rows of files are to the archive service: health
// archives that exist elsewhere. It reads and compares; what becomes of a row is
// decided by platform/recordintake.
package imports

import (
	_ "embed"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/archive/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordintake"
)

//go:embed archives.yaml
var archivesYAML []byte

// Kinds are the kinds of record that come as files.
func Kinds(s store.Stores) ([]*recordintake.Kind, error) {
	archives, err := recordintake.Of(recordintake.Spec[core.HealthArchive, store.ArchiveRow]{
		Name: "archives", Columns: archivesYAML, Store: s.Archives.Store,
		Base:   func(a *core.HealthArchive) *record.Base { return &a.Base },
		Unit:   func(a *core.HealthArchive) *string { return &a.UnitID },
		Read:   archive,
		Same:   same,
		Exists: core.ErrArchiveExists,
		Keep:   func(a *core.HealthArchive, before core.HealthArchive) { a.StandardOn = before.StandardOn },
	})
	return []*recordintake.Kind{archives}, err
}

// same: two archives of one person are one when their numbers agree, or, where
// one has none, when they were opened on the same day.
func same(a, b core.HealthArchive) bool {
	if a.Number != "" && b.Number != "" {
		return a.Number == b.Number
	}
	return a.Opened == b.Opened
}

func archive(r *recordintake.Reader) core.HealthArchive {
	a := core.HealthArchive{
		Number: r.Text("archive_number", 17, !recordintake.Needed),
		Opened: r.Past("opened_date", recordintake.Needed), Closed: r.Past("closed_date", !recordintake.Needed), Touched: r.Past("touched_date", !recordintake.Needed),
		Electronic: r.Yes("electronic", true), // a row of a file is
		Group:      core.Group(r.Number("group", recordintake.Needed)),
		Verified:   r.Yes("identity_verified", false),
		Form:       form(r),
	}
	if a.Touched == civil.None {
		a.Touched = a.Opened
	}
	r.After("touched_date", a.Touched, a.Opened)
	r.After("closed_date", a.Closed, a.Opened)
	return a
}

func form(r *recordintake.Reader) core.Form {
	code := func(field string) string { return r.Code(field, !recordintake.Needed) }
	return core.Form{
		Ethnic: code("ethnic_code"), BloodType: code("blood_type_code"), Rh: code("rh_code"), Education: code("education_code"),
		Occupation: r.Text("occupation_code", 3, !recordintake.Needed), Marital: code("marital_code"), Payment: code("payment_code"),
		ContactName: r.Text("contact_name", 50, !recordintake.Needed), ContactPhone: r.Text("contact_phone", 20, !recordintake.Needed),
		AllergyRecorded: r.Has("drug_allergy_codes"), Allergies: r.Codes("drug_allergy_codes", 20),
		HistoryRecorded: r.Has("disease_codes"), Diseases: r.Codes("disease_codes", 20),
		FamilyHistoryRecorded: r.Has("family_history"), Disabilities: r.Codes("disability_codes", 20),
	}
}
