package desk

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// In is the desk inside a transaction that writes other tables of the same
// database as well.
func In(tx *gorm.DB) Tx { return Tx{tx} }

// Pack is one version of a policy pack that was loaded. Times are Unix
// milliseconds.
type Pack struct {
	ID       string
	Version  int32
	InUse    bool
	LoadedMS int64
	LoadedBy string
	UsedMS   int64 // when it last came into use; 0 never
	EndedMS  int64 // when it last went out of use; 0 never
	Source   []byte
}

// PacksInUse reads the packs that count, by id.
func (t Tx) PacksInUse() ([]Pack, error) { return t.packs("in_use = 1 ORDER BY pack_id") }

// PackVersions reads every version of a pack, the highest first.
func (t Tx) PackVersions(id string) ([]Pack, error) {
	return t.packs("pack_id = ? ORDER BY version DESC", id)
}

func (t Tx) packs(where string, args ...any) (out []Pack, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var p Pack
		if err := rows.Scan(&p.ID, &p.Version, &p.InUse, &p.LoadedMS, &p.LoadedBy, &p.UsedMS, &p.EndedMS, &p.Source); err != nil {
			return err
		}
		out = append(out, p)
		return nil
	}, "SELECT pack_id, version, in_use, loaded_ms, loaded_by, used_ms, ended_ms, source FROM desk_pack WHERE "+where, args...)
	return out, err
}

// AddPack writes a version that was not there.
func (t Tx) AddPack(p Pack) error {
	return sqlstore.Exec(t.tx, "INSERT INTO desk_pack (pack_id, version, in_use, loaded_ms, loaded_by, used_ms, ended_ms, source) VALUES (?,?,?,?,?,?,?,?)",
		p.ID, p.Version, p.InUse, p.LoadedMS, p.LoadedBy, p.UsedMS, p.EndedMS, p.Source)
}

// UsePack makes a version the one that counts, from a moment on; version 0: none.
func (t Tx) UsePack(id string, version int32, ms int64) error {
	if err := sqlstore.Exec(t.tx, "UPDATE desk_pack SET in_use = 0, ended_ms = ? WHERE pack_id = ? AND in_use = 1 AND version <> ?", ms, id, version); err != nil {
		return err
	}
	return sqlstore.Exec(t.tx, "UPDATE desk_pack SET in_use = 1, used_ms = ? WHERE pack_id = ? AND in_use = 0 AND version = ?", ms, id, version)
}

// PackChange is what an operation makes of a pack; version 0: none of those
// loaded counts any more.
type PackChange struct {
	OperationID string
	PackID      string
	Version     int32
}

// AddPackChange writes what an operation shall do.
func (t Tx) AddPackChange(c PackChange) error {
	return sqlstore.Exec(t.tx, "INSERT INTO desk_pack_change (operation_id, pack_id, version) VALUES (?,?,?)", c.OperationID, c.PackID, c.Version)
}

// PackChange reads what an operation shall do; false when it changes no pack.
func (t Tx) PackChange(operationID string) (c PackChange, found bool, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&c.OperationID, &c.PackID, &c.Version)
	}, "SELECT operation_id, pack_id, version FROM desk_pack_change WHERE operation_id = ?", operationID)
	return c, found, err
}
