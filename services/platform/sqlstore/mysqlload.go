package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
)

// Bounds of LOAD DATA.
const (
	mysqlLoadLeast = 100     // rows; fewer gain less than asking the server twice costs
	mysqlLoadBytes = 4 << 20 // of text held at a time
)

// errLoad says that the server took a file otherwise than an INSERT would have.
var errLoad = errors.New("bulk insert: the server did not store the rows as given")

// loading is what is known of a server's LOAD DATA LOCAL.
type loading struct{ off atomic.Bool }

// loadingOf returns nil where the server takes no files.
func loadingOf(tx *gorm.DB) *loading {
	d, ok := tx.Dialector.(mysqlDialector)
	if !ok || d.load.off.Load() {
		return nil
	}
	return d.load
}

// probe finds out whether the server takes files from clients. A server that
// will not say does not.
func (l *loading) probe(ctx context.Context, pool *sql.DB) {
	var local, warnings int
	if err := pool.QueryRowContext(ctx, "SELECT @@local_infile, @@warning_count").Scan(&local, &warnings); err != nil || local != 1 {
		l.off.Store(true)
	}
}

// load sends rows as files, to be inserted or, with REPLACE as the verb, to overwrite
// those with the same key. LOCAL makes the server ignore what fails in
// an INSERT (a duplicate is skipped, a text too long is cut, both with a
// warning), so that every file is checked: the number of rows stored and the
// warnings; anything but notes is the error that the INSERT would have been.
//
// done is how many rows were stored: fewer when the server has stopped to take
// files, and the rest is to be inserted.
func (l *loading) load(tx *gorm.DB, verb, table string, columns []string, rows [][]any) (done int, err error) {
	var text bytes.Buffer
	for done < len(rows) {
		text.Reset()
		n := 0
		for ; done+n < len(rows) && text.Len() < mysqlLoadBytes; n++ {
			if err := writeLine(&text, rows[done+n]); err != nil {
				return done, err
			}
		}
		switch err := loadFile(tx, verb, table, columns, text.Bytes(), int64(n)); {
		case refusesFiles(err):
			l.off.Store(true)
			return done, nil
		case err != nil:
			return done, err
		}
		done += n
	}
	return done, nil
}

// files numbers the readers that are registered with the driver.
var files atomic.Uint64

func loadFile(tx *gorm.DB, verb, table string, columns []string, text []byte, rows int64) error {
	name := "xinju-" + strconv.FormatUint(files.Add(1), 10)
	mysql.RegisterReaderHandler(name, func() io.Reader { return bytes.NewReader(text) })
	defer mysql.DeregisterReaderHandler(name)
	// CHARACTER SET binary: bytes are stored as they are sent, and a text that is
	// no UTF-8 is refused by its column.
	how, most := "", rows
	if verb == replacing {
		how, most = "REPLACE ", 2*rows // a row that is overwritten counts twice
	}
	query := "LOAD DATA LOCAL INFILE 'Reader::" + name + "' " + how + "INTO TABLE `" + table + "` CHARACTER SET binary" +
		` FIELDS TERMINATED BY '\t' ENCLOSED BY '' ESCAPED BY '\\' LINES STARTING BY '' TERMINATED BY '\n'` +
		" (`" + strings.Join(columns, "`,`") + "`)"
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, query)
	if err != nil {
		return Shown(err)
	}
	stored, err := result.RowsAffected()
	if err != nil {
		return Shown(err)
	}
	if err := warned(tx); err != nil {
		return err
	}
	if stored < rows || stored > most {
		return errLoad
	}
	return nil
}

// warned returns the first warning of the statement before as an error.
func warned(tx *gorm.DB) error {
	var count, seen int
	one := func(rows *sql.Rows) error { return rows.Scan(&count) }
	if err := Query(tx, one, "SELECT @@warning_count"); err != nil || count == 0 {
		return err
	}
	first := 0
	err := Query(tx, func(rows *sql.Rows) error {
		var level, message string // the message may quote a value
		var number int
		if err := rows.Scan(&level, &number, &message); err != nil {
			return err
		}
		seen++
		if first == 0 && level != "Note" {
			first = number
		}
		return nil
	}, "SHOW WARNINGS")
	switch {
	case err != nil:
		return err
	case first == mysqlNullToNotNull:
		return classify(&DriverError{MySQL, mysqlNotNull})
	case first != 0:
		return classify(&DriverError{MySQL, first})
	case seen < count:
		return errLoad
	}
	return nil
}

// Numbers of errors that concern LOAD DATA.
const (
	mysqlNotNull       = 1048
	mysqlNullToNotNull = 1263 // what 1048 becomes
	mysqlNotAllowed    = 1148
	mysqlLocalOff      = 3948
	mariaLocalOff      = 4166
)

func refusesFiles(err error) bool {
	e, ok := errors.AsType[*DriverError](err)
	return ok && (e.Number == mysqlNotAllowed || e.Number == mysqlLocalOff || e.Number == mariaLocalOff)
}
