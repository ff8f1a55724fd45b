package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

// sayRecords types a command about records to a clinic.
func sayRecords(t *testing.T, run, in string, want outcome.Code, args ...string) (out string) {
	t.Helper()
	code, out, errs := typed(t, Programs{}, in, nil, append(append([]string{"records"}, args...), "--run", run)...)
	if code != want {
		t.Fatalf("%v: code %d, want %d: %s", args, code, want, errs)
	}
	return out + errs
}

func TestAFileOfRecordsIsSentWithWhatIsSaidOfIt(t *testing.T) {
	c := &clinic{}
	run := (&fake{records: c}).start(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"doses.csv": "日期,打的什么\n", "map.yaml": "columns: {打的什么: product}\nwords: {product: {乙肝: HepB}}\nconstants: {site: LA}\ndate_format: dd/MM/yyyy\n",
		"wrong.yaml": "colums: {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "doses.csv")
	out := sayRecords(t, run, "", 0, "import", "doses", file, "--sender", "cdc-990101", "--unit", "U1", "--format", "csv", "--encoding", "GB18030", "--map", filepath.Join(dir, "map.yaml"))
	want := &intakev1.ImportHeader{
		Kind: "doses", Sender: "cdc-990101", FileName: "doses.csv", DefaultUnitId: "U1", Format: "CSV", Encoding: "GB18030",
		Mapping: &intakev1.ImportMapping{
			DateFormat: "dd/MM/yyyy", Columns: []*intakev1.ImportColumnMapping{{Column: "打的什么", Field: "product"}},
			Words:     []*intakev1.ImportWordMapping{{Field: "product", Word: "乙肝", Code: "HepB"}},
			Constants: []*intakev1.ImportConstant{{Field: "site", Value: "LA"}},
		},
	}
	if !proto.Equal(want, c.header) || string(c.file) != "日期,打的什么\n" {
		t.Errorf("%v %q", c.header, c.file)
	}
	if !strings.Contains(out, batchID) || !strings.Contains(out, "10") {
		t.Error(out)
	}
	sayRecords(t, run, "a\n", 0, "import", "certificates", "-", "--sender", "cdc-990101", "--profile", "county", "--validate-only", "--no-wait")
	if h := c.header; h.GetProfile() != "county" || !h.GetValidateOnly() || h.GetFileName() != "" || h.GetKind() != "certificates" {
		t.Errorf("%v", h)
	}
	sayRecords(t, run, "", 2, "import", "doses", file, "--sender", "cdc-990101", "--map", filepath.Join(dir, "wrong.yaml"))
	sayRecords(t, run, "", 2, "import", "doses", filepath.Join(dir, "none.csv"), "--sender", "cdc-990101")
	if out := sayRecords(t, run, "", 2, "import", "cats", file, "--sender", "cdc-990101"); !strings.Contains(out, "antenatal-visits") {
		t.Errorf("which kinds there are is not said: %s", out)
	}
}

func TestRefusedRowsOfRecordsEndInFourAndLeadToTheRejects(t *testing.T) {
	c := &clinic{refused: 2}
	run := (&fake{records: c}).start(t)
	out := sayRecords(t, run, "a\n", outcome.RowsRefused, "import", "doses", "-", "--sender", "cdc-990101")
	for _, text := range []string{"DATE_IMPOSSIBLE", "日期不存在", "xinju records rejects doses " + batchID} {
		if !strings.Contains(out, text) {
			t.Errorf("%s is not said: %s", text, out)
		}
	}
	sayRecords(t, run, "", outcome.RowsRefused, "status", "doses", batchID)
	sayRecords(t, run, "", outcome.NotFound, "status", "doses", "01J00000000000000000000000")
	to := filepath.Join(t.TempDir(), "rejects.csv")
	sayRecords(t, run, "", 0, "rejects", "doses", batchID, "--to", to)
	if text, err := os.ReadFile(to); err != nil || string(text) != "编号,原因\n7,DATE_IMPOSSIBLE\n" {
		t.Errorf("%q %v", text, err)
	}
	if out := sayRecords(t, run, "", 0, "rejects", "doses", batchID); out != "编号,原因\n7,DATE_IMPOSSIBLE\n" {
		t.Errorf("on stdout: %q", out)
	}
}

func TestBatchesOfRecordsAreListedLookedIntoAndControlled(t *testing.T) {
	c := &clinic{}
	run := (&fake{records: c}).start(t)
	if out := sayRecords(t, run, "", 0, "status", "archives", "-o", "csv"); !strings.Contains(out, batchID+",cdc-990101,doses.csv") || c.kind != "archives" {
		t.Error(out)
	}
	if out := sayRecords(t, run, "", 0, "status", "archives", "--sender", "nobody", "-o", "csv"); strings.Contains(out, batchID) {
		t.Error("batches of another sender are listed")
	}
	sayRecords(t, run, "", 2, "status", "archives", "--wait")
	sayRecords(t, run, "", 2, "status", "archives", "--limit", "-1")
	out := sayRecords(t, run, "", 0, "rows", "doses", batchID, "--outcome", "refused,pending", "--reason", "DATE_IMPOSSIBLE", "-o", "csv")
	if want := []intakev1.ImportOutcome{intakev1.ImportOutcome_IMPORT_OUTCOME_REFUSED, intakev1.ImportOutcome_IMPORT_OUTCOME_PENDING}; len(c.rows.GetOutcomes()) != 2 ||
		c.rows.GetOutcomes()[0] != want[0] || c.rows.GetOutcomes()[1] != want[1] || c.rows.GetReason() != "DATE_IMPOSSIBLE" {
		t.Errorf("asked for %v", c.rows)
	}
	for _, text := range []string{"接种日期", "N-8", "CREATED"} {
		if !strings.Contains(strings.ToUpper(out), text) {
			t.Errorf("%s is not shown: %s", text, out)
		}
	}
	sayRecords(t, run, "", 0, "cancel", "doses", batchID)
	sayRecords(t, run, "", 0, "resume", "doses", batchID)
	if out := sayRecords(t, run, "", 0, "withdraw", "doses", batchID, "--reason", "误报", "-o", "json"); c.reason != "误报" || !strings.Contains(out, "WITHDRAWN") {
		t.Errorf("%q: %s", c.reason, out)
	}
	sayRecords(t, run, "", 2, "withdraw", "doses", batchID)
	out = sayRecords(t, run, "x\n", 0, "preview", "doses", "-", "--sender", "cdc-990101", "--profile", "default", "--rows", "5")
	for _, text := range []string{"GB18030", "dose_date", "not used"} {
		if !strings.Contains(out, text) {
			t.Errorf("%s is not shown: %s", text, out)
		}
	}
	if c.header.GetProfile() != "default" {
		t.Errorf("%v", c.header)
	}
}

const recordProfileText = `name: clinics
sender_pattern: cdc-9901*
hints: {format: FIXED, fixed_columns: [{name: HM, byte_count: 18}, {name: YM, from: 18, byte_count: 6}]}
mapping:
  columns:
    - {column: HM, field: citizen_number}
  words:
    - {field: product, word: "01", code: HepB}
skips:
  - {column: HM, values: [合计]}
`

func TestAProfileOfRecordsIsCheckedSavedShownListedAndDeleted(t *testing.T) {
	c := &clinic{kept: map[string]*intakev1.ImportProfile{}}
	run := (&fake{records: c}).start(t)
	say := func(in string, args ...string) string {
		return sayRecords(t, run, in, 0, append([]string{"profile"}, args...)...)
	}
	if out := say(recordProfileText, "check", "doses", "-"); !strings.Contains(out, "word: \"01\"") || len(c.kept) != 0 {
		t.Errorf("%s", out)
	}
	say(recordProfileText, "save", "doses", "-")
	if p := c.kept["doses/clinics"]; p.GetHints().GetFixedColumns()[1].GetFrom() != 18 || p.GetMapping().GetWords()[0].GetCode() != "HepB" || p.GetSkips()[0].GetValues()[0] != "合计" {
		t.Errorf("%v", p)
	}
	shown := say("", "show", "doses", "clinics")
	if again := say(shown, "save", "doses", "-"); !strings.Contains(again, "etag: \"2\"") { // what is shown can be saved
		t.Error(again)
	}
	if code, _, errs := typed(t, Programs{}, shown, nil, "records", "profile", "save", "doses", "-", "--run", run); code == 0 || errs == "" {
		t.Error("an old version replaces a newer one")
	}
	if out := say("", "list", "doses"); !strings.Contains(out, "cdc-9901*") || !strings.Contains(out, "FIXED") {
		t.Error(out)
	}
	if out := say("", "list", "certificates"); strings.Contains(out, "clinics") {
		t.Error("the profile of another kind is listed")
	}
	sayRecords(t, run, "", outcome.NotFound, "profile", "show", "certificates", "clinics")
	say("", "delete", "doses", "clinics")
	if len(c.kept) != 0 {
		t.Error("it is still there")
	}
	for _, bad := range []string{"namee: x\n", "title: x\n", "- a\n", "name: [\n"} {
		sayRecords(t, run, bad, outcome.BadInput, "profile", "check", "doses", "-")
	}
}
