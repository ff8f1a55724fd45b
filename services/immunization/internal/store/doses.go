package store

import (
	"context"
	"errors"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// Doses keeps doses, each product at most once a day for a resident.
type Doses struct {
	*recordstore.Store[core.Dose, doseRow]
	db *sqlstore.DB
}

type doseRow struct {
	recordstore.BaseRow
	Product        string
	LotNumber      string
	Site           string
	GivenElsewhere bool
	UnitID         string
	// LiveSlot makes the same dose entered twice a duplicate: "live", or the
	// dose's own id once it is withdrawn.
	LiveSlot string
}

func (doseRow) TableName() string { return "dose" }

const liveSlot = "live"

func newDoses(d Deps) Doses {
	k := recordstore.Kind[core.Dose, doseRow]{
		Name:  "dose",
		Base:  func(d *core.Dose) *record.Base { return &d.Base },
		ToRow: doseToRow,
		FromRow: func(r doseRow) core.Dose {
			return core.Dose{
				Base: r.Base(), On: r.OnDate, Product: r.Product, Lot: r.LotNumber, Site: r.Site, Elsewhere: r.GivenElsewhere, UnitID: r.UnitID,
			}
		},
		Fact:    d.Facts.Dose,
		Persons: residentlink.Expand,
		Frees:   []string{"live_slot"},
	}
	return Doses{recordstore.New(d.DB, d.Now, k), d.DB}
}

func doseToRow(d core.Dose) doseRow {
	row := doseRow{recordstore.RowOf(d.Base, d.On), d.Product, d.Lot, d.Site, d.Elsewhere, d.UnitID, liveSlot}
	if d.Deleted {
		row.LiveSlot = d.ID
	}
	return row
}

// Create implements the record contract. It fails with DOSE_EXISTS and the index
// of the first dose that is there already.
func (s Doses) Create(ctx context.Context, req record.Request, items []core.Dose) ([]core.Dose, error) {
	out, err := s.Store.Create(ctx, req, items)
	if errors.Is(err, sqlstore.ErrDuplicate) {
		return nil, core.DoseExists(s.firstKnown(ctx, items)).Because(err)
	}
	return out, err
}

// Update implements the record contract. It fails with DOSE_EXISTS.
func (s Doses) Update(ctx context.Context, item core.Dose) (core.Dose, error) {
	out, err := s.Store.Update(ctx, item)
	if errors.Is(err, sqlstore.ErrDuplicate) {
		err = core.ErrDoseExists.Because(err)
	}
	return out, err
}

// firstKnown finds the item that a refused batch stumbled over. The index of the
// table does not say which; asking afterwards costs nothing when all goes well.
// It is -1 when the other dose has been withdrawn meanwhile.
func (s Doses) firstKnown(ctx context.Context, items []core.Dose) int {
	residents := make([]string, len(items))
	for i, d := range items {
		residents[i] = d.ResidentID
	}
	var rows []doseRow
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		return tx.Select("resident_id", "on_date", "product").Where("resident_id IN ? AND deleted = ?", residents, false).Find(&rows).Error
	})
	if err != nil {
		return -1
	}
	// Stored doses differ from each other, so the first repetition is an item.
	all := make([]core.Dose, len(rows), len(rows)+len(items))
	for i, r := range rows {
		all[i] = core.Dose{Base: record.Base{ResidentID: r.ResidentID}, On: r.OnDate, Product: r.Product}
	}
	return max(core.Same(append(all, items...))-len(rows), -1)
}
