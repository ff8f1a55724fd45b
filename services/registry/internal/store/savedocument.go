package store

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
)

// documents is what a batch writes to the tables of documents.
type documents struct{ fresh, others, former [][]any } // others are there, with another holder

// saveDocuments writes down who has which document now.
//
// Where several transactions write at a time (MySQL), a document is what keeps
// two of them from making two persons of one, or a mother and her child from
// missing each other. Rows that were there are locked since they were read. For
// each document that had none, one is inserted, for nobody where nobody has it:
// two transactions that looked for one document therefore meet in its row, and
// the later one is told (errChangedRow) and begins anew. A row never goes, so
// that a document cannot come and go between two looks, and a document without a
// row has never been shown by anybody.
func (b *batch) saveDocuments() error {
	c := &documents{}
	now := map[docIndex]string{}
	for i := range b.persons {
		for _, x := range b.persons[i].docs {
			now[x] = b.persons[i].id
		}
	}
	for x, id := range now {
		b.saveDocument(c, x, id)
	}
	for x, was := range b.owner {
		if _, still := now[x]; still {
			continue
		}
		b.saveDocument(c, x, "")
		if was != "" {
			if p := b.person(was); b.withdrawn[was] > 0 && len(p.events) == 0 {
				c.former = append(c.former, []any{bytes.Clone(x[:]), was})
			}
		}
	}
	for _, rows := range [][][]any{c.former, c.fresh, c.others} {
		slices.SortFunc(rows, func(x, y []any) int { return bytes.Compare(x[0].([]byte), y[0].([]byte)) })
	}
	return b.beside(func() error { return c.write(b.tx) })
}

func (b *batch) saveDocument(c *documents, x docIndex, id string) {
	row := []any{bytes.Clone(x[:]), id}
	switch {
	case !b.listed[x]:
		c.fresh = append(c.fresh, row)
	case b.owner[x] != id:
		c.others = append(c.others, row)
	}
}

// errChangedRow says that another transaction was faster, in the words in which the
// engine says it of a row that changed since it was read: the work is done again.
var errChangedRow = &sqlstore.DriverError{Engine: sqlstore.MySQL, Number: 1020}

func (c *documents) write(tx *gorm.DB) error {
	again := " ON CONFLICT (document_index) DO UPDATE SET resident_id = excluded.resident_id"
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		again = " ON DUPLICATE KEY UPDATE resident_id = VALUES(resident_id)"
	}
	for run := range slices.Chunk(c.others, step) {
		args := make([]any, 0, 2*len(run))
		for _, row := range run {
			args = append(args, row...)
		}
		values := strings.TrimSuffix(strings.Repeat("(?,?),", len(run)), ",")
		if err := sqlstore.Exec(tx, "INSERT INTO document (document_index, resident_id) VALUES "+values+again, args...); err != nil {
			return err
		}
	}
	err := sqlstore.InsertMany(tx, "document", documentColumns, c.fresh)
	if sqlstore.EngineOf(tx) == sqlstore.MySQL && errors.Is(err, sqlstore.ErrDuplicate) {
		return errChangedRow
	}
	if err != nil || len(c.former) == 0 {
		return err
	}
	keys := make([][]byte, len(c.former))
	for i, row := range c.former {
		keys[i] = row[0].([]byte)
	}
	if err := deleteIn(tx, "DELETE FROM former_document WHERE document_index", keys); err != nil {
		return err
	}
	return insertAbsent(tx, "former_document", formerColumns, c.former)
}
