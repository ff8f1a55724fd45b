package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/sqlstore/internal/reading"

	gosqlite "github.com/glebarez/go-sqlite"
	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
)

// Faults every store may return.
var (
	ErrDuplicate = fault.New(fault.Exists, "DUPLICATE", "it already exists", "已经存在")
	ErrBusy      = fault.New(fault.Unavailable, "STORE_BUSY", "the store is busy, try again", "存储繁忙，请稍后重试")
	ErrOffline   = fault.New(fault.Unavailable, "STORE_UNAVAILABLE", "the database cannot be reached, try again", "无法连接数据库，请稍后重试")
	ErrDSN       = fault.New(fault.Invalid, "DSN_INVALID",
		"the database address must be sqlite:/path/file.db or mysql:user:password@tcp(host:port)/schema",
		"数据库地址须为 sqlite:/path/file.db 或 mysql:user:password@tcp(host:port)/schema")
	ErrUnsuitable = fault.New(fault.Precondition, "DATABASE_UNSUITABLE",
		"the database is not set up as needed (MySQL: ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)",
		"数据库设置不符合要求（MySQL：ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin）")
)

// DriverError stands for an error of the database driver. Only its number is
// kept: the driver's text may quote the values of a row.
type DriverError struct {
	Engine Engine
	Number int // MySQL's error number or SQLite's extended result code; 0 when there was none
}

func (e *DriverError) Error() string { return fmt.Sprintf("%s error %d", e.Engine, e.Number) }

// SafeText lets the log show the number; see obs.SafeTexter.
func (e *DriverError) SafeText() string { return e.Error() }

// Is lets errors.Is find gorm's translated errors.
func (e *DriverError) Is(target error) bool {
	switch target {
	case gorm.ErrDuplicatedKey:
		return e.duplicate()
	case gorm.ErrForeignKeyViolated:
		return e.Engine == MySQL && (e.Number == 1451 || e.Number == 1452) || e.Engine == SQLite && e.Number == sqliteForeignKey
	}
	return false
}

const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteForeignKey = 19 | 3<<8
	sqlitePrimaryKey = 19 | 6<<8
	sqliteUnique     = 19 | 8<<8
	sqliteRowID      = 19 | 10<<8

	mysqlTooMany     = 1040
	mysqlChangedRead = 1020
	mysqlShutdown    = 1053
	mysqlDuplicate   = 1062
	mysqlLockWait    = 1205
	mysqlDeadlock    = 1213
)

func (e *DriverError) duplicate() bool {
	switch e.Engine {
	case MySQL:
		return e.Number == mysqlDuplicate
	case SQLite:
		return e.Number == sqliteUnique || e.Number == sqlitePrimaryKey || e.Number == sqliteRowID
	}
	return false
}

// transient reports that another transaction was in the way and the same work
// may be tried again. The whole transaction was or will be rolled back.
func transient(err error) bool {
	e, ok := errors.AsType[*DriverError](err)
	if !ok {
		return false
	}
	switch e.Engine {
	case MySQL:
		return e.Number == mysqlDeadlock || e.Number == mysqlLockWait || e.Number == mysqlChangedRead
	case SQLite:
		return e.Number&0xff == sqliteBusy || e.Number&0xff == sqliteLocked
	}
	return false
}

// Shown turns anything a driver said into an error that may be logged: code
// that uses SQL() directly passes its errors through it. Errors
// that hold no driver's text pass unchanged.
func Shown(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return classify(&DriverError{MySQL, int(e.Number)})
	}
	if e, ok := errors.AsType[*gosqlite.Error](err); ok {
		return classify(&DriverError{SQLite, e.Code()})
	}
	if e, ok := errors.AsType[*reading.Error](err); ok {
		return classify(&DriverError{SQLite, e.Code})
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrOffline
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return ErrOffline
	}
	return err
}

func classify(e *DriverError) error {
	switch {
	case e.duplicate():
		return ErrDuplicate.Because(e)
	case e.Engine == MySQL && (e.Number == mysqlTooMany || e.Number == mysqlShutdown):
		return ErrOffline.Because(e)
	}
	return e
}
