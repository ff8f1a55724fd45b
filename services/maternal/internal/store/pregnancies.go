package store

import (
	"context"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Pregnancies keeps pregnancies.
type Pregnancies struct {
	*recordstore.Store[core.Pregnancy, pregnancyRow]
	db *sqlstore.DB
}

type pregnancyRow struct {
	recordstore.BaseRow
	LMP     civil.Date `gorm:"column:lmp_date"`
	Due     civil.Date `gorm:"column:due_date"`
	Risk    int
	Ended   civil.Date `gorm:"column:ended_date"`
	Outcome int
	UnitID  string
}

func (pregnancyRow) TableName() string { return "pregnancy" }

func newPregnancies(d Deps) Pregnancies {
	return Pregnancies{recordstore.New(d.DB, d.Now, recordstore.Kind[core.Pregnancy, pregnancyRow]{
		Name: "pregnancy",
		Base: func(p *core.Pregnancy) *record.Base { return &p.Base },
		ToRow: func(p core.Pregnancy) pregnancyRow {
			return pregnancyRow{recordstore.RowOf(p.Base, p.Registered), p.LMP, p.Due, p.Risk, p.Ended, int(p.Outcome), p.UnitID}
		},
		FromRow: pregnancyFromRow,
		Fact:    d.Facts.Pregnancy,
		Persons: residentlink.Expand,
		Before:  completePregnancies,
	}), d.DB}
}

func pregnancyFromRow(r pregnancyRow) core.Pregnancy {
	return core.Pregnancy{
		Base: r.Base(), Registered: r.OnDate, LMP: r.LMP, Due: r.Due, Risk: r.Risk, Ended: r.Ended, Outcome: core.Outcome(r.Outcome), UnitID: r.UnitID,
	}
}

// completePregnancies fills in due dates, and refuses a change that contradicts
// the delivery on record.
func completePregnancies(tx *gorm.DB, items []core.Pregnancy) error {
	for i := range items {
		p := &items[i]
		if p.Version == 1 {
			p.Complete(nil)
			continue
		}
		var old pregnancyRow
		if err := tx.Where("id = ?", p.ID).Take(&old).Error; err != nil {
			return err
		}
		before := pregnancyFromRow(old)
		p.Complete(&before)
		if p.Ended == before.Ended && p.Outcome == before.Outcome {
			continue
		}
		var delivered []deliveryRow
		if err := tx.Where("pregnancy_id = ? AND deleted = ?", p.ID, false).Find(&delivered).Error; err != nil {
			return err
		}
		for _, r := range delivered {
			if said := p.EndedBy(deliveryFromRow(r)); said.Ended != p.Ended || said.Outcome != p.Outcome {
				return core.ErrDeliveryDecides
			}
		}
	}
	return nil
}

// Delete implements the record contract. It fails with PREGNANCY_IN_USE while
// visits or a delivery belong to the pregnancy.
func (s Pregnancies) Delete(ctx context.Context, id string, version int64) (core.Pregnancy, error) {
	var out core.Pregnancy
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		var fact changefeed.Fact
		var err error
		if out, fact, err = s.withdraw(tx, id, version); err != nil {
			return err
		}
		return changefeed.Append(tx, fact)
	})
	return out, err
}

// Void is Delete inside a transaction; the fact goes to changefeed.Append at the
// end of tx.
func (s Pregnancies) Void(tx *gorm.DB, id string, version int64) (changefeed.Fact, error) {
	_, fact, err := s.withdraw(tx, id, version)
	return fact, err
}

func (s Pregnancies) withdraw(tx *gorm.DB, id string, version int64) (out core.Pregnancy, fact changefeed.Fact, err error) {
	if out, fact, err = s.Withdraw(tx, id, version); err != nil {
		return out, fact, err
	}
	for _, table := range []string{antenatalRow{}.TableName(), deliveryRow{}.TableName(), postnatalRow{}.TableName()} {
		if err := unused(tx, table, id); err != nil {
			return out, fact, err
		}
	}
	return out, fact, nil
}

// unused fails with PREGNANCY_IN_USE when a table has live records of a pregnancy.
func unused(tx *gorm.DB, table, pregnancyID string) error {
	var ids []string
	err := tx.Table(table).Where("pregnancy_id = ? AND deleted = ?", pregnancyID, false).Limit(1).Pluck("id", &ids).Error
	if err == nil && len(ids) > 0 {
		return core.ErrInUse
	}
	return err
}

// pregnanciesOf returns the pregnancy of each item, locked until the end of tx, so
// that none ends or goes away meanwhile. It is one query for the whole batch, in
// the order of ids, so that two batches do not lock each other out. It fails with
// PREGNANCY_NOT_FOUND and the index of the first item without one.
//
// The pregnancy may stand under another identifier of the same person. An item
// that was recorded for it while the two were one stays its own when they are
// parted: it can still be corrected and withdrawn.
func pregnanciesOf[T any](tx *gorm.DB, items []T, of func(T) belonging) ([]core.Pregnancy, error) {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = of(item).pregnancy
	}
	var rows []pregnancyRow
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("id IN ? AND deleted = ?", ids, false).Order("id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	byID := make(map[string]core.Pregnancy, len(rows))
	for _, r := range rows {
		byID[r.ID] = pregnancyFromRow(r)
	}
	out := make([]core.Pregnancy, len(items))
	for i, item := range items {
		b := of(item)
		p, ok := byID[b.pregnancy]
		if ok && p.ResidentID != b.resident {
			if ok, err = b.belongs(tx, p); err != nil {
				return nil, err
			}
		}
		if !ok {
			return nil, core.At(core.ErrPregnancyNotFound, i)
		}
		out[i] = p
	}
	return out, nil
}

// belonging says whose a visit or delivery is, and where it is kept.
type belonging struct{ table, id, resident, pregnancy string }

// belongs decides for an item and a pregnancy under different identifiers.
func (b belonging) belongs(tx *gorm.DB, p core.Pregnancy) (bool, error) {
	if same, err := residentlink.Same(tx, p.ResidentID, b.resident); same || err != nil {
		return same, err
	}
	var stored []string
	err := tx.Table(b.table).Where("id = ? AND pregnancy_id = ?", b.id, b.pregnancy).Pluck("id", &stored).Error
	return len(stored) > 0, err
}
