package intake

import (
	"fmt"
	"regexp"
	"strings"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/similar"
)

// Mapped is a Target whose columns profiles may name.
type Mapped interface {
	Target
	// Fields are what a column may be read as.
	Fields() []string
	// Reads reports that a text is one that a field takes: a word or code of its
	// list, or anything where it has none.
	Reads(field, text string) bool
	// Default is what the target knows by itself, as a profile.
	Default() Profile
}

// Limits of a profile.
const (
	mostProfileColumns   = 1000
	mostProfileWords     = 1000
	mostProfileConstants = 50
	mostProfileSkips     = 50
	mostProfileText      = 120 // bytes
)

var (
	profileName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	senderPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}\*?$`)
)

// CheckProfile says what is wrong with a profile. It fails with
// FEED_PROFILE_INVALID, which names the place and, for a field that is not
// known, the nearest one that is.
func (in *Intake) CheckProfile(p Profile) error {
	t, err := in.target(p.Target)
	if err != nil {
		return err
	}
	m, ok := t.(Mapped)
	if !ok {
		return ErrTarget
	}
	return checkProfile(p, m)
}

// TargetName is the full name of a target: "" means the first.
func (in *Intake) TargetName(name string) (string, error) {
	t, err := in.target(name)
	if err != nil {
		return "", err
	}
	return t.Name(), nil
}

// BuiltIn returns what a target knows by itself.
func (in *Intake) BuiltIn(target string) (Profile, error) {
	t, err := in.target(target)
	if err != nil {
		return Profile{}, err
	}
	m, ok := t.(Mapped)
	if !ok {
		return Profile{}, ErrProfileNotFound
	}
	return m.Default(), nil
}

type profileCheck struct {
	m      Mapped
	fields map[string]bool
	err    *fault.Error
}

func (c *profileCheck) refuse(place, why string) {
	if c.err == nil {
		c.err = ErrProfile.On("profile."+place, why)
	}
}

func checkProfile(p Profile, m Mapped) error {
	c := &profileCheck{m: m, fields: map[string]bool{}}
	for _, f := range m.Fields() {
		c.fields[f] = true
	}
	if !profileName.MatchString(p.Name) || p.Name == DefaultProfile {
		c.refuse("name", "须为 1–32 位小写字母、数字、- 或 _，且不是 default must be 1–32 small letters, digits, - or _, and not default")
	}
	if p.Senders != "" && !senderPattern.MatchString(p.Senders) {
		c.refuse("sender_pattern", "须为报送单位代码，或其开头加 * must be a sender's code, or its beginning and *")
	}
	if len(p.Title) > 4*mostProfileText {
		c.refuse("title", "过长 is too long")
	}
	if p.DateFormat != "" && !dayForm(p.DateFormat) {
		c.refuse("date_format", "须含 yyyy、MM、dd 各一次 must hold yyyy, MM and dd once each")
	}
	if _, err := rowfile.NewProbe(p.Hints); err != nil {
		if why, ok := err.(*fault.Error); ok { //nolint:errorlint // never wrapped
			c.refuse("hints", why.Chinese+" "+why.Text+" ("+why.Meta["hint"]+")")
		}
	}
	c.columns(p)
	c.values(p)
	if c.err != nil {
		return c.err
	}
	return nil
}

func (c *profileCheck) columns(p Profile) {
	c.most("columns", len(p.Columns), mostProfileColumns)
	seen := map[string]bool{}
	for i, col := range p.Columns {
		place := fmt.Sprintf("columns[%d]", i)
		c.text(place+".column", col.Column)
		if key := ColumnKey(col.Column); seen[key] {
			c.refuse(place+".column", "重复 stands twice")
		} else {
			seen[key] = true
		}
		if col.Field != "" {
			c.field(place+".field", col.Field)
		}
		for _, own := range RejectColumns {
			if ColumnKey(col.Column) == ColumnKey(own) && col.Field != "" {
				c.refuse(place+".column", "为拒收文件附加的列 is a column of files of refused rows")
			}
		}
	}
	c.most("skips", len(p.Skips), mostProfileSkips)
	for i, s := range p.Skips {
		c.text(fmt.Sprintf("skips[%d].column", i), s.Column)
		if len(s.Values) == 0 || len(s.Values) > mostProfileSkips {
			c.refuse(fmt.Sprintf("skips[%d].values", i), "须有 1–50 个 must be 1 to 50")
		}
		for j, v := range s.Values {
			if place := fmt.Sprintf("skips[%d].values[%d]", i, j); v == "*" {
				c.refuse(place, "会跳过所有行 would pass over every row")
			} else {
				c.text(place, v)
			}
		}
	}
}

func (c *profileCheck) values(p Profile) {
	c.most("words", len(p.Words), mostProfileWords)
	words := map[[2]string]bool{}
	for i, w := range p.Words {
		place := fmt.Sprintf("words[%d]", i)
		c.text(place+".word", w.Word)
		key := [2]string{w.Field, w.Word}
		if words[key] {
			c.refuse(place+".word", "重复 stands twice")
		}
		words[key] = true
		if c.field(place+".field", w.Field) && !c.m.Reads(w.Field, w.Code) {
			c.refuse(place+".code", "该字段没有这个代码 is no code of the field")
		}
	}
	c.most("constants", len(p.Constants), mostProfileConstants)
	seen := map[string]bool{}
	for i, k := range p.Constants {
		place := fmt.Sprintf("constants[%d]", i)
		c.text(place+".value", k.Value)
		if seen[k.Field] {
			c.refuse(place+".field", "重复 stands twice")
		}
		seen[k.Field] = true
		if c.field(place+".field", k.Field) && !c.m.Reads(k.Field, k.Value) {
			c.refuse(place+".value", "该字段不接受此值 is no value of the field")
		}
	}
}

func (c *profileCheck) most(place string, n, most int) {
	if n > most {
		c.refuse(place, fmt.Sprintf("最多 %d 个 at most %d", most, most))
	}
}

func (c *profileCheck) text(place, s string) {
	if strings.TrimSpace(s) == "" || len(s) > mostProfileText {
		c.refuse(place, "为空或过长 is empty or too long")
	}
}

func (c *profileCheck) field(place, name string) bool {
	if c.fields[name] {
		return true
	}
	c.refuse(place, "没有该字段，最接近的是 is no field; the nearest is "+nearest(name, c.m.Fields()))
	return false
}

// nearest is the name with the fewest changed letters.
func nearest(name string, names []string) string {
	best, least := "", 1<<30
	for _, n := range names {
		if d := similar.Distance(name[:min(len(name), mostProfileText)], n); d < least {
			best, least = n, d
		}
	}
	return best
}
