// Package core holds the rules of the maternal service: what belongs to a
// pregnancy, when it ends and what follows from its dates. It does no I/O and
// knows no clock.
package core

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
)

// Outcome is how a pregnancy ended; numbers of maternal.v1.PregnancyOutcome.
type Outcome int

// How a pregnancy stands or ended.
const (
	Ongoing         Outcome = 0
	LiveBirth       Outcome = 1
	Stillbirth      Outcome = 2
	Miscarriage     Outcome = 3
	InducedAbortion Outcome = 4
	Ectopic         Outcome = 5
	UnknownOutcome  Outcome = 9
)

// Pregnancy is one pregnancy (孕产妇保健管理档案).
type Pregnancy struct {
	record.Base
	Registered civil.Date // day of the maternal record (建册)
	LMP        civil.Date // first day of the last menstrual period, or None
	Due        civil.Date // estimated day of delivery, or None
	Risk       int        // number of maternal.v1.RiskColour
	Ended      civil.Date // None while it goes on
	Outcome    Outcome
	UnitID     string
}

// Antenatal is one antenatal visit (产前随访).
type Antenatal struct {
	record.Base
	PregnancyID string
	On          civil.Date
	Week        int // completed weeks, 0 when unknown
	UnitID      string
}

// Delivery is one delivery (分娩).
type Delivery struct {
	record.Base
	PregnancyID string
	On          civil.Date
	LiveBirths  int
	Stillbirths int
	InHospital  bool
	ChildIDs    []string // resident ids of the children, as far as registered
	UnitID      string
}

// Postnatal is one visit after delivery (产后访视, 42天检查).
type Postnatal struct {
	record.Base
	PregnancyID string
	On          civil.Date
	Kind        int // number of maternal.v1.PostnatalKind
	UnitID      string
}

// ChildCheck is one check of a child (儿童健康检查).
type ChildCheck struct {
	record.Base
	On        civil.Date
	Kind      int // number of maternal.v1.ChildCheckKind
	AgeMonths int
	WeightKG  float64 // 0 when not measured
	HeightCM  float64 // 0 when not measured
	UnitID    string
}
