// Package imports says what rows of files are to the immunization service: doses
// and certificates that exist elsewhere. It reads and compares; what becomes of
// a row is decided by platform/recordintake.
package imports

import (
	_ "embed"
	"strings"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/immunization/internal/store"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordintake"
)

var (
	//go:embed doses.yaml
	dosesYAML []byte
	//go:embed certificates.yaml
	certificatesYAML []byte
)

// Kinds are the kinds of record that come as files.
func Kinds(s store.Stores, schedule *nip.Schedule) ([]*recordintake.Kind, error) {
	doses, err := recordintake.Of(recordintake.Spec[core.Dose, store.DoseRow]{
		Name: "doses", Columns: dosesYAML, Store: s.Doses.Store,
		Base: func(d *core.Dose) *record.Base { return &d.Base },
		Unit: func(d *core.Dose) *string { return &d.UnitID },
		Read: products{schedule, byName(schedule)}.dose,
		Same: func(a, b core.Dose) bool { return a.On == b.On && a.Product == b.Product },
	})
	if err != nil {
		return nil, err
	}
	certificates, err := recordintake.Of(recordintake.Spec[core.Certificate, store.CertificateRow]{
		Name: "certificates", Columns: certificatesYAML, Store: s.Certificates,
		Base: func(c *core.Certificate) *record.Base { return &c.Base },
		Unit: func(c *core.Certificate) *string { return &c.UnitID },
		Read: func(r *recordintake.Reader) core.Certificate {
			return core.Certificate{Issued: r.Past("issued_date", recordintake.Needed), Number: r.Text("certificate_number", 30, !recordintake.Needed)}
		},
		Same: func(a, b core.Certificate) bool {
			return a.Issued == b.Issued && (a.Number == b.Number || a.Number == "" || b.Number == "")
		},
	})
	return []*recordintake.Kind{doses, certificates}, err
}

// products finds vaccines by abbreviation, code or Chinese name.
type products struct {
	schedule *nip.Schedule
	names    map[string]string
}

func byName(s *nip.Schedule) map[string]string {
	out := map[string]string{}
	for _, p := range s.Products() {
		out[p.Chinese] = p.ID
		out[strings.ToUpper(p.ID)] = p.ID
	}
	return out
}

func (p products) dose(r *recordintake.Reader) core.Dose {
	d := core.Dose{
		On: r.Past("dose_date", recordintake.Needed), Lot: r.Text("lot_number", 30, !recordintake.Needed), Site: r.Code("site", !recordintake.Needed),
		Elsewhere: r.Yes("given_elsewhere", false),
	}
	text := r.Text("product", 60, recordintake.Needed)
	if text == "" {
		return d
	}
	if one, ok := p.schedule.Product(text); ok {
		d.Product = one.ID
	} else if d.Product = p.names[strings.ToUpper(text)]; d.Product == "" {
		d.Product = p.names[text]
	}
	if d.Product == "" {
		r.Refuse("product", recordintake.ErrValue)
	}
	return d
}
