package intake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

func gb(s string) []byte {
	var out []byte
	for _, r := range s {
		out = append(out, rowfile.GB18030.AppendEncoded(nil, string(r))...)
	}
	return out
}

// arrival is a good row; n tells the person.
func arrival(id string, n int) string {
	sex := "男" // odd sequence numbers are male
	if n%2 != 0 {
		sex = "女"
	}
	return fmt.Sprintf("%s,居住登记,20250301,%s,王小明,%s,%s,幸福路%d号，２栋,,13800000000,,", id, citizen(n), sex, village, n)
}

func fileOf(rows ...string) []byte {
	return []byte(header + "\r\n" + strings.Join(rows, "\r\n") + "\r\n")
}

func (w *world) rowsOf(id string, outcomes ...core.OutcomeCode) []string {
	w.t.Helper()
	var out []string
	token := ""
	for {
		rows, next, err := w.store.FeedRows(w.t.Context(), intake.RowFilter{BatchID: id, Outcomes: outcomes}, page.Query{Size: 7, Token: token})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, r := range rows {
			out = append(out, strings.TrimRight(fmt.Sprintf("%d %d %s %s", r.Number, r.Outcome, r.Reason, r.Column), " "))
		}
		if next == "" {
			return out
		}
		token = next
	}
}

// badRows is one row of every kind that is refused, with what is to be said of it.
var badRows = []struct{ row, want string }{
	{arrival("B1", 900) + ",x,y", "ROW_COLUMN_COUNT"},
	{"B2,居住登记,20250301", "ROW_COLUMN_COUNT"},
	{strings.Replace(arrival("B3", 900), "20250301", "20250230", 1), "DATE_IMPOSSIBLE 生效日期"},
	{strings.Replace(arrival("B4", 900), "20250301", "20260301", 1), "DATE_IN_FUTURE 生效日期"},
	{strings.Replace(arrival("B5", 900), citizen(900), "9.90101E+17", 1), "NUMBER_DAMAGED_BY_EXCEL 公民身份号码"},
	{strings.Replace(arrival("B6", 900), citizen(900), "990101199006300000", 1), "NUMBER_DAMAGED_BY_EXCEL 公民身份号码"},
	{strings.Replace(arrival("B7", 900), citizen(900), "990101199006300059", 1), "NUMBER_CHECK_DIGIT 公民身份号码"},
	{strings.Replace(arrival("B8", 900), citizen(900), "330681188902290014", 1), "NUMBER_BIRTH_DATE 公民身份号码"},
	{strings.Replace(arrival("B9", 900), village, "990101999999", 1), "DIVISION_UNKNOWN 居住地区划"},
	{strings.Replace(arrival("BA", 900), "王小明", "王?明", 1), "TEXT_DAMAGED 姓名"},
	{strings.Replace(arrival("BB", 900), "居住登记", "飞升", 1), "EVENT_TYPE_UNKNOWN 事件类型"},
	{strings.Replace(arrival("BC", 900), "男", "3", 1), "CODE_UNKNOWN 性别"},
	{`"` + arrival("BD", 900), "ROW_QUOTES"},
	{"BE,注销,20250301," + citizen(900) + ",王小明,,,,20250401,,,", "LEFT_BEFORE_ARRIVAL 生效日期"},
	{strings.Replace(arrival("BF", 900), "13800000000", "1.38E+10", 1), "NUMBER_DAMAGED_BY_EXCEL 联系电话"},
	{arrival("BG", 900)[:40] + strings.Repeat("长", 40_000), "ROW_TOO_LONG"},
	{strings.Replace(arrival("BH", 900), "王小明", strings.Repeat("长", 51), 1), "TEXT_TOO_LONG 姓名"},
	{strings.Replace(arrival("BI", 900), village, "9901", 1), "DIVISION_CODE_MALFORMED 居住地区划"},
	{"BJ,注销,20250301,,王小明,,990101001001,,,,,", "EVENT_WITHOUT_PERSON 公民身份号码"},
	{strings.Replace(arrival("BK", 900), citizen(900), "810000198906150011", 1), "NUMBER_KIND 公民身份号码"},
	{strings.Replace(arrival("BL", 900), citizen(900), "990101199006300050", 1), "NUMBER_CHECK_DIGIT 公民身份号码"},
	{strings.Replace(arrival("BM", 900), "13800000000", "打听", 1), "PHONE_INVALID 联系电话"},
	{strings.Replace(arrival("BN", 900), "居住登记", "撤销", 1), "REPLACES_REQUIRED 被更正事件编号"},
}

func TestEveryBadRowIsRefusedAloneWithNumberColumnAndReason(t *testing.T) {
	var rows, want []string
	for i, b := range badRows {
		rows = append(rows, arrival(fmt.Sprintf("G%d", i), i), b.row)
		want = append(want, fmt.Sprintf("%d 7 %s", 2*i+3, b.want))
	}
	for _, enc := range []rowfile.Encoding{rowfile.UTF8, rowfile.GB18030} {
		t.Run(string(enc), func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				file := fileOf(rows...)
				if enc == rowfile.GB18030 {
					file = gb(string(file))
				}
				b := w.load(ga, file)
				if diff := cmp.Diff(want, w.rowsOf(b.ID, core.Refused)); diff != "" {
					t.Error(diff)
				}
				if b.Counts[core.Created] != int64(len(badRows)) || b.Counts.Received() != 2*int64(len(badRows)) || b.State != intake.Succeeded || b.Layout.Encoding != string(enc) {
					t.Errorf("state %d, counts %v, %s", b.State, b.Counts, b.Layout.Encoding)
				}
			})
		})
	}
}

func TestEveryReasonOfARowHasTextsInBothLanguages(t *testing.T) {
	texts := map[string]*fault.Error{}
	for _, f := range fault.Declared() {
		texts[f.Reason] = f
	}
	for _, b := range badRows {
		reason, _, _ := strings.Cut(b.want, " ")
		if f := texts[reason]; f == nil || f.Text == "" || f.Chinese == "" {
			t.Errorf("%s has no text", reason)
		}
	}
}

func TestBrokenBytesAndTornEndsAreRefusedAlone(t *testing.T) {
	w := newSQLiteWorld(t)
	file := gb(header + "\n" + arrival("E1", 1) + "\n" + arrival("E2", 2) + "\n" + arrival("E3", 3) + "\n" + arrival("E4", 4) + "\n")
	file = bytes.Replace(file, append([]byte("E2,"), gb("居住登记")...), []byte("E2,\xBE\xD3\xFF\xFF"), 1)
	file = append(file, gb("E5,居住登记,20250301,99010119")...)
	b := w.load(ga, file)
	want := []string{"2 1", "3 7 ENCODING_BROKEN 事件类型", "4 1", "5 1", "6 7 ROW_TORN"}
	if diff := cmp.Diff(want, w.rowsOf(b.ID)); diff != "" {
		t.Error(diff)
	}
}

func TestPrivateUseCharactersAreAppliedAndKeptForReview(t *testing.T) {
	w := newSQLiteWorld(t)
	file := fileOf(strings.Replace(arrival("E1", 1), "王小明", "王\uE000", 1), strings.Replace(arrival("E2", 2), "幸福路", "\uE001路", 1), arrival("E3", 3))
	b := w.load(ga, file)
	want := []string{"2 6 NAME_PRIVATE_USE 姓名", "3 6 TEXT_PRIVATE_USE 居住地址", "4 1"}
	got := w.rowsOf(b.ID)
	if got[0] == "2 6 NAME_PRIVATE_USE" { // core flags the name itself
		want[0] = got[0]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := len(w.query("SELECT resident_id FROM resident WHERE known = 1")); n != 3 {
		t.Errorf("%d residents", n)
	}
}

func TestOutcomesAddUpAtAnyMoment(t *testing.T) {
	w := newSQLiteWorld(t)
	b, err := w.receive(ga, randomFile(11, 400))
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	err = w.run(func(point string) error {
		if point != "chunk.stored" {
			return nil
		}
		looked++
		now := w.batch(b.ID)
		stored := w.results()
		if now.Counts.Received() != int64(len(stored)) {
			t.Errorf("received %d, %d rows have an outcome", now.Counts.Received(), len(stored))
		}
		var counts intake.Counts
		for _, r := range stored {
			counts[r.Outcome]++
		}
		if counts != now.Counts {
			t.Errorf("counts %v, rows say %v", now.Counts, counts)
		}
		if total := now.Total(); total < now.Counts.Received() || total > 800 {
			t.Errorf("%d rows in all?", total)
		}
		return nil
	})
	if err != nil || looked < 10 {
		t.Fatal(looked, err)
	}
	done := w.batch(b.ID)
	if lines := bytes.Count(randomFile(11, 400), []byte("\n")); done.Total() != int64(lines-1) || done.Counts.Received() != int64(lines-1) {
		t.Errorf("%d lines, counts %v", lines, done.Counts)
	}
	for _, o := range []core.OutcomeCode{core.Created, core.Updated, core.Unchanged, core.Duplicate, core.Pending, core.NeedsReview, core.Refused} {
		if done.Counts[o] == 0 {
			t.Errorf("no row ended in outcome %d", o)
		}
	}
}

func TestTheSameFileAgainIsTheFirstBatch(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := randomFile(21, 60)
		first := w.load(ga, file)
		before := w.dump()
		again, err := w.receive(intake.Header{Sender: "ga-990101", FileName: "other.csv"}, file)
		if err != nil || again.ID != first.ID || again.State != intake.Succeeded {
			t.Fatalf("sent again: %v, state %d", err, again.State)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			t.Error(diff)
		}
		if left := w.spooled(); len(left) != 0 {
			t.Errorf("files are left: %v", left)
		}
		other, err := w.receive(intake.Header{Sender: "ga-990102"}, file)
		if err != nil || other.ID == first.ID {
			t.Errorf("of another sender: %v", err)
		}
	})
}

func TestTheSameRowsInAnotherFileAreDuplicates(t *testing.T) {
	w := newSQLiteWorld(t)
	rows := []string{arrival("E1", 1), arrival("", 2), arrival("E3", 3)} // the second has no identifier of its own
	w.load(ga, fileOf(rows...))
	residents := w.query("SELECT resident_id, version FROM resident ORDER BY resident_id")
	slices.Reverse(rows)
	b := w.load(ga, fileOf(rows...))
	if b.Counts[core.Duplicate] != 3 {
		t.Errorf("counts %v", b.Counts)
	}
	if diff := cmp.Diff(residents, w.query("SELECT resident_id, version FROM resident ORDER BY resident_id")); diff != "" {
		t.Error(diff)
	}
}

func TestARehearsalChangesNothingAndCountsAsTheImportWould(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.rows = 1000
		file := randomFile(31, 120)
		rehearsal := ga
		rehearsal.ValidateOnly = true
		b := w.load(rehearsal, file)
		if n := len(w.query("SELECT event_id FROM event")) + len(w.query("SELECT resident_id FROM resident")) + len(w.changes()); n != 0 {
			t.Errorf("the rehearsal left %d rows", n)
		}
		again := w.load(rehearsal, file)
		if again.ID == b.ID {
			t.Error("a rehearsal is not repeated")
		}
		real := w.load(ga, file)
		if real.ID == b.ID || real.Counts != b.Counts || real.Counts.Received() == 0 {
			t.Errorf("rehearsed %v, imported %v", b.Counts, real.Counts)
		}
		if diff := cmp.Diff(w.rowsOf(b.ID, core.Refused), w.rowsOf(real.ID, core.Refused)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARehearsalSurvivesBeingKilled(t *testing.T) {
	w := newSQLiteWorld(t)
	rehearsal := ga
	rehearsal.ValidateOnly = true
	file := randomFile(32, 100)
	want := w.load(rehearsal, file).Counts
	for _, point := range []string{"chunk.rehearsed", "chunk.stored"} {
		b, err := w.receive(rehearsal, file)
		if err != nil {
			t.Fatal(err)
		}
		killAt(t, w, point, 2)
		if got := w.batch(b.ID).Counts; got != want {
			t.Errorf("killed at %s: %v instead of %v", point, got, want)
		}
	}
}

func TestRefusedRowsComeBackAsTheyWereSent(t *testing.T) {
	bad1 := strings.Replace(arrival("E2", 2), "20250301", "20250230", 1)
	bad2 := "E3,居住登记,20250301"
	for _, c := range []struct {
		name     string
		enc      rowfile.Encoding
		bom, eol string
		delim    string
	}{
		{"GB18030 with CRLF", rowfile.GB18030, "", "\r\n", ","},
		{"UTF-8 with its mark", rowfile.UTF8, "\uFEFF", "\n", ","},
		{"bars", rowfile.GB18030, "", "\n", "|"},
		{"tabs", rowfile.UTF8, "", "\r\n", "\t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSQLiteWorld(t)
			write := func(s string) []byte {
				s = strings.ReplaceAll(strings.ReplaceAll(s, ",", c.delim), "\n", c.eol)
				if c.enc == rowfile.GB18030 {
					return gb(s)
				}
				return []byte(s)
			}
			b := w.load(ga, write(c.bom+header+"\n"+arrival("E1", 1)+"\n"+bad1+"\n"+bad2+"\n"))
			var got bytes.Buffer
			if err := w.process(w.store, nil).WriteRejects(t.Context(), w.store, b.ID, &got); err != nil {
				t.Fatal(err)
			}
			want := write(c.bom + header + ",原因,说明\n" + bad1 + ",DATE_IMPOSSIBLE,列“生效日期”：日期不存在，或格式不是 20250301、2025-03-01、2025/3/1、2025年3月1日\n" +
				bad2 + ",,,,,,,,,,ROW_COLUMN_COUNT,列数与表头不符\n")
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Error(diff)
			}
			// Put right and sent again with its two more columns, it passes.
			fixed := bytes.Replace(got.Bytes(), []byte("20250230"), []byte("20250228"), 1)
			again := w.load(ga, fixed)
			if again.Counts[core.Created] != 1 || again.Counts[core.Refused] != 1 {
				t.Errorf("sent again: %v", again.Counts)
			}
		})
	}
}

func TestFilesThatCannotBeReadLeaveNothing(t *testing.T) {
	w := newSQLiteWorld(t)
	for name, c := range map[string]struct {
		h    intake.Header
		file []byte
		want error
	}{
		"empty":                     {ga, nil, rowfile.ErrFileEmpty},
		"only a header":             {ga, []byte(header + "\n"), rowfile.ErrFileEmpty},
		"a header and blank lines":  {ga, []byte(header + "\n\n \r\n"), rowfile.ErrFileEmpty},
		"only blank lines":          {ga, []byte("\n\n\n"), rowfile.ErrFileEmpty},
		"a workbook":                {ga, []byte("PK\x03\x04" + strings.Repeat("\x00xl/", 4000)), rowfile.ErrFileTorn},
		"a PDF":                     {ga, []byte("%PDF-1.4\n" + strings.Repeat("x\n", 9000)), rowfile.ErrFileUnreadable},
		"zeros":                     {ga, bytes.Repeat([]byte{0, 0, 1}, 9000), rowfile.ErrFileUnreadable},
		"rows without a header":     {ga, []byte(arrival("E1", 1) + "\n" + arrival("E2", 2) + "\n"), rowfile.ErrColumnsUnknown},
		"one endless line":          {ga, bytes.Repeat([]byte("a,"), 500_000), rowfile.ErrColumnsUnknown},
		"another encoding":          {ga, append([]byte{0xFF, 0xFE, 0, 0}, fileOf(arrival("E1", 1))...), rowfile.ErrEncodingUnknown},
		"an encoding that is wrong": {intake.Header{Sender: "ga", Encoding: "GB18030"}, fileOf(arrival("E1", 1)), rowfile.ErrEncodingUnknown},
		"an encoding nobody knows":  {intake.Header{Sender: "ga", Encoding: "EBCDIC"}, fileOf(arrival("E1", 1)), rowfile.ErrEncodingUnknown},
		"the name of the desk":      {intake.Header{Sender: core.Desk}, fileOf(arrival("E1", 1)), core.ErrSender},
		"no sender":                 {intake.Header{}, fileOf(arrival("E1", 1)), core.ErrSender},
		"a sender that is no code":  {intake.Header{Sender: "../etc"}, fileOf(arrival("E1", 1)), core.ErrSender},
		"one column twice":          {ga, []byte("XM,SFZH,SFZH,DDBDRQ\na,b,c,d\n"), rowfile.ErrColumnTwice},
	} {
		_, err := w.receive(c.h, c.file)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := w.spooled(); len(left) != 0 || len(w.query("SELECT batch_id FROM feed_batch")) != 0 {
		t.Errorf("something is left: %v", left)
	}
}

func TestASenderThatBreaksOffLeavesNothing(t *testing.T) {
	w := newSQLiteWorld(t)
	cut := errors.New("connection lost")
	first := true
	_, err := w.process(w.store, nil).Receive(t.Context(), ga, func() ([]byte, error) {
		if first {
			first = false
			return fileOf(arrival("E1", 1)), nil
		}
		return nil, cut
	})
	if !errors.Is(err, cut) || len(w.spooled()) != 0 {
		t.Errorf("%v, left %v", err, w.spooled())
	}
}

func TestBatchesAreAppliedInOrderOfArrival(t *testing.T) {
	w := newSQLiteWorld(t)
	var sent []string
	for i := range 4 {
		b, err := w.receive(intake.Header{Sender: fmt.Sprint("ga-", 9-i)}, fileOf(arrival("E1", i)))
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, b.ID)
	}
	var order []string
	if err := w.run(func(point string) error {
		if point == "batch.finished" {
			for _, r := range w.query("SELECT batch_id FROM feed_batch WHERE state = 3") {
				if !slices.Contains(order, r[0]) {
					order = append(order, r[0])
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sent, order); diff != "" {
		t.Error(diff)
	}
}

func TestALostFileEndsItsBatchAndNotTheNext(t *testing.T) {
	w := newSQLiteWorld(t)
	lost, err := w.receive(ga, fileOf(arrival("E1", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := removeFile(w, lost.ID); err != nil {
		t.Fatal(err)
	}
	next := w.load(ga, fileOf(arrival("E2", 2)))
	if b := w.batch(lost.ID); b.State != intake.Failed || b.Failure != "FEED_FILE_LOST" || next.State != intake.Succeeded {
		t.Errorf("state %d, %q; the next one: %d", b.State, b.Failure, next.State)
	}
	again := w.load(ga, fileOf(arrival("E1", 1)))
	if again.ID == lost.ID || again.Counts[core.Created] != 1 {
		t.Errorf("sent again: %v", again.Counts)
	}
}

// picky refuses chunks that hold one row, as a database would.
type picky struct {
	intake.Store
	row   int
	limit int
	asked int
	away  int // calls that fail because the database is away
}

func (p *picky) ApplyFeedChunk(ctx context.Context, c intake.Chunk) error {
	p.asked++
	if p.away > 0 {
		p.away--
		return errors.New("the database is away")
	}
	if len(c.Rows) > p.limit {
		return intake.ErrChunk
	}
	for _, r := range c.Rows {
		if r.Number == p.row && r.Fault == nil {
			return intake.ErrChunk
		}
	}
	return p.Store.ApplyFeedChunk(ctx, c)
}

func TestARowThatTheDatabaseRefusesHoldsUpNothing(t *testing.T) {
	w := newSQLiteWorld(t)
	var rows []string
	for i := range 50 {
		rows = append(rows, arrival(fmt.Sprint("E", i), i), "") // blank lines between
	}
	b, err := w.receive(ga, fileOf(rows...))
	if err != nil {
		t.Fatal(err)
	}
	p := &picky{Store: w.store, row: 32, limit: 9, away: 1}
	if err := w.runOver(p, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"32 7 ROW_NOT_APPLIED"}, w.rowsOf(b.ID, core.Refused)); diff != "" {
		t.Error(diff)
	}
	if c := w.batch(b.ID).Counts; c[core.Created] != 49 || c.Received() != 50 {
		t.Errorf("counts %v after %d attempts", c, p.asked)
	}
}
