package store

import (
	"database/sql"
	"maps"
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
)

// Columns of the tables that applyEvents writes.
var (
	eventColumns       = []string{"sender", "event_id", "resident_id", "replaces", "digest", "coded", "sealed", "batch_id", "batch_row", "record_ms"}
	residentColumns    = []string{"resident_id", "known", "version", "sex", "birth", "death", "flags", "digest", "person", "person_version", "created_ms", "updated_ms", "mother_index", "doubled"}
	documentColumns    = []string{"document_index", "resident_id"}
	stayColumns        = []string{"resident_id", "stay_id", "division", "sort_key", "arrived", "registered", "first_seen", "left_on", "reason", "version", "body", "recorded"}
	linkColumns        = []string{"resident_id", "into_id", "version"}
	sideColumns        = []string{"sender", "event_id", "document_index", "resident_id"}
	formerColumns      = []string{"document_index", "resident_id"}
	witnessPackColumns = []string{"sender", "batch_id", "pack_id", "pack"}
	witnessColumns     = []string{"sender", "event_id", "batch_id", "batch_row"}
	permitColumns      = []string{"resident_id", "permit_id", "division", "issued", "valid_until", "lapsed", "cancelled", "version", "body", "recorded"}
)

// resident is one row of the table resident.
type resident struct {
	id            string
	known         bool // somebody has arrived or was born; otherwise events wait
	version       int64
	sex           int
	birth, death  civil.Date
	flags         string // review flags, comma between
	digest        []byte // of the whole folded state
	person        []byte // body of the PersonFact, empty while not known
	personVersion int64  // of the latest PersonFact, 0 when there never was one
	created       int64
	updated       int64
	mother        []byte // index of the mother's document, nil when no event shows one
	doubled       bool   // an open item of the review queue asks whether this is the same person as another one
}

func (r *resident) values() []any {
	return []any{
		r.id, r.known, r.version, r.sex, day(r.birth), day(r.death), r.flags, r.digest, nonNil(r.person), r.personVersion, r.created, r.updated, r.mother,
		r.doubled,
	}
}

// recorded is the day on which the first event behind the resident was recorded:
// the row is made with it and never begins anew.
func (r *resident) recorded() civil.Date { return civil.DateOf(at(r.created)) }

const selectResident = "SELECT resident_id, known, version, sex, birth, death, flags, digest, person, person_version, created_ms, updated_ms, mother_index, doubled FROM resident"

func scanResident(rows *sql.Rows) (*resident, error) {
	r := &resident{}
	err := rows.Scan(&r.id, &r.known, &r.version, &r.sex, &r.birth, &r.death, &r.flags, &r.digest, &r.person, &r.personVersion, &r.created, &r.updated, &r.mother, &r.doubled)
	return r, err
}

// readResidents reads rows, locked where the engine has row locks.
func (b *batch) readResidents(ids []string) error {
	lock := ""
	if sqlstore.EngineOf(b.tx) == sqlstore.MySQL {
		lock = " ORDER BY resident_id FOR UPDATE"
	}
	return sqlstore.InKeys(b.tx, ids, func(list string, args []any) error {
		return sqlstore.Query(b.tx, func(rows *sql.Rows) error {
			r, err := scanResident(rows)
			if err == nil {
				b.residents[r.id] = r
			}
			return err
		}, selectResident+" WHERE resident_id IN "+list+lock, args...)
	})
}

// stored is an event as the log has it.
type stored struct {
	entry
	batch    string
	row      int
	recordMS int64

	coded, sealed []byte

	withdrawnMS int64 // 0 while it counts
}

const selectEvent = "SELECT sender, event_id, resident_id, digest, coded, sealed, batch_id, batch_row, record_ms, home_id FROM event"

func (s *SQL) scanEvent(rows *sql.Rows) (stored, error) {
	var home sql.NullString
	e, err := s.scanStored(rows, &home)
	e.home = home.String
	return e, err
}

// scanStored reads a row of the log whose last column goes to last.
func (s *SQL) scanStored(rows *sql.Rows, last any) (stored, error) {
	e := stored{entry: entry{input: -1}}
	var sender, id string
	var digest []byte
	if err := rows.Scan(&sender, &id, &e.resident, &digest, &e.coded, &e.sealed, &e.batch, &e.row, &e.recordMS, last); err != nil {
		return e, err
	}
	plain, err := s.seal.Open("event", sender+"/"+id, "person", e.sealed)
	if err != nil {
		return e, err
	}
	if e.Event, err = readEvent(sender, id, e.coded, plain); err != nil {
		return e, err
	}
	e.digest = [16]byte(digest)
	return e, nil
}

// readEvents reads events where a condition and an IN over keys hold.
func (b *batch) readEvents(hint, condition string, before []any, keys []string, each func(entry)) error {
	return selectIn(b.tx, selectEvent+hint+" WHERE "+condition, before, keys, func(rows *sql.Rows) error {
		e, err := b.s.scanEvent(rows)
		if err == nil {
			e.entry.Recorded = civil.DateOf(at(e.recordMS))
			each(e.entry)
		}
		return err
	})
}

// eventRows makes rows of the log. What all of them have is boxed once.
type eventRows struct {
	b           *batch
	sender      string
	senderValue any
	batch, now  any
}

func (b *batch) eventRows() *eventRows {
	return &eventRows{b: b, senderValue: "", batch: b.src.BatchID, now: b.now.UnixMilli()}
}

func (r *eventRows) of(e *entry) ([]any, error) {
	if e.made.err != nil {
		return nil, e.made.err
	}
	var replaces, secret any
	if e.Replaces != "" {
		replaces = e.Replaces
	}
	if len(e.made.sealed) > 0 {
		secret = e.made.sealed
	}
	if e.Sender != r.sender {
		r.sender, r.senderValue = e.Sender, e.Sender
	}
	return []any{
		r.senderValue, e.ID, e.now, replaces, e.digest[:], e.made.coded, secret, r.batch, r.b.row(e), r.now,
	}, nil
}

// sideRow finds an event by the second person whom it names; nil when it names
// none.
func (b *batch) sideRow(e *entry) []any {
	if e.OtherDocument.Number.IsZero() && e.OtherResidentID == "" {
		return nil
	}
	var document, resident any
	if !e.OtherDocument.Number.IsZero() {
		x := b.index(e.OtherDocument)
		document = x[:]
	}
	if e.OtherResidentID != "" {
		resident = e.OtherResidentID
	}
	return []any{e.Sender, e.ID, document, resident}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
