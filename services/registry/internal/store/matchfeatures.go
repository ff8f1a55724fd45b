package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
)

// featuresJSON is what is kept, sealed, of a resident for comparison, so that
// meeting somebody costs one row and not a fold.
type featuresJSON struct {
	Name      string     `json:"n,omitempty"`
	Former    []string   `json:"f,omitempty"`
	Sex       int        `json:"s,omitempty"`
	Birth     int        `json:"b,omitempty"`
	Partial   string     `json:"p,omitempty"`
	Phone     string     `json:"t,omitempty"`
	Employer  string     `json:"e,omitempty"`
	Hukou     string     `json:"h,omitempty"`
	Mother    string     `json:"m,omitempty"`
	Documents []paperDoc `json:"d,omitempty"`
}

type paperDoc struct {
	Type    string `json:"t"`
	Number  string `json:"n"`
	Country string `json:"c,omitempty"`
}

// recordOf is what is compared of a resident. mother is who holds the mother's
// document where no event names her.
func recordOf(r *core.Resident, mother string) match.Record {
	out := match.Record{
		ID: r.ID, Name: r.Name, Sex: r.Sex, Birth: r.Birth, BirthPartial: r.BirthPartial, Phone: r.Phone, Employer: r.Employer, MotherID: r.MotherID,
	}
	if out.MotherID == "" {
		out.MotherID = mother
	}
	for _, f := range r.FormerNames {
		out.FormerNames = append(out.FormerNames, f.Name)
	}
	if n := len(r.Hukou); n > 0 {
		out.Hukou = r.Hukou[n-1].Division
	}
	for _, d := range r.Documents {
		if d.Type != ident.Provisional {
			out.Documents = append(out.Documents, d.Document)
		}
	}
	return out
}

func encodeFeatures(r match.Record) ([]byte, error) {
	f := featuresJSON{
		Name: r.Name, Former: r.FormerNames, Sex: r.Sex, Birth: r.Birth.YYYYMMDD(), Partial: r.BirthPartial, Phone: r.Phone, Employer: r.Employer,
		Hukou: r.Hukou, Mother: r.MotherID,
	}
	for _, d := range r.Documents {
		f.Documents = append(f.Documents, paperDoc{string(d.Type), d.Number.Reveal(), d.Country})
	}
	return json.Marshal(f)
}

func decodeFeatures(id string, plain []byte) (match.Record, error) {
	var f featuresJSON
	if err := json.Unmarshal(plain, &f); err != nil {
		return match.Record{}, errCoded
	}
	birth, err := civil.FromYYYYMMDD(f.Birth)
	if err != nil {
		return match.Record{}, errCoded
	}
	r := match.Record{
		ID: id, Name: f.Name, FormerNames: f.Former, Sex: f.Sex, Birth: birth, BirthPartial: f.Partial, Phone: f.Phone, Employer: f.Employer,
		Hukou: f.Hukou, MotherID: f.Mother,
	}
	for _, p := range f.Documents {
		d, err := ident.Parse(ident.DocType(p.Type), p.Number, p.Country)
		if err != nil {
			return match.Record{}, errCoded
		}
		r.Documents = append(r.Documents, d)
	}
	return r, nil
}

// blockKey is the keyed index of a block's name: without the key nobody can try
// names against it.
type blockKey [16]byte

func (s *SQL) blockKeys(f *match.Forms) []blockKey {
	names := f.Keys()
	out := make([]blockKey, len(names))
	for i, n := range names {
		out[i] = blockKey(s.seal.Index("match", []byte(n))[:16])
	}
	return out
}

// taken is what is kept of a resident for comparison.
type taken struct {
	version int64
	digest  []byte
}

func readTaken(tx *gorm.DB, ids []string) (map[string]taken, error) {
	out := map[string]taken{}
	err := selectIn(tx, "SELECT resident_id, version, digest FROM match_resident WHERE resident_id", nil, ids, func(r *sql.Rows) error {
		var id string
		var t taken
		err := r.Scan(&id, &t.version, &t.digest)
		out[id] = t
		return err
	})
	return out, err
}

// readFeatures returns the prepared records of residents; who is gone has none.
func (s *SQL) readFeatures(tx *gorm.DB, ids []string) (map[string]*match.Forms, error) {
	out := map[string]*match.Forms{}
	err := selectIn(tx, "SELECT resident_id, features FROM match_resident WHERE features IS NOT NULL AND resident_id", nil, ids, func(r *sql.Rows) error {
		var id string
		var sealed []byte
		if err := r.Scan(&id, &sealed); err != nil {
			return err
		}
		plain, err := s.seal.Open("match_resident", id, "features", sealed)
		if err != nil {
			return err
		}
		record, err := decodeFeatures(id, plain)
		if err != nil {
			return err
		}
		f := match.FormsOf(record)
		out[id] = &f
		return nil
	})
	return out, err
}

// readBlocks returns who is in blocks, apart from those in skip.
func readBlocks(tx *gorm.DB, keys []blockKey, skip map[string]bool) (map[blockKey][]string, error) {
	asked := make([][]byte, len(keys))
	for i := range keys {
		asked[i] = keys[i][:]
	}
	out := map[blockKey][]string{}
	err := selectIn(tx, "SELECT block_key, resident_id FROM match_key WHERE block_key", nil, asked, func(r *sql.Rows) error {
		var k []byte
		var id string
		err := r.Scan(&k, &id)
		if err == nil && !skip[id] {
			out[blockKey(k)] = append(out[blockKey(k)], id)
		}
		return err
	})
	for k := range out {
		slices.Sort(out[k])
	}
	return out, err
}

// digestOf tells one set of features from another.
func digestOf(plain []byte) []byte {
	sum := sha256.Sum256(plain)
	return sum[:16]
}
