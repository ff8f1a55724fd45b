package rpc

import (
	"errors"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
)

// documentOf reads a document; the fault says why it is not one.
func documentOf(d *registryv1.Document) (core.Document, *fault.Error) {
	kind := ident.DocType(twoDigits(int32(d.GetType())))
	doc, err := ident.Parse(kind, d.GetNumber(), d.GetCountry())
	if err == nil {
		return doc, nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return core.Document{}, f
	}
	return core.Document{}, ident.ErrMalformed
}

// twoDigits writes the number of a kind as it is written in data.
func twoDigits(n int32) string {
	if n < 0 || n > 99 {
		return strconv.Itoa(int(n)) // no kind
	}
	return string([]byte{byte('0' + n/10), byte('0' + n%10)})
}

// eventOf reads an event; what cannot be read refuses it.
func eventOf(sender string, in *registryv1.ResidenceEvent) (e core.Event, refusal core.Outcome, ok bool) {
	e = core.Event{
		Sender: sender, ID: in.GetEventId(), Type: core.EventType(in.GetType()), ResidentID: in.GetResidentId(),
		Name: in.GetName(), Sex: int(in.GetSex()), Ethnic: in.GetEthnicCode(), Marital: int(in.GetMaritalCode()),
		Phone: in.GetPhone(), Employer: in.GetEmployer(), HukouDivision: in.GetHukouDivision(), HukouKind: int(in.GetHukouKind()),
		Division: in.GetDivision(), Address: in.GetAddress(), Reason: int(in.GetReason()), PermitPoints: int(in.GetPermitPoints()),
		Replaces: in.GetReplacesEventId(), MotherResidentID: in.GetMotherResidentId(),
		BirthPartial: in.GetBirthPartial(), FormerName: in.GetFormerName(), NameRaw: string(in.GetNameRaw()), NameEncoding: in.GetNameEncoding(),
		OtherResidentID: in.GetOtherResidentId(), PermitNumber: in.GetPermitNumber(),
	}
	if t := wire.Time(in.GetEventTime()); !t.IsZero() {
		e.TimeMS = t.UnixMilli()
	}
	var c wire.Check
	for _, d := range []struct {
		column string
		to     *civil.Date
		from   civil.Date
	}{
		{"effective_date", &e.Effective, c.Date("effective_date", in.GetEffectiveDate(), false)},
		{"birth_date", &e.Birth, c.Date("birth_date", in.GetBirthDate(), false)},
		{"arrived_date", &e.Arrived, c.Date("arrived_date", in.GetArrivedDate(), false)},
		{"permit_valid_until_date", &e.PermitValidUntil, c.Date("permit_valid_until_date", in.GetPermitValidUntilDate(), false)},
	} {
		*d.to = d.from
	}
	c.ID("resident_id", e.ResidentID, false)
	c.ID("mother_resident_id", e.MotherResidentID, false)
	c.ID("other_resident_id", e.OtherResidentID, false)
	c.Time("event_time", in.GetEventTime(), false)
	if f, bad := errors.AsType[*fault.Error](c.Err()); bad {
		return e, core.Refuse(f.Fields[0].Path, wire.ErrFields), false
	}
	if in.GetDocument() != nil {
		doc, why := documentOf(in.GetDocument())
		if why != nil {
			return e, core.Refuse("document", why), false
		}
		e.Document = doc
	}
	if in.GetMotherDocument() != nil {
		doc, why := documentOf(in.GetMotherDocument())
		if why != nil {
			return e, core.Refuse("mother_document", why), false
		}
		e.MotherDocument = doc
	}
	if in.GetOtherDocument() != nil {
		doc, why := documentOf(in.GetOtherDocument())
		if why != nil {
			return e, core.Refuse("other_document", why), false
		}
		e.OtherDocument = doc
	}
	return e, core.Outcome{}, true
}

// arrivalOf reads the person and stay of CreateResident: an arrival with the
// first document and hukou, and corrections that add the others.
func arrivalOf(req *registryv1.CreateResidentRequest, today civil.Date) (core.Event, []core.Event, error) {
	in, stay := req.GetResident(), req.GetResidence()
	var c wire.Check
	if len(in.GetDocuments()) == 0 {
		c.Refuse("resident.documents", "必填 required")
	}
	e := core.Event{
		Type: core.Arrive, Effective: today, Division: c.Division("residence.division", stay.GetDivision(), true),
		Address: stay.GetAddress(), Reason: int(stay.GetReason()),
		Arrived:    c.Date("residence.arrived_date", stay.GetArrivedDate(), true),
		Registered: c.Date("residence.registered_date", stay.GetRegisteredDate(), false),
		FirstSeen:  c.Date("residence.first_seen_date", stay.GetFirstSeenDate(), false),
	}
	if e.FirstSeen == civil.None {
		e.FirstSeen = today // somebody sees the person now
	}
	who := personOf(&c, in)
	docs, hukou := documentsOf(&c, in), hukouOf(&c, in)
	if err := c.Err(); err != nil {
		return e, nil, err
	}
	e.Document, e.BirthPartial = docs[0], who.BirthPartial
	e.Name, e.Sex, e.Birth, e.Ethnic, e.Marital, e.Phone, e.Employer = who.Name, who.Sex, who.Birth, who.Ethnic, who.Marital, who.Phone, who.Employer
	var more []core.Event
	for _, d := range docs[1:] {
		more = append(more, core.Event{Type: core.Correct, Effective: today, Document: d})
	}
	for i, h := range hukou {
		if i == 0 {
			e.HukouDivision, e.HukouKind = h.Division, h.Kind
			continue
		}
		more = append(more, hukouEvent(h, today))
	}
	return e, more, nil
}

func hukouEvent(h core.HukouSpan, today civil.Date) core.Event {
	e := core.Event{Type: core.Correct, Effective: today, HukouDivision: h.Division, HukouKind: h.Kind}
	if h.From != civil.None {
		e.Effective = h.From
	}
	return e
}

// personOf reads what a caller may say of a person apart from documents and hukou.
func personOf(c *wire.Check, in *registryv1.Resident) core.Event {
	return core.Event{
		Name: in.GetName(), Sex: int(in.GetSex()), Birth: c.Date("resident.birth_date", in.GetBirthDate(), false),
		Ethnic: in.GetEthnicCode(), Marital: int(in.GetMaritalCode()), Phone: in.GetPhone(), Employer: in.GetEmployer(),
		BirthPartial: in.GetBirthPartial(),
	}
}

func documentsOf(c *wire.Check, in *registryv1.Resident) (out []core.Document) {
	for i, d := range in.GetDocuments() {
		doc, why := documentOf(d)
		if why != nil {
			c.Refuse(fmt.Sprintf("resident.documents[%d].number", i), why.Chinese+" "+why.Text)
		}
		out = append(out, doc)
	}
	return out
}

func hukouOf(c *wire.Check, in *registryv1.Resident) (out []core.HukouSpan) {
	for i, h := range in.GetHukou() {
		path := fmt.Sprintf("resident.hukou[%d]", i)
		if h.GetDivision() == "" {
			c.Refuse(path+".division", "必填 required")
		}
		out = append(out, core.HukouSpan{From: c.Date(path+".from_date", h.GetFromDate(), false), Division: h.GetDivision(), Kind: int(h.GetKind())})
	}
	return out
}

// changeable are the fields of a resident that UpdateResident corrects.
var changeable = []string{"name", "sex", "birth_date", "birth_partial", "ethnic_code", "marital_code", "phone", "employer", "documents", "hukou"}

// correctionsOf reads UpdateResident as CORRECTs about the person. Fields that
// the mask names must have a value; without a mask, those that have one change.
func correctionsOf(in *registryv1.Resident, mask *fieldmaskpb.FieldMask, today civil.Date) ([]core.Event, error) {
	var c wire.Check
	c.ID("resident.resident_id", in.GetResidentId(), true)
	who := personOf(&c, in)
	docs, hukou := documentsOf(&c, in), hukouOf(&c, in)
	if err := c.Err(); err != nil {
		return nil, err
	}
	paths, strict := mask.GetPaths(), true
	if len(paths) == 0 {
		paths, strict = changeable, false
	}
	e := core.Event{Type: core.Correct, Effective: today}
	var more []core.Event
	for _, p := range paths {
		var said bool
		switch p {
		case "name":
			e.Name, said = who.Name, who.Name != ""
		case "sex":
			e.Sex, said = who.Sex, who.Sex != 0
		case "birth_date":
			e.Birth, said = who.Birth, who.Birth != civil.None
		case "birth_partial":
			e.BirthPartial, said = who.BirthPartial, who.BirthPartial != ""
		case "ethnic_code":
			e.Ethnic, said = who.Ethnic, who.Ethnic != ""
		case "marital_code":
			e.Marital, said = who.Marital, who.Marital != 0
		case "phone":
			e.Phone, said = who.Phone, who.Phone != ""
		case "employer":
			e.Employer, said = who.Employer, who.Employer != ""
		case "documents":
			for i := len(docs) - 1; i >= 0; i-- { // the first one is the latest
				more = append(more, core.Event{Type: core.Correct, Effective: today, Document: docs[i]})
			}
			said = len(docs) > 0
		case "hukou":
			for _, h := range hukou {
				more = append(more, hukouEvent(h, today))
			}
			said = len(hukou) > 0
		default:
			return nil, recordrpc.ErrMask.On("update_mask", "不存在或不可修改 unknown or fixed")
		}
		if strict && !said {
			return nil, errClear.On("resident."+p, "不能为空 must not be empty")
		}
	}
	return append([]core.Event{e}, more...), nil
}
