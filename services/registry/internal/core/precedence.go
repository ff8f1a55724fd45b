package core

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/sources.yaml
var sourcesYAML []byte

// kind is a kind of source; the first ones are fixed, see data/sources.yaml.
type kind uint8

// field is something that several sources may say differently.
type field uint8

const (
	fieldName field = iota
	fieldBirth
	fieldSex
	fieldEthnic
	fieldMarital
	fieldPhone
	fieldEmployer
	fieldHukou
	fieldArrived
	fieldRegistered
	fieldReason
	fieldLeft
	fieldCount
)

var fieldNames = [fieldCount]string{
	"name", "birth", "sex", "ethnic", "marital", "phone", "employer", "hukou", "arrived", "registered", "reason", "left",
}

// maxKinds bounds the kinds, so that a set of them fits a word.
const maxKinds = 16

// unheard is the rank of nobody: below every source.
const unheard = math.MaxUint8

// precedence is data/sources.yaml ready for use.
type precedence struct {
	days       int
	ids        []string
	letters    map[string]kind
	correction kind
	other      kind
	rank       [fieldCount][maxKinds]uint8 // 0 is the highest
}

// sources is the precedence built into the program. It is wrong only when the
// embedded file is, which the tests of this package exclude; then all sources
// are equal.
var sources = sync.OnceValue(func() *precedence {
	p, err := readPrecedence(sourcesYAML)
	if err != nil {
		return &precedence{}
	}
	return p
})

type sourcesFile struct {
	Days       int                  `yaml:"contradiction_days"`
	DaysSource string               `yaml:"contradiction_source"`
	Kinds      []kindItem           `yaml:"kinds"`
	Fields     map[string]orderItem `yaml:"fields"`
}

type kindItem struct {
	ID      string   `yaml:"id"`
	Chinese string   `yaml:"zh"`
	English string   `yaml:"en"`
	Letters []string `yaml:"letters"`
	Source  string   `yaml:"source"`
}

type orderItem struct {
	Order  [][]string `yaml:"order"`
	Source string     `yaml:"source"`
}

// readPrecedence reads the form of data/sources.yaml and refuses whatever its
// comments do not allow.
func readPrecedence(text []byte) (*precedence, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	var f sourcesFile
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if f.Days < 1 || f.DaysSource == "" || len(f.Kinds) > maxKinds || len(f.Fields) != int(fieldCount) {
		return nil, errors.New("sources: contradiction_days, its source, at most 16 kinds and exactly the known fields")
	}
	p := &precedence{days: f.Days, letters: map[string]kind{}}
	for i, k := range f.Kinds {
		if k.ID == "" || k.Chinese == "" || k.English == "" || k.Source == "" || slices.Contains(p.ids, k.ID) {
			return nil, fmt.Errorf("sources: kind %q: id, zh, en and source, each kind once", k.ID)
		}
		p.ids = append(p.ids, k.ID)
		for _, l := range k.Letters {
			if _, twice := p.letters[l]; twice || l != leading(l) {
				return nil, fmt.Errorf("sources: letters %q: small letters alone, of one kind alone", l)
			}
			p.letters[l] = kind(i)
		}
	}
	for id, to := range map[string]*kind{"correction": &p.correction, "other": &p.other} {
		i := slices.Index(p.ids, id)
		if i < 0 {
			return nil, fmt.Errorf("sources: kind %q is missing", id)
		}
		*to = kind(i)
	}
	for i, name := range fieldNames {
		if err := p.order(field(i), f.Fields[name]); err != nil {
			return nil, fmt.Errorf("sources: field %s: %w", name, err)
		}
	}
	return p, nil
}

func (p *precedence) order(n field, item orderItem) error {
	number := n == fieldBirth || n == fieldSex
	switch {
	case item.Source == "":
		return errors.New("no source")
	case number && (len(item.Order) == 0 || !slices.Equal(item.Order[0], []string{"number"})):
		return errors.New("the number comes first")
	}
	seen := map[string]bool{}
	for i, tier := range item.Order {
		if (n == fieldArrived || n == fieldLeft) && len(tier) != 1 {
			return errors.New("a kind stands alone")
		}
		for _, id := range tier {
			k := slices.Index(p.ids, id)
			if k < 0 || seen[id] || id == "number" && !number {
				return fmt.Errorf("%q is no kind, or stands there twice, or not here", id)
			}
			seen[id] = true
			p.rank[n][k] = uint8(i)
		}
	}
	for _, id := range p.ids {
		if !seen[id] && (id != "number" || number) {
			return fmt.Errorf("%q is missing", id)
		}
	}
	return nil
}

// kindOf is the kind of source that an event comes from.
func (p *precedence) kindOf(e *effective) kind {
	if e.desk {
		return p.correction
	}
	if k, ok := p.letters[leading(e.Sender)]; ok {
		return k
	}
	return p.other
}

// leading returns the letters at the start of a sender's code, in small letters.
func leading(sender string) string {
	n := 0
	for n < len(sender) && (sender[n]|0x20 >= 'a' && sender[n]|0x20 <= 'z') {
		n++
	}
	return strings.ToLower(sender[:n])
}

// hears reports that e may say a field: nobody above its source has said it.
func (f *folding) hears(n field, e *effective) bool { return f.order.rank[n][e.kind] <= f.heard[n] }

// hear is hears for an event that says the field: who was heard last counts.
func (f *folding) hear(n field, e *effective, says bool) bool {
	if !says || !f.hears(n, e) {
		return false
	}
	f.heard[n] = f.order.rank[n][e.kind]
	return true
}

// say sets a field of the person to what e says, unless a higher source has
// spoken. Events come by day, so among equals the latest word stands.
func say[T comparable](f *folding, n field, to *T, v T, e *effective) {
	var zero T
	if f.hear(n, e, v != zero) {
		*to = v
	}
}
