package core

import (
	"unicode/utf8"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
)

// Places answers what Check needs of the division table.
type Places interface {
	// Province reports that a province with these first two digits exists on a day.
	Province(digits2 string, day civil.Date) bool
	// Village reports that the 12-digit code is a village on a day.
	Village(code string, day civil.Date) bool
}

// Limits of texts in characters.
const maxName, maxAddress, maxEmployer, maxID, maxPermit = 50, 200, 70, 64, 32

// Check says what is wrong with an event in itself, on a day on which it is
// received: the refusal, or ok. The event is Normal.
func Check(e Event, today civil.Date, places Places) (refusal Outcome, ok bool) {
	column, why := checkForm(&e)
	if why == nil {
		column, why = checkPerson(&e)
	}
	if why == nil {
		column, why = checkDates(&e, today)
	}
	if why == nil {
		column, why = checkPlaces(&e, places)
	}
	if why != nil {
		return Refuse(column, why), false
	}
	return Outcome{}, true
}

func checkForm(e *Event) (string, *fault.Error) {
	switch {
	case !e.Type.Known():
		return "type", ErrType
	case !senderForm(e.Sender):
		return "sender", ErrSender
	case len(e.ID) > maxID:
		return "event_id", ErrTooLong
	case len(e.Replaces) > maxID:
		return "replaces_event_id", ErrTooLong
	case utf8.RuneCountInString(e.Name) > maxName:
		return "name", ErrTooLong
	case utf8.RuneCountInString(e.FormerName) > maxName:
		return "former_name", ErrTooLong
	case len(e.NameRaw) > 4*maxName || len(e.NameEncoding) > 16:
		return "name_raw", ErrTooLong
	case len(e.PermitNumber) > maxPermit:
		return "permit_number", ErrTooLong
	case utf8.RuneCountInString(e.Address) > maxAddress:
		return "address", ErrTooLong
	case utf8.RuneCountInString(e.Employer) > maxEmployer:
		return "employer", ErrTooLong
	case !phoneForm(e.Phone):
		return "phone", ErrPhone
	}
	return checkCodes(e)
}

func checkCodes(e *Event) (string, *fault.Error) {
	switch {
	case e.Sex != 0 && e.Sex != 1 && e.Sex != 2 && e.Sex != 9:
		return "sex", ErrCode
	case !ethnicForm(e.Ethnic):
		return "ethnic_code", ErrCode
	case !(e.Marital == 0 || e.Marital == 10 || e.Marital >= 20 && e.Marital <= 23 || e.Marital == 30 || e.Marital == 40 || e.Marital == 90):
		return "marital_code", ErrCode
	case e.HukouKind < 0 || e.HukouKind > 3:
		return "hukou_kind", ErrCode
	case e.Reason < 0 || e.Reason > 6 && e.Reason != 9:
		return "reason", ErrCode
	case e.PermitPoints < 0 || e.PermitPoints > 100_000:
		return "permit_points", ErrCode
	}
	return "", nil
}

func checkPerson(e *Event) (string, *fault.Error) {
	none := e.Document.Number.IsZero() && e.ResidentID == ""
	switch {
	case e.Type == Void && e.Replaces == "", e.Type == Correct && e.Replaces == "" && e.ResidentID == "":
		return "replaces_event_id", ErrNoTarget
	case !e.Type.Amends() && none && e.Provisional().Number.IsZero():
		return "document", ErrNoPerson
	case e.Type == Merge:
		return checkMerge(e)
	}
	return "", nil
}

func checkMerge(e *Event) (string, *fault.Error) {
	noOther := e.OtherDocument.Number.IsZero() && e.OtherResidentID == ""
	switch {
	case e.Replaces != "":
		return "replaces_event_id", ErrMerge
	case noOther, !e.OtherDocument.Number.IsZero() && e.OtherDocument == e.Document:
		return "other_document", ErrMerge
	case e.OtherResidentID != "" && e.OtherResidentID == e.ResidentID:
		return "other_resident_id", ErrMerge
	}
	return "", nil
}

func checkDates(e *Event, today civil.Date) (string, *fault.Error) {
	switch {
	case e.Effective == civil.None:
		return "effective_date", ErrDateMissing
	case e.Effective > today:
		return "effective_date", ErrFuture
	case e.Arrived > today:
		return "arrived_date", ErrFuture
	case e.FirstSeen > today:
		return "first_seen_date", ErrFuture
	case e.Registered > today:
		return "registered_date", ErrFuture
	case e.Birth > today:
		return "birth_date", ErrFuture
	case e.Type == Leave && e.Arrived > e.Effective:
		return "effective_date", ErrLeftBefore
	case e.Birth > e.Effective && !e.Type.Amends(), e.Arrived != civil.None && e.Birth > e.Arrived:
		return "birth_date", ErrBornAfter
	}
	if e.BirthPartial != "" {
		switch first := firstOf(e.BirthPartial); {
		case first == civil.None:
			return "birth_partial", ErrPartial
		case first > today:
			return "birth_partial", ErrFuture
		case first > e.Effective && !e.Type.Amends():
			return "birth_partial", ErrBornAfter
		}
	}
	if born, _ := Stated(e.Document); born > e.Effective && !e.Type.Amends() {
		return "document", ErrBornAfter
	}
	return "", nil
}

func checkPlaces(e *Event, places Places) (string, *fault.Error) {
	if e.Document.Type == ident.CitizenCard && !places.Province(e.Document.Number.Reveal()[:2], e.Effective) {
		return "document", ErrIssuer
	}
	if m := e.MotherDocument; m.Type == ident.CitizenCard && !places.Province(m.Number.Reveal()[:2], e.Effective) {
		return "mother_document", ErrIssuer
	}
	if o := e.OtherDocument; o.Type == ident.CitizenCard && !places.Province(o.Number.Reveal()[:2], e.Effective) {
		return "other_document", ErrIssuer
	}
	if h := e.HukouDivision; h != "" && !(divisionForm(h) && places.Province(h[:2], e.Effective)) {
		return "hukou_division", ErrHukou
	}
	switch {
	case e.Division == "":
		if e.Type == Arrive || e.Type == Move {
			return "division", ErrNoDivision
		}
	case !divisionForm(e.Division):
		return "division", ErrDivision
	case e.Type.lives():
		if !places.Village(e.Division, e.Effective) {
			return "division", ErrDivision
		}
	case e.Type == Correct && len(e.Division) == 12:
		// What it corrects may be a stay or a permit; a village serves for both.
		if !places.Village(e.Division, e.Effective) {
			return "division", ErrDivision
		}
	case !places.Province(e.Division[:2], e.Effective):
		return "division", ErrDivision
	}
	return "", nil
}
