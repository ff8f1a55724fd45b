package verify

import (
	"xinju.dev/services/registry/internal/core"
)

// CheckAnswer refuses corrections that an answer may not propose, with
// VERIFICATION_CORRECTION. Whether an event can be recorded is found out when
// the answer is accepted: until then the registry may learn more.
func (q *Question) CheckAnswer(s Step) error {
	if len(s.Corrections) > 0 && s.Result != Confirmed && s.Result != Denied || len(s.Corrections) > MaxList {
		return ErrCorrects.On("corrections", "此答复不得附更正 not with this answer, or too many")
	}
	for _, e := range s.Corrections {
		another := e.ResidentID != "" && e.ResidentID != q.ResidentID ||
			!e.Document.Number.IsZero() && !q.Document.Number.IsZero() && e.Document != q.Document && e.Type != core.Correct
		if another || e.Type == core.Void || e.Type == core.Merge || e.Replaces != "" {
			return ErrCorrects.On("corrections", "须针对被协查人 must be about the person asked about")
		}
	}
	return nil
}

// Proposed returns the corrections of the latest answer as events about the
// person: resident is the person's identifier here, "" when not known.
func (v *Verification) Proposed(resident string) []core.Event {
	s, ok := v.Answer()
	if !ok {
		return nil
	}
	out := make([]core.Event, len(s.Corrections))
	for i, e := range s.Corrections {
		e.ResidentID = resident
		if resident == "" && e.Document.Number.IsZero() {
			e.Document = v.Document
		}
		out[i] = e
	}
	return out
}
