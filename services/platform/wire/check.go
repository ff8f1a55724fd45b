package wire

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
)

// ErrFields says that fields of a request are missing or wrong; each is named.
var ErrFields = fault.New(fault.Invalid, "FIELD_INVALID",
	"fields of the request are missing or wrong; see the field violations", "请求中有字段缺失或不正确，见各字段说明")

// Why one field is refused, for people.
const (
	missing  = "必填 required"
	badDate  = "不是日历上的日期 not a date of the calendar"
	badID    = "应为 26 位标识 must be an identifier of 26 characters"
	badCode  = "不是 12 位区划代码 not a division code of 12 digits"
	badEnum  = "不是可选值 not one of the values"
	tooLong  = "过长 too long"
	notText  = "含有控制字符 has control characters"
	outside  = "超出范围 out of range"
	dateFrom = civil.Date(657072) // 1800-01-01: nobody alive was born earlier
)

// Required marks a field that must be there.
const Required = true

// Check collects what is wrong with one message, so that a caller learns of all
// of it at once. Values never go into the answer.
type Check struct {
	prefix string
	err    *fault.Error
}

// At returns a Check whose paths begin with prefix, for a message within a
// message; its findings are its own.
func At(prefix string) *Check { return &Check{prefix: prefix} }

// Refuse notes that a field is wrong and why.
func (c *Check) Refuse(path, why string) {
	if c.err == nil {
		c.err = ErrFields
	}
	if c.prefix != "" {
		path = c.prefix + "." + path
	}
	c.err = c.err.On(path, why)
}

// Err returns ErrFields with every field noted, or nil.
func (c *Check) Err() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

// Date reads a date between 1800 and 9999.
func (c *Check) Date(path string, d *date.Date, required bool) civil.Date {
	day, ok := Date(d)
	switch {
	case !ok || (day != civil.None && day < dateFrom):
		c.Refuse(path, badDate)
	case day == civil.None && required:
		c.Refuse(path, missing)
	}
	return day
}

// Time reads an instant.
func (c *Check) Time(path string, t *timestamppb.Timestamp, required bool) time.Time {
	if t == nil {
		if required {
			c.Refuse(path, missing)
		}
		return time.Time{}
	}
	if t.CheckValid() != nil {
		c.Refuse(path, badDate)
	}
	return t.AsTime()
}

// ID reads an identifier of the suite.
func (c *Check) ID(path, id string, required bool) string {
	switch {
	case id == "" && required:
		c.Refuse(path, missing)
	case id != "" && !ids.Valid(id):
		c.Refuse(path, badID)
	}
	return id
}

var divisionCode = regexp.MustCompile(`^[1-9][0-9]{11}$`)

// Division reads a 12-digit division code; whether it exists is not known here.
func (c *Check) Division(path, code string, required bool) string {
	switch {
	case code == "" && required:
		c.Refuse(path, missing)
	case code != "" && !divisionCode.MatchString(code):
		c.Refuse(path, badCode)
	}
	return code
}

// Text trims a text and reads it if it has at most limit characters and none
// that control terminals or files.
func (c *Check) Text(path, text string, limit int, required bool) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "" && required:
		c.Refuse(path, missing)
	case utf8.RuneCountInString(text) > limit:
		c.Refuse(path, tooLong)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		c.Refuse(path, notText)
	}
	return text
}

// Enum reads the number of an enum value that is named in names (the generated
// X_name map) and is not the unspecified one.
func (c *Check) Enum(path string, value int32, names map[int32]string, required bool) int {
	if _, known := names[value]; !known {
		c.Refuse(path, badEnum)
	} else if value == 0 && required {
		c.Refuse(path, missing)
	}
	return int(value)
}

// Range reads a number between low and high, both included.
func (c *Check) Range(path string, value, low, high int32) int {
	if value < low || value > high {
		c.Refuse(path, outside)
	}
	return int(value)
}
