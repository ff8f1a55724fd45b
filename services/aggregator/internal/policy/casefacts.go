package policy

import (
	"xinju.dev/services/platform/civil"
)

// caseFacts is what is given in a case: facts of every kind, of one resident and
// of those whom the resident is tied to. Identifiers are the case's own words.
type caseFacts struct {
	ID         string          `yaml:"id"` // as others call the resident; default case
	Birth      civil.Date      `yaml:"birth"`
	Sex        string          `yaml:"sex"`
	Hukou      []caseHukou     `yaml:"hukou"`
	Death      civil.Date      `yaml:"death"`
	Marital    int32           `yaml:"marital"`
	Mother     string          `yaml:"mother"`
	Flags      []string        `yaml:"flags"`    // why the registry doubts the record
	Flagged    []caseFlag      `yaml:"flagged"`  // the days of flags that carry some
	Recorded   civil.Date      `yaml:"recorded"` // of the person's own record
	Stays      []caseStay      `yaml:"stays"`
	Archives   []caseArchive   `yaml:"archives"`
	Educations []civil.Date    `yaml:"educations"`
	Cases      []caseSick      `yaml:"cases"`
	Doses      []caseDose      `yaml:"doses"`
	Pregnant   []casePregnancy `yaml:"pregnancies"`
	Checks     []caseService   `yaml:"child_checks"`
	Methods    []caseMethod    `yaml:"methods"`
	Services   []caseService   `yaml:"services"`
	Permits    []casePermit    `yaml:"permits"`
	Served     []caseServed    `yaml:"served"` // services of any kind, with unit and day of entry
	Records    []caseRecord    `yaml:"records"`
	Relations  []caseRelation  `yaml:"relations"`
	Others     []caseOther     `yaml:"others"`
	Units      []caseUnit      `yaml:"units"`
}

type caseFlag struct {
	Flag  string     `yaml:"flag"`
	From  civil.Date `yaml:"from"`
	Until civil.Date `yaml:"until"` // first day on which it no longer held
}

type caseHukou struct {
	From     civil.Date `yaml:"from"`
	Division string     `yaml:"division"`
	Kind     int32      `yaml:"kind"`
}

type caseStay struct {
	Village    string     `yaml:"village"`
	Arrived    civil.Date `yaml:"arrived"`
	Registered civil.Date `yaml:"registered"`
	FirstSeen  civil.Date `yaml:"first_seen"`
	Left       civil.Date `yaml:"left"`
	Reason     int32      `yaml:"reason"`
	Address    string     `yaml:"address"` // any word: it is known
}

type caseArchive struct {
	Opened     civil.Date `yaml:"opened"`
	Closed     civil.Date `yaml:"closed"`
	Electronic bool       `yaml:"electronic"`
	Standard   civil.Date `yaml:"standard_from"`
	Until      civil.Date `yaml:"standard_until"`
	Touched    civil.Date `yaml:"touched"`
}

type caseSick struct {
	Registered civil.Date `yaml:"registered"`
	Class      string     `yaml:"class"`
	Reported   civil.Date `yaml:"reported"`
	Unit       string     `yaml:"unit"`
	Recorded   civil.Date `yaml:"recorded"`
}

type caseDose struct {
	On       civil.Date `yaml:"on"`
	Product  string     `yaml:"product"`
	Unit     string     `yaml:"unit"`
	Recorded civil.Date `yaml:"recorded"`
}

type casePregnancy struct {
	LMP        civil.Date    `yaml:"lmp"`
	Registered civil.Date    `yaml:"registered"`
	Ended      civil.Date    `yaml:"ended"`
	Outcome    int32         `yaml:"outcome"`
	Risk       int32         `yaml:"risk"` // 1 green … 5 purple
	Unit       string        `yaml:"unit"`
	Antenatal  []civil.Date  `yaml:"antenatals"`
	Weeks      []int32       `yaml:"weeks"` // of the antenatal visits, in the same order
	Delivery   *caseDelivery `yaml:"delivery"`
	Postnatal  []civil.Date  `yaml:"postnatals"`
}

type caseDelivery struct {
	On         civil.Date `yaml:"on"` // default: the day the pregnancy ended
	LiveBirths int32      `yaml:"live_births"`
	InHospital bool       `yaml:"in_hospital"`
	Unit       string     `yaml:"unit"`
}

type caseService struct {
	On   civil.Date `yaml:"on"`
	Kind int32      `yaml:"kind"`
	Free bool       `yaml:"free"`
}

type caseMethod struct {
	LongActing bool       `yaml:"long_acting"`
	From       civil.Date `yaml:"from"`
	Until      civil.Date `yaml:"until"`
	Adopted    string     `yaml:"adopted"`
}

type casePermit struct {
	Division  string       `yaml:"division"`
	Issued    civil.Date   `yaml:"issued"`
	ValidTo   civil.Date   `yaml:"valid_to"`
	Endorsed  []civil.Date `yaml:"endorsed"`
	Cancelled civil.Date   `yaml:"cancelled"`
	Points    int32        `yaml:"points"`
}

// caseServed is one service; kind as in the condition events.
type caseServed struct {
	Kind     string     `yaml:"kind"`
	On       civil.Date `yaml:"on"`
	Code     int32      `yaml:"code"`
	Product  string     `yaml:"product"`
	Free     bool       `yaml:"free"`
	Unit     string     `yaml:"unit"`
	Recorded civil.Date `yaml:"recorded"`
}

type caseRecord struct {
	Code     string     `yaml:"code"`
	On       civil.Date `yaml:"on"`
	Until    civil.Date `yaml:"until"`
	Value    int64      `yaml:"value"`
	Unit     string     `yaml:"unit"`
	Division string     `yaml:"division"`
	Recorded civil.Date `yaml:"recorded"`
}

// caseRelation: the other one is the resident's <kind>, as in the condition related.
type caseRelation struct {
	Kind  string     `yaml:"kind"`
	Other string     `yaml:"other"`
	From  civil.Date `yaml:"from"`
	Until civil.Date `yaml:"until"`
}

// caseOther is what is known of somebody whom the resident is tied to.
type caseOther struct {
	ID        string         `yaml:"id"`
	Birth     civil.Date     `yaml:"birth"`
	Sex       string         `yaml:"sex"`
	Hukou     []caseHukou    `yaml:"hukou"`
	Death     civil.Date     `yaml:"death"`
	Marital   int32          `yaml:"marital"`
	Mother    string         `yaml:"mother"`
	Stays     []caseStay     `yaml:"stays"`
	Permits   []casePermit   `yaml:"permits"`
	Relations []caseRelation `yaml:"relations"`
}

type caseUnit struct {
	ID       string        `yaml:"id"`
	Division string        `yaml:"division"`
	Manages  []caseManaged `yaml:"manages"`
}

type caseManaged struct {
	Village string     `yaml:"village"`
	From    civil.Date `yaml:"from"`
	Until   civil.Date `yaml:"until"`
}
