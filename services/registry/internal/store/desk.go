package store

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// CreateResident records a person met at a desk: arrival is an ARRIVE with a
// document, more are CORRECTs about the same person (further documents, hukou
// history). It fails with DOCUMENT_TAKEN, REQUEST_ID_REUSED and what refuses an
// event.
func (s *SQL) CreateResident(ctx context.Context, req record.Request, arrival core.Event, more []core.Event, now time.Time) (out core.Resident, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "resident.create", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			out, err = s.readPerson(tx, string(prior))
			return err
		}
		facts, id, err := s.recordAtDesk(tx, arrival, more, now)
		if err != nil {
			return err
		}
		if out, err = s.readPerson(tx, id); err != nil {
			return err
		}
		if err := idempotency.Keep(tx, "resident.create", req.ID, req.Digest, []byte(id)); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	return out, err
}

func (s *SQL) recordAtDesk(tx *gorm.DB, arrival core.Event, more []core.Event, now time.Time) ([]changefeed.Fact, string, error) {
	stamp(&arrival, now)
	known, err := s.holder(tx, arrival.Document)
	if err != nil {
		return nil, "", err
	}
	if known {
		return nil, "", core.ErrTaken.On("resident.documents", "已属于其他居民 belongs to somebody")
	}
	out, facts, err := s.applyEvents(tx, []core.Event{arrival}, Source{}, now)
	if err == nil {
		err = refusalOf(out[0], "resident")
	}
	if err != nil {
		return nil, "", err
	}
	id := out[0].ResidentID
	later, err := s.amend(tx, id, more, now)
	return append(facts, later...), id, err
}

// holder reports whether somebody who is known has the document.
func (s *SQL) holder(tx *gorm.DB, d core.Document) (known bool, err error) {
	x := s.docIndex(d)
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		return r.Scan(&known)
	}, "SELECT r.known = 1 OR l.into_id IS NOT NULL FROM document d JOIN resident r ON r.resident_id = d.resident_id"+
		" LEFT JOIN resident_link l ON l.resident_id = d.resident_id WHERE d.document_index = ?", x[:])
	return known, err
}

// Amend records CORRECTs about a resident at the version that was read; of a
// resident for whom another one stands, about that one and at its version. It
// fails with RESIDENT_NOT_FOUND, RESIDENT_CHANGED, DOCUMENT_TAKEN and what
// refuses an event.
func (s *SQL) Amend(ctx context.Context, id string, version int64, events []core.Event, now time.Time) (out core.Resident, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		id, err := standsFor(tx, id)
		if err != nil {
			return err
		}
		row, err := lockResident(tx, id)
		if err != nil {
			return err
		}
		if row.version != version {
			return core.ErrChanged
		}
		facts, err := s.amend(tx, id, events, now)
		if err != nil {
			return err
		}
		if out, err = s.readPerson(tx, id); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	return out, err
}

func (s *SQL) amend(tx *gorm.DB, id string, events []core.Event, now time.Time) ([]changefeed.Fact, error) {
	if len(events) == 0 {
		return nil, nil
	}
	for i := range events {
		// What is said of a document goes to whom of the merged residents it
		// belongs, so that they can be parted again.
		own, err := s.memberWith(tx, id, events[i].Document)
		if err != nil {
			return nil, err
		}
		events[i].ResidentID = own
		stamp(&events[i], now)
	}
	out, facts, err := s.applyEvents(tx, events, Source{}, now)
	if err != nil {
		return nil, err
	}
	for _, o := range out {
		if err := refusalOf(o, "resident"); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// standsFor returns who stands for a resident: mostly the resident.
func standsFor(tx *gorm.DB, id string) (string, error) {
	err := sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&id) }, "SELECT into_id FROM resident_link WHERE resident_id = ?", id)
	return id, err
}

// memberWith returns whoever of those for whom a resident stands has a document,
// and the resident when none has.
func (s *SQL) memberWith(tx *gorm.DB, id string, d core.Document) (string, error) {
	if d.Number.IsZero() {
		return id, nil
	}
	x := s.docIndex(d)
	err := sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&id) },
		"SELECT d.resident_id FROM document d JOIN resident_link l ON l.resident_id = d.resident_id WHERE d.document_index = ? AND l.into_id = ?", x[:], id)
	return id, err
}

// stamp makes an event one of the desk's.
func stamp(e *core.Event, now time.Time) {
	e.Sender, e.ID, e.TimeMS = core.Desk, ids.New(now), now.UnixMilli()
}

func refusalOf(o core.Outcome, prefix string) error {
	if o.Code != core.Refused {
		return nil
	}
	return o.Fault.On(prefix+"."+o.Column, o.Fault.Chinese+" "+o.Fault.Text)
}

func lockResident(tx *gorm.DB, id string) (row *resident, err error) {
	query := selectResident + " WHERE known = 1 AND resident_id = ?"
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		query += " FOR UPDATE"
	}
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		row, err = scanResident(r)
		return err
	}, query, id)
	if err == nil && row == nil {
		err = core.ErrResident
	}
	return row, err
}

func (s *SQL) readPerson(tx *gorm.DB, id string) (core.Resident, error) {
	list, err := s.readPersons(tx, []string{id})
	if err == nil && len(list) == 0 {
		err = core.ErrResident
	}
	if err != nil {
		return core.Resident{}, err
	}
	return list[0], nil
}
