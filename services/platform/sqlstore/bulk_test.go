package sqlstore_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

var valueColumns = []string{"id", "words", "bytes", "whole", "part"}

// valueTables makes two tables of values, given and bound.
func valueTables(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	ddl := "CREATE TABLE %s (id INTEGER NOT NULL PRIMARY KEY, words TEXT, bytes BLOB, whole INTEGER, part REAL) STRICT"
	if db.Engine() == sqlstore.MySQL {
		ddl = "CREATE TABLE %s (id INT NOT NULL PRIMARY KEY, words VARCHAR(100), bytes MEDIUMBLOB, whole BIGINT, part DOUBLE) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
	}
	for _, table := range []string{"given", "bound"} {
		if _, err := db.SQL().ExecContext(t.Context(), fmt.Sprintf(ddl, table)); err != nil {
			t.Fatal(err)
		}
	}
}

// day is a number under another name, code a text that says itself how to be stored.
type (
	day  int32
	code string
)

func (c code) Value() (driver.Value, error) {
	if c == "" {
		return nil, nil
	}
	return "code " + string(c), nil
}

func hostileValues() (rows [][]any) {
	add := func(words, bytes, whole, part any) {
		rows = append(rows, []any{int64(len(rows)), words, bytes, whole, part})
	}
	for _, s := range []string{
		"", " ", "  trailing  ", `\`, `\\`, `\N`, `\n`, "N", "NULL", "a\tb", "a\nb", "a\r\nb", "\r", "\x00", "a\x00b\x00", "\x1a", "'", "''", `"`, "`", "?", "%", ";--",
		"\tlead", "trail\t", "\n", "\\\t\\\n", "中文，全角", "𠮷野家", "\U000F0000", "e\u0301", "\u200b", "\ufeffbom", "2026-01-02", "0x41", "x'41'", strings.Repeat("长", 100),
	} {
		add(s, []byte(s), int64(1), 0.5)
	}
	for c := range 256 {
		b := byte(c)
		add(string(rune(c)), []byte{b}, int64(c), float64(c))
		add(string(rune(c))+`\`, []byte{'\\', b, '\n', b, 0xe4, b}, -int64(c), 1/float64(c+1))
	}
	add(nil, nil, nil, nil)
	add(nil, []byte(nil), nil, nil)
	add(nil, []byte{}, nil, nil)
	add(code("x"), []byte("\xff\xfe\x00\x80"), day(20261), math.MaxFloat64)
	add(code(""), make([]byte, 300_000), int64(math.MinInt64), math.SmallestNonzeroFloat64)
	add("y", nil, int64(math.MaxInt64), -0.1)
	add("z", nil, 7, 1e21)
	at := time.Date(2026, 3, 1, 23, 59, 58, 123_456_000, time.FixedZone("", 8*3600))
	add(at, nil, uint32(1), float32(0.5))
	add(time.Time{}, nil, uint64(9), sql.NullFloat64{})
	add("w", nil, true, 3.0)
	add("w", nil, false, 1e-7)
	return rows
}

func all(t *testing.T, db *sqlstore.DB, query string) (out [][]any) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *gorm.DB) error {
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			var id int64
			var words, kind, size sql.NullString
			var bytes []byte
			var whole sql.NullInt64
			var part sql.NullFloat64
			err := r.Scan(&id, &words, &bytes, &whole, &part, &kind, &size)
			out = append(out, []any{id, words, string(bytes), whole, part, kind, size})
			return err
		}, query)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestValuesInsertedInBulkAreThoseBoundOneByOne(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		valueTables(t, db)
		rows := hostileValues()
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := sqlstore.InsertMany(tx, "given", valueColumns, rows); err != nil {
				return err
			}
			for _, row := range rows {
				if err := sqlstore.Exec(tx, "INSERT INTO bound (id, words, bytes, whole, part) VALUES (?,?,?,?,?)", row...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		query := "SELECT id, words, bytes, whole, part, typeof(words) || typeof(bytes) || typeof(whole) || typeof(part), length(bytes) FROM "
		if db.Engine() == sqlstore.MySQL {
			query = "SELECT id, words, bytes, whole, part, HEX(words), LENGTH(bytes) FROM "
		}
		given, bound := all(t, db, query+"given ORDER BY id"), all(t, db, query+"bound ORDER BY id")
		if len(given) != len(rows) {
			t.Errorf("%d rows of %d", len(given), len(rows))
		}
		if diff := cmp.Diff(bound, given); diff != "" {
			t.Error(diff)
		}
	})
}

func TestABulkInsertFailsWhereASingleOneWould(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		valueTables(t, db)
		strict := "CREATE TABLE strict_one (id INTEGER NOT NULL PRIMARY KEY, words TEXT NOT NULL CHECK (length(words) <= 5), bytes BLOB, whole INTEGER, part REAL) STRICT"
		if db.Engine() == sqlstore.MySQL {
			strict = "CREATE TABLE strict_one (id INT NOT NULL PRIMARY KEY, words VARCHAR(5) NOT NULL, bytes BINARY(4), whole INT, part DOUBLE) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
		}
		if _, err := db.SQL().ExecContext(t.Context(), strict); err != nil {
			t.Fatal(err)
		}
		mysqlOnly := db.Engine() == sqlstore.MySQL
		for _, c := range []struct {
			name  string
			skip  bool
			spoil func(rows [][]any)
		}{
			{"a key twice", false, func(rows [][]any) { rows[77][0] = rows[3][0] }},
			{"a key twice at the end", false, func(rows [][]any) { rows[len(rows)-1][0] = rows[3][0] }},
			{"a text too long", false, func(rows [][]any) { rows[0][1] = "sixsix" }},
			{"nothing where there must be something", false, func(rows [][]any) { rows[9][1] = nil }},
			{"a word for a number", false, func(rows [][]any) { rows[9][3] = "word" }},
			{"a number too large", !mysqlOnly, func(rows [][]any) { rows[9][3] = int64(1) << 40 }},
			{"bytes too long", !mysqlOnly, func(rows [][]any) { rows[9][2] = []byte("12345") }},
			{"a text that is none", !mysqlOnly, func(rows [][]any) { rows[9][1] = "\xff\xfe" }},
			{"a number with a tail", false, func(rows [][]any) { rows[9][3] = "12x" }},
			{"an empty number", false, func(rows [][]any) { rows[9][3] = "" }},
			{"a value of no kind", false, func(rows [][]any) { rows[9][3] = struct{}{} }},
			{"too few values", false, func(rows [][]any) { rows[9] = rows[9][:4] }},
		} {
			if c.skip {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				rows := make([][]any, 300)
				for i := range rows {
					rows[i] = []any{int64(i), "five5", []byte("1234"), int64(i), 1.5}
				}
				c.spoil(rows)
				into := func(many func(*gorm.DB) error) error { return db.Write(t.Context(), many) }
				got := into(func(tx *gorm.DB) error { return sqlstore.InsertMany(tx, "strict_one", valueColumns, rows) })
				want := into(func(tx *gorm.DB) error {
					for _, row := range rows {
						if err := sqlstore.InsertBound(tx, "strict_one", valueColumns, [][]any{row}, 200); err != nil {
							return err
						}
					}
					return nil
				})
				if got == nil || want == nil || errors.Is(got, sqlstore.ErrDuplicate) != errors.Is(want, sqlstore.ErrDuplicate) {
					t.Errorf("in bulk: %v; one by one: %v", got, want)
				}
				if strings.Contains(fmt.Sprint(got), "five5") {
					t.Errorf("%v quotes a value", got)
				}
				var left int
				if err := db.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM strict_one").Scan(&left); err != nil || left != 0 {
					t.Errorf("%d rows are left, %v", left, err)
				}
			})
		}
	})
}

func TestAServerThatTakesNoFilesGetsStatements(t *testing.T) {
	db := testkit.MySQL(t)
	valueTables(t, db)
	rows := hostileValues()
	err := db.Write(t.Context(), func(tx *gorm.DB) error {
		sqlstore.TakeNoFiles(tx)
		if err := sqlstore.InsertLoaded(tx, "given", valueColumns, rows); err == nil {
			t.Error("a file was sent")
		}
		return sqlstore.InsertMany(tx, "given", valueColumns, rows)
	})
	var n int
	if serr := db.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM given").Scan(&n); err != nil || serr != nil || n != len(rows) {
		t.Errorf("%d rows of %d, %v %v", n, len(rows), err, serr)
	}
	for number, want := range map[int]bool{1148: true, 3948: true, 4166: true, 1062: false, 1213: false} {
		if sqlstore.RefusesFiles(&sqlstore.DriverError{Engine: sqlstore.MySQL, Number: number}) != want {
			t.Errorf("error %d: want %v", number, want)
		}
	}
}
