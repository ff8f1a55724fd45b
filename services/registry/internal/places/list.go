package places

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/registry/internal/core"
)

// ErrList refuses a list that cannot be read; the detail names the line.
var ErrList = fault.New(fault.Invalid, "DIVISION_FILE_INVALID",
	"the list of divisions cannot be read: its first line names the columns code and name, each line has a code of 2, 4, 6, 9 or 12 digits once",
	"区划清单无法读取：首行须有“区划代码”“名称”列，各行代码为2、4、6、9或12位且不重复")

// Line is one node as a list has it. Level and Parent are zero until Complete.
type Line struct {
	Code   string // 12 digits
	Name   string
	Level  core.Level
	Parent string
	Former []string // codes that it had, or took over, until then
}

// columnNames are what the columns may be called.
var columnNames = map[string][]string{
	"code":   {"code", "区划代码", "统计用区划代码", "代码", "行政区划代码"},
	"name":   {"name", "名称", "区划名称", "单位名称"},
	"level":  {"level", "级别", "层级"},
	"former": {"former_codes", "变更前代码", "原代码"},
}

var levelNames = map[string]core.Level{
	"1": core.Province, "省": core.Province, "PROVINCE": core.Province,
	"2": core.Prefecture, "地": core.Prefecture, "市": core.Prefecture, "PREFECTURE": core.Prefecture,
	"3": core.County, "县": core.County, "区": core.County, "COUNTY": core.County,
	"4": core.Township, "乡": core.Township, "镇": core.Township, "街道": core.Township, "TOWNSHIP": core.Township,
	"5": core.Village, "村": core.Village, "居": core.Village, "VILLAGE": core.Village,
}

// ReadList reads a list of separated values in UTF-8 or GB18030. It fails with
// DIVISION_FILE_INVALID.
func ReadList(raw []byte) ([]Line, error) {
	text, err := toUTF8(raw)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, ErrList.With("line", "1")
	}
	at, err := columnsOf(header)
	if err != nil {
		return nil, err
	}
	var out []Line
	seen := map[string]bool{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		number, _ := r.FieldPos(0)
		if err != nil {
			return nil, ErrList.With("line", fmt.Sprint(number))
		}
		l, ok := at.line(cells)
		if !ok || seen[l.Code] {
			return nil, ErrList.With("line", fmt.Sprint(number))
		}
		seen[l.Code] = true
		out = append(out, l)
	}
}

func toUTF8(raw []byte) ([]byte, error) {
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if utf8.Valid(raw) {
		return raw, nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, ErrList.With("detail", "not UTF-8 or GB18030")
	}
	return text, nil
}

// separator is the one that the first line has most of.
func separator(text []byte) rune {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	best := ','
	for _, c := range []rune{'\t', ';', '|'} {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(best))) {
			best = c
		}
	}
	return best
}

type listColumns struct{ code, name, level, former int }

func columnsOf(header []string) (listColumns, error) {
	find := func(what string) int {
		return slices.IndexFunc(header, func(h string) bool {
			return slices.Contains(columnNames[what], strings.ToLower(strings.TrimSpace(h)))
		})
	}
	at := listColumns{find("code"), find("name"), find("level"), find("former")}
	if at.code < 0 || at.name < 0 {
		return at, ErrList.With("line", "1")
	}
	return at, nil
}

func (at listColumns) line(cells []string) (l Line, ok bool) {
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	l.Code, ok = fullCode(cell(at.code))
	l.Name = cell(at.name)
	if v := cell(at.level); v != "" {
		l.Level = levelNames[strings.ToUpper(v)]
		ok = ok && l.Level != 0
	}
	for _, c := range strings.FieldsFunc(cell(at.former), func(r rune) bool { return r == ';' || r == ' ' || r == '、' || r == '；' }) {
		full, fine := fullCode(c)
		l.Former, ok = append(l.Former, full), ok && fine
	}
	return l, ok && l.Name != ""
}

// fullCode fills a code up to 12 digits.
func fullCode(s string) (string, bool) {
	switch len(s) {
	case 2, 4, 6, 9, 12:
	default:
		return "", false
	}
	if strings.Trim(s, "0123456789") != "" || s[0] == '0' {
		return "", false
	}
	return s + strings.Repeat("0", 12-len(s)), true
}
