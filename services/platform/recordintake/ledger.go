package recordintake

import (
	"cmp"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
)

//go:embed migrations
var files embed.FS

// Migrations creates the tables record_import, record_import_row and
// record_import_batch.
func Migrations() migrate.Set { return migrate.Sub("recordintake", files, "migrations") }

const keySize = 16

// mark is what a row is known by: keyed hashes of its source and its content.
type mark struct{ key, content string }

func (im *Import) mark(it *item) mark {
	name := []byte(it.kind.name + "\x00n\x00" + it.number)
	said := it.canonical()
	if it.number == "" {
		name = append([]byte(it.kind.name+"\x00d\x00"), said...)
	}
	return mark{string(im.sealer.Index("record_import", name)[:keySize]), string(im.sealer.Index("record_import_content", said)[:keySize])}
}

// entry is one row of record_import.
type entry struct {
	recordID string
	made     bool  // the record was made by imports, and by this source record first
	version  int64 // of the record as the import left it
	content  string
	state
}

// state says which row a record holds: the latest of its source by time of
// writing, then by arrival.
type state struct {
	at    int64
	batch string
	row   int
}

func (s state) compare(o state) int {
	return cmp.Or(cmp.Compare(s.at, o.at), cmp.Compare(s.batch, o.batch), cmp.Compare(s.row, o.row))
}

func entries(tx *gorm.DB, kind, sender string, keys []string) (map[string]entry, error) {
	out := make(map[string]entry, len(keys))
	raw := make([][]byte, len(keys))
	for i, k := range keys {
		raw[i] = []byte(k)
	}
	err := sqlstore.InKeys(tx, raw, func(list string, args []any) error {
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			var key, content []byte
			var e entry
			err := rows.Scan(&key, &e.recordID, &e.made, &e.version, &content, &e.at, &e.batch, &e.row)
			e.content = string(content)
			out[string(key)] = e
			return err
		}, "SELECT source_key, record_id, made, version, content, at_ms, batch_id, row_no FROM record_import WHERE kind = ? AND sender = ? AND source_key IN "+list,
			append([]any{kind, sender}, args...)...)
	})
	return out, err
}

func addEntry(tx *gorm.DB, kind, sender, key string, e entry) error {
	return sqlstore.Exec(tx, `INSERT INTO record_import (kind, sender, source_key, record_id, made, version, content, at_ms, batch_id, row_no)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, kind, sender, []byte(key), e.recordID, number(e.made), e.version, []byte(e.content), e.at, e.batch, e.row)
}

func setEntry(tx *gorm.DB, kind, sender, key string, e entry) error {
	return sqlstore.Exec(tx, `UPDATE record_import SET record_id = ?, made = ?, version = ?, content = ?, at_ms = ?, batch_id = ?, row_no = ?
		WHERE kind = ? AND sender = ? AND source_key = ?`, e.recordID, number(e.made), e.version, []byte(e.content), e.at, e.batch, e.row, kind, sender, []byte(key))
}

func dropEntry(tx *gorm.DB, kind, sender, key string) error {
	return sqlstore.Exec(tx, "DELETE FROM record_import WHERE kind = ? AND sender = ? AND source_key = ?", kind, sender, []byte(key))
}

func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// heldRow is one row of record_import_row.
type heldRow struct {
	batch, kind, sender, resident, unit string
	row                                 int
	mark
	at, received int64
	waits        bool
	tries        int
	next         int64
	outcome      outcome.Code
	payload      []byte // sealed
	raw          []byte // sealed, of one that waits; not read back
}

var rowColumns = []string{
	"batch_id", "row_no", "kind", "sender", "source_key", "content", "at_ms", "received_ms", "resident_id", "unit_id", "waits", "tries", "next_ms", "outcome", "payload", "raw",
}

func (h heldRow) values() []any {
	return []any{
		h.batch, h.row, h.kind, h.sender, []byte(h.key), []byte(h.content), h.at, h.received, h.resident, h.unit, number(h.waits), h.tries, h.next, int32(h.outcome), h.payload, orNull(h.raw),
	}
}

const rowSelect = `SELECT batch_id, row_no, kind, sender, source_key, content, at_ms, received_ms, resident_id, unit_id, waits, tries, next_ms, outcome, payload
	FROM record_import_row `

func heldRows(tx *gorm.DB, rest string, args ...any) (out []heldRow, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		var h heldRow
		var key, content []byte
		err := rows.Scan(&h.batch, &h.row, &h.kind, &h.sender, &key, &content, &h.at, &h.received, &h.resident, &h.unit, &h.waits, &h.tries, &h.next, &h.outcome, &h.payload)
		h.key, h.content = string(key), string(content)
		out = append(out, h)
		return err
	}, rowSelect+rest, args...)
	return out, err
}

func (im *Import) sealText(batch string, row int, text map[string]string) ([]byte, error) {
	plain, err := json.Marshal(text)
	if err == nil {
		plain, err = im.sealer.Seal("record_import_row", batch+"/"+strconv.Itoa(row), "payload", plain)
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: seal a row: %w", batch, err)
	}
	return plain, nil
}

// item reads a held row again.
func (im *Import) item(h heldRow) (*item, error) {
	k := im.kinds[h.kind]
	if k == nil {
		return nil, ErrKind
	}
	plain, err := im.sealer.Open("record_import_row", h.batch+"/"+strconv.Itoa(h.row), "payload", h.payload)
	text := map[string]string{}
	if err == nil {
		err = json.Unmarshal(plain, &text)
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: open a row: %w", h.batch, err)
	}
	it, r := readItem(k, sourceOf(h.sender, h.received), intake.Layout{}.DayReader(), text)
	if r.fault != nil {
		return nil, r.fault // a newer build reads more strictly
	}
	return it, nil
}

// forUpdate locks what is read; SQLite has one writer anyway.
func forUpdate(tx *gorm.DB) string {
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		return " FOR UPDATE"
	}
	return ""
}
