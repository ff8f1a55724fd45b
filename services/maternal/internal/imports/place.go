package imports

import (
	"gorm.io/gorm"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/maternal/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/residentlink"
)

// Why the pregnancy of a visit is not found.
var (
	ErrPregnancyAwaited = fault.New(fault.NotFound, "IMPORT_PREGNANCY_UNKNOWN",
		"the pregnancy of the visit, or its end, is not recorded yet; the row is tried again by itself", "随访所属妊娠或其结束日期尚未登记，将自动重试")
	ErrPregnancyAmbiguous = fault.New(fault.Invalid, "IMPORT_PREGNANCY_AMBIGUOUS",
		"the visit may belong to several pregnancies; give the number of the booklet", "随访可能属于多次妊娠，请填写保健册编号")
)

const fieldPregnancy = "pregnancy_number"

// place is what a visit says of its pregnancy.
type place struct {
	resident  string
	pregnancy *string
	on        civil.Date
	after     bool // the visit comes after the end
}

// placing finds the pregnancy of a visit: the one whose booklet the row names, or
// the only one of the person that the day can belong to.
func placing[T any](s store.Stores, of func(*T) place) func(*gorm.DB, recordintake.Placing, *T) (recordintake.Verdict, error) {
	return func(tx *gorm.DB, p recordintake.Placing, item *T) (recordintake.Verdict, error) {
		w := of(item)
		number := p.Text(fieldPregnancy)
		id, err := p.Record(kindPregnancies, number)
		if err != nil {
			return recordintake.Verdict{}, err
		}
		if number != "" {
			if id == "" {
				return recordintake.Verdict{Wait: ErrPregnancyAwaited, Field: fieldPregnancy}, nil
			}
			*w.pregnancy = id
			found, err := s.Pregnancies.TakeMany(tx, []string{id})
			if err == nil && len(found) == 1 && w.after && found[0].Ended == civil.None {
				return recordintake.Verdict{Wait: ErrPregnancyAwaited, Field: fieldPregnancy}, nil
			}
			return recordintake.Verdict{}, err // whether day and person fit, the store says
		}
		everyone, err := residentlink.Expand(tx, w.resident)
		if err != nil {
			return recordintake.Verdict{}, err
		}
		list, err := s.Pregnancies.Living(tx, everyone)
		if err != nil {
			return recordintake.Verdict{}, err
		}
		fits := 0
		for _, one := range list {
			if w.fits(one) {
				*w.pregnancy = one.ID
				fits++
			}
		}
		switch fits {
		case 0:
			return recordintake.Verdict{Wait: ErrPregnancyAwaited, Field: "visit_date"}, nil
		case 1:
			return recordintake.Verdict{}, nil
		}
		return recordintake.Verdict{Refuse: ErrPregnancyAmbiguous, Field: "visit_date"}, nil
	}
}

// postnatalDays is how long after its end a visit is taken for one of a pregnancy
// that the row does not name.
const postnatalDays = 180

func (w place) fits(p core.Pregnancy) bool {
	if !w.after {
		return p.Admits(core.Antenatal{On: w.on}) == nil && p.Began() <= w.on
	}
	return p.AdmitsAfter(core.Postnatal{On: w.on}) == nil && w.on <= p.Ended.AddDays(postnatalDays)
}
