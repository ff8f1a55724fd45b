package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

// begin serves the fakes and returns the run file that leads to them.
func (f *answering) begin(t *testing.T) string {
	t.Helper()
	return (&fake{more: f.register}).start(t)
}

// TestAnswersAreData: what was asked for goes to stdout, in the format that was
// asked for, and a number tells the command that opens its list.
func TestAnswersAreData(t *testing.T) {
	run := (&answering{}).begin(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"pack.yaml": "id: x\n", "figures.csv": "figure,division,year,value,source\nregistered_population,990101000000,2025,81650,年报\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ line, says string }{
		{"chase list --division 990101 --indicator HED01 --date 2026-06-30", "xinju chase print --division 990101000000 --indicator HED01 --date 2026-06-30"},
		{"chase assign --division 990101 --indicator HED01 --to 网格员甲 --unassigned --first 2", "xinju chase list --division 990101000000 --indicator HED01"},
		{"chase outcome " + someone + " moved-away --indicator HED01 --by 乙", "请发起协查"},
		{"chase print --division 990101 --indicator HED01", "东风路 1 号"},
		{"chase stats --division 990101 --indicator HED01", "xinju chase list --division 990101000000 --indicator HED01 --date 2026-06-30 --direct-only\n"},
		{"chase history " + someone + " --indicator HED01", "网格员甲"},
		{"unplaced", "xinju unplaced --kind event --date 2026-06-30 --indicator HED01"},
		{"unplaced --kind event --indicator HED01", someone},
		{"forecast --division 990101 --item HED01,R-3M --from 2026-06-30 --days 7", "xinju forecast --division 990101000000 --item HED01,R-3M --from 2026-06-30 --days 7 --list"},
		{"forecast --division 990101 --item HED01 --list", someone},
		{"league --division 990101 --indicator EHR03", "xinju open 990101/EHR03/2026-06-30\n"},
		{"warnings --division 990101", "xinju open 990101/EHR03/2026-06-30\n"},
		{"warnings --division 990101 --level red", "预警 warnings 1"},
		{"warnings --division 990101 --level yellow", "预警 warnings 0"},
		{"quality 990101", "69.70 ÷ 85"},
		{"quality 990101 --months 2", "xinju quality 990101000000 --month 2026-05 --terms\n"},
		{"open 990101/IMM03/2026-06-30", "应服务 --set eligible 1000 · 已服务 --set covered 899 · 未服务 --set uncovered 101"},
		{"warnings --division 990101 --headlines", "other indicators that were not looked at: 5"},
		{"figures list", "system brings itself"},
		{"figures list --all", "verifications_due"},
		{"figures read --figure registered_population --division 990101 --date 2025-12-31", village},
		{"policy versions lessons", "xinju policy versions lessons --show 2"},
		{"policy what-if DIR/pack.yaml --division 990101", "xinju policy what-if DIR/pack.yaml --division 990101000000 --indicator HED01 --date 2026-06-30 --people"},
		{"policy what-if DIR/pack.yaml --division 990101 --indicator HED01 --everyone", someone},
		{"policy what-if DIR/pack.yaml --division 990101 --indicator HED01 --list old-covered", someone},
		{"forecast --division 990101 --item HED01,R-3M --from 2026-06-30 --days 7", "xinju forecast --division 990101000000 --item HED01 --from 2026-06-30 --days 7 --kind enters --list"},
		{"league --division 990101 --indicator EHR03", "xinju league --division 990101000000 --indicator EHR03 --date 2026-05-31"},
		{"report list", "xinju report show 01REPORT"},
		{"report show 01REPORT", "SHA-256 abcd"},
		{"report freeze --division 990101 --by township", "01REPORT"},
		{"report members 01REPORT --division 990101 --indicator EHR03", someone},
		{"report terms 01REPORT --division 990101 --indicator BASE", "xinju report members 01REPORT --division 990101000000 --indicator FLOAT --date 2025-12-31 --set eligible\n"},
		{"report terms 01REPORT --division 990101 --indicator BASE", "xinju report terms 01REPORT --division 990101000000 --indicator SHARE --date 2026-06-30\n"},
		{"report terms 01REPORT --division 990101 --indicator BASE", "统计年报"},
		{"report compare 01REPORT --numbers", "xinju report compare 01REPORT --with 01TODAY --division 990101000000 --indicator BASE --now\n"},
		{"report compare 01REPORT --division 990101 --indicator BASE --then", "xinju report members 01REPORT --division 990101000000 --indicator FLOAT"},
		{"report compare 01REPORT --division 990101 --indicator BASE --now", "xinju report members 01TODAY --division 990101000000 --indicator FLOAT"},
		{"report sign 01REPORT --role 审核人 --name 乙", "01REPORT"},
		{"report compare 01REPORT", "事实 7 DOSE1 版本 0 → 1 新增 recorded"},
		{"report compare 01REPORT --numbers", "xinju report compare 01REPORT --with 01TODAY --division 990101000000 --indicator IMM03\n"},
		{"report template list", "builtin-self-form"},
	} {
		for _, format := range []string{"table", "csv", "json"} {
			line := strings.ReplaceAll(c.line, "DIR", dir)
			code, out, errs := typed(t, Programs{}, "", nil, append(strings.Fields(line), "-o", format, "--run", run)...)
			switch {
			case code != 0 || out == "" || strings.Contains(errs, "rror"):
				t.Errorf("%s -o %s: exit code %d, %q, stderr %s", line, format, code, out, errs)
			case format == "json" && !json.Valid([]byte(out)):
				t.Errorf("%s: not JSON: %s", line, out)
			case format == "table" && !strings.Contains(out+errs, strings.ReplaceAll(c.says, "DIR", dir)):
				t.Errorf("%s: it does not say %q: %s%s", line, c.says, out, errs)
			case format == "csv" && !strings.Contains(strings.SplitN(out, "\n", 2)[0], ","):
				t.Errorf("%s: not CSV: %s", line, out)
			case format != "table" && (strings.Contains(out, "名单") || strings.Contains(out, "截至")):
				t.Errorf("%s -o %s: a note is among the data: %s", line, format, out)
			}
		}
	}
	for _, c := range []struct{ line, out string }{
		{"figures load DIR/figures.csv --by 王", "新增 created 1 · 替换 replaced 0 · 不变 unchanged 0\n"},
		{"figures delete --figure registered_population --division 990101 --year 2025", ""},
		{"policy load DIR/pack.yaml --dry-run", "可以加载 can be loaded: xiangan-2018 v1（运行用例 cases run: 2）\n"},
		{"policy load DIR/pack.yaml", "已启用 in use: xiangan-2018 v1\n"},
		{"policy load DIR/pack.yaml --no-wait", "已启动 begun: op\n"},
		{"policy retire lessons", "已停用加载的版本 the loaded version is out of use: lessons\n"},
		{"policy versions lessons --show 2", "id: x\n"},
		{"report verify 01REPORT", "一致 intact abcd\n"},
		{"report render 01REPORT --form self-form --format csv", "indicator,value\n"},
		{"report export 01REPORT --format adx --threshold 7", "REPORT_01REPORT EXPORT_FORMAT_ADX 7"},
		{"report template get ours", "PK-ours"},
		{"report template delete ours --etag 2", ""},
	} {
		code, out, errs := typed(t, Programs{}, "", nil, append(strings.Fields(strings.ReplaceAll(c.line, "DIR", dir)), "--run", run)...)
		if code != 0 || out != c.out {
			t.Errorf("%s: exit code %d, %q, stderr %s", c.line, code, out, errs)
		}
	}
}

// TestAnswersThatFailHaveTheirExitCode and say so on stderr alone.
func TestAnswersThatFailHaveTheirExitCode(t *testing.T) {
	f := &answering{broken: true}
	run := f.begin(t)
	for _, c := range []struct {
		line string
		code outcome.Code
		says string
	}{
		{"chase list --division 990199 --indicator HED01", outcome.BadInput, "区划"},
		{"chase assign --division 990101 --indicator HED01 --to 甲 --resident " + someone + " --first 2", outcome.BadInput, "--resident"},
		{"chase assign --division 990101 --indicator MAT03 --to 甲 --event E1", outcome.BadInput, "--event"},
		{"chase outcome " + someone + " gone --indicator HED01", outcome.BadInput, "must be one of"},
		{"forecast --division 990101 --item HED01 --limit -1", outcome.BadInput, "--limit"},
		{"league --indicator EHR03", outcome.BadInput, "--division"},
		{"figures load /none.csv", outcome.BadInput, "/none.csv"},
		{"figures delete --figure x --division 990101", outcome.BadInput, "--year"},
		{"policy load /none.yaml", outcome.BadInput, "/none.yaml"},
		{"report freeze --division 990101", outcome.Failed, "无法生成"},
		{"report verify 01REPORT", outcome.Failed, "dcba"},
	} {
		code, out, errs := typed(t, Programs{}, "", nil, append(strings.Fields(c.line), "--run", run)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, want %d; %q, stderr %s", c.line, code, c.code, out, errs)
		}
	}
}

// TestAnswersAreAskedForAsTyped: what goes to the service is what was typed.
func TestAnswersAreAskedForAsTyped(t *testing.T) {
	f := &answering{}
	run := f.begin(t)
	ask := func(line string) string {
		t.Helper()
		code, out, errs := typed(t, Programs{}, "", nil, append(strings.Fields(line), "--run", run)...)
		if code != 0 {
			t.Fatalf("%s: %s", line, errs)
		}
		return out
	}
	ask("chase assign --division 990101 --indicator MAT03 --to 甲 --resident " + someone + " --event P1,P2")
	if got := f.assigned.GetEntries(); len(got) != 2 || got[0].GetEventId() != "P1" || got[1].GetEventId() != "P2" || got[1].GetResidentId() != someone {
		t.Errorf("two events of a person: %v", got)
	}
	ask("chase assign --division 990101 --indicator HED01 --to 甲 --by 乙 --due 2026-07-10 --resident " + someone)
	if got := f.assigned.GetEntries(); len(got) != 1 || got[0].GetEventId() != "" {
		t.Errorf("a person: %v", got)
	}
	ask("chase outcome " + someone + " wrong-information --indicator HED01 --remark 电话停机")
	ask("forecast --division 990101 --item HED01,R-3M --from 2026-06-30 --days 7 --list --kind becomes-uncovered --limit 5")
	figures, book := filepath.Join(t.TempDir(), "f.csv"), filepath.Join(t.TempDir(), "t.xlsx")
	for file, text := range map[string]string{figures: "数据项,区划代码,时点,数值,数据来源\nstaff,990101,2025年12月31日,12.5,年报\n", book: "PK-mine"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ask("figures load " + figures + " --by 王 --request again")
	if out := ask("report template put ours " + book + " --form bulletin --name 通报 --etag 2"); !json.Valid([]byte(out)) {
		t.Errorf("the template as stored: %s", out)
	}
	ask("report template delete ours --etag 3")
	lines := strings.Split(strings.TrimSpace(ask("watch eligibility --division 990101 --item HED01 --token t --once")), "\n")
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.assigned; r.GetDivision() != county || r.GetAssignedTo() != "甲" || r.GetAssignedBy() != "乙" || r.GetDueDate().GetDay() != 10 || len(r.GetEntries()) != 1 || r.GetFilter() != nil {
		t.Errorf("assigned: %v", r)
	}
	if r := f.noted; r.GetEtag() != "3" || r.GetOutcome() != aggregatorv1.ChaseOutcome_CHASE_OUTCOME_WRONG_INFORMATION || r.GetRemark() != "电话停机" {
		t.Errorf("noted on the version that was read: %v", r)
	}
	if r := f.asked; r.GetDivision() != county || r.GetDays() != 7 || r.GetFromDate().GetMonth() != 6 || r.GetKind() != aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_UNCOVERED || r.GetPageSize() != 5 {
		t.Errorf("forecast: %v", r)
	}
	if r := f.loaded; r.GetRecordedBy() != "王" || r.GetRequestId() != "again" || len(r.GetFigures()) != 1 || r.GetFigures()[0].GetAsOfDate().GetDay() != 31 || r.GetFigures()[0].GetValue() != "12.5" || r.GetFigures()[0].GetDivision() != county {
		t.Errorf("loaded: %v", r)
	}
	if r := f.template; r.GetForm() != aggregatorv1.ReportForm_REPORT_FORM_BULLETIN || r.GetEtag() != "2" || string(r.GetWorkbook()) != "PK-mine" || f.dropped.GetEtag() != "3" {
		t.Errorf("template: %v, deleted %v", r, f.dropped)
	}
	if r := f.watched; r.GetDivision() != county || r.GetResumeToken() != "t" || len(r.GetItemIds()) != 1 {
		t.Errorf("watched: %v", r)
	}
	if len(lines) != 2 || !json.Valid([]byte(lines[0])) || !strings.Contains(lines[1], "caughtUp") {
		t.Errorf("one object a line until all is told: %v", lines)
	}
}
