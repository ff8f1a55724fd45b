// Package core holds the rules of the immunization service: which product a
// record names, and what the schedule asks of a child. It does no I/O and knows
// no clock.
package core

import (
	"strconv"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
)

// Faults of the service.
var (
	ErrDoseExists = fault.New(fault.Exists, "DOSE_EXISTS",
		"the resident already has a dose of this product on this day", "该居民当日已登记同一疫苗")
	ErrDate = fault.New(fault.Invalid, "DATE_INVALID",
		"there is no forecast for a day before birth", "出生日期之前没有预测结果")
)

// Dose is one dose of vaccine given (接种记录).
type Dose struct {
	record.Base
	On        civil.Date
	Product   string // abbreviation in the schedule data
	Lot       string
	Site      string // LA, RA, LT, RT, PO or empty
	Elsewhere bool   // copied from a certificate
	UnitID    string
}

// Sites are the values that Dose.Site may have beside the empty one: left and
// right arm, left and right thigh, by mouth.
var Sites = []string{"LA", "RA", "LT", "RT", "PO"}

// Certificate is a vaccination certificate (预防接种证).
type Certificate struct {
	record.Base
	Issued civil.Date
	Number string
	UnitID string
}

// Same returns the index of the first dose that is given twice within one batch,
// or -1: the same product to the same resident on the same day.
func Same(doses []Dose) int {
	type key struct {
		resident, product string
		on                civil.Date
	}
	seen := make(map[key]bool, len(doses))
	for i, d := range doses {
		k := key{d.ResidentID, d.Product, d.On}
		if seen[k] {
			return i
		}
		seen[k] = true
	}
	return -1
}

// DoseExists names the item of a batch that is there already; -1 names none.
func DoseExists(index int) *fault.Error {
	if index < 0 {
		return ErrDoseExists
	}
	return ErrDoseExists.With("index", strconv.Itoa(index))
}
