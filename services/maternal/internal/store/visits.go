package store

import (
	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/residentlink"

	"gorm.io/gorm"
)

type antenatalRow struct {
	recordstore.BaseRow
	PregnancyID string
	Week        int
	UnitID      string
}

func (antenatalRow) TableName() string { return "antenatal_visit" }

func newAntenatals(d Deps) *recordstore.Store[core.Antenatal, antenatalRow] {
	return recordstore.New(d.DB, d.Now, recordstore.Kind[core.Antenatal, antenatalRow]{
		Name: "antenatal_visit",
		Base: func(v *core.Antenatal) *record.Base { return &v.Base },
		ToRow: func(v core.Antenatal) antenatalRow {
			return antenatalRow{recordstore.RowOf(v.Base, v.On), v.PregnancyID, v.Week, v.UnitID}
		},
		FromRow: antenatalFromRow,
		Fact:    d.Facts.Antenatal,
		Persons: residentlink.Expand,
		Before:  admitAntenatals,
	})
}

func antenatalFromRow(r antenatalRow) core.Antenatal {
	return core.Antenatal{Base: r.Base(), PregnancyID: r.PregnancyID, On: r.OnDate, Week: r.Week, UnitID: r.UnitID}
}

// admitAntenatals judges visits against their pregnancies and fills in weeks.
func admitAntenatals(tx *gorm.DB, items []core.Antenatal) error {
	pregnancies, err := pregnanciesOf(tx, items, func(v core.Antenatal) belonging {
		return belonging{antenatalRow{}.TableName(), v.ID, v.ResidentID, v.PregnancyID}
	})
	if err != nil {
		return err
	}
	for i := range items {
		v := &items[i]
		if refused := pregnancies[i].Admits(*v); refused != nil {
			return core.At(refused, i)
		}
		var before *core.Antenatal
		if v.Version > 1 {
			var old antenatalRow
			if err := tx.Where("id = ?", v.ID).Take(&old).Error; err != nil {
				return err
			}
			stored := antenatalFromRow(old)
			before = &stored
		}
		v.Complete(pregnancies[i], before)
	}
	return nil
}

type postnatalRow struct {
	recordstore.BaseRow
	PregnancyID string
	Kind        int
	UnitID      string
}

func (postnatalRow) TableName() string { return "postnatal_visit" }

func newPostnatals(d Deps) *recordstore.Store[core.Postnatal, postnatalRow] {
	return recordstore.New(d.DB, d.Now, recordstore.Kind[core.Postnatal, postnatalRow]{
		Name: "postnatal_visit",
		Base: func(v *core.Postnatal) *record.Base { return &v.Base },
		ToRow: func(v core.Postnatal) postnatalRow {
			return postnatalRow{recordstore.RowOf(v.Base, v.On), v.PregnancyID, v.Kind, v.UnitID}
		},
		FromRow: func(r postnatalRow) core.Postnatal {
			return core.Postnatal{Base: r.Base(), PregnancyID: r.PregnancyID, On: r.OnDate, Kind: r.Kind, UnitID: r.UnitID}
		},
		Fact:    d.Facts.Postnatal,
		Persons: residentlink.Expand,
		Before:  admitPostnatals,
	})
}

// admitPostnatals judges visits against the end of their pregnancies.
func admitPostnatals(tx *gorm.DB, items []core.Postnatal) error {
	pregnancies, err := pregnanciesOf(tx, items, func(v core.Postnatal) belonging {
		return belonging{postnatalRow{}.TableName(), v.ID, v.ResidentID, v.PregnancyID}
	})
	if err != nil {
		return err
	}
	for i, v := range items {
		if refused := pregnancies[i].AdmitsAfter(v); refused != nil {
			return core.At(refused, i)
		}
	}
	return nil
}
