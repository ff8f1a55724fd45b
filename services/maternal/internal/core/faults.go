package core

import (
	"strconv"

	"xinju.dev/services/platform/fault"
)

// Faults of the service.
var (
	// ErrPregnancyNotFound also answers for the pregnancy of somebody else, so
	// that nobody learns of it by guessing.
	ErrPregnancyNotFound = fault.New(fault.NotFound, "PREGNANCY_NOT_FOUND",
		"the resident has no such pregnancy", "该居民没有这条孕产记录")
	ErrOutside = fault.New(fault.Invalid, "VISIT_OUTSIDE_PREGNANCY",
		"the date does not lie within what it is recorded for", "日期不在该次妊娠的相应期间内")
	ErrOngoing = fault.New(fault.Precondition, "PREGNANCY_ONGOING",
		"the pregnancy has not ended; record the delivery or the end first", "妊娠尚未结束，请先登记分娩或终止日期")
	ErrEnded = fault.New(fault.Precondition, "PREGNANCY_ENDED",
		"the pregnancy ended on another day or without a delivery; correct that first", "该次妊娠已于其他日期结束或非分娩结束，请先更正")
	ErrDeliveryExists = fault.New(fault.Exists, "DELIVERY_EXISTS",
		"the pregnancy already has a delivery", "该次妊娠已登记分娩")
	ErrDeliveryDecides = fault.New(fault.Precondition, "PREGNANCY_DELIVERED",
		"the delivery says when and how the pregnancy ended; correct the delivery", "妊娠结束日期和结局以分娩记录为准，请更正分娩记录")
	ErrDeliveryFixed = fault.New(fault.Invalid, "DELIVERY_PREGNANCY_FIXED",
		"a delivery cannot be moved to another pregnancy; void it and record it again", "分娩记录不能改到另一次妊娠，请作废后重新登记")
	ErrInUse = fault.New(fault.Precondition, "PREGNANCY_IN_USE",
		"other records stand on this one; void those first", "尚有其他记录依赖此记录，请先作废那些记录")
)

// At names the item of a batch that a fault is about.
func At(f *fault.Error, index int) *fault.Error { return f.With("index", strconv.Itoa(index)) }
