package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"xinju.dev/deploy/bench/internal/county"
)

const rowsAtOnce = 200

// load fills a table in one transaction.
func (sqliteEngine) load(ctx context.Context, db *sql.DB, t county.Table, file string) (err error) {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := insertLines(ctx, tx, t, bufio.NewScanner(f)); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func insertLines(ctx context.Context, tx *sql.Tx, t county.Table, lines *bufio.Scanner) error {
	full, err := tx.PrepareContext(ctx, insertText(t, rowsAtOnce))
	if err != nil {
		return err
	}
	defer full.Close() //nolint:errcheck // the transaction ends anyhow
	var values []any
	for lines.Scan() {
		for cell := range bytes.SplitSeq(lines.Bytes(), []byte{'\t'}) {
			n, err := strconv.ParseInt(string(cell), 10, 64)
			if err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
			values = append(values, n)
		}
		if len(values) == rowsAtOnce*len(t.Columns) {
			if _, err := full.ExecContext(ctx, values...); err != nil {
				return err
			}
			values = values[:0]
		}
	}
	if len(values) > 0 {
		if _, err := tx.ExecContext(ctx, insertText(t, len(values)/len(t.Columns)), values...); err != nil {
			return err
		}
	}
	return lines.Err()
}

func insertText(t county.Table, rows int) string {
	row := "(?" + strings.Repeat(",?", len(t.Columns)-1) + ")"
	return "INSERT INTO " + t.Name + " (" + strings.Join(t.Columns, ",") + ") VALUES " + row + strings.Repeat(","+row, rows-1)
}
