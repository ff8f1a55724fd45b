package facts

import (
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
)

// Key names one fact in its service. Identifiers are unique within a kind.
type Key struct {
	ID       string
	Version  int64
	Recorded civil.Date // day its record was first entered; None when unknown
}

// Resident is everything known about one person. The order within a slice
// carries no meaning: Normalize sorts each by fact id, and equal contents give
// equal answers in any order.
type Resident struct {
	ID           string
	Person       Person // zero Key.ID: the registry has not told of this person
	Residences   []Residence
	Permits      []Permit
	Relations    []Relation
	Archives     []Archive
	Educations   []Education
	Cases        []Case
	Certificates []Certificate
	Doses        []Dose
	Pregnancies  []Pregnancy
	Antenatals   []Antenatal
	Deliveries   []Delivery
	Postnatals   []Postnatal
	ChildChecks  []ChildCheck
	Methods      []Method
	Services     []Service
	Records      []Record

	// Others are the people whom this one is tied to by a relation, or as a child
	// to the mother, by id: their Person, Residences, Permits and Relations only.
	Others []*Resident
}

// Other finds one of the people whom this one is tied to; nil when nothing is
// known of that person.
func (r *Resident) Other(id string) *Resident {
	i, found := slices.BinarySearchFunc(r.Others, id, func(o *Resident, id string) int { return strings.Compare(o.ID, id) })
	if !found {
		return nil
	}
	return r.Others[i]
}

// Known says whether the registry has told of the person. Facts about somebody
// unknown wait; they count nowhere.
func (r *Resident) Known() bool { return r.Person.ID != "" }

// Sexes, GB/T 2261.1.
const (
	SexUnknown   int32 = 0
	Male         int32 = 1
	Female       int32 = 2
	SexNotStated int32 = 9
)

// Person is what rules need of a person.
type Person struct {
	Key
	Birth    civil.Date
	Sex      int32       // GB/T 2261.1
	Hukou    []HukouSpan // oldest first; the first entry holds for all earlier days
	Death    civil.Date
	Marital  int32 // GB/T 2261.2: 10 single, 20–23 married, 30 widowed, 40 divorced, 90 not stated, 0 unknown
	MotherID string
	Flags    []string   // why the registry doubts the record, as it stands today; sorted
	Doubted  []FlagSpan // when flags held that carry days, those that are over, too
}

// FlagSpan is days on which the registry doubted a record for one reason. A flag
// without a span carries no day.
type FlagSpan struct {
	Flag  string
	From  civil.Date
	Until civil.Date // first day on which it no longer held; None while it holds
}

// HukouSpan is one place of hukou registration, until the next one begins.
type HukouSpan struct {
	From     civil.Date
	Division string // 6 or 12 digits
	Kind     int32  // 1 agricultural, 2 non-agricultural, 3 unified, 0 unknown
}

// Residence is one stay at one address.
type Residence struct {
	Key
	Division   string // village, 12 digits
	Arrived    civil.Date
	Registered civil.Date
	FirstSeen  civil.Date
	Left       civil.Date // last day, inclusive; None while it goes on
	SortKey    string     // opaque, sorts a village by address
	Reason     int32      // 1 work, 2 business, 3 study, 4 family, 5 medical care, 6 tourism or visit, 9 other
}

// Permit is one residence permit (居住证).
type Permit struct {
	Key
	Division  string // 6 or 12 digits
	Issued    civil.Date
	ValidTo   civil.Date   // last day, inclusive
	Endorsed  []civil.Date // ascending
	Lapsed    civil.Date   // first day on which it no longer held
	Cancelled civil.Date   // first day on which it no longer held
	Points    []Points     // oldest first
}

// Points is the points total from one day on.
type Points struct {
	From   civil.Date
	Points int32
}

// Kinds of relation: the other one is the resident's <kind>.
const (
	Guardian     int32 = 1
	Spouse       int32 = 2
	Mother       int32 = 3
	Father       int32 = 4
	PermitFamily int32 = 5 // cohabiting family member of a permit holder
	Child        int32 = 6
)

// Relation ties a resident to another one.
type Relation struct {
	Key
	Kind    int32
	OtherID string
	From    civil.Date
	Until   civil.Date // inclusive
}

// Days is a run of days, both ends inclusive; Until None goes on.
type Days struct{ From, Until civil.Date }

// Archive is a health archive (居民健康档案).
type Archive struct {
	Key
	Opened     civil.Date
	Closed     civil.Date // first day on which it was closed
	Electronic bool
	Standard   []Days // days on which it passed the standard-form test (规范化)
	Touched    civil.Date
	UnitID     string
}

// Education is one attendance at health education.
type Education struct {
	Key
	On     civil.Date
	Form   int32 // 1 printed material, 2 lecture, 3 consultation, 4 digital course, 5 publicity event
	UnitID string
}

// Case is one infectious case (传染病病例).
type Case struct {
	Key
	Disease       string
	Class         string // A, B, C; empty when not notifiable
	Diagnosed     int64  // Unix seconds, 0 unknown
	Reported      int64  // Unix seconds, 0 not reported
	DeadlineHours int32
	Registered    civil.Date
	UnitID        string
}

// Certificate is a vaccination certificate (预防接种证).
type Certificate struct {
	Key
	Issued civil.Date
	UnitID string
}

// Dose is one dose of vaccine given.
type Dose struct {
	Key
	On      civil.Date
	Product string // abbreviation in the schedule data
	UnitID  string
}

// Outcomes of a pregnancy.
const (
	OngoingPregnancy int32 = 0
	LiveBirth        int32 = 1
	Stillbirth       int32 = 2
)

// Pregnancy is one pregnancy.
type Pregnancy struct {
	Key
	LMP        civil.Date // first day of the last menstrual period
	Registered civil.Date
	Ended      civil.Date
	Outcome    int32 // 0 going on, 1 live birth, 2 stillbirth, 3 miscarriage, 4 induced abortion, 5 ectopic, 9 unknown
	Risk       int32 // 1 green … 5 purple, 0 not assessed
	UnitID     string
}

// Antenatal is one antenatal visit.
type Antenatal struct {
	Key
	PregnancyID string
	On          civil.Date
	Week        int32 // completed weeks; 0 unknown
	UnitID      string
}

// Delivery is one delivery.
type Delivery struct {
	Key
	PregnancyID string
	On          civil.Date
	LiveBirths  int32
	InHospital  bool
	UnitID      string
}

// Postnatal is one postnatal visit.
type Postnatal struct {
	Key
	PregnancyID string
	On          civil.Date
	Kind        int32 // 1 home visit, 2 check at 42 days
	UnitID      string
}

// ChildCheck is one check of a child.
type ChildCheck struct {
	Key
	On     civil.Date
	Kind   int32 // 1 newborn visit, 2 physical check, 3 growth monitoring, 4 school-entry check
	UnitID string
}

// Method is one method of contraception in use.
type Method struct {
	Key
	Method     int32
	LongActing bool
	From       civil.Date
	Until      civil.Date // inclusive
	Adopted    string     // 12-digit code of where it was adopted; empty when unknown
	UnitID     string
}

// Service is one family-planning service.
type Service struct {
	Key
	On       civil.Date
	Kind     int32 // 1 guidance, 2 contraceptives, 3 pregnancy or IUD check, 4 operation, 5 follow-up, 6 preconception check, 7 reproductive-health check
	Free     bool
	Division string
	UnitID   string
}

// Record is one dated record that is known by its code alone: a screening, a
// contract, an answer in a survey. The packs say what code and value mean.
type Record struct {
	Key
	Code     string
	On       civil.Date
	Until    civil.Date // last day, inclusive; None: goes on, or has no duration
	Value    int64
	UnitID   string
	Division string // 12 digits; empty when unknown
}
