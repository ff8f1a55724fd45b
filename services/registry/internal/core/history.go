package core

import (
	"fmt"
	"strconv"
	"strings"

	"xinju.dev/services/platform/civil"
)

// FieldChange is one field before and after, as text for people. It never holds
// the number of a document or permit.
type FieldChange struct{ Field, Before, After string }

// Change is what one step changed.
type Change struct {
	Step
	Fields []FieldChange
}

// mostWork bounds how many events one call of Changes folds.
const mostWork = 200_000

// Changes says what the steps from one on changed, at most limit of them that
// changed something, and with which step to go on; next is len(steps) at the
// end. What a call costs is bounded, so it may return fewer, even none, before
// the end.
func Changes(steps []Step, from, limit int) (out []Change, next int) {
	h := newHistorian(steps)
	for i := range steps[:from] {
		h.take(steps[i])
	}
	before := h.fields()
	for next = from; next < len(steps) && len(out) < limit; next++ {
		if next > from && h.work > mostWork {
			return out, next
		}
		h.take(steps[next])
		after := h.fields()
		if changed := compare(before, after); len(changed) > 0 {
			out = append(out, Change{Step: steps[next], Fields: changed})
		}
		before = after
	}
	return out, next
}

// historian folds a history step by step.
type historian struct {
	events  []Event
	at      []int // position of Kept of each of events
	ordinal map[Document]string
	cards   map[string]string // permit numbers, as the n-th card
	work    int
}

// newHistorian numbers the documents of a history, each kind by itself, in the
// order in which they were first shown.
func newHistorian(steps []Step) *historian {
	h := &historian{ordinal: map[Document]string{}, cards: map[string]string{}}
	n := map[string]int{}
	for i := range steps {
		for _, d := range []Document{steps[i].Document, steps[i].Provisional()} {
			if _, known := h.ordinal[d]; known || d.Number.IsZero() {
				continue
			}
			n[string(d.Type)]++
			h.ordinal[d] = string(d.Type) + "#" + strconv.Itoa(n[string(d.Type)])
		}
		if number := steps[i].PermitNumber; number != "" && h.cards[number] == "" {
			h.cards[number] = "#" + strconv.Itoa(len(h.cards)+1)
		}
	}
	return h
}

func (h *historian) take(s Step) {
	if s.Adds() {
		h.events, h.at = append(h.events, s.Event), append(h.at, s.event)
		return
	}
	for i, at := range h.at {
		if at == s.event {
			h.events, h.at = append(h.events[:i:i], h.events[i+1:]...), append(h.at[:i:i], h.at[i+1:]...)
			return
		}
	}
}

// value is a field as text.
type value struct{ field, text string }

// fields folds what counts now and writes it down, in the order of the contract.
func (h *historian) fields() []value {
	h.work += len(h.events) + 1
	s := Fold(h.events)
	if !s.Exists {
		return nil
	}
	var w fieldWriter
	p := &s.Person
	w.add("name", p.Name)
	w.number("sex", p.Sex)
	w.date("birth_date", p.Birth)
	w.add("birth_partial", p.BirthPartial)
	w.add("ethnic_code", p.Ethnic)
	w.number("marital_code", p.Marital)
	w.add("phone", p.Phone)
	w.add("employer", p.Employer)
	for _, d := range p.Documents {
		w.add("documents["+h.ordinal[d.Document]+"]", daySpan(d.From, d.Until))
	}
	for i, n := range p.FormerNames {
		w.add(fmt.Sprintf("former_names[%d]", i), n.Name)
	}
	for i, k := range p.Hukou {
		w.add(fmt.Sprintf("hukou[%d]", i), strings.TrimSpace(k.Division+" "+k.From.String()+" "+kindText(k.Kind)))
	}
	w.date("death_date", p.Death)
	for _, t := range s.Stays {
		w.stay(t)
	}
	for _, t := range s.Permits {
		w.permit(t, h.cards[t.Number])
	}
	w.add("review_flags", strings.Join(s.Flags, " "))
	return w.list
}

func kindText(kind int) string {
	if kind == 0 {
		return ""
	}
	return strconv.Itoa(kind)
}

// daySpan writes a run of days: first…last.
func daySpan(from, until civil.Date) string { return from.String() + "…" + until.String() }

type fieldWriter struct{ list []value }

func (w *fieldWriter) add(field, text string) {
	if text != "" {
		w.list = append(w.list, value{field, text})
	}
}

func (w *fieldWriter) number(field string, n int) {
	if n != 0 {
		w.add(field, strconv.Itoa(n))
	}
}

func (w *fieldWriter) date(field string, d civil.Date) { w.add(field, d.String()) }

func (w *fieldWriter) stay(t Stay) {
	at := "residences[" + t.ID + "]."
	w.add(at+"division", t.Division)
	w.add(at+"address", t.Address)
	w.date(at+"arrived_date", t.Arrived)
	w.date(at+"registered_date", t.Registered)
	w.date(at+"first_seen_date", t.FirstSeen)
	w.date(at+"left_date", t.Left)
	w.number(at+"reason", t.Reason)
}

func (w *fieldWriter) permit(t Permit, number string) {
	at := "permits[" + t.ID + "]."
	w.add(at+"number", number)
	w.add(at+"division", t.Division)
	w.date(at+"issued_date", t.Issued)
	w.date(at+"valid_until_date", t.ValidUntil)
	for i, d := range t.Endorsed {
		w.date(fmt.Sprintf("%sendorsed_dates[%d]", at, i), d)
	}
	w.date(at+"lapsed_date", t.Lapsed)
	w.date(at+"cancelled_date", t.Cancelled)
	w.date(at+"lost_date", t.Lost)
	for i, d := range t.Reissued {
		w.date(fmt.Sprintf("%sreissued_dates[%d]", at, i), d)
	}
	for _, q := range t.Points {
		w.add(at+"points["+q.From.String()+"]", strconv.Itoa(q.Points))
	}
}

// compare lists the fields that differ: in the order of the later state, then
// those that went.
func compare(before, after []value) (out []FieldChange) {
	was := make(map[string]string, len(before))
	for _, v := range before {
		was[v.field] = v.text
	}
	for _, v := range after {
		if was[v.field] != v.text {
			out = append(out, FieldChange{v.field, was[v.field], v.text})
		}
		delete(was, v.field)
	}
	for _, v := range before {
		if text, gone := was[v.field]; gone {
			out = append(out, FieldChange{v.field, text, ""})
		}
	}
	return out
}
