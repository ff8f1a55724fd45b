package intake

// field is a thing that a column may say: the name of the field of
// xinju.registry.v1.ResidenceEvent, or one of those that only files have
// (citizen_number, cancelled_date, alias).
type field uint8

const (
	fEventID field = iota
	fType
	fEffective
	fEventTime
	fDocType
	fDocNumber
	fCitizen
	fCountry
	fName
	fSex
	fBirth
	fEthnic
	fMarital
	fPhone
	fEmployer
	fHukouDivision
	fHukouKind
	fDivision
	fAddress
	fArrived
	fReason
	fPermitUntil
	fPermitPoints
	fReplaces
	fCancelled
	fMotherType
	fMotherNumber
	fMotherCountry
	fFormerName
	fAlias
	fPermitNumber
	fOtherType
	fOtherNumber
	fOtherCountry
	fieldCount
)

var fieldNames = [fieldCount]string{
	"event_id", "type", "effective_date", "event_time", "document.type", "document.number", "citizen_number", "document.country",
	"name", "sex", "birth_date", "ethnic_code", "marital_code", "phone", "employer", "hukou_division", "hukou_kind", "division",
	"address", "arrived_date", "reason", "permit_valid_until_date", "permit_points", "replaces_event_id", "cancelled_date",
	"mother_document.type", "mother_document.number", "mother_document.country",
	"former_name", "alias", "permit_number", "other_document.type", "other_document.number", "other_document.country",
}
