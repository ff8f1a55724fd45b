package permit

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

//go:embed data/rules.yaml
var embedded []byte

// Rules is a set of rules.
type Rules struct{ list []Rule }

// Default returns the rules built into the program, read once. It fails only
// when the embedded file is wrong, which the tests of this package exclude.
var Default = sync.OnceValues(func() (*Rules, error) { return Load(embedded) })

// Digest changes whenever the built-in rules do, or the calendar that they move
// days by.
func Digest() [sha256.Size]byte {
	calendar := workday.Digest()
	return sha256.Sum256(append(calendar[:], embedded...))
}

type ruleFile struct {
	Rules []ruleItem `yaml:"rules"`
}

type ruleItem struct {
	ID            string     `yaml:"id"`
	Chinese       string     `yaml:"zh"`
	English       string     `yaml:"en"`
	Divisions     []string   `yaml:"divisions"`
	From          civil.Date `yaml:"valid_from"`
	To            civil.Date `yaml:"valid_to"`
	EveryMonths   int        `yaml:"every_months"`
	Window        string     `yaml:"window"`
	GraceDays     int        `yaml:"grace_days"`
	Late          string     `yaml:"late"`
	LimitMonths   int        `yaml:"limit_months"`
	Beyond        string     `yaml:"beyond"`
	RecordedLapse string     `yaml:"recorded_lapse"`
	NextDue       string     `yaml:"next_due"`
	RestDays      string     `yaml:"rest_days"`
	Source        string     `yaml:"source"`
	Confidence    string     `yaml:"confidence"`
	Note          string     `yaml:"note"`
}

// Load reads rules in the form of data/rules.yaml. Unknown keys and words, a
// rule without source, and two rules for one place and day are refused.
func Load(text []byte) (*Rules, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	var f ruleFile
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("permit rules: %w", err)
	}
	out := &Rules{}
	seen := map[string]bool{}
	for _, item := range f.Rules {
		list, err := item.rules()
		if err == nil && seen[item.ID] {
			err = errors.New("there is another one of this id")
		}
		if err != nil {
			return nil, fmt.Errorf("permit rule %q: %w", item.ID, err)
		}
		seen[item.ID] = true
		out.list = append(out.list, list...)
	}
	return out, out.check()
}

var (
	prefixForm  = regexp.MustCompile(`^([1-9][0-9]{1,11})?$`)
	periodForm  = regexp.MustCompile(`^([0-9]{1,3})([md])$`)
	confidences = []string{"sourced", "recalled-sure", "recalled-fairly-sure", "recalled-less-sure", "design"}
	lateWords   = map[string]Mode{"restart": Restart, "resume": Resume}
	beyondWords = map[string]Mode{"": Restart, "restart": Restart, "register_anew": RegisterAnew}
	lapseWords  = map[string]bool{"": false, "ignored": false, "suspends": true}
	dueWords    = map[string]bool{"": false, "issue": false, "late": true}
)

var (
	china       = sync.OnceValues(workday.China)
	errRestDays = errors.New("rest_days is none or china")
)

// RestDays are the words for Rule.Rest that RestDaysOf reads.
var RestDays = []string{"none", "china"}

// RestDaysOf is the calendar by which the last days of a rule move: none, which
// the empty word says too, or china, that of the State Council's announcements.
func RestDaysOf(word string) (*workday.Calendar, error) {
	switch word {
	case "", "none":
		return nil, nil
	case "china":
		return china()
	}
	return nil, errRestDays
}

// rules is one rule per division named.
func (i ruleItem) rules() ([]Rule, error) {
	late, ok1 := lateWords[i.Late]
	beyond, ok2 := beyondWords[i.Beyond]
	lapse, ok3 := lapseWords[i.RecordedLapse]
	due, ok4 := dueWords[i.NextDue]
	window, ok5 := period(i.Window)
	switch {
	case i.ID == "" || i.Chinese == "" || i.English == "" || len(i.Divisions) == 0:
		return nil, errors.New("id, zh, en and divisions are required")
	case !ok1 || !ok2 || !ok3 || !ok4 || !ok5:
		return nil, errors.New("late, beyond, recorded_lapse, next_due or window is not one of its words")
	case i.EveryMonths < 1 || i.GraceDays < 0 || i.LimitMonths < 0 || i.Beyond != "" && i.LimitMonths == 0:
		return nil, errors.New("every_months ≥ 1, grace_days and limit_months ≥ 0, beyond only with a limit")
	case strings.TrimSpace(i.Source) == "" || !slices.Contains(confidences, i.Confidence):
		return nil, errors.New("source and confidence are required")
	case i.To != civil.None && i.To < i.From:
		return nil, errors.New("valid_to is before valid_from")
	}
	rest, err := RestDaysOf(i.RestDays)
	if err != nil {
		return nil, err
	}
	var out []Rule
	for _, d := range i.Divisions {
		if !prefixForm.MatchString(d) {
			return nil, errors.New("a division is the first 2 to 12 digits of a code, or empty for the country")
		}
		out = append(out, Rule{
			ID: i.ID, Chinese: i.Chinese, English: i.English, Division: d, From: i.From, To: i.To,
			Origin:      Origin{Source: i.Source, Confidence: i.Confidence, Note: i.Note},
			EveryMonths: i.EveryMonths, Window: window, GraceDays: i.GraceDays, Late: late, LimitMonths: i.LimitMonths, Beyond: beyond,
			LapseSuspends: lapse, DueFromLate: due, Rest: rest,
		})
	}
	return out, nil
}

func period(s string) (p Period, ok bool) {
	m := periodForm.FindStringSubmatch(s)
	if m == nil {
		return p, false
	}
	n, err := strconv.Atoi(m[1])
	if m[2] == "m" {
		return Period{Months: n}, err == nil
	}
	return Period{Days: n}, err == nil
}

// check refuses two rules for one place that are in force on one day.
func (s *Rules) check() error {
	slices.SortStableFunc(s.list, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Division, b.Division), cmp.Compare(a.From, b.From))
	})
	for i := 1; i < len(s.list); i++ {
		a, b := s.list[i-1], s.list[i]
		if a.Division == b.Division && (a.To == civil.None || a.To >= b.From) {
			return fmt.Errorf("permit rules %q and %q are in force together", a.ID, b.ID)
		}
	}
	return nil
}

// ByID returns the rule of a name; the first one where it serves several divisions.
func (s *Rules) ByID(id string) (*Rule, bool) {
	for i := range s.list {
		if s.list[i].ID == id {
			return &s.list[i], true
		}
	}
	return nil, false
}

// For returns the rule in force on a day for permits that a division issued: of
// those whose division begins the code, the most particular. False before the
// first rule.
func (s *Rules) For(division string, day civil.Date) (*Rule, bool) {
	best := -1
	for i := range s.list {
		r := &s.list[i]
		if strings.HasPrefix(division, r.Division) && r.From <= day && (r.To == civil.None || day <= r.To) &&
			(best < 0 || len(r.Division) > len(s.list[best].Division)) {
			best = i
		}
	}
	if best < 0 {
		return nil, false
	}
	return &s.list[best], true
}

// Era is a run of days, half-open, in which one rule is in force for a place.
type Era struct {
	From, To civil.Date
	Rule     *Rule // nil before the first rule
}

// Eras appends the eras of a place, from the first day of the calendar to
// civil.Forever. On each day the rule is that of For.
func (s *Rules) Eras(division string, buf []Era) []Era {
	for from := civil.Date(1); from < civil.Forever; {
		to := civil.Forever
		for i := range s.list {
			if r := &s.list[i]; strings.HasPrefix(division, r.Division) {
				if r.From > from {
					to = min(to, r.From)
				}
				if r.To != civil.None && r.To >= from {
					to = min(to, r.To.AddDays(1))
				}
			}
		}
		rule, _ := s.For(division, from)
		buf = append(buf, Era{from, to, rule})
		from = to
	}
	return buf
}
