package store

import (
	"context"
	"database/sql"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// mostAtAddress bounds those who are members only because of the address.
const mostAtAddress = 200

// Household returns everybody who is related to a resident on a day, or lives at
// the same address. It fails with RESIDENT_NOT_FOUND.
func (s *SQL) Household(ctx context.Context, id string, day civil.Date) (out core.Household, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		r, err := s.readPerson(tx, id)
		if err != nil {
			return err
		}
		h := household{s: s, tx: tx, r: r, day: day, ties: map[string][]core.Tie{}}
		out, err = h.read()
		return err
	})
	return out, err
}

// household is one reading of a household.
type household struct {
	s      *SQL
	tx     *gorm.DB
	r      core.Resident
	day    civil.Date
	ties   map[string][]core.Tie // by the identifier that the record has
	others []core.Relation       // that somebody else's record says: what they are depends on who that is
}

func (h *household) read() (core.Household, error) {
	self := append([]string{h.r.ID}, h.r.Merged...)
	for _, stage := range []func([]string) error{h.relations, h.births} {
		if err := stage(self); err != nil {
			return core.Household{}, err
		}
	}
	near, err := h.neighbours()
	if err != nil {
		return core.Household{}, err
	}
	return h.gather(near)
}

// relations reads the records of the resident and those of others about the
// resident.
func (h *household) relations(self []string) error {
	for _, column := range []string{"resident_id", "other_id"} {
		err := selectIn(h.tx, "SELECT id, resident_id, kind, other_id, on_date, until_date FROM relation WHERE deleted = 0 AND "+column, nil, self, func(rows *sql.Rows) error {
			var r core.Relation
			if err := rows.Scan(&r.ID, &r.ResidentID, &r.Kind, &r.OtherID, &r.From, &r.Until); err != nil || !r.Holds(h.day) {
				return err
			}
			if column == "other_id" {
				h.others = append(h.others, r)
				return nil
			}
			h.tie(r.OtherID, core.Tie{Kind: r.Kind, RelationID: r.ID, From: r.From, Until: r.Until})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *household) tie(id string, t core.Tie) { h.ties[id] = append(h.ties[id], t) }

// births reads who is whose mother by events of birth.
func (h *household) births(self []string) error {
	mother := h.r.MotherID
	if d := h.r.MotherDocument; mother == "" && !d.Number.IsZero() {
		x := h.s.docIndex(d)
		err := sqlstore.Query(h.tx, func(rows *sql.Rows) error { return rows.Scan(&mother) },
			"SELECT d.resident_id FROM document d JOIN resident r ON r.resident_id = d.resident_id WHERE d.document_index = ?", x[:])
		if err != nil {
			return err
		}
	}
	if mother != "" {
		h.tie(mother, core.Tie{Kind: core.RelationMother, From: h.r.Birth})
	}
	var documents [][]byte
	for _, d := range h.r.Documents {
		x := h.s.docIndex(d.Document)
		documents = append(documents, x[:])
	}
	children := map[string]bool{}
	each := func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		children[id] = true
		return err
	}
	if err := selectIn(h.tx, "SELECT resident_id FROM resident WHERE mother_index", nil, documents, each); err != nil {
		return err
	}
	// Whom an event names as the mother is known to the search for duplicates,
	// which keeps it with what it compares.
	if err := selectIn(h.tx, "SELECT resident_id FROM match_resident WHERE mother_id", nil, self, each); err != nil {
		return err
	}
	for _, id := range sortedKeys(children) {
		h.tie(id, core.Tie{Kind: core.RelationChild})
	}
	return nil
}

// neighbours reads who may live at the address on the day, by the keys that sort
// the stays of a village. Two addresses may have one key; gather looks again.
func (h *household) neighbours() ([]string, error) {
	var out []string
	for _, s := range h.r.Stays {
		key := h.s.sortKey(s.Division, s.Address)
		if !s.On(h.day) || key == "" {
			continue
		}
		err := sqlstore.Query(h.tx, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			out = append(out, id)
			return err
		}, "SELECT resident_id FROM stay WHERE division = ? AND sort_key = ? AND arrived <= ? AND (left_on = 0 OR left_on >= ?) ORDER BY resident_id",
			s.Division, key, h.day, h.day)
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id string) bool { return id == h.r.ID }), nil
}

// gather brings the persons: those related first. Of merged residents the one
// who stands for them comes, once.
func (h *household) gather(near []string) (core.Household, error) {
	out := core.Household{Day: h.day, Holder: h.r.HoldsPermit(h.day), AtAddress: len(near)}
	kin := map[string]bool{}
	for id := range h.ties {
		kin[id] = true
	}
	for _, i := range h.others {
		kin[i.ResidentID] = true
	}
	relatives, err := h.s.readPersons(h.tx, sortedKeys(kin))
	if err != nil {
		return out, err
	}
	taken := map[string]bool{h.r.ID: true}
	for _, p := range relatives {
		if ties := h.tiesOf(p); !taken[p.ID] && len(ties) > 0 {
			taken[p.ID] = true
			out.Members = append(out.Members, core.MemberOf(h.r, p, ties, h.day))
		}
	}
	near = slices.DeleteFunc(near, func(id string) bool { return taken[id] })
	others, err := h.s.readPersons(h.tx, near[:min(len(near), mostAtAddress)])
	if err != nil {
		return out, err
	}
	for _, p := range others {
		if m := core.MemberOf(h.r, p, nil, h.day); !taken[p.ID] && m.SameAddress {
			taken[p.ID] = true
			out.Members = append(out.Members, m)
		}
	}
	out.Resident = ofDay(h.r, h.day)
	for i := range out.Members {
		out.Members[i].Resident = ofDay(out.Members[i].Resident, h.day)
	}
	return out, nil
}

// tiesOf are the ties to a person under every identifier that finds them.
func (h *household) tiesOf(p core.Resident) (out []core.Tie) {
	for _, id := range append([]string{p.ID}, p.Merged...) {
		out = append(out, h.ties[id]...)
		for _, i := range h.others {
			if i.ResidentID == id {
				out = append(out, core.Tie{Kind: core.Inverse(i.Kind, p.Sex), RelationID: i.ID, From: i.From, Until: i.Until})
			}
		}
	}
	for i := range out {
		if t := &out[i]; t.Kind == core.RelationChild && t.RelationID == "" {
			t.From = p.Birth
		}
	}
	return slices.DeleteFunc(out, func(t core.Tie) bool { return t.From > h.day }) // a child who is not born yet
}

// ofDay leaves of a person's stays those of the day.
func ofDay(r core.Resident, day civil.Date) core.Resident {
	r.Stays = slices.DeleteFunc(slices.Clone(r.Stays), func(s core.Stay) bool { return !s.On(day) })
	r.Permits = nil
	return r
}
