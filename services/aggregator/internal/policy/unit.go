package policy

import (
	"math/big"
)

// Unit is how the value of an indicator is read.
type Unit int

// The units.
const (
	Percent  Unit = iota + 1 // of a hundred, %
	Permille                 // of a thousand, ‰
	Per10k                   // per 10,000
	Per100k                  // per 100,000
	Per100                   // per 100, without a sign, such as the sex ratio at birth
	Counted                  // the number itself
)

var unitNames = map[string]Unit{
	"percent": Percent, "permille": Permille, "per_10k": Per10k, "per_100k": Per100k, "per_100": Per100, "count": Counted,
}

var unitTexts = map[Unit]Text{
	Percent: {"%", "%"}, Permille: {"‰", "‰"}, Per10k: {"/万", "per 10,000"}, Per100k: {"/10万", "per 100,000"},
	Per100: {"（每100）", "per 100"}, Counted: {"", ""},
}

// Scale is what a value is multiplied with before it is shown: 100 for percent.
func (u Unit) Scale() int64 {
	switch u {
	case Percent, Per100:
		return 100
	case Permille:
		return 1000
	case Per10k:
		return 10_000
	case Per100k:
		return 100_000
	}
	return 1
}

// Text is the sign or the words behind a shown value; empty for a plain number.
func (u Unit) Text() Text { return unitTexts[u] }

// Fraction is an exact number. Den is at least 1 in every compiled pack.
type Fraction struct{ Num, Den int64 }

// Rat returns the number for calculating.
func (f Fraction) Rat() *big.Rat { return big.NewRat(f.Num, max(f.Den, 1)) }

// String is the shortest exact form: 5, 1/5.
func (f Fraction) String() string { return f.Rat().RatString() }
