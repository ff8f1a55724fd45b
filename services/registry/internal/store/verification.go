package store

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/workday"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/verify"
)

// SendVerification stores a question and its first step. It fails with
// RESIDENT_NOT_FOUND, DIVISION_NOT_FOUND, UNIT_NOT_FOUND and REQUEST_ID_REUSED.
func (s *SQL) SendVerification(ctx context.Context, req record.Request, q verify.Question, by string, cal *workday.Calendar, now time.Time) (out verify.Verification, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "verification.send", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			out, err = s.readVerification(tx, string(prior), "")
			return err
		}
		v := verify.Verification{ID: ids.New(now), Question: q, Version: 1, Created: whole(now), Updated: whole(now)}
		if err := s.admitQuestion(tx, &v.Question, civil.DateOf(now)); err != nil {
			return err
		}
		if err := v.Apply(verify.Step{Action: verify.Send, By: by, Time: whole(now)}, cal); err != nil {
			return err
		}
		if err := s.insertVerification(tx, v); err != nil {
			return err
		}
		out = v
		return idempotency.Keep(tx, "verification.send", req.ID, req.Digest, []byte(v.ID))
	})
	return out, err
}

// whole is an instant as it will be read back.
func whole(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// admitQuestion looks up who is asked about, and refuses places that are not there.
func (s *SQL) admitQuestion(tx *gorm.DB, q *verify.Question, today civil.Date) error {
	for _, p := range []verify.Party{q.Asking, q.Asked} {
		if _, err := divisionOn(tx, p.Division, today); err != nil {
			return err
		}
		if p.Unit == "" {
			continue
		}
		if _, err := unitByID(tx, p.Unit); err != nil {
			return err
		}
	}
	if q.ResidentID != "" {
		_, err := s.readPerson(tx, q.ResidentID)
		return err
	}
	id, err := s.holderOf(tx, q.Document)
	q.ResidentID = id
	return err
}

// holderOf is who is known to hold a document, "" when nobody is.
func (s *SQL) holderOf(tx *gorm.DB, d core.Document) (id string, err error) {
	x := s.docIndex(d)
	err = sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&id) },
		"SELECT r.resident_id FROM document d JOIN resident r ON r.resident_id = d.resident_id WHERE r.known = 1 AND d.document_index = ?", x[:])
	return id, err
}

// Verification returns a verification with its steps. It fails with
// VERIFICATION_NOT_FOUND.
func (s *SQL) Verification(ctx context.Context, id string) (v verify.Verification, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		v, err = s.readVerification(tx, id, "")
		return err
	})
	return v, err
}

// StepVerification takes a step at the version that was read. Accepting records
// what the answer proposed in the same transaction; outcomes says what became of
// each correction. It fails with VERIFICATION_NOT_FOUND, VERIFICATION_CHANGED,
// VERIFICATION_STATE_WRONG, VERIFICATION_PEER_OTHER, VERIFICATION_CORRECTION,
// REQUEST_ID_REUSED and what refuses an event.
func (s *SQL) StepVerification(ctx context.Context, req record.Request, id string, version int64, step verify.Step, cal *workday.Calendar, now time.Time) (out verify.Verification, outcomes []core.Outcome, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		outcomes = nil
		prior, found, err := idempotency.Claim(tx, "verification.step", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			out, err = s.readVerification(tx, string(prior), "")
			return err
		}
		v, err := s.lockVerification(tx, id)
		if err != nil {
			return err
		}
		if v.Version != version {
			return verify.ErrChanged
		}
		var facts []changefeed.Fact
		step := step
		step.Time = whole(now)
		if err := s.checkStep(&v, step); err != nil {
			return err
		}
		if step.Action == verify.Accept {
			if outcomes, facts, err = s.recordProposed(tx, &v, &step, now); err != nil {
				return err
			}
		}
		from := len(v.Steps)
		if err := v.Apply(step, cal); err != nil {
			return err
		}
		if err := s.saveVerification(tx, &v, from, now); err != nil {
			return err
		}
		out = v
		if err := idempotency.Keep(tx, "verification.step", req.ID, req.Digest, []byte(id)); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	return out, outcomes, err
}

func (s *SQL) checkStep(v *verify.Verification, step verify.Step) error {
	if err := v.Here(step.Action); err != nil {
		return err
	}
	if err := v.May(step.Action); err != nil {
		return err
	}
	return v.CheckAnswer(step)
}

// recordProposed records the corrections of the answer as events of the desk.
func (s *SQL) recordProposed(tx *gorm.DB, v *verify.Verification, step *verify.Step, now time.Time) ([]core.Outcome, []changefeed.Fact, error) {
	if v.ResidentID == "" && !v.Document.Number.IsZero() {
		id, err := s.holderOf(tx, v.Document) // who may have arrived since
		if err != nil {
			return nil, nil, err
		}
		v.ResidentID = id
	}
	events := v.Proposed(v.ResidentID)
	if len(events) == 0 {
		return nil, nil, nil
	}
	for i := range events {
		stamp(&events[i], now)
		step.EventIDs = append(step.EventIDs, events[i].ID)
	}
	out, facts, err := s.applyEvents(tx, events, Source{}, now)
	if err != nil {
		return nil, nil, err
	}
	for i, o := range out {
		if err := refusalOf(o, "corrections["+digits(i)+"]"); err != nil {
			return nil, nil, err
		}
		if v.ResidentID == "" {
			v.ResidentID = o.ResidentID
		}
	}
	return out, facts, nil
}
