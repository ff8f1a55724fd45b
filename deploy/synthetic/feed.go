package synthetic

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"xinju.dev/services/platform/civil"
)

// Header is the first row of the residence feed, in the words of a
// public-security system.
var Header = []string{
	"事件编号", "事件类型", "生效日期", "证件类型", "证件号码", "姓名", "性别", "出生日期", "民族", "婚姻状况",
	"户籍地区划", "居住地区划", "居住地址", "来本地日期", "居住事由", "联系电话", "工作单位", "居住证有效期止", "被更正事件编号",
}

// FeedCounts says what a written feed holds.
type FeedCounts struct{ People, Rows, Bad int }

// WriteFeed writes the county's residence events as a GB18030 CSV file, with
// bad rows of every kind strewn in when bad is true.
func WriteFeed(w io.Writer, c *County, bad bool) (FeedCounts, error) {
	out := transform.NewWriter(w, simplifiedchinese.GB18030.NewEncoder())
	buf := bufio.NewWriterSize(out, 1<<16)
	f := &feed{county: c, out: buf}
	f.row(Header...)
	every := 0
	kinds := badRows(c.Today)
	if bad {
		every = max(1, c.Residents/(3*len(kinds)+1))
	}
	for p := range c.People() {
		f.person(p)
		if every > 0 && p.Index > 0 && p.Index%every == 0 && f.counts.Bad < 3*len(kinds) {
			f.bad(kinds[f.counts.Bad%len(kinds)], p)
		}
	}
	if bad {
		// The file was cut off while it was written.
		_, _ = fmt.Fprintf(buf, "E-TORN,居住登记,2026-0")
		f.counts.Rows++
		f.counts.Bad++
	}
	if err := buf.Flush(); err != nil {
		return f.counts, err
	}
	return f.counts, out.Close()
}

type feed struct {
	county *County
	out    *bufio.Writer
	counts FeedCounts
	last   string
}

// row writes one line; bufio keeps the first error for Flush.
func (f *feed) row(cells ...string) {
	for i, cell := range cells {
		if i > 0 {
			_ = f.out.WriteByte(',')
		}
		if strings.ContainsAny(cell, ",\"\n") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		_, _ = f.out.WriteString(cell)
	}
	_, _ = f.out.WriteString("\r\n")
}

func (f *feed) person(p *Person) {
	f.counts.People++
	for i, s := range p.Stays {
		kind := "居住登记"
		switch {
		case i == 0 && p.BornHere:
			kind = "出生"
		case i > 0 && p.Stays[i-1].Left.AddDays(1) == s.Arrived:
			kind = "地址变更"
		}
		effective := s.Registered
		if kind != "居住登记" {
			effective = s.Arrived
		}
		f.event(p, fmt.Sprintf("A%d", i), kind, effective, s, "")
		if i+1 < len(p.Stays) && p.Stays[i+1].Arrived == s.Left.AddDays(1) {
			continue // the move says that this stay ended
		}
		if s.Left != civil.None {
			f.event(p, fmt.Sprintf("L%d", i), "注销", s.Left, Stay{}, "")
		}
	}
	if pm := p.Permit; pm != nil {
		f.event(p, "P", "居住证签发", pm.Issued, Stay{Village: CountyCode}, pm.ValidTo.String())
		if pm.Lapsed != civil.None {
			f.event(p, "PL", "居住证失效", pm.Lapsed, Stay{Village: CountyCode}, "")
		}
	}
}

func (f *feed) event(p *Person, suffix, kind string, on civil.Date, s Stay, validTo string) {
	cells := f.cells(p, suffix, kind, on, s, validTo)
	f.write(cells)
}

func (f *feed) write(cells []string) {
	f.row(cells...)
	f.counts.Rows++
	f.last = strings.Join(cells, ",")
}

func (f *feed) cells(p *Person, suffix, kind string, on civil.Date, s Stay, validTo string) []string {
	sex := [...]string{"未知", "男", "女"}[p.Sex]
	arrived := ""
	if s.Arrived != civil.None {
		arrived = s.Arrived.String()
	}
	reason := ""
	if s.Reason > 0 {
		reason = [...]string{"", "务工", "经商", "学习", "投靠亲属"}[s.Reason]
	}
	return []string{
		fmt.Sprintf("E%07d-%s", p.Index, suffix), kind, on.String(), "居民身份证", p.Number, p.Name, sex, p.Birth.String(), p.Ethnic, fmt.Sprint(p.Marital),
		p.Hukou, s.Village, s.Address, arrived, reason, p.Phone, p.Employer, validTo, "",
	}
}

// badRow spoils a good row in one way. What should become of it is known by name.
type badRow struct {
	name  string
	spoil func(cells []string) []string
}

const (
	colID, colType, colEffective, colNumber, colName, colVillage, colArrived = 0, 1, 2, 4, 5, 11, 13
)

func set(col int, value string) func([]string) []string {
	return func(cells []string) []string { cells[col] = value; return cells }
}

func badRows(today civil.Date) []badRow {
	return []badRow{
		{"check digit", func(c []string) []string {
			last := c[colNumber][17]
			c[colNumber] = c[colNumber][:17] + string("0123456789"[(last-'0'+1)%10])
			return c
		}},
		{"impossible date", set(colEffective, "2025-02-30")},
		{"date to come", set(colEffective, today.AddMonths(14).String())},
		{"unknown division", set(colVillage, "990101999299")},
		{"column count", func(c []string) []string { return c[:9] }},
		{"left before arrival", func(c []string) []string {
			c[colType], c[colEffective], c[colArrived] = "注销", "2024-01-01", "2024-06-01"
			return c
		}},
		{"number damaged by a spreadsheet", set(colNumber, "9.90101E+17")},
		{"no name", set(colName, "")},
		{"unknown event type", set(colType, "神秘事件")},
		{"text decoded twice", set(colName, "ÕÅÈý")},
		{"departure of somebody unknown", func(c []string) []string {
			c[colType], c[colVillage], c[colArrived] = "注销", "", ""
			c[colNumber] = number(4_900_000+int(c[colID][7]-'0'), civil.Of(1990, 1, 1), 1)
			c[6], c[7] = "男", "1990-01-01"
			return c
		}},
		{"somebody else's number", set(colName, "欧阳不同")},
		{"the same row again", nil},
	}
}

func (f *feed) bad(kind badRow, p *Person) {
	f.counts.Bad++
	if kind.spoil == nil {
		_, _ = f.out.WriteString(f.last + "\r\n")
		f.counts.Rows++
		return
	}
	cells := f.cells(p, fmt.Sprintf("BAD%d", f.counts.Bad), "居住登记", p.Stays[0].Registered, p.Stays[0], "")
	cells[colID] = fmt.Sprintf("X%06d-%d", p.Index, f.counts.Bad)
	f.row(kind.spoil(cells)...)
	f.counts.Rows++
}
