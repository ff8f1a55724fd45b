package store

import (
	"database/sql"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// places answers core.Places for the codes of one call, read at once.
type places map[string][]core.Division

func (p places) at(code string, day civil.Date) (core.Division, bool) {
	for _, d := range p[code] {
		if d.On(day) {
			return d, true
		}
	}
	return core.Division{}, false
}

// Province implements core.Places.
func (p places) Province(digits2 string, day civil.Date) bool {
	d, ok := p.at(provinceCode(digits2), day)
	return ok && d.Level == core.Province
}

// Village implements core.Places.
func (p places) Village(code string, day civil.Date) bool {
	d, ok := p.at(code, day)
	return ok && d.Level == core.Village
}

func provinceCode(digits2 string) string { return digits2 + "0000000000" }

// placesOf reads the divisions that events may name.
func (s *SQL) placesOf(tx *gorm.DB, events []*prepared) (places, error) {
	codes, provinces := map[string]bool{}, map[string]bool{}
	province := func(code string) {
		if len(code) >= 2 {
			provinces[code[:2]] = true
		}
	}
	for i := range events {
		e := events[i]
		province(e.Document.Number.Reveal())
		province(e.MotherDocument.Number.Reveal())
		province(e.OtherDocument.Number.Reveal())
		province(e.HukouDivision)
		province(e.Division)
		if len(e.Division) == 12 {
			codes[e.Division] = true
		}
	}
	for digits2 := range provinces {
		codes[provinceCode(digits2)] = true
	}
	return readPlaces(tx, sortedKeys(codes))
}

const selectDivision = "SELECT code, valid_from, name, level, parent, valid_until, successors, version FROM division"

func readPlaces(tx *gorm.DB, codes []string) (places, error) {
	out := places{}
	err := selectIn(tx, selectDivision+" WHERE code", nil, codes, func(r *sql.Rows) error {
		d, err := scanDivision(r)
		if err == nil {
			out[d.Code] = append(out[d.Code], d)
		}
		return err
	})
	return out, err
}

func scanDivision(r *sql.Rows) (d core.Division, err error) {
	var successors string
	err = r.Scan(&d.Code, &d.From, &d.Name, &d.Level, &d.Parent, &d.Until, &successors, &d.Version)
	d.Successors = split(successors)
	return d, err
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
