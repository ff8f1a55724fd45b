// Package match says how much two records of residents speak for being one
// person: weights of agreement and disagreement after Fellegi and Sunter, and a
// few rules that are certain but for a person's word. It is pure and it never
// merges anything: what it finds goes to the review queue.
//
// Where somebody lives is no evidence and no key here: people move.
package match

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

// Record is what is compared of one resident. Empty fields say nothing.
type Record struct {
	ID           string
	Name         string
	FormerNames  []string
	Sex          int // GB/T 2261.1; only 1 and 2 say anything
	Birth        civil.Date
	BirthPartial string // "1990" or "1990-05", when Birth is None
	Phone        string
	Employer     string
	Hukou        string // latest division of the hukou, 6 or 12 digits
	Documents    []ident.Document
	MotherID     string
}

// Field is one thing that is compared.
type Field string

// The fields, in the order in which they are shown.
const (
	FieldDocument Field = "document"
	FieldName     Field = "name"
	FieldBirth    Field = "birth_date"
	FieldSex      Field = "sex"
	FieldPhone    Field = "phone"
	FieldMother   Field = "mother"
	FieldHukou    Field = "hukou"
	FieldEmployer Field = "employer"
)

// Level is how one field of two records agrees.
type Level string

// The levels. Missing says nothing, for or against.
const (
	Equal        Level = "EQUAL"
	Missing      Level = "MISSING"
	Differ       Level = "DIFFER"
	Variant      Level = "VARIANT"       // traditional or variant characters
	Pinyin       Level = "PINYIN"        // other characters, read alike
	OneCharacter Level = "ONE_CHARACTER" // one character off
	Part         Level = "PART"          // one name is a part of the other: 阿依古丽 of 阿依古丽·买买提
	GivenOnly    Level = "GIVEN_ONLY"    // another surname
	Former       Level = "FORMER"        // a former name of the other
	Swapped      Level = "SWAPPED"       // month and day changed places
	OneDigit     Level = "ONE_DIGIT"     // one digit off
	Lunar        Level = "LUNAR"         // 18 to 51 days apart: a day of the farmers' calendar
	SameMonth    Level = "SAME_MONTH"    // as far as it is known
	SameYear     Level = "SAME_YEAR"     // as far as it is known
	NearYear     Level = "NEAR_YEAR"     // known, of one year, another day
	Province     Level = "PROVINCE"      // another county of one province
	Near         Level = "NEAR"          // a number one digit off, in its division or birth date
	Sibling      Level = "SIBLING"       // a number off in its sequence: twins have such
	Sentinel     Level = "SENTINEL"      // equal, but 1 January, which stands for "not known"
)

// Rule is a reason that is certain but for a person's word.
type Rule string

// The rules.
const (
	SameNumber Rule = "SAME_NUMBER" // one number under two kinds of document, or in its forms of 15 and 18 digits
	Renewed    Rule = "RENEWED"     // one travel permit and its renewal
	Newborn    Rule = "NEWBORN"     // a birth certificate and a number: one mother, one day, no other name
	SamePerson Rule = "SAME_PERSON" // one name, birth date and telephone, and no two numbers
)

// ByDocument reports a rule that documents speak for: it opens again what
// somebody took for two persons.
func (r Rule) ByDocument() bool { return r == SameNumber || r == Renewed || r == Newborn }

// FieldResult is what one field says.
type FieldResult struct {
	Field  Field   `json:"f"`
	Level  Level   `json:"l"`
	Weight float64 `json:"w"` // bits
}

// Comparison is what two records say together.
type Comparison struct {
	Fields []FieldResult
	Score  float64 // sum of the weights, bits
	Rules  []Rule
}

// Strong reports that a rule holds.
func (c Comparison) Strong() bool { return len(c.Rules) > 0 }

// Level is the level of a field.
func (c Comparison) Level(f Field) Level {
	for _, r := range c.Fields {
		if r.Field == f {
			return r.Level
		}
	}
	return Missing
}
