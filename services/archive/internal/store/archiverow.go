package store

import (
	"encoding/json"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/seal"
)

type civilDate = civil.Date

// contact is sealed as one value: who to call is of no use half.
type contact struct{ Name, Phone string }

const openSlot = "open"

// archiveToRow cannot fail on what core holds: strings, numbers and dates.
func archiveToRow(s seal.Sealer, a core.HealthArchive) archiveRow {
	form, _ := json.Marshal(a.Form)
	spans, _ := json.Marshal(a.StandardOn)
	row := archiveRow{
		BaseRow: recordstore.RowOf(a.Base, a.Opened), Number: a.Number, Closed: a.Closed, Touched: a.Touched,
		Electronic: a.Electronic, Grp: int(a.Group), Form: string(form), Verified: a.Verified, UnitID: a.UnitID,
		StandardOn: string(spans), OpenSlot: openSlot,
	}
	if a.Closed != civil.None || a.Deleted {
		row.OpenSlot = a.ID
	}
	if c := (contact{a.Form.ContactName, a.Form.ContactPhone}); c != (contact{}) {
		plain, _ := json.Marshal(c)
		row.Contact, _ = s.Seal(table, a.ID, "contact", plain)
	}
	return row
}

// archiveFromRow leaves the contact empty when it cannot be opened: the archive
// must stay readable while a key is away, and then fails the standard test
// visibly instead.
func archiveFromRow(s seal.Sealer, r archiveRow) core.HealthArchive {
	a := core.HealthArchive{
		Base: r.Base(), Number: r.Number, Opened: r.OnDate, Closed: r.Closed, Touched: r.Touched, Electronic: r.Electronic,
		Group: core.Group(r.Grp), Verified: r.Verified, UnitID: r.UnitID,
	}
	_ = json.Unmarshal([]byte(r.Form), &a.Form)
	_ = json.Unmarshal([]byte(r.StandardOn), &a.StandardOn)
	if plain, err := s.Open(table, r.ID, "contact", r.Contact); err == nil && len(plain) > 0 {
		var c contact
		_ = json.Unmarshal(plain, &c)
		a.Form.ContactName, a.Form.ContactPhone = c.Name, c.Phone
	}
	return a
}
