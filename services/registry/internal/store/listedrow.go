package store

import (
	"database/sql"
	"encoding/json"
	"errors"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

// The answers of review_listed.
const (
	answerNone = 0
	answerSame = 1
	answerTwo  = 2
)

// listed is one row of review_listed: the row of a list that asks whose it is.
type listed struct {
	token  string // names the entry in the review queue, whichever list asks
	batch  string
	sender string
	key    string
	row    int
	answer int
	closed string // the later list by which it is no question any more
	sealed []byte
}

const selectListed = "SELECT other_id, batch_id, sender, row_key, row_no, answer, closed_by, sealed FROM review_listed"

func readListed(tx *gorm.DB, where string, args ...any) (out []listed, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		var l listed
		err := r.Scan(&l.token, &l.batch, &l.sender, &l.key, &l.row, &l.answer, &l.closed, &l.sealed)
		out = append(out, l)
		return err
	}, selectListed+" WHERE "+where+" ORDER BY other_id, batch_id", args...)
	return out, err
}

// asks is what is asked about an entry now, if it is.
func asks(tx *gorm.DB, token string) (l listed, found bool, err error) {
	list, err := readListed(tx, "other_id = ? AND answer = 0 AND closed_by = ''", token)
	if err != nil || len(list) == 0 {
		return listed{}, false, err
	}
	return list[len(list)-1], true, nil
}

// listedToken names an entry of a sender's lists.
func listedToken(sender, key string) string { return core.EventKey(sender, "list "+key) }

// listedJSON is how core.Listed is kept, sealed; events as the log has them.
type listedJSON struct {
	Key    string       `json:"k"`
	Event  namedJSON    `json:"e"`
	Memo   []byte       `json:"m"`
	Others []missedJSON `json:"o"`
}

type missedJSON struct {
	Key      string    `json:"k"`
	Memo     []byte    `json:"m"`
	Gone     namedJSON `json:"g"`
	Same     namedJSON `json:"s"`
	SameMemo []byte    `json:"n"`
}

// namedJSON is an event with the identifier that it is to have.
type namedJSON struct {
	ID string `json:"i"`
	eventJSON
}

func named(e core.Event) namedJSON { return namedJSON{e.ID, eventJSON{codeEvent(e), personal(e)}} }

func (s *SQL) sealListed(token, batch string, l *core.Listed) ([]byte, error) {
	out := listedJSON{Key: l.Key, Event: named(l.Event), Memo: l.Memo}
	for _, m := range l.Others {
		out.Others = append(out.Others, missedJSON{m.Key, m.Memo, named(m.Gone), named(m.Same), m.SameMemo})
	}
	plain, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return s.seal.Seal("review_listed", token+"/"+batch, "row", plain)
}

func (s *SQL) openListed(l listed) (*core.Listed, error) {
	plain, err := s.seal.Open("review_listed", l.token+"/"+l.batch, "row", l.sealed)
	if err != nil {
		return nil, err
	}
	var in listedJSON
	if err := json.Unmarshal(plain, &in); err != nil {
		return nil, errCoded
	}
	var wrong error
	read := func(e namedJSON) core.Event {
		out, err := readEvent(l.sender, e.ID, e.Coded, e.Personal)
		wrong = errors.Join(wrong, err)
		return out
	}
	out := &core.Listed{Key: in.Key, Event: read(in.Event), Memo: in.Memo}
	for _, m := range in.Others {
		out.Others = append(out.Others, core.Missed{Key: m.Key, Memo: m.Memo, Gone: read(m.Gone), Same: read(m.Same), SameMemo: m.SameMemo})
	}
	return out, wrong
}
