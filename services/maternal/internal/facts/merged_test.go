package facts_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/residentlink"
)

// link merges a resident into another; "" parts them.
func (w ward) link(linked, into string, version int64) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), func(tx *gorm.DB) error {
		return residentlink.Put(tx, residentlink.Link{Linked: linked, Into: into, Version: version})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestRecordsOfAPregnancyUnderAnotherIdentifier: the woman has one pregnancy, and
// her visits may come in under the identifier that she was merged under.
func TestRecordsOfAPregnancyUnderAnotherIdentifier(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(3)
		other, stranger := p[1].ResidentID, p[2].ResidentID
		visit := core.Antenatal{Base: record.Base{ResidentID: other}, PregnancyID: p[0].ID, On: civil.Must("2026-01-05")}
		enter := func(v core.Antenatal) (core.Antenatal, error) {
			out, err := w.Antenatals.Create(t.Context(), record.Request{}, []core.Antenatal{v})
			if err != nil {
				return v, err
			}
			return out[0], nil
		}
		if _, err := enter(visit); !errors.Is(err, core.ErrPregnancyNotFound) {
			t.Fatalf("before they are one: %v", err)
		}
		w.link(other, p[0].ResidentID, 1)
		kept, err := enter(visit)
		if err != nil || kept.ResidentID != other {
			t.Fatalf("merged: %v", err)
		}
		foreign := visit
		foreign.ResidentID = stranger
		if _, err := enter(foreign); !errors.Is(err, core.ErrPregnancyNotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		born := birth(p[0], "2026-06-20", 1)
		born.ResidentID = other
		delivered := w.deliver(born)[0]
		w.stands(p[0].ID, "2026-06-20", core.LiveBirth)
		after, err := w.Postnatals.Create(t.Context(), record.Request{}, []core.Postnatal{{Base: record.Base{ResidentID: other}, PregnancyID: p[0].ID, On: civil.Must("2026-06-25"), Kind: 1}})
		if err != nil {
			t.Fatal(err)
		}

		w.link(other, "", 2)
		if _, err := enter(visit); !errors.Is(err, core.ErrPregnancyNotFound) {
			t.Errorf("parted: %v", err)
		}
		t.Run("what was recorded while they were one can still be corrected", func(t *testing.T) {
			kept.On = civil.Must("2026-01-06")
			if kept, err = w.Antenatals.Update(t.Context(), kept); err != nil {
				t.Fatal(err)
			}
			moved := kept
			moved.PregnancyID = p[2].ID
			if _, err := w.Antenatals.Update(t.Context(), moved); !errors.Is(err, core.ErrPregnancyNotFound) {
				t.Errorf("but not be given to another's pregnancy: %v", err)
			}
			delivered.On = civil.Must("2026-06-21")
			if delivered, err = w.Deliveries.Update(t.Context(), delivered); err != nil {
				t.Fatal(err)
			}
			w.stands(p[0].ID, "2026-06-21", core.LiveBirth)
		})
		t.Run("and withdrawn", func(t *testing.T) {
			if _, err := w.Postnatals.Delete(t.Context(), after[0].ID, 0); err != nil {
				t.Error(err)
			}
			if _, err := w.Deliveries.Delete(t.Context(), delivered.ID, 0); err != nil {
				t.Error(err)
			}
			w.stands(p[0].ID, "", core.Ongoing)
		})
	})
}
