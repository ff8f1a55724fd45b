package rpc

import (
	"slices"

	"google.golang.org/genproto/googleapis/type/date"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

func (r reader) doseKind() recordrpc.Kind[core.Dose, *immunizationv1.Dose] {
	return recordrpc.Kind[core.Dose, *immunizationv1.Dose]{
		Name: "dose", Plural: "doses",
		FromProto: r.dose, ToProto: doseProto,
		Base: func(d *core.Dose) *record.Base { return &d.Base },
	}
}

func (r reader) dose(p *immunizationv1.Dose) (core.Dose, error) {
	var c wire.Check
	d := core.Dose{
		Base:      record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		On:        r.past(&c, "dose_date", p.GetDoseDate()),
		Product:   r.product(&c, p.GetProduct()),
		Lot:       c.Text("lot_number", p.GetLotNumber(), 30, !wire.Required),
		Site:      p.GetSite(),
		Elsewhere: p.GetGivenElsewhere(),
		UnitID:    c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	if d.Site != "" && !slices.Contains(core.Sites, d.Site) {
		c.Refuse("site", "应为 LA、RA、LT、RT 或 PO must be one of these")
	}
	return d, c.Err()
}

// product takes an abbreviation or a code and gives the abbreviation, so that one
// vaccine has one name in the records.
func (r reader) product(c *wire.Check, named string) string {
	text := c.Text("product", named, 32, wire.Required)
	p, known := r.schedule.Product(text)
	if !known && text != "" {
		c.Refuse("product", "不在疫苗目录中 not a product of the schedule")
	}
	return p.ID
}

// past reads a day that is not after today.
func (r reader) past(c *wire.Check, path string, p *date.Date) civil.Date {
	day := c.Date(path, p, wire.Required)
	if day > r.today() {
		c.Refuse(path, "晚于今天 in the future")
	}
	return day
}

func doseProto(d core.Dose) *immunizationv1.Dose {
	return &immunizationv1.Dose{
		DoseId: d.ID, ResidentId: d.ResidentID, DoseDate: wire.DateProto(d.On), Product: d.Product, LotNumber: d.Lot, Site: d.Site,
		GivenElsewhere: d.Elsewhere, UnitId: d.UnitID, Etag: d.Etag(), Deleted: d.Deleted,
		CreateTime: wire.TimeProto(d.CreateTime), UpdateTime: wire.TimeProto(d.UpdateTime),
	}
}

func (r reader) certificateKind() recordrpc.Kind[core.Certificate, *immunizationv1.Certificate] {
	return recordrpc.Kind[core.Certificate, *immunizationv1.Certificate]{
		Name: "certificate", Plural: "certificates",
		FromProto: r.certificate, ToProto: certificateProto,
		Base: func(c *core.Certificate) *record.Base { return &c.Base },
	}
}

func (r reader) certificate(p *immunizationv1.Certificate) (core.Certificate, error) {
	var c wire.Check
	one := core.Certificate{
		Base:   record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		Issued: r.past(&c, "issued_date", p.GetIssuedDate()),
		Number: c.Text("certificate_number", p.GetCertificateNumber(), 30, !wire.Required),
		UnitID: c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	return one, c.Err()
}

func certificateProto(c core.Certificate) *immunizationv1.Certificate {
	return &immunizationv1.Certificate{
		CertificateId: c.ID, ResidentId: c.ResidentID, IssuedDate: wire.DateProto(c.Issued), CertificateNumber: c.Number, UnitId: c.UnitID,
		Etag: c.Etag(), Deleted: c.Deleted, CreateTime: wire.TimeProto(c.CreateTime), UpdateTime: wire.TimeProto(c.UpdateTime),
	}
}
