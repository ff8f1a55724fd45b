package report

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/varint"
)

// Person is in which versions the facts of one resident counted.
type Person struct {
	ID    string
	Into  string // the resident that this one is merged into; "" for a person of its own
	Facts []Fact // in canonical order
}

// Fact is one fact in one version.
type Fact struct {
	Kind     int32
	ID       string
	Version  int64
	Recorded civil.Date // None when unknown
	Owner    string     // the resident under whom it is kept, when another one
	Tied     bool       // the owner is another person tied to this one, and not merged into it
}

func (f *Fact) order(g *Fact) int {
	return cmp.Or(cmp.Compare(f.Kind, g.Kind), strings.Compare(f.ID, g.ID), strings.Compare(f.Owner, g.Owner))
}

// Sort puts the facts into canonical order.
func (p *Person) Sort() {
	slices.SortFunc(p.Facts, func(a, b Fact) int { return a.order(&b) })
	p.Facts = slices.CompactFunc(p.Facts, func(a, b Fact) bool { return a == b })
}

// Merged lists the identifiers whose facts count for the person, ascending.
func (p *Person) Merged() []string {
	var out []string
	for i := range p.Facts {
		if f := &p.Facts[i]; f.Owner != "" && !f.Tied {
			out = append(out, f.Owner)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// EncodePersons returns the bytes of persons.
func EncodePersons(list []Person) []byte {
	var out []byte
	for i := range list {
		p := &list[i]
		out = appendText(appendText(out, p.ID), p.Into)
		out = binary.AppendUvarint(out, uint64(len(p.Facts)))
		for j := range p.Facts {
			f := &p.Facts[j]
			head := uint64(f.Kind) << 2
			if f.Owner != "" {
				head |= 1
			}
			if f.Tied {
				head |= 2
			}
			out = appendText(binary.AppendUvarint(out, head), f.ID)
			out = binary.AppendUvarint(out, uint64(f.Version))
			out = binary.AppendVarint(out, int64(f.Recorded))
			if f.Owner != "" {
				out = appendText(out, f.Owner)
			}
		}
	}
	return out
}

// DecodePersons reads what EncodePersons wrote.
func DecodePersons(raw []byte) ([]Person, error) {
	r := varint.Reader{Rest: raw}
	var out []Person
	for len(r.Rest) > 0 {
		p := Person{ID: r.Text(), Into: r.Text()}
		n := r.Number()
		for i := uint64(0); i < n && !r.Bad; i++ {
			head := r.Number()
			f := Fact{Kind: int32(head >> 2), Tied: head&2 == 2, ID: r.Text(), Version: int64(r.Number()), Recorded: civil.Date(r.Signed())}
			if head&1 == 1 {
				f.Owner = r.Text()
			}
			p.Facts = append(p.Facts, f)
		}
		if r.Bad {
			return nil, errDamaged
		}
		out = append(out, p)
	}
	return out, nil
}
