package cli

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

const countyPack = `id: county
version: 1
name: {zh: 某县, en: a county}
jurisdiction: "990300000000"
extends: national
valid_from: 2020-01-01
definitions:
  - {id: adult, text: {zh: 成年人, en: adult}, is: {age: {from: 18y}}}
indicators:
  - id: POP
    name: {zh: 成年人数, en: adults}
    kind: stock
    eligible: {use: adult}
    citations: [{document: 某通知, clause: 二, text: 成年人均计入。}]
targets:
  - {indicator: POP, op: ">=", value: 1100, by: 2020-12-31}
cases:
  - name: {zh: 满18岁, en: eighteen}
    given: {birth: 2002-03-01, stays: [{village: "990300100201", arrived: 2019-01-01}]}
    expect:
      - {item: POP, on: 2020-02-29, eligible: false, covered: false}
      - {item: POP, on: 2020-03-01, eligible: true, covered: false}
`

// packFile writes a pack with some text replaced in pairs.
func packFile(t *testing.T, pairs ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pack.yaml")
	if err := os.WriteFile(name, []byte(strings.NewReplacer(pairs...).Replace(countyPack)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// policied runs one command without a suite.
func policied(t *testing.T, args ...string) (outcome.Code, string, string) {
	t.Helper()
	return typed(t, Programs{}, "", nil, append([]string{"policy"}, args...)...)
}

func TestPacksAreCheckedWithoutASuite(t *testing.T) {
	good, wrong, odd := packFile(t), packFile(t, "indicator: POP", "indicator: POB"), packFile(t, "citations: [{", "awaits: {zh: 某数据, en: facts}, notes: {zh: 甲, en: x}} #")
	if code, out, errs := policied(t, "validate", good, "-o", "csv"); code != 0 || out != "file,line,level,path,text\n" {
		t.Errorf("a good one: %d %q %q", code, out, errs)
	}
	code, out, errs := policied(t, "validate", wrong, "-o", "csv")
	want := "file,line,level,path,text\n" + wrong + ",16,问题 problem,targets[0].indicator,没有此指标：POB；是否指 POP there is no such indicator: POB; did you mean POP\n"
	if diff := cmp.Diff(want, out); code != outcome.BadInput || diff != "" || !strings.Contains(errs, "1 处问题") {
		t.Errorf("%d %q %s", code, errs, diff)
	}
	if code, _, errs := policied(t, "validate", odd); code != outcome.BadInput || errs == "" {
		t.Errorf("no YAML: %d", code)
	}
	cited := packFile(t, "    citations: [{document: 某通知, clause: 二, text: 成年人均计入。}]\n", "")
	if code, out, _ := policied(t, "validate", cited); code != 0 || !strings.Contains(out, "提醒 warning") || !strings.Contains(out, "cases run: 1") {
		t.Errorf("warnings alone: %d %s", code, out)
	}
	if code, _, _ := policied(t, "validate", "nowhere.yaml"); code != outcome.BadInput {
		t.Errorf("a file that is not there: %d", code)
	}
}

func TestFilesThatExtendEachOtherAreCheckedTogether(t *testing.T) {
	town := packFile(t, "id: county", "id: town", "extends: national", "extends: county", `"990300000000"`, `"990300101000"`, "990300100201", "990300101201", "version: 1\n", "version: 1\nremove: [EHR03]\n")
	if code, out, _ := policied(t, "validate", town); code != outcome.BadInput {
		t.Errorf("alone: %d %s", code, out)
	}
	if code, out, errs := policied(t, "validate", packFile(t), town); code != 0 {
		t.Errorf("together: %d %s %s", code, out, errs)
	}
}

func TestCasesAreRunOneByOne(t *testing.T) {
	code, out, errs := policied(t, "test", packFile(t), "xiangan-2018")
	if code != 0 || !strings.Contains(out, "通过 pass") || strings.Contains(out, "失败 fail ") || !strings.Contains(out, "xiangan-2018") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	wrong := packFile(t, "on: 2020-03-01, eligible: true", "on: 2020-03-01, eligible: false")
	code, out, errs = policied(t, "test", wrong, "-o", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %v", err, rows)
	}
	if diff := cmp.Diff([]string{"county", "1", "失败 fail", "满18岁 eighteen", "2", "22"}, rows[1][:6]); diff != "" || !strings.Contains(rows[1][6], "want eligible=false") {
		t.Error(diff, rows[1])
	}
	if code != outcome.BadInput || !strings.Contains(errs, "1 个用例中有 1 个失败") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := policied(t, "test", packFile(t, "kind: stock", "kind: guess")); code != outcome.BadInput || !strings.Contains(errs, "policy validate") {
		t.Errorf("a pack that does not compile: %d %s", code, errs)
	}
}

func TestPacksAreCompared(t *testing.T) {
	a := packFile(t)
	b := packFile(t, "version: 1\n", "version: 2\nremove: [INF01]\n", "value: 1100", "value: 1200", "clause: 二", "clause: 三")
	code, out, errs := policied(t, "diff", a, b, "-o", "json")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 {
		t.Fatalf("%v %d %s", err, code, errs)
	}
	var got []string
	for _, r := range rows {
		field, _ := r["field"].(string)
		got = append(got, strings.Join([]string{r["what"].(string), r["kind"].(string), r["id"].(string), field}, " "))
	}
	want := []string{"changed pack county version", "changed pack county headlines", "removed indicator INF01 ", "changed indicator POP targets", "changed indicator POP citations"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if code, out, _ := policied(t, "diff", "national", "national"); code != 0 || !strings.Contains(out, "（无 none）") {
		t.Errorf("the same: %d %s", code, out)
	}
	if code, out, _ := policied(t, "diff", "national", "xiangan-2018"); code != 0 || !strings.Contains(out, "EHR03") {
		t.Errorf("built in: %d %s", code, out)
	}
}

func TestAPackIsExplainedInWords(t *testing.T) {
	code, out, errs := policied(t, "explain", packFile(t), "POP")
	want := `POP 成年人数 adults
  种类 kind: 存量指标：当日（计数） stock: on the day (plain count)
  首要指标 headline
  应服务 eligible:
    - [adult] 成年人 adult
      - 满18岁 aged 18 years or more
  优劣 better: 高者为优 more is better
  目标 target: ≥ 1100（2020-12-31前） ≥ 1100 by 2020-12-31
  依据 cites: 《某通知》二：“成年人均计入。”

`
	if diff := cmp.Diff(want, out); code != 0 || diff != "" {
		t.Errorf("%d %s %s", code, errs, diff)
	}
	code, out, _ = policied(t, "explain", packFile(t))
	for _, part := range []string{"county v1 某县 a county", "继承 extends: national", "R-IMM-3M", "继承自 inherited from: national"} {
		if code != 0 || !strings.Contains(out, part) {
			t.Errorf("%d: %q is missing in\n%s", code, part, out)
		}
	}
	code, out, _ = policied(t, "explain", packFile(t), "POP", "-o", "json")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 || len(rows) != 1 || rows[0]["eligible"] != "成年人（满18岁）" || rows[0]["covered"] != nil {
		t.Errorf("%v %d %v", err, code, rows)
	}
	if code, _, errs := policied(t, "explain", "national", "NONE"); code != outcome.NotFound || !strings.Contains(errs, "NONE") {
		t.Errorf("an item that is not there: %d %s", code, errs)
	}
}

func TestTheSchemaIsPrinted(t *testing.T) {
	code, out, _ := policied(t, "schema")
	var s map[string]any
	if err := json.Unmarshal([]byte(out), &s); err != nil || code != 0 || s["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("%v %d", err, code)
	}
}
