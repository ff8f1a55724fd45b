package intake

import (
	"fmt"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/registry/internal/core"
)

// unspoken are characters in names that senders write or leave out.
var unspoken = strings.NewReplacer("·", "", " ", "", "\u3000", "", "-", "", "'", "")

// Likeness implements intake.Lister: name, birth date, sex and village. Birth date
// and sex are what the row says, and only where it says no birth date what the
// number does: a mended number must not hide a person. Without name, birth date or
// village nobody is known again.
func (Residence) Likeness(item any) []byte {
	e, ok := item.(*core.Event)
	if !ok {
		return nil
	}
	birth := e.Birth
	if birth == civil.None {
		birth, _ = core.Stated(e.Document)
	}
	name := strings.ToUpper(unspoken.Replace(core.NormalName(e.Name)))
	if name == "" || birth == civil.None || e.Division == "" {
		return nil
	}
	return fmt.Appendf(nil, "%s\x00%d\x00%d\x00%s", name, birth, e.Sex, e.Division)
}

// Alike implements intake.Lister. The item is a *core.Listed.
func (r Residence) Alike(item any, q intake.Question) (any, error) {
	e, memo, err := r.New(item, q.Memo, q.ID, q.Day)
	if err != nil {
		return nil, err
	}
	out := &core.Listed{Key: q.Key, Event: *e.(*core.Event), Memo: memo}
	for _, g := range q.Gone {
		m := core.Missed{Key: g.Key}
		left, memo, err := r.Gone(g.Memo, q.IDOf(g.Key), q.Day)
		if err != nil {
			return nil, err
		}
		m.Gone, m.Memo = *left.(*core.Event), memo
		same, memo, err := r.renamed(item, g.Memo, q)
		if err != nil {
			return nil, err
		}
		m.Same, m.SameMemo = *same, memo
		out.Others = append(out.Others, m)
	}
	return out, nil
}

// renamed is what a row changes of somebody who stood on the list under another
// document. The events from before keep their document.
func (r Residence) renamed(item any, before []byte, q intake.Question) (*core.Event, []byte, error) {
	m, err := readMemo(before)
	if err != nil {
		return nil, nil, err
	}
	m.Before = true
	changed, after, err := r.change(item, m, q.ID+sameSuffix, q.Day)
	return changed, after, err
}

// sameSuffix tells the event that a row makes of a person under a new document
// from the one that brings the document.
const sameSuffix = "-c"
