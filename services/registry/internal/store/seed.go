package store

import (
	"context"
	_ "embed"
	"errors"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// divisionsTSV has the nodes every registry begins with: all provinces, so that
// hukou and citizen numbers resolve, and the counties of the five jurisdictions.
//
//go:embed divisions.tsv
var divisionsTSV string

var errSeed = errors.New("registry: the list of divisions is damaged")

// Seed adds the divisions of the embedded list that the table does not have. It
// changes nothing that is there and may run at every start.
func (s *SQL) Seed(ctx context.Context) error {
	nodes, err := parseDivisions(divisionsTSV)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *gorm.DB) error {
		known, err := readPlaces(tx, codesOf(nodes))
		if err != nil {
			return err
		}
		var add []core.Division
		for _, d := range nodes {
			if len(known[d.Code]) == 0 || hasOther(known[d.Code], d) {
				add = append(add, d)
			}
		}
		if len(add) == 0 {
			return nil
		}
		return s.insertDivisions(tx, add)
	})
}

// hasOther reports that the table has the code only for other days.
func hasOther(there []core.Division, d core.Division) bool {
	for _, o := range there {
		if o.From == d.From || o.Overlaps(d) {
			return false
		}
	}
	return true
}

// parseDivisions reads lines of code, name, level, parent, first day, last day,
// successors (by comma), with tabs between; # begins a comment.
func parseDivisions(text string) ([]core.Division, error) {
	levels := map[string]core.Level{"province": core.Province, "prefecture": core.Prefecture, "county": core.County}
	var out []core.Division
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := append(strings.Split(line, "\t"), "", "", "", "")
		if len(f) < 8 {
			return nil, errSeed
		}
		d := core.Division{Code: f[0], Name: f[1], Level: levels[f[2]], Parent: f[3], Successors: split(f[6]), Version: 1}
		for i, to := range []*civil.Date{&d.From, &d.Until} {
			if err := to.UnmarshalText([]byte(f[4+i])); err != nil {
				return nil, errSeed
			}
		}
		if d.Check() != nil {
			return nil, errSeed
		}
		out = append(out, d)
	}
	return out, nil
}
