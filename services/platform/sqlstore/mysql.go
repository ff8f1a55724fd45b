package sqlstore

import (
	"context"
	"database/sql"
	"strings"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

const (
	mysqlConns    = 32
	mysqlCharset  = "utf8mb4"
	mysqlCollate  = "utf8mb4_bin" // identifiers differ by case, and …X is not …x
	mysqlParamMax = 65535

	// Refuse what MySQL would otherwise bend: too long, out of range, 0000-00-00.
	mysqlMode = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)

func openMySQL(ctx context.Context, dsn string, opts Options) (*DB, error) {
	cfg, err := driver.ParseDSN(dsn)
	if err != nil || cfg.DBName == "" {
		return nil, ErrDSN // the parser's message may quote the password
	}
	if err := prepareConfig(cfg); err != nil {
		return nil, err
	}
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, ErrDSN
	}
	pool := sql.OpenDB(connector)
	conns := opts.MaxConns
	if conns <= 0 {
		conns = mysqlConns
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(time.Minute)
	pool.SetConnMaxLifetime(10 * time.Minute)
	db := newDB(MySQL)
	db.pools = []*sql.DB{pool}
	if err := db.assertServer(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	load := &loading{}
	load.probe(ctx, pool)
	dial := mysql.New(mysql.Config{Conn: pool, DSNConfig: cfg, DisableWithReturning: true}).(*mysql.Dialector)
	g, err := open(mysqlDialector{dial, load})
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	db.write, db.read = g, g
	return db, nil
}

func prepareConfig(cfg *driver.Config) error {
	cfg.ClientFoundRows = true // an update that changes nothing still found its row
	cfg.InterpolateParams = true
	cfg.Loc = time.UTC
	cfg.ParseTime = false // instants are stored as milliseconds
	cfg.Logger = silent{}
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["sql_mode"] = "'" + mysqlMode + "'"
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["innodb_lock_wait_timeout"] = "10"
	if err := cfg.Apply(driver.Charset(mysqlCharset, mysqlCollate)); err != nil {
		return ErrDSN
	}
	return nil
}

// assertServer refuses a server or schema in which text would be damaged or
// identifiers merged.
func (d *DB) assertServer(ctx context.Context) error {
	var client, conn, collation, zone, mode string
	err := ask(ctx, d.SQL(), []any{&client, &conn, &collation, &zone, &mode},
		"SELECT @@character_set_client, @@character_set_connection, @@collation_database, @@time_zone, @@sql_mode")
	if err != nil {
		return err
	}
	for _, c := range []struct {
		setting, value string
		ok             bool
	}{
		{"character_set_client", client, client == mysqlCharset},
		{"character_set_connection", conn, conn == mysqlCharset},
		{"collation_database", collation, strings.HasPrefix(collation, mysqlCharset) && strings.HasSuffix(collation, "_bin")},
		{"time_zone", zone, zone == "+00:00"},
		{"sql_mode", mode, strings.Contains(mode, "STRICT_TRANS_TABLES")},
	} {
		if !c.ok {
			return ErrUnsuitable.With("engine", string(MySQL)).With("setting", c.setting).With("value", c.value)
		}
	}
	return nil
}

// mysqlDialector replaces the driver's errors before gorm hands them out.
type mysqlDialector struct {
	*mysql.Dialector
	load *loading
}

func (mysqlDialector) Translate(err error) error { return Shown(err) }

// silent is the driver's own log, which would go to standard error.
type silent struct{}

func (silent) Print(...any) {}
