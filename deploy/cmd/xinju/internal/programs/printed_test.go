package programs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// printed finds the commands that answers name: each to the end of its line.
var printed = regexp.MustCompile(`xinju [a-z][^\n|]*`)

// shape is a command without what differs from one place or person to the next:
// one of each shape is enough.
func shape(line string) string {
	words := strings.Fields(line)
	for i, word := range words {
		if strings.ContainsAny(word, "0123456789") {
			words[i] = "N"
		}
	}
	return strings.Join(words, " ")
}

// TestWhatAnswersNameCanBeTyped asks for every kind of answer and runs each
// command that they name, and those that these name: none fails, and none that
// opens a number is empty.
func TestWhatAnswersNameCanBeTyped(t *testing.T) {
	r := start(t)
	r.load(t, 400)
	dir := t.TempDir()
	figures, pack := filepath.Join(dir, "figures.csv"), filepath.Join(dir, "pack.yaml")
	for file, text := range map[string]string{
		figures: "figure,division,date,value,source\nverifications_due,990101,2026-06-01,4,x\nverifications_in_time,990101,2026-06-01,3,x\n", pack: oneMonth,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	next := []string{
		"figures load " + figures, "report freeze --division 990101 --by township", "report list", "coverage show --division 990101 --all",
		"coverage show --division 990101 --by township --indicator DQS01,IMM03", "coverage show --division 990101 --role manager --indicator HED01,HED02",
		"coverage trend --division 990101 --indicator DQS01 --from 2026-01 --until 2026-06", "coverage trend --division 990101 --indicator HED02 --from 2026-01 --until 2026-06",
		"league --division 990101 --indicator IMM03", "league --division 990101 --indicator DQS01", "warnings --division 990101 --level yellow", "quality 990101", "quality 990101 --terms",
		"chase assign --division 990101 --indicator HED01 --to 甲 --first 3", "chase stats --division 990101 --indicator HED01 --by assignee", "chase list --division 990101 --indicator HED01",
		"forecast --division 990101 --item IMM03", "policy what-if " + pack + " --division 990101", "policy versions demo-990101", "figures list --all", "policy list",
	}
	seen := map[string]bool{}
	for runs := 0; len(next) > 0; runs++ {
		line := next[0]
		next = next[1:]
		code, out, errs := r.xinju(t, line)
		if code != 0 || out == "" && !strings.HasPrefix(line, "figures") {
			t.Errorf("xinju %s: code %d, %s%s", line, code, out, errs)
		}
		if strings.Contains(out, "（无 none）") && strings.Contains(line, "members") {
			t.Errorf("xinju %s: a number opens into nobody", line)
		}
		for _, found := range printed.FindAllString(out+errs, -1) {
			command := strings.TrimSpace(strings.NewReplacer("xinju ", "", `"`, "").Replace(found))
			if s := shape(command); !seen[s] && len(next)+runs < 300 {
				seen[s] = true
				next = append(next, command)
			}
		}
	}
	if len(seen) < 12 {
		t.Errorf("only %d kinds of commands were named: %v", len(seen), seen)
	}
}

// TestAReportIsComparedExportedAndPutIntoATemplate on a real suite, from the
// command line.
func TestAReportIsComparedExportedAndPutIntoATemplate(t *testing.T) {
	r := start(t)
	r.load(t, 300)
	ask := func(line string) string {
		t.Helper()
		code, out, errs := r.xinju(t, line)
		if code != 0 {
			t.Fatalf("xinju %s: code %d, %s", line, code, errs)
		}
		return out
	}
	ask("report freeze --division 990101 --by township --indicator IMM03,HED02 --title 半年")
	id := rowsOf(t, ask("report list -o csv"))[0]["report_id"]

	numbers := map[string]map[string]string{}
	for _, row := range rowsOf(t, ask("report show "+id+" -o csv")) {
		numbers[row["division"]+row["indicator"]] = row
	}
	if n := numbers["990101000000HED02"]; n["covered"] != "" || n["value"] != n["eligible"] || n["value"] == "" {
		t.Errorf("a plain count: %v", n)
	}
	if out := ask("report compare " + id + " -o csv"); len(rowsOf(t, out)) != 0 {
		t.Errorf("nothing has changed, but %s", out)
	}
	for _, row := range rowsOf(t, ask("report compare "+id+" --numbers -o csv")) {
		was := numbers[row["division"]+row["indicator"]]
		if row["eligible_before"] != was["eligible"] || row["eligible_after"] != was["eligible"] || row["covered_after"] != was["covered"] || row["appeared"] != "0" {
			t.Errorf("%v, frozen as %v", row, was)
		}
	}

	for _, row := range rowsOf(t, strings.TrimPrefix(ask("report export "+id+" --threshold 5"), "\ufeff")) {
		was := numbers[row["division"]+row["indicator"]]
		if row["eligible_suppressed"] == "no" && row["eligible"] != was["eligible"] || row["covered_suppressed"] == "no" && row["covered"] != was["covered"] {
			t.Errorf("exported %v, frozen as %v", row, was)
		}
	}
	if out := ask("report export " + id + " --format parquet"); !strings.HasPrefix(out, "PAR1") {
		t.Errorf("%q is no Parquet", out[:min(20, len(out))])
	}
	if out := ask("report export " + id + " --format adx"); !strings.Contains(out, "urn:ihe:qrph:adx:2015") {
		t.Errorf("no ADX: %s", out)
	}

	book, form := filepath.Join(t.TempDir(), "t.xlsx"), filepath.Join(t.TempDir(), "form.xlsx")
	ask("report template get builtin-self-form --to " + book)
	ask("report template put ours " + book + " --form self-form --name 本局表样")
	etag := ""
	for _, row := range rowsOf(t, ask("report template list -o csv")) {
		if row["template_id"] == "ours" {
			etag = row["etag"]
		}
	}
	ask("report render " + id + " --form self-form --template ours --to " + form)
	if workbook, err := os.ReadFile(form); err != nil || !bytes.HasPrefix(workbook, []byte("PK")) {
		t.Errorf("the form: %v", err)
	}
	ask("report template delete ours --etag " + etag)
	if code, _, errs := r.xinju(t, "report render "+id+" --form self-form --template ours --to "+form+".2"); code == 0 || !strings.Contains(errs, "REPORT_TEMPLATE_NOT_FOUND") && !strings.Contains(errs, "没有该模板") {
		t.Errorf("a template that is gone: code %d, %s", code, errs)
	}
	if _, err := os.Stat(form + ".2"); !os.IsNotExist(err) {
		t.Errorf("a form that could not be made was begun: %v", err)
	}
}
