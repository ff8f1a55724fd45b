package main

import (
	"strconv"
	"strings"
)

// dialect is what the SQL of the two engines differs in.
type dialect struct {
	clustered string // after a table whose rows are to lie in the order of its key
	byPerson  string // hint: read presence in the order of people
	statistic string // makes the planner's statistics of a table
	settle    string // what else is done once all is filled
}

func (sqliteEngine) dialect() dialect {
	return dialect{clustered: " WITHOUT ROWID", byPerson: "NOT INDEXED", statistic: "ANALYZE ", settle: "PRAGMA wal_checkpoint(TRUNCATE)"}
}

func (mysqlEngine) dialect() dialect {
	return dialect{byPerson: "FORCE INDEX (PRIMARY)", statistic: "ANALYZE TABLE "}
}

// tables creates the tables of the join with every index that serves it.
func (d dialect) tables() []string {
	text := `
CREATE TABLE IF NOT EXISTS resident (resident_id INTEGER NOT NULL PRIMARY KEY, sex INT NOT NULL, hukou INT NOT NULL, until36 INT NOT NULL, until84 INT NOT NULL);
CREATE TABLE IF NOT EXISTS presence (resident_id INT NOT NULL, from_day INT NOT NULL, to_day INT NOT NULL, township BIGINT NOT NULL, village BIGINT NOT NULL,
  lived3 INT NOT NULL, lived6 INT NOT NULL, PRIMARY KEY (resident_id, from_day))@;
CREATE TABLE IF NOT EXISTS archive_standard (resident_id INT NOT NULL, from_day INT NOT NULL, to_day INT NOT NULL, PRIMARY KEY (resident_id, from_day))@;
CREATE TABLE IF NOT EXISTS education (resident_id INT NOT NULL, on_day INT NOT NULL, n INT NOT NULL, PRIMARY KEY (resident_id, on_day, n))@;
CREATE TABLE IF NOT EXISTS child_check (resident_id INT NOT NULL, on_day INT NOT NULL, n INT NOT NULL, kind INT NOT NULL, PRIMARY KEY (resident_id, on_day, n))@;
CREATE TABLE IF NOT EXISTS vaccinated (resident_id INT NOT NULL, from_day INT NOT NULL, to_day INT NOT NULL, PRIMARY KEY (resident_id, from_day))@;
CREATE TABLE IF NOT EXISTS pregnancy_end (pregnancy_id INTEGER NOT NULL PRIMARY KEY, on_day INT NOT NULL, resident_id INT NOT NULL);
CREATE TABLE IF NOT EXISTS antenatal (pregnancy_id INT NOT NULL, on_day INT NOT NULL, n INT NOT NULL, PRIMARY KEY (pregnancy_id, on_day, n))@;
CREATE TABLE IF NOT EXISTS infection (resident_id INT NOT NULL, on_day INT NOT NULL, n INT NOT NULL, notifiable INT NOT NULL, reported INT NOT NULL,
  PRIMARY KEY (on_day, resident_id, n))@;
CREATE INDEX IF NOT EXISTS presence_place ON presence (township, to_day, from_day, lived6, lived3, resident_id);
CREATE INDEX IF NOT EXISTS education_day ON education (on_day, resident_id);
CREATE INDEX IF NOT EXISTS child_check_day ON child_check (on_day, kind, resident_id);
CREATE INDEX IF NOT EXISTS pregnancy_end_day ON pregnancy_end (on_day, resident_id);
DELETE FROM resident; DELETE FROM presence; DELETE FROM archive_standard; DELETE FROM education; DELETE FROM child_check;
DELETE FROM vaccinated; DELETE FROM pregnancy_end; DELETE FROM antenatal; DELETE FROM infection`
	return statements(strings.ReplaceAll(text, "@", d.clustered))
}

func statements(text string) []string {
	var out []string
	for s := range strings.SplitSeq(text, ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (d dialect) analyze() []string {
	var out []string
	for _, t := range []string{"resident", "presence", "archive_standard", "education", "child_check", "vaccinated", "pregnancy_end", "antenatal", "infection"} {
		out = append(out, d.statistic+t)
	}
	if d.settle != "" {
		out = append(out, d.settle)
	}
	return out
}

// shapes are the ways of asking that do best on one engine or the other; the run
// times each and measures the fastest.
func (d dialect) shapes() []shape {
	var out []shape
	for _, order := range []struct{ name, hint string }{{"by place", ""}, {"by person", d.byPerson}} {
		for _, way := range []struct{ name, stock string }{{"subqueries", stockBySubqueries}, {"outer joins", stockByJoins}} {
			query := strings.ReplaceAll(way.stock+flows, "@hint", order.hint)
			out = append(out, shape{way.name + ", " + order.name, query})
		}
	}
	return out
}

// bind puts the numbers into the text: a plan made for the numbers is at least as
// good as one made without them.
func bind(query string, day, year int64) string {
	return strings.NewReplacer(
		":day", strconv.FormatInt(day, 10), ":year", strconv.FormatInt(year, 10), ":local", local,
		":places", "p.township BETWEEN "+local+"000000 AND "+local+"999999",
	).Replace(query)
}

const here = `
FROM presence p @hint JOIN resident r ON r.resident_id = p.resident_id
`

const hereWhere = `
WHERE p.from_day <= :day AND p.to_day > :day AND :places AND r.hukou <> :local GROUP BY p.township
`

const stockBySubqueries = `SELECT 'STOCK', p.township,
 COUNT(CASE WHEN p.lived6 <= :day THEN 1 END),
 COUNT(CASE WHEN p.lived6 <= :day THEN (SELECT 1 FROM archive_standard a WHERE a.resident_id = p.resident_id AND a.from_day <= :day AND a.to_day > :day LIMIT 1) END),
 COUNT(CASE WHEN p.lived6 <= :day THEN (SELECT 1 FROM education e WHERE e.resident_id = p.resident_id AND e.on_day BETWEEN :year AND :day LIMIT 1) END),
 COUNT(CASE WHEN p.lived3 <= :day AND r.until84 > :day THEN 1 END),
 COUNT(CASE WHEN p.lived3 <= :day AND r.until84 > :day THEN (SELECT 1 FROM vaccinated v WHERE v.resident_id = p.resident_id AND v.from_day <= :day AND v.to_day > :day LIMIT 1) END),
 COUNT(CASE WHEN p.lived6 <= :day AND r.until36 > :day THEN 1 END),
 COUNT(CASE WHEN p.lived6 <= :day AND r.until36 > :day THEN (SELECT 1 FROM child_check k WHERE k.resident_id = p.resident_id AND k.on_day BETWEEN :year AND :day AND k.kind = 2 LIMIT 1) END)
` + here + hereWhere

const stockByJoins = `SELECT 'STOCK', p.township,
 COUNT(CASE WHEN p.lived6 <= :day THEN 1 END), COUNT(CASE WHEN p.lived6 <= :day THEN a.resident_id END), COUNT(CASE WHEN p.lived6 <= :day THEN e.resident_id END),
 COUNT(CASE WHEN p.lived3 <= :day AND r.until84 > :day THEN 1 END), COUNT(CASE WHEN p.lived3 <= :day AND r.until84 > :day THEN v.resident_id END),
 COUNT(CASE WHEN p.lived6 <= :day AND r.until36 > :day THEN 1 END), COUNT(CASE WHEN p.lived6 <= :day AND r.until36 > :day THEN k.resident_id END)
` + here + `
LEFT JOIN archive_standard a ON a.resident_id = p.resident_id AND a.from_day <= :day AND a.to_day > :day
LEFT JOIN (SELECT DISTINCT resident_id FROM education WHERE on_day BETWEEN :year AND :day) e ON e.resident_id = p.resident_id
LEFT JOIN vaccinated v ON v.resident_id = p.resident_id AND v.from_day <= :day AND v.to_day > :day
LEFT JOIN (SELECT DISTINCT resident_id FROM child_check WHERE on_day BETWEEN :year AND :day AND kind = 2) k ON k.resident_id = p.resident_id
` + hereWhere

// flows are the events of the year up to the day, where the person lived then.
const flows = `UNION ALL
SELECT 'MAT01', p.township, COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM antenatal n WHERE n.pregnancy_id = g.pregnancy_id AND n.on_day <= g.on_day) THEN 1 END), 0, 0, 0, 0, 0
FROM pregnancy_end g JOIN presence p ON p.resident_id = g.resident_id AND p.from_day <= g.on_day AND p.to_day > g.on_day AND p.lived6 <= g.on_day
JOIN resident r ON r.resident_id = g.resident_id AND r.sex = 2 AND r.hukou <> :local
WHERE g.on_day BETWEEN :year AND :day AND :places GROUP BY p.township
UNION ALL
SELECT 'INF01', p.township, COUNT(*), SUM(i.reported), 0, 0, 0, 0, 0
FROM infection i JOIN presence p ON p.resident_id = i.resident_id AND p.from_day <= i.on_day AND p.to_day > i.on_day
JOIN resident r ON r.resident_id = i.resident_id AND r.hukou <> :local
WHERE i.on_day BETWEEN :year AND :day AND i.notifiable = 1 AND :places GROUP BY p.township`
