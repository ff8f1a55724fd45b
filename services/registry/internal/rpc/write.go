package rpc

import (
	"strconv"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

func residentProto(r core.Resident) *registryv1.Resident {
	out := &registryv1.Resident{
		ResidentId: r.ID, Name: r.Name, Sex: int32(r.Sex), BirthDate: wire.DateProto(r.Birth), EthnicCode: r.Ethnic,
		MaritalCode: int32(r.Marital), Phone: r.Phone, Employer: r.Employer, DeathDate: wire.DateProto(r.Death),
		BirthPartial: r.BirthPartial, NameRaw: []byte(r.NameRaw), NameEncoding: r.NameEncoding, MergedResidentIds: r.Merged,
		ReviewFlags: r.Flags, Etag: etag(r.Version), CreateTime: wire.TimeProto(r.CreateTime), UpdateTime: wire.TimeProto(r.UpdateTime),
	}
	for _, d := range r.Documents {
		out.Documents = append(out.Documents, heldProto(d))
	}
	for _, n := range r.FormerNames {
		out.FormerNames = append(out.FormerNames, &registryv1.FormerName{Name: n.Name, UntilDate: wire.DateProto(n.Until)})
	}
	for _, h := range r.Hukou {
		out.Hukou = append(out.Hukou, &registryv1.HukouEntry{FromDate: wire.DateProto(h.From), Division: h.Division, Kind: int32(h.Kind)})
	}
	for _, s := range r.Stays {
		out.Residences = append(out.Residences, stayProto(s))
	}
	for _, p := range r.Permits {
		out.Permits = append(out.Permits, permitProto(p))
	}
	return out
}

func etag(version int64) string { return strconv.FormatInt(version, 10) }

func documentProto(d core.Document) *registryv1.Document {
	if d.Number.IsZero() {
		return nil
	}
	kind, err := strconv.Atoi(string(d.Type))
	if err != nil { // no kind of ident is not a number
		kind = 0
	}
	return &registryv1.Document{Type: registryv1.DocumentType(kind), Number: d.Number.Reveal(), Country: d.Country}
}

func heldProto(d core.HeldDocument) *registryv1.Document {
	out := documentProto(d.Document)
	out.FromDate, out.UntilDate = wire.DateProto(d.From), wire.DateProto(d.Until)
	return out
}

func stayProto(s core.Stay) *registryv1.Residence {
	return &registryv1.Residence{
		ResidenceId: s.ID, Division: s.Division, Address: s.Address, ArrivedDate: wire.DateProto(s.Arrived),
		RegisteredDate: wire.DateProto(s.Registered), FirstSeenDate: wire.DateProto(s.FirstSeen), LeftDate: wire.DateProto(s.Left),
		Reason: registryv1.ResidenceReason(s.Reason), Sources: sourceProtos(s.Sources),
	}
}

func sourceProtos(list []core.Source) (out []*registryv1.FieldSource) {
	for _, s := range list {
		out = append(out, &registryv1.FieldSource{Field: s.Field, Sender: s.Sender, EventId: s.ID})
	}
	return out
}

func permitProto(p core.Permit) *registryv1.Permit {
	out := &registryv1.Permit{
		PermitId: p.ID, Division: p.Division, IssuedDate: wire.DateProto(p.Issued), ValidUntilDate: wire.DateProto(p.ValidUntil),
		LapsedDate: wire.DateProto(p.Lapsed), CancelledDate: wire.DateProto(p.Cancelled),
		Number: p.Number, LostDate: wire.DateProto(p.Lost), Sources: sourceProtos(p.Sources),
	}
	for _, d := range p.Reissued {
		out.ReissuedDates = append(out.ReissuedDates, wire.DateProto(d))
	}
	for _, q := range p.Points {
		out.Points = append(out.Points, &registryv1.PermitPoints{FromDate: wire.DateProto(q.From), Points: int32(q.Points)})
	}
	for _, d := range p.Endorsed {
		out.EndorsedDates = append(out.EndorsedDates, wire.DateProto(d))
	}
	return out
}

func eventProto(e core.Event) *registryv1.ResidenceEvent {
	out := &registryv1.ResidenceEvent{
		EventId: e.ID, Type: registryv1.EventType(e.Type), EffectiveDate: wire.DateProto(e.Effective), Document: documentProto(e.Document),
		ResidentId: e.ResidentID, Name: e.Name, Sex: int32(e.Sex), BirthDate: wire.DateProto(e.Birth), EthnicCode: e.Ethnic,
		MaritalCode: int32(e.Marital), Phone: e.Phone, Employer: e.Employer, HukouDivision: e.HukouDivision, HukouKind: int32(e.HukouKind),
		Division: e.Division, Address: e.Address, ArrivedDate: wire.DateProto(e.Arrived), Reason: registryv1.ResidenceReason(e.Reason),
		PermitValidUntilDate: wire.DateProto(e.PermitValidUntil), PermitPoints: int32(e.PermitPoints), ReplacesEventId: e.Replaces,
		MotherResidentId: e.MotherResidentID, MotherDocument: documentProto(e.MotherDocument),
		BirthPartial: e.BirthPartial, FormerName: e.FormerName, NameRaw: []byte(e.NameRaw), NameEncoding: e.NameEncoding,
		OtherDocument: documentProto(e.OtherDocument), OtherResidentId: e.OtherResidentID, PermitNumber: e.PermitNumber,
	}
	if e.TimeMS != 0 {
		out.EventTime = wire.TimeProto(time.UnixMilli(e.TimeMS))
	}
	return out
}

var relationKind = recordrpc.Kind[core.Relation, *registryv1.Relation]{
	Name: "relation", Plural: "relations",
	FromProto: relationOf, ToProto: relationProto,
	Base: func(r *core.Relation) *record.Base { return &r.Base },
}

func relationOf(in *registryv1.Relation) (core.Relation, error) {
	var c wire.Check
	r := core.Relation{
		Base:    record.Base{ResidentID: c.ID("resident_id", in.GetResidentId(), wire.Required)},
		Kind:    c.Enum("kind", int32(in.GetKind()), registryv1.RelationKind_name, wire.Required),
		OtherID: c.ID("other_resident_id", in.GetOtherResidentId(), wire.Required),
		From:    c.Date("start_date", in.GetStartDate(), !wire.Required),
		Until:   c.Date("end_date", in.GetEndDate(), !wire.Required),
	}
	if err := c.Err(); err != nil {
		return r, err
	}
	return r, r.Check()
}

func relationProto(r core.Relation) *registryv1.Relation {
	return &registryv1.Relation{
		RelationId: r.ID, ResidentId: r.ResidentID, Kind: registryv1.RelationKind(r.Kind), OtherResidentId: r.OtherID,
		StartDate: wire.DateProto(r.From), EndDate: wire.DateProto(r.Until), Etag: r.Etag(), Deleted: r.Deleted,
		CreateTime: wire.TimeProto(r.CreateTime), UpdateTime: wire.TimeProto(r.UpdateTime),
	}
}
