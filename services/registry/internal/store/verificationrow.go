package store

import (
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/verify"
)

func digits(n int) string { return strconv.Itoa(n) }

var (
	verificationColumns = []string{
		"verification_id", "resident_id", "kind", "asking_division", "asking_unit", "asked_division", "asked_unit", "working_days", "state", "result",
		"sent", "deadline", "answered", "late", "days_left", "peer", "from_peer", "version", "question", "created_ms", "updated_ms",
	}
	stepColumns = []string{"verification_id", "number", "action", "by_whom", "step_ms", "result", "deadline", "body"}
)

const selectVerification = "SELECT verification_id, resident_id, kind, asking_division, asking_unit, asked_division, asked_unit, working_days, state, result, sent, deadline, answered, late, days_left, peer, from_peer, version, question, created_ms, updated_ms FROM verification"

// questionJSON is what may not be read in a database file.
type questionJSON struct {
	Text     string            `json:"t"`
	Evidence []verify.Evidence `json:"e,omitempty"`
	Paper    [3]string         `json:"p"` // type, country, number of the document
}

// stepJSON is the same of a step.
type stepJSON struct {
	Note        string            `json:"n,omitempty"`
	Evidence    []verify.Evidence `json:"e,omitempty"`
	Corrections []eventJSON       `json:"c,omitempty"`
	EventIDs    []string          `json:"i,omitempty"`
}

// eventJSON is an event as the log would keep it.
type eventJSON struct {
	Coded    []byte `json:"c"`
	Personal []byte `json:"p,omitempty"`
}

func (s *SQL) sealQuestion(v *verify.Verification) ([]byte, error) {
	plain, err := json.Marshal(questionJSON{Text: v.Text, Evidence: v.Evidence, Paper: [3]string{string(v.Document.Type), v.Document.Country, v.Document.Number.Reveal()}})
	if err != nil {
		return nil, err
	}
	return s.seal.Seal("verification", v.ID, "question", plain)
}

func (s *SQL) scanVerification(r *sql.Rows) (v verify.Verification, err error) {
	var sealed []byte
	var created, updated int64
	err = r.Scan(&v.ID, &v.ResidentID, &v.Kind, &v.Asking.Division, &v.Asking.Unit, &v.Asked.Division, &v.Asked.Unit, &v.WorkingDays, &v.State, &v.Result,
		&v.Sent, &v.Deadline, &v.Answered, &v.Late, &v.Left, &v.Peer, &v.FromPeer, &v.Version, &sealed, &created, &updated)
	if err != nil {
		return v, err
	}
	v.Created, v.Updated = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	plain, err := s.seal.Open("verification", v.ID, "question", sealed)
	if err != nil {
		return v, err
	}
	var q questionJSON
	if err := json.Unmarshal(plain, &q); err != nil || !(paper{q.Paper[0], q.Paper[1], q.Paper[2]}).read(&v.Document) {
		return v, errCoded
	}
	v.Text, v.Evidence = q.Text, q.Evidence
	return v, nil
}

// readVerification reads a row with its steps; lock is "" or " FOR UPDATE".
func (s *SQL) readVerification(tx *gorm.DB, id, lock string) (v verify.Verification, err error) {
	found := false
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		found = true
		v, err = s.scanVerification(r)
		return err
	}, selectVerification+" WHERE verification_id = ?"+lock, id)
	if err == nil && !found {
		err = verify.ErrNotFound
	}
	if err != nil {
		return v, err
	}
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		step, err := s.scanStep(r, id)
		v.Steps = append(v.Steps, step)
		return err
	}, "SELECT number, action, by_whom, step_ms, result, deadline, body FROM verification_step WHERE verification_id = ? ORDER BY number", id)
	return v, err
}

func (s *SQL) lockVerification(tx *gorm.DB, id string) (verify.Verification, error) {
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		return s.readVerification(tx, id, " FOR UPDATE")
	}
	return s.readVerification(tx, id, "")
}

func (s *SQL) scanStep(r *sql.Rows, id string) (step verify.Step, err error) {
	var sealed []byte
	var at int64
	if err = r.Scan(&step.Number, &step.Action, &step.By, &at, &step.Result, &step.Deadline, &sealed); err != nil {
		return step, err
	}
	step.Time = time.UnixMilli(at).UTC()
	plain, err := s.seal.Open("verification_step", id+"/"+digits(step.Number), "body", sealed)
	if err != nil {
		return step, err
	}
	var body stepJSON
	if err := json.Unmarshal(plain, &body); err != nil {
		return step, errCoded
	}
	step.Note, step.Evidence, step.EventIDs = body.Note, body.Evidence, body.EventIDs
	for _, c := range body.Corrections {
		e, err := readEvent("", "", c.Coded, c.Personal)
		if err != nil {
			return step, err
		}
		step.Corrections = append(step.Corrections, e)
	}
	return step, nil
}

func (s *SQL) insertVerification(tx *gorm.DB, v verify.Verification) error {
	sealed, err := s.sealQuestion(&v)
	if err != nil {
		return err
	}
	err = sqlstore.InsertMany(tx, "verification", verificationColumns, [][]any{{
		v.ID, v.ResidentID, int(v.Kind), v.Asking.Division, v.Asking.Unit, v.Asked.Division, v.Asked.Unit, v.WorkingDays, int(v.State), int(v.Result),
		v.Sent, v.Deadline, v.Answered, v.Late, v.Left, v.Peer, v.FromPeer, v.Version, sealed, v.Created.UnixMilli(), v.Updated.UnixMilli(),
	}})
	if err != nil {
		return err
	}
	return s.insertSteps(tx, v.ID, v.Steps)
}

func (s *SQL) insertSteps(tx *gorm.DB, id string, steps []verify.Step) error {
	rows := make([][]any, len(steps))
	for i, step := range steps {
		body := stepJSON{Note: step.Note, Evidence: step.Evidence, EventIDs: step.EventIDs}
		for _, e := range step.Corrections {
			body.Corrections = append(body.Corrections, eventJSON{codeEvent(e), personal(e)})
		}
		plain, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sealed, err := s.seal.Seal("verification_step", id+"/"+digits(step.Number), "body", plain)
		if err != nil {
			return err
		}
		rows[i] = []any{id, step.Number, int(step.Action), step.By, step.Time.UnixMilli(), int(step.Result), step.Deadline, sealed}
	}
	return sqlstore.InsertMany(tx, "verification_step", stepColumns, rows)
}

// saveVerification writes what changed since v was locked: its row and the steps
// from one on.
func (s *SQL) saveVerification(tx *gorm.DB, v *verify.Verification, from int, now time.Time) error {
	before := v.Version
	v.Version, v.Updated = before+1, whole(now)
	sealed, err := s.sealQuestion(v)
	if err != nil {
		return err
	}
	up := tx.Exec("UPDATE verification SET resident_id = ?, state = ?, result = ?, sent = ?, deadline = ?, answered = ?, late = ?, days_left = ?, peer = ?, version = ?, question = ?, updated_ms = ? WHERE verification_id = ? AND version = ?",
		v.ResidentID, int(v.State), int(v.Result), v.Sent, v.Deadline, v.Answered, v.Late, v.Left, v.Peer, v.Version, sealed, v.Updated.UnixMilli(), v.ID, before)
	if up.Error != nil {
		return up.Error
	}
	if up.RowsAffected != 1 {
		return verify.ErrChanged
	}
	return s.insertSteps(tx, v.ID, v.Steps[from:])
}

// without returns events without what means something in one installation only.
func without(events []core.Event) []core.Event {
	out := make([]core.Event, len(events))
	for i, e := range events {
		e.ResidentID, e.MotherResidentID, e.OtherResidentID = "", "", ""
		out[i] = e
	}
	return out
}
