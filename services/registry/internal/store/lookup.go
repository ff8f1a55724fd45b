package store

import (
	"context"
	"database/sql"
	"time"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// asked are the questions that desks ask all day, each one statement and so one
// snapshot.
type asked struct{ holder, person *sqlstore.Statement }

func askedOf(db *sqlstore.DB) asked {
	return asked{
		holder: db.Statement("SELECT " + holder + " d.document_index = ?"),
		person: db.Statement(`SELECT r.version, r.created_ms, r.updated_ms, EXISTS (SELECT 1 FROM resident_link), e.sender, e.event_id, e.coded, e.sealed
FROM resident r JOIN event e ON e.resident_id = r.resident_id WHERE r.resident_id = ? AND r.known = 1`),
	}
}

// holder is who has documents; of residents who are one person, whoever stands
// for them.
const holder = `COALESCE(l.into_id, d.resident_id) FROM document d JOIN resident r ON r.resident_id = d.resident_id
LEFT JOIN resident_link l ON l.resident_id = d.resident_id WHERE (r.known = 1 OR l.into_id IS NOT NULL) AND`

// selectHolder says which of many documents too.
const selectHolder = "SELECT d.document_index, " + holder

// lookupOne is Lookup of one document.
func (s *SQL) lookupOne(ctx context.Context, d core.Document) (id string, err error) {
	x := s.docIndex(d)
	err = s.asked.holder.Each(ctx, func(r *sql.Rows) error { return r.Scan(&id) }, x[:])
	return id, err
}

// residentAlone reads a person in a registry in which nobody was merged; found
// is false where that is not so, or nobody was found, and the long way must say.
func (s *SQL) residentAlone(ctx context.Context, id string) (out core.Resident, found bool, err error) {
	out.ID = id
	var events []core.Event
	merged := false
	err = s.asked.person.Each(ctx, func(r *sql.Rows) error {
		var created, updated int64
		var sender, event string
		var coded, sealed sql.RawBytes // both are read here and now
		if err := r.Scan(&out.Version, &created, &updated, &merged, &sender, &event, &coded, &sealed); err != nil || merged {
			return err
		}
		out.CreateTime, out.UpdateTime = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
		plain, err := s.seal.Open("event", sender+"/"+event, "person", sealed)
		if err != nil {
			return err
		}
		e, err := readEvent(sender, event, coded, plain)
		events = append(events, e)
		return err
	}, id)
	if err != nil || merged || len(events) == 0 {
		return core.Resident{}, false, err
	}
	out.State = core.FoldTraced(events)
	return out, true, nil
}
