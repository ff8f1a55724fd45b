package core

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Faults of places.
var (
	ErrDivisionNotFound = fault.DivisionNotFound
	ErrDivisionExists   = fault.New(fault.Exists, "DIVISION_EXISTS", "the division exists already on some of these days", "该行政区划在所给日期内已存在")
	ErrDivisionParent   = fault.New(fault.Precondition, "DIVISION_PARENT_UNKNOWN",
		"the division above does not exist, is not of a higher level, or has other digits", "上级区划不存在、级别不高于本级或代码前缀不符")
	ErrDivisionInvalid = fault.New(fault.Invalid, "DIVISION_INVALID", "the division is not well-formed", "行政区划信息不正确")
	ErrDivisionChanged = fault.New(fault.Stale, "DIVISION_CHANGED", "the division was changed since it was read; read it again", "行政区划在读取之后已被修改，请重新读取")
	ErrUnitNotFound    = fault.New(fault.NotFound, "UNIT_NOT_FOUND", "there is no such unit", "没有该机构")
	ErrUnitChanged     = fault.New(fault.Stale, "UNIT_CHANGED", "the unit was changed since it was read; read it again", "机构信息在读取之后已被修改，请重新读取")
	ErrUnitInvalid     = fault.New(fault.Invalid, "UNIT_INVALID", "the unit is not well-formed", "机构信息不正确")
)

var codeForm = regexp.MustCompile(`^[1-9][0-9]{11}$`)

// digitsOf is how many leading digits of a code say something at a level (GB/T
// 2260 and the statistical code).
var digitsOf = map[Level]int{Province: 2, Prefecture: 4, County: 6, Township: 9, Village: 12}

// Prefix is what the codes of everything in the division begin with. The level
// decides, not the zeros: 441900000000 is a prefecture without counties.
func (d Division) Prefix() string { return d.Code[:digitsOf[d.Level]] }

// Check says what is wrong with a division in itself.
func (d Division) Check() error {
	n, known := digitsOf[d.Level]
	switch {
	case !known:
		return ErrDivisionInvalid.On("level", "级别未知 unknown level")
	case !codeForm.MatchString(d.Code) || strings.Trim(d.Code[n:], "0") != "":
		return ErrDivisionInvalid.On("division_code", "不是该级别的12位代码 not a 12-digit code of the level")
	case d.Name == "" || utf8.RuneCountInString(d.Name) > 100:
		return ErrDivisionInvalid.On("name", "1–100字 1–100 characters")
	case (d.Level == Province) != (d.Parent == ""):
		return ErrDivisionParent.On("parent_code", "仅省级没有上级 only a province has none")
	case d.Until != civil.None && d.Until < d.From:
		return ErrDivisionInvalid.On("valid_until_date", "早于开始日期 before the first day")
	}
	for _, s := range d.Successors {
		if !codeForm.MatchString(s) {
			return ErrDivisionInvalid.On("successor_codes", "不是12位代码 not a 12-digit code")
		}
	}
	return nil
}

// Under says whether the division may stand below parent.
func (d Division) Under(parent Division) bool {
	return parent.Level < d.Level && strings.HasPrefix(d.Code, parent.Prefix()) && d.Code != parent.Code &&
		parent.On(max(d.From, parent.From))
}

// Overlaps reports two runs of days of one code that share a day.
func (d Division) Overlaps(o Division) bool {
	return d.Code == o.Code && (d.Until == civil.None || o.From <= d.Until) && (o.Until == civil.None || d.From <= o.Until)
}

// Check says what is wrong with a unit in itself.
func (u Unit) Check() error {
	switch {
	case u.Name == "" || utf8.RuneCountInString(u.Name) > 100:
		return ErrUnitInvalid.On("name", "1–100字 1–100 characters")
	case !(u.Kind >= 1 && u.Kind <= 10 || u.Kind == 99):
		return ErrUnitInvalid.On("kind", "类别未知 unknown kind")
	case len(u.Manages) > 2000:
		return ErrUnitInvalid.On("managed_villages", "最多2000个 at most 2,000")
	}
	for _, m := range u.Manages {
		if m.Until != civil.None && m.Until < m.From {
			return ErrUnitInvalid.On("managed_villages", "结束早于开始 ends before it begins")
		}
	}
	return nil
}
