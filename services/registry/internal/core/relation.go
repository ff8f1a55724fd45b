package core

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
)

// What the other person of a relation is to the resident; the numbers are those
// of xinju.registry.v1.RelationKind and are stored.
const (
	RelationGuardian   = 1 // 监护人
	RelationSpouse     = 2 // 配偶
	RelationMother     = 3 // 母亲
	RelationFather     = 4 // 父亲
	RelationCohabiting = 5 // 共同居住的家庭成员 of a permit holder
	RelationChild      = 6 // 子女
)

// What a relation says when it is read from the other side, beyond the kinds
// above; the numbers are those of xinju.registry.v1.HouseholdTieKind.
const (
	TieParent = 7 // father or mother, the sex not known
	TieWard   = 8 // 被监护人
)

// Inverse returns what the resident of a relation is to the other person: a
// Relation… or Tie… constant. sex is the resident's (GB/T 2261.1).
func Inverse(kind, sex int) int {
	switch kind {
	case RelationGuardian:
		return TieWard
	case RelationMother, RelationFather:
		return RelationChild
	case RelationChild:
		switch sex {
		case 1:
			return RelationFather
		case 2:
			return RelationMother
		}
		return TieParent
	}
	return kind // spouses and cohabiting family members are each other's
}

// Holds reports that the relation holds on a day.
func (r Relation) Holds(day civil.Date) bool {
	return r.From <= day && (r.Until == civil.None || day <= r.Until)
}

// Relation ties a resident to another one for a run of days.
type Relation struct {
	record.Base
	Kind    int // what the other person is: a Relation… constant
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
