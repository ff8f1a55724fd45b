package core

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
)

// Relation ties a resident to another one for a run of days.
type Relation struct {
	record.Base
	Kind    int // 1 guardian, 2 spouse, 3 mother, 4 father, 5 cohabiting family member
	OtherID string
	From    civil.Date // None when it always held
	Until   civil.Date // last day; None while it holds
}

// ErrRelation refuses a person related to themselves, or dates in the wrong order.
var ErrRelation = fault.New(fault.Invalid, "RELATION_INVALID",
	"a relation joins two persons, and does not end before it begins", "关系须在两名不同居民之间，且结束日期不得早于开始日期")

// Check says what is wrong with a relation.
func (r Relation) Check() error {
	switch {
	case r.OtherID == r.ResidentID:
		return ErrRelation.On("other_resident_id", "是同一人 the same person")
	case r.Until != civil.None && r.Until < r.From:
		return ErrRelation.On("end_date", "早于开始日期 before the start")
	}
	return nil
}
