package store

import (
	"context"
	"errors"
	"strings"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// Deliveries keeps deliveries, at most one a pregnancy. The pregnancy ends,
// moves its end and goes on again in the same transaction, and both facts go
// into the feed together.
type Deliveries struct {
	*recordstore.Store[core.Delivery, deliveryRow]
	db          *sqlstore.DB
	pregnancies Pregnancies
}

type deliveryRow struct {
	recordstore.BaseRow
	PregnancyID string
	LiveBirths  int
	Stillbirths int
	InHospital  bool
	ChildIDs    string `gorm:"column:child_ids"` // joined by commas
	UnitID      string
	// LiveSlot makes a second delivery of a pregnancy a duplicate: "live", or the
	// delivery's own id once it is withdrawn.
	LiveSlot string
}

func (deliveryRow) TableName() string { return "delivery" }

const (
	deliveryKind = "delivery"
	liveSlot     = "live"
)

func newDeliveries(d Deps, p Pregnancies) Deliveries {
	k := recordstore.Kind[core.Delivery, deliveryRow]{
		Name:    deliveryKind,
		Base:    func(d *core.Delivery) *record.Base { return &d.Base },
		ToRow:   deliveryToRow,
		FromRow: deliveryFromRow,
		Fact:    d.Facts.Delivery,
		Persons: residentlink.Expand,
		Before:  admitDeliveries,
		Frees:   []string{"live_slot"},
	}
	return Deliveries{recordstore.New(d.DB, d.Now, k), d.DB, p}
}

func deliveryToRow(d core.Delivery) deliveryRow {
	row := deliveryRow{
		recordstore.RowOf(d.Base, d.On), d.PregnancyID, d.LiveBirths, d.Stillbirths, d.InHospital, strings.Join(d.ChildIDs, ","), d.UnitID, liveSlot,
	}
	if d.Deleted {
		row.LiveSlot = d.ID
	}
	return row
}

func deliveryFromRow(r deliveryRow) core.Delivery {
	d := core.Delivery{
		Base: r.Base(), PregnancyID: r.PregnancyID, On: r.OnDate, LiveBirths: r.LiveBirths, Stillbirths: r.Stillbirths, InHospital: r.InHospital, UnitID: r.UnitID,
	}
	if r.ChildIDs != "" {
		d.ChildIDs = strings.Split(r.ChildIDs, ",")
	}
	return d
}

func pregnancyOf(d core.Delivery) belonging {
	return belonging{deliveryRow{}.TableName(), d.ID, d.ResidentID, d.PregnancyID}
}

// admitDeliveries judges deliveries against their pregnancies, which it locks, and
// against the deliveries on record.
func admitDeliveries(tx *gorm.DB, items []core.Delivery) error {
	pregnancies, err := pregnanciesOf(tx, items, pregnancyOf)
	if err != nil {
		return err
	}
	ids := make([]string, len(items))
	for i, d := range items {
		ids[i] = d.PregnancyID
	}
	var rows []deliveryRow
	if err := tx.Select("id", "pregnancy_id").Where("pregnancy_id IN ? AND deleted = ?", ids, false).Find(&rows).Error; err != nil {
		return err
	}
	taken := make(map[string]string, len(rows)+len(items))
	for _, r := range rows {
		taken[r.PregnancyID] = r.ID
	}
	for i, d := range items {
		if other, ok := taken[d.PregnancyID]; ok && other != d.ID {
			return core.At(core.ErrDeliveryExists, i)
		}
		taken[d.PregnancyID] = d.ID
		if refused := pregnancies[i].AdmitsDelivery(d, d.Version > 1); refused != nil {
			return core.At(refused, i)
		}
	}
	return nil
}

// Create implements the record contract and ends the pregnancies. It fails with
// PREGNANCY_NOT_FOUND, VISIT_OUTSIDE_PREGNANCY, PREGNANCY_ENDED and
// DELIVERY_EXISTS, each with the index of the item.
func (s Deliveries) Create(ctx context.Context, req record.Request, items []core.Delivery) ([]core.Delivery, error) {
	if len(items) == 0 || len(items) > record.MaxBatch {
		return nil, recordstore.ErrBatch
	}
	var out []core.Delivery
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, deliveryKind+".create", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			out, err = s.again(tx, strings.Split(string(prior), ","))
			return err
		}
		var facts []changefeed.Fact
		if out, facts, err = s.Insert(tx, items); err != nil {
			return err
		}
		ended, err := s.end(tx, out)
		if err != nil {
			return err
		}
		if err := idempotency.Keep(tx, deliveryKind+".create", req.ID, req.Digest, joinIDs(out)); err != nil {
			return err
		}
		return changefeed.Append(tx, append(facts, ended...)...)
	})
	if errors.Is(err, sqlstore.ErrDuplicate) {
		err = core.ErrDeliveryExists.Because(err)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Update implements the record contract; the end of the pregnancy follows. It
// fails with DELIVERY_PREGNANCY_FIXED and VISIT_OUTSIDE_PREGNANCY.
func (s Deliveries) Update(ctx context.Context, item core.Delivery) (core.Delivery, error) {
	var out core.Delivery
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		old, err := s.Take(tx, item.ID)
		if err != nil {
			return err
		}
		if old.PregnancyID != item.PregnancyID {
			return core.ErrDeliveryFixed.On("pregnancy_id", "不能修改 cannot be changed")
		}
		var fact changefeed.Fact
		if out, fact, err = s.Replace(tx, item); err != nil {
			return err
		}
		ended, err := s.end(tx, []core.Delivery{out})
		if err != nil {
			return err
		}
		return changefeed.Append(tx, append([]changefeed.Fact{fact}, ended...)...)
	})
	return out, err
}

// Delete implements the record contract. A delivery that was entered in error
// never ended the pregnancy, so that goes on again, also where its end had been
// written before the delivery was. It fails with PREGNANCY_IN_USE while
// postnatal visits stand on the end of the pregnancy.
func (s Deliveries) Delete(ctx context.Context, id string, version int64) (core.Delivery, error) {
	var out core.Delivery
	err := s.db.Write(ctx, func(tx *gorm.DB) error {
		var fact changefeed.Fact
		var err error
		if out, fact, err = s.Withdraw(tx, id, version); err != nil {
			return err
		}
		of, err := pregnanciesOf(tx, []core.Delivery{out}, pregnancyOf)
		if err != nil {
			return err
		}
		if err := unused(tx, postnatalRow{}.TableName(), out.PregnancyID); err != nil {
			return err
		}
		_, reopened, err := s.pregnancies.Replace(tx, of[0].Reopened())
		if err != nil {
			return err
		}
		return changefeed.Append(tx, fact, reopened)
	})
	return out, err
}

// end ends the pregnancies of deliveries that are written already, and returns
// the facts of those that this changed.
func (s Deliveries) end(tx *gorm.DB, deliveries []core.Delivery) ([]changefeed.Fact, error) {
	pregnancies, err := pregnanciesOf(tx, deliveries, pregnancyOf)
	if err != nil {
		return nil, err
	}
	var facts []changefeed.Fact
	for i, p := range pregnancies {
		ended := p.EndedBy(deliveries[i])
		if ended == p {
			continue
		}
		_, fact, err := s.pregnancies.Replace(tx, ended)
		if err != nil {
			return nil, err
		}
		facts = append(facts, fact)
	}
	return facts, nil
}

// again reads what an earlier request created, withdrawn or not, in its order.
func (s Deliveries) again(tx *gorm.DB, ids []string) ([]core.Delivery, error) {
	var rows []deliveryRow
	if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	byID := make(map[string]deliveryRow, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	out := make([]core.Delivery, len(ids))
	for i, id := range ids {
		r, ok := byID[id]
		if !ok {
			return nil, record.ErrNotFound
		}
		out[i] = deliveryFromRow(r)
	}
	return out, nil
}

func joinIDs(deliveries []core.Delivery) []byte {
	out := make([]string, len(deliveries))
	for i, d := range deliveries {
		out[i] = d.ID
	}
	return []byte(strings.Join(out, ","))
}
