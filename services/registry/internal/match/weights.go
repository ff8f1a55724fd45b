package match

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"math"

	"go.yaml.in/yaml/v3"
)

//go:embed weights.yaml
var weightsYAML []byte

var errWeights = errors.New("match: the weights are not complete")

// Weights is what weights.yaml says.
type Weights struct {
	Threshold float64 `yaml:"threshold"` // bits from which on a pair is a candidate
	Urgent    float64 `yaml:"urgent"`    // bits from which on it is urgent
	Block     int     `yaml:"block"`     // most entries of a block

	Version int                            `yaml:"version"`
	Levels  map[Field]map[Level]likelihood `yaml:"levels"`
	Name    map[Level]likelihood           `yaml:"name"`
	Shares  shares                         `yaml:"shares"`

	digest [32]byte
}

// likelihood is how often a level is seen of one person (M) and of two (U, or
// Times the share of the name).
type likelihood struct {
	M     float64 `yaml:"m"`
	U     float64 `yaml:"u"`
	Times float64 `yaml:"times"`
}

// shares are parts of the population.
type shares struct {
	Least    float64            `yaml:"least"`
	Other    float64            `yaml:"other"`
	GivenOne float64            `yaml:"given_one"`
	GivenTwo float64            `yaml:"given_two"`
	Surname  float64            `yaml:"surname"`
	Surnames map[string]float64 `yaml:"surnames"`
	Names    map[string]float64 `yaml:"names"`
}

// Default returns the weights that the program ships with.
func Default() (*Weights, error) { return Load(weightsYAML) }

// Load reads weights in the form of weights.yaml.
func Load(raw []byte) (*Weights, error) {
	w := &Weights{digest: sha256.Sum256(raw)}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(w); err != nil {
		return nil, fmt.Errorf("match: read the weights: %w", err)
	}
	if w.Block < 2 || w.Threshold <= 0 || w.Shares.Least <= 0 {
		return nil, errWeights
	}
	for _, f := range []Field{FieldDocument, FieldBirth, FieldSex, FieldPhone, FieldMother, FieldHukou, FieldEmployer} {
		if len(w.Levels[f]) == 0 {
			return nil, fmt.Errorf("%w: %s", errWeights, f)
		}
		for l, p := range w.Levels[f] {
			if !probability(p.M) || !probability(p.U) {
				return nil, fmt.Errorf("%w: %s %s", errWeights, f, l)
			}
		}
	}
	for _, l := range []Level{Equal, Variant, Former, Part, Pinyin, OneCharacter, GivenOnly, Differ} {
		if p := w.Name[l]; !probability(p.M) || !probability(p.U) && p.Times <= 0 {
			return nil, fmt.Errorf("%w: name %s", errWeights, l)
		}
	}
	return w, nil
}

func probability(p float64) bool { return p > 0 && p <= 1 }

// Digest tells one set of weights from another: with others everything is
// compared again.
func (w *Weights) Digest() [16]byte { return [16]byte(w.digest[:16]) }

func (w *Weights) bits(f Field, l Level) float64 {
	p, ok := w.Levels[f][l]
	if !ok {
		return 0
	}
	return math.Log2(p.M / p.U)
}

func (w *Weights) nameBits(l Level, share float64) float64 {
	p, ok := w.Name[l]
	if !ok {
		return 0
	}
	u := p.U
	if p.Times > 0 {
		u = min(1, share*p.Times)
	}
	return math.Log2(p.M / u)
}

// share is the part of the population that has a name.
func (w *Weights) share(n *name) float64 {
	s := &w.Shares
	if v, ok := s.Names[string(n.simple)]; ok {
		return v
	}
	if len(n.parts) != 1 || len(n.simple) < 2 || len(n.simple) > 4 || n.simple[0] < 0x2E80 {
		return s.Other
	}
	surname, ok := s.Surnames[string(n.simple[:1])]
	if !ok {
		surname = s.Surname
	}
	given := s.GivenTwo
	if len(n.simple) == 2 {
		given = s.GivenOne
	}
	return max(s.Least, surname*given)
}
