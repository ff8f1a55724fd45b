// Package core holds the rules of the family-planning service: what a method and
// a service are. It does no I/O and knows no clock.
package core

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
)

// MethodKind is a method of contraception; numbers of familyplanning.v1.MethodKind.
type MethodKind int

// Methods that rules name.
const (
	IUD                 MethodKind = 1
	Implant             MethodKind = 2
	FemaleSterilisation MethodKind = 3
	MaleSterilisation   MethodKind = 4
)

// LongActing tells whether a method is one of the long-acting ones
// (长效避孕节育措施): IUD, implant, sterilisation of either partner.
func (k MethodKind) LongActing() bool {
	switch k {
	case IUD, Implant, FemaleSterilisation, MaleSterilisation:
		return true
	}
	return false
}

// Method is one method of contraception in use (避孕节育措施).
type Method struct {
	record.Base
	Kind            MethodKind
	From            civil.Date
	Until           civil.Date // last day of use, None while in use
	AdoptedDivision string     // 12-digit code of where it was adopted, or empty
	UnitID          string
}

// Service is one family-planning service given to one resident.
type Service struct {
	record.Base
	On       civil.Date
	Kind     int // number of familyplanning.v1.PlanningServiceKind
	Free     bool
	Division string // 12-digit code of where it was given, or empty
	Quantity int    // pieces handed out
	UnitID   string
}
