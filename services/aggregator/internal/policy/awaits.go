package policy

import "slices"

// wait is something that an item awaits, until one of the codes was seen.
type wait struct {
	text  Text
	codes []string
}

// met says whether nothing is awaited any more. Without codes it never ends.
func (w *wait) met(seen func(code string) bool) bool {
	return w.text.Chinese == "" || slices.ContainsFunc(w.codes, seen)
}

// Awaiting says which facts the rule awaits; empty when it can be answered. seen
// says of a record code whether any such record has ever arrived.
func (r *Rule) Awaiting(seen func(code string) bool) Text {
	if w := (wait{r.Awaits, r.codes}); !w.met(seen) {
		return r.Awaits
	}
	return Text{}
}

// Awaiting says which facts the indicator awaits; empty when it can be computed.
// It is then shown as without a source, never as 0. seen says of a record code
// whether any such record has ever arrived. A ratio awaits what its terms await.
func (i *Indicator) Awaiting(seen func(code string) bool) Text {
	if i.Kind == Ratio && i.Computed() {
		for j := range i.waits {
			if w := &i.waits[j]; !w.met(seen) {
				if i.Awaits.Chinese != "" {
					return i.Awaits
				}
				return w.text
			}
		}
		return Text{}
	}
	if w := (wait{i.Awaits, i.awaiting()}); !w.met(seen) {
		return i.Awaits
	}
	return Text{}
}

// awaiting is the codes of which one must have been seen. Where records cover it
// is those: a register of patients alone does not say that nobody is treated.
func (i *Indicator) awaiting() []string {
	if len(i.awaited) > 0 {
		return i.awaited
	}
	return i.codes
}

// Codes returns the record codes that the indicator reads itself, sorted.
func (i *Indicator) Codes() []string { return i.codes }

// Codes returns the record codes that the rule reads, sorted.
func (r *Rule) Codes() []string { return r.codes }
