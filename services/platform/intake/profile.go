package intake

import (
	"context"
	"strings"
	"time"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
)

// DefaultProfile names what a file is read by that no profile is for: the names
// and words that the service knows by itself.
const DefaultProfile = "default"

// Profile says how the files of a sender are written and what their columns
// mean, beyond what a target knows by itself. It is data: whoever operates the
// service keeps it. A batch keeps the profile that it came under.
type Profile struct {
	Name    string `json:"name"` // 1–32 small letters, digits, - or _
	Version int64  `json:"version"`
	Target  string `json:"target"`          // Target.Name
	Title   string `json:"title,omitempty"` // for people
	// Senders chooses the profile by itself: a sender's code, or the beginning of
	// one and *. Empty: only for files that name the profile.
	Senders string `json:"senders,omitempty"`

	Hints     rowfile.Hints     `json:"hints,omitzero"`
	Columns   []ProfileColumn   `json:"columns,omitempty"` // before what the target knows by itself
	Only      bool              `json:"only,omitempty"`    // what the target knows by itself does not count
	Words     []ProfileWord     `json:"words,omitempty"`   // the sender's own codes; before the target's
	Constants []ProfileConstant `json:"constants,omitempty"`
	Skips     []ProfileSkip     `json:"skips,omitempty"`
	// DateFormat is how days are written where the usual forms do not tell: yyyy,
	// MM and dd with anything between, such as dd/MM/yyyy.
	DateFormat string `json:"date_format,omitempty"`

	Changed time.Time `json:"-"`
}

// ProfileColumn says what a column is read as.
type ProfileColumn struct {
	Column string `json:"column"`
	Field  string `json:"field,omitempty"` // "" where nobody is to read it
}

// ProfileWord is a word or code of a sender in a column with a fixed list.
type ProfileWord struct {
	Field string `json:"field"`
	Word  string `json:"word"` // as the file has it
	Code  string `json:"code"` // what the target reads it as
}

// ProfileConstant is the value of a column that the file lacks.
type ProfileConstant struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// ProfileSkip passes over rows that are none, such as totals: those in which a
// column has one of the values, or any value that begins with one ending in *.
type ProfileSkip struct {
	Column string   `json:"column"`
	Values []string `json:"values"`
}

// Profiles keeps profiles.
type Profiles interface {
	// FeedProfile fails with FEED_PROFILE_NOT_FOUND.
	FeedProfile(ctx context.Context, name string) (Profile, error)
	// FeedProfiles pages through profiles by name.
	FeedProfiles(ctx context.Context, q page.Query) ([]Profile, page.Next, error)
	// ProfilesFor returns the profiles of a target that choose a sender themselves.
	ProfilesFor(ctx context.Context, target, sender string) ([]Profile, error)
}

// ProfileStore keeps profiles that an operator changes.
type ProfileStore interface {
	Profiles
	// CreateFeedProfile fails with FEED_PROFILE_EXISTS.
	CreateFeedProfile(ctx context.Context, p Profile) (Profile, error)
	// UpdateFeedProfile replaces a profile by its next version. A version other than
	// 0 must be the one that is there: FEED_PROFILE_CHANGED.
	UpdateFeedProfile(ctx context.Context, p Profile) (Profile, error)
	DeleteFeedProfile(ctx context.Context, name string, version int64) error
}

// Field says what a column of a name is to be read as; ok is false where the
// profile says nothing. The name is compared as ColumnKey says. It may be asked of nil.
func (p *Profile) Field(column string) (field string, ok bool) {
	if p == nil {
		return "", false
	}
	key := ColumnKey(column)
	for _, c := range p.Columns {
		if ColumnKey(c.Column) == key {
			return c.Field, true
		}
	}
	return "", p.Only
}

// WordsOf returns the sender's words of a field and what they are read as. It
// may be asked of nil.
func (p *Profile) WordsOf(field string) map[string]string {
	if p == nil {
		return nil
	}
	var out map[string]string
	for _, w := range p.Words {
		if w.Field == field {
			if out == nil {
				out = map[string]string{}
			}
			out[w.Word] = w.Code
		}
	}
	return out
}

// Constant returns the value of a field that the file has no column for. It may
// be asked of nil.
func (p *Profile) Constant(field string) (value string, ok bool) {
	if p == nil {
		return "", false
	}
	for _, c := range p.Constants {
		if c.Field == field {
			return c.Value, true
		}
	}
	return "", false
}

// ColumnKey is a column's name as it is compared: without blanks, full-width
// forms, case, "_", "-", "*" and what stands in brackets behind it.
func ColumnKey(name string) string {
	name = rowfile.Narrow(rowfile.Uncover(strings.TrimPrefix(name, "\uFEFF")))
	if i := strings.IndexByte(name, '('); i > 0 {
		name = name[:i]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == ' ', r == '_', r == '-', r == '*', r == '"', r == '\t':
			return -1
		}
		return r
	}, name)
}
