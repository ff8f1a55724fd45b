package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// loader fills the registry's tables of residents and stays from the feed in
// UTF-8: the file into a staging table, and one statement for each table. It
// checks nothing, keeps no events, outcomes or changes, and seals nothing; of the
// columns it fills those that SQL can make.
type loader interface {
	name() string
	fill(ctx context.Context, db *sql.DB, dsn, file string) error
}

// loaderOf returns the engine's loader, or why there is none.
func loaderOf(ctx context.Context, e engine) (loader, string) {
	if _, ok := e.(mysqlEngine); ok {
		return loadData{}, ""
	}
	if err := haveCommand(ctx, "sqlite3"); err != nil {
		return nil, fmt.Sprintf("缺少 sqlite3，未测基准；请运行 apt-get install sqlite3 / no baseline without sqlite3 (%v): apt-get install sqlite3", err)
	}
	return commandLine{}, ""
}

// haveCommand installs Debian's package of the same name where that is possible.
func haveCommand(ctx context.Context, name string) error {
	if _, err := exec.LookPath(name); err == nil {
		return nil
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Getuid() != 0 {
		return fmt.Errorf("%s: %w", name, exec.ErrNotFound)
	}
	cmd := exec.CommandContext(ctx, apt, "install", "-y", "-qq", "--no-install-recommends", name)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return cmd.Run()
}

const stagingColumns = `e_id %[1]s, kind %[1]s, effective %[1]s, doc_type %[1]s, number %[1]s, name %[1]s, sex %[1]s, birth %[1]s, ethnic %[1]s, marital %[1]s,
 hukou %[1]s, village %[1]s, address %[1]s, arrived %[1]s, reason %[1]s, phone %[1]s, employer %[1]s, permit_to %[1]s, corrects %[1]s`

// merge makes residents and stays of the staging table: a stay ends with the
// departure or the move that follows it.
func merge(dayBefore, blob string) string {
	return strings.NewReplacer("@day_before(next_on)", dayBefore, "@blob32", blob).Replace(`
INSERT INTO resident (resident_id, known, version, sex, birth, death, flags, digest, person, person_version, created_ms, updated_ms)
SELECT CONCAT('00000000', number), 1, 1, MAX(CASE sex WHEN '男' THEN 1 WHEN '女' THEN 2 ELSE 0 END), MAX(CAST(REPLACE(birth, '-', '') AS SIGNED)), 0, '', @blob32, @blob32, 1, 0, 0
FROM staging GROUP BY number;
INSERT INTO stay (resident_id, stay_id, division, sort_key, arrived, registered, first_seen, left_on, reason, version, body)
SELECT CONCAT('00000000', number), CONCAT(number, '-', SUBSTR(CONCAT('0000000', seq), -7)), village, SUBSTR(address, 1, 16), CAST(REPLACE(arrived, '-', '') AS SIGNED),
 CAST(REPLACE(effective, '-', '') AS SIGNED), 0,
 CASE next_kind WHEN '注销' THEN CAST(REPLACE(next_on, '-', '') AS SIGNED) WHEN '地址变更' THEN CAST(REPLACE(@day_before(next_on), '-', '') AS SIGNED) ELSE 0 END,
 CASE reason WHEN '务工' THEN 1 WHEN '经商' THEN 2 WHEN '学习' THEN 3 WHEN '投靠亲属' THEN 4 ELSE 0 END, 1, @blob32
FROM (SELECT number, kind, village, address, arrived, effective, reason,
  LEAD(kind) OVER w AS next_kind, LEAD(effective) OVER w AS next_on, ROW_NUMBER() OVER w AS seq
 FROM staging WHERE kind IN ('居住登记', '出生', '地址变更', '注销') WINDOW w AS (PARTITION BY number ORDER BY effective, e_id)) steps
WHERE kind <> '注销'`)
}

// commandLine is SQLite's own command: .import and two set-based inserts.
type commandLine struct{}

func (commandLine) name() string { return "sqlite3 .import + INSERT … SELECT" }

func (commandLine) fill(ctx context.Context, _ *sql.DB, dsn, file string) error {
	text := merge("date(next_on, '-1 day')", "zeroblob(32)")
	text = strings.NewReplacer("CONCAT('00000000', number)", "'00000000' || number", "CONCAT(number, '-', SUBSTR(CONCAT('0000000', seq), -7))",
		"number || '-' || substr('0000000' || seq, -7)", "AS SIGNED", "AS INTEGER").Replace(text)
	script := "CREATE TEMP TABLE staging (" + fmt.Sprintf(stagingColumns, "TEXT") + ");\n" +
		".import --csv --skip 1 '" + file + "' staging\n" + "BEGIN;\n" + text + ";\nCOMMIT;\n"
	cmd := exec.CommandContext(ctx, "sqlite3", "-batch", "-bail", path(dsn))
	cmd.Stdin = strings.NewReader(script)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil || said.Len() > 0 {
		return fmt.Errorf("sqlite3: %w: %.300s", err, said.String())
	}
	return nil
}

// loadData is LOAD DATA LOCAL and two set-based inserts in one transaction.
type loadData struct{}

func (loadData) name() string { return "LOAD DATA LOCAL + INSERT … SELECT" }

func (loadData) fill(ctx context.Context, db *sql.DB, _, file string) error {
	mysql.RegisterLocalFile(file)
	defer mysql.DeregisterLocalFile(file)
	conn, err := db.Conn(ctx) // the staging table is the connection's own
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // it goes back to the pool
	list := []string{
		"CREATE TEMPORARY TABLE staging (" + fmt.Sprintf(stagingColumns, "VARCHAR(64)") + ") CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
		"LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE staging CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' LINES TERMINATED BY '\\r\\n' IGNORE 1 LINES",
		"START TRANSACTION",
	}
	list = append(list, statements(merge("CAST(DATE_SUB(CAST(next_on AS DATE), INTERVAL 1 DAY) AS CHAR)", "REPEAT('0', 32)"))...)
	for _, statement := range append(list, "COMMIT") {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.40s: %w", statement, err)
		}
	}
	return nil
}
