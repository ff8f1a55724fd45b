package desk

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// SignoffRow is one signature. Days are yyyymmdd, times Unix milliseconds.
type SignoffRow struct {
	Role, Name string
	SignedYMD  int
	Remark     string
	Digest     string
	CreatedBy  string
	CreatedMS  int64
}

// Signoffs reads the signatures of a report in the order in which they came.
func (t Tx) Signoffs(report string) (out []SignoffRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var s SignoffRow
		if err := rows.Scan(&s.Role, &s.Name, &s.SignedYMD, &s.Remark, &s.Digest, &s.CreatedBy, &s.CreatedMS); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	}, "SELECT role, name, signed_ymd, remark, digest, created_by, created_ms FROM desk_report_signoff WHERE report_id = ? ORDER BY created_ms, role", report)
	return out, err
}

// AddSignoff writes a signature. It fails with DUPLICATE when the role has signed.
func (t Tx) AddSignoff(report string, s SignoffRow) error {
	return sqlstore.Exec(t.tx, "INSERT INTO desk_report_signoff (report_id, role, name, signed_ymd, remark, digest, created_by, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		report, s.Role, s.Name, s.SignedYMD, s.Remark, s.Digest, s.CreatedBy, s.CreatedMS)
}

// TemplateRow is a workbook by which a form is made. Workbook is nil in lists.
type TemplateRow struct {
	ID        string
	Form      int32
	Name      string
	Version   int64
	UpdatedMS int64
	Size      int64
	Workbook  []byte
}

// Template reads one; false when there is none.
func (t Tx) Template(id string) (r TemplateRow, found bool, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&r.ID, &r.Form, &r.Name, &r.Version, &r.UpdatedMS, &r.Size, &r.Workbook)
	}, "SELECT template_id, form, name, version, updated_ms, size_bytes, workbook FROM desk_report_template WHERE template_id = ?", id)
	return r, found, err
}

// Templates reads up to limit templates after an identifier, without workbooks.
func (t Tx) Templates(after string, limit int) (out []TemplateRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var r TemplateRow
		if err := rows.Scan(&r.ID, &r.Form, &r.Name, &r.Version, &r.UpdatedMS, &r.Size); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, "SELECT template_id, form, name, version, updated_ms, size_bytes FROM desk_report_template WHERE template_id > ? ORDER BY template_id LIMIT ?", after, limit)
	return out, err
}

// AddTemplate writes a new template. It fails with DUPLICATE when there is one.
func (t Tx) AddTemplate(r TemplateRow) error {
	return sqlstore.Exec(t.tx, "INSERT INTO desk_report_template (template_id, form, name, version, updated_ms, size_bytes, workbook) VALUES (?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Form, r.Name, r.Version, r.UpdatedMS, r.Size, r.Workbook)
}

// ReplaceTemplate writes a template over the version before its own; false when
// another version is there.
func (t Tx) ReplaceTemplate(r TemplateRow) (replaced bool, err error) {
	up := t.tx.Exec("UPDATE desk_report_template SET form = ?, name = ?, version = ?, updated_ms = ?, size_bytes = ?, workbook = ? WHERE template_id = ? AND version = ?",
		r.Form, r.Name, r.Version, r.UpdatedMS, r.Size, r.Workbook, r.ID, r.Version-1)
	return up.RowsAffected == 1, up.Error
}

// DropTemplate deletes one version of a template; false when another is there.
func (t Tx) DropTemplate(id string, version int64) (dropped bool, err error) {
	up := t.tx.Exec("DELETE FROM desk_report_template WHERE template_id = ? AND version = ?", id, version)
	return up.RowsAffected == 1, up.Error
}
