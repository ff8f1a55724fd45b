package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

// One golden file per command: exit code, stdout, stderr.
func TestCommandsAnswerAsTheyDid(t *testing.T) {
	f := &fake{refused: 2, members: 2}
	run := f.start(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"feed.csv": "hello,world", "pack.yaml": "pack: x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, in, line string
		code           outcome.Code
	}{
		{"coverage-show", "", "coverage show --division 990101 --by township --date 2026-06-30", 0},
		{"coverage-show-json", "", "coverage show --division 990101000000 --all -o json", 0},
		{"coverage-show-csv", "", "coverage show --division 990101000000 -o csv", 0},
		{"coverage-show-unknown-division", "", "coverage show --division 990199", 2},
		{"coverage-trend", "", "coverage trend --division 990101 --indicator IMM03 --from 2026-05 --until 2026-06", 0},
		{"uncovered-list", "", "uncovered list --division 990101 --indicator IMM03 --date 2026-06-30", 0},
		{"uncovered-list-full-csv", "", "uncovered list --division 990101 --indicator IMM03 --full -o csv", 0},
		{"resident-get", "", "resident get " + someone, 0},
		{"resident-get-json", "", "resident get -o json " + someone, 0},
		{"resident-get-csv", "", "resident get -o csv " + someone, 0},
		{"resident-get-full-by-document", number + "\n", "resident get --document-stdin --full", 0},
		{"resident-get-unknown", "", "resident get " + other, 5},
		{"resident-get-unknown-document", "X\n", "resident get --document-stdin", 5},
		{"resident-get-damaged-document", damaged + "\n", "resident get --document-stdin", 2},
		{"resident-get-nobody-named", "", "resident get", 2},
		{"resident-explain", "", "resident explain " + someone + " --date 2026-06-30", 0},
		{"resident-explain-csv", "", "resident explain " + someone + " -o csv", 0},
		{"feed-import", "", "feed import DIR/feed.csv --sender ga-990101", 4},
		{"feed-import-no-wait", "", "feed import DIR/feed.csv --sender ga-990101 --no-wait", 0},
		{"feed-import-csv", "", "feed import DIR/feed.csv --sender ga-990101 -o csv", 4},
		{"feed-import-refused", "", "feed import DIR/feed.csv --sender nobody", 2},
		{"feed-import-no-file", "", "feed import DIR/none.csv --sender ga-990101", 2},
		{"feed-status", "", "feed status", 0},
		{"feed-status-running", "", "feed status " + batchID, 0},
		{"feed-status-wait-csv", "", "feed status " + batchID + " --wait -o csv", 4},
		{"feed-rows", "", "feed rows " + batchID + " --outcome refused", 0},
		{"policy-list", "", "policy list", 0},
		{"policy-show", "", "policy show xiangan-2018", 0},
		{"policy-show-source", "", "policy show xiangan-2018 --source", 0},
		{"policy-validate", "", "policy validate --running DIR/pack.yaml", 0},
		{"following", "", "following", 0},
		{"rebuild", "", "rebuild", 0},
		{"rebuild-no-wait", "", "rebuild --no-wait", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append(strings.Fields(strings.ReplaceAll(c.line, "DIR", dir)), "--run", run)
			code, out, errs := typed(t, Programs{}, c.in, nil, args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if strings.Contains(out+errs, number) {
				t.Error("an identity number was printed")
			}
			golden(t, "testdata/"+c.name+".txt", strings.ReplaceAll("$ xinju "+c.line+"\n"+out+"--- stderr\n"+errs, dir, "DIR"))
		})
	}
}

func TestCommandsAskForWhatWasTyped(t *testing.T) {
	f := &fake{members: 2500, known: true}
	run := f.start(t)
	if code, _, errs := typed(t, Programs{}, "", nil, "coverage", "show", "--division", "990101", "--by", "village", "--date", "2026-06-30", "--indicator", "A,B", "--run", run); code != 0 {
		t.Fatal(errs)
	}
	want := &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, GroupLevel: 5, IndicatorIds: []string{"A", "B"}, AsOfDate: ymd(2026, 6, 30)}
	if diff := cmp.Diff(want.String(), f.coverage.String()); diff != "" {
		t.Error(diff)
	}
	code, out, _ := typed(t, Programs{}, "", nil, "uncovered", "list", "--division", "990101", "--indicator", "A", "--limit", "1200", "-o", "csv", "--run", run)
	if rows := strings.Count(out, "\n") - 1; code != 0 || rows != 1200 || !cmp.Equal(f.pages, []int32{1000, 200}) {
		t.Errorf("%d rows in pages of %v", rows, f.pages)
	}
	f.pages = nil
	_, out, _ = typed(t, Programs{}, "", nil, "uncovered", "list", "--division", "990101", "--indicator", "A", "--limit", "0", "-o", "csv", "--run", run)
	if rows := strings.Count(out, "\n") - 1; rows != 2500 {
		t.Errorf("--limit 0 gave %d rows", rows)
	}
	big := strings.Repeat("行", chunk)
	code, _, errs := typed(t, Programs{}, big, nil, "feed", "import", "-", "--sender", "ga-990101", "--encoding", "UTF-8", "--validate-only=false", "--run", run)
	if code != 0 || string(f.file) != big || f.header.GetEncoding() != "UTF-8" || f.header.GetFileName() != "" {
		t.Errorf("code %d, %d bytes, header %v", code, len(f.file), f.header)
	}
	if !strings.Contains(errs, "此前已导入") || !strings.HasPrefix(errs, "发送 sending\n") {
		t.Errorf("stderr: %s", errs)
	}
}

func TestWhatIsWrongHasItsExitCode(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // nobody's suite is there
	f := &fake{alarm: "EPOCH_CHANGED", problems: []*aggregatorv1.PackProblem{{Line: 3, Path: "indicators[0]", Text: "没有这个谓词 no such predicate"}}}
	run := f.start(t)
	file := filepath.Join(t.TempDir(), "pack.yaml")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	gone := runFile(t, "127.0.0.1:1", "x")
	denied := runFile(t, addressOf(t, run), "another-token")
	for _, c := range []struct {
		name string
		line string
		code outcome.Code
		says string
	}{
		{"a command that does not exist", "covrage show", 2, "命令用法不对"},
		{"a flag that is missing", "coverage trend --run " + run, 2, "xinju coverage trend --help"},
		{"neither a division nor a unit", "coverage show --run " + run, 2, "--division 或 --unit"},
		{"a run file that is not there", "policy list --run " + run + ".none", 3, "没有这个运行文件"},
		{"a format that does not exist", "policy list -o xml --run " + run, 2, "must be one of"},
		{"a day that does not exist", "coverage show --division 990101 --date 2026-02-30 --run " + run, 2, "日期要写成 2026-06-30"},
		{"a month that does not exist", "coverage trend --division 990101 --indicator A --from 2026-13 --until 2026-06 --run " + run, 2, "月份要写成"},
		{"a division that is not digits", "coverage show --division 99010 --run " + run, 2, "区划代码为 12 位数字"},
		{"a limit below zero", "uncovered list --division 990101 --indicator A --limit=-1 --run " + run, 2, "--limit"},
		{"both an identifier and a document", "resident get X --document-stdin --run " + run, 2, "二者取一"},
		{"no number on stdin", "resident get --document-stdin --run " + run, 2, "标准输入中没有"},
		{"a document's number where an identifier belongs", "resident get " + number + " --run " + run, 2, "--document-stdin"},
		{"a document's number where nothing belongs", "resident " + number, 2, "***"},
		{"no suite", "policy list", 3, "没有找到正在运行的新居"},
		{"a suite that is gone", "policy list --run " + gone, 3, "服务连不上"},
		{"another token", "policy list --run " + denied, 6, "错误"},
		{"a pack with problems", "policy validate --running " + file + " --run " + run, 2, "政策包有 1 处问题"},
		{"a feed that is no longer followed", "following --run " + run, 7, "已停止跟进 registry"},
		{"a batch that is watched to its good end", "feed status X --wait --run " + run, 0, ""},
		{"wait without a batch", "feed status --wait --run " + run, 2, "--wait 需要批次编号"},
		{"no database is named", "migrate status --service registry", 2, "--service 与 --dsn"},
		{"a service that does not exist", "migrate status --service x --dsn sqlite:y", 2, "must be one of"},
		{"a county without people", "demo --residents 0", 2, "--residents"},
		{"serving nothing", "serve", 2, "请用 --data DIR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := typed(t, Programs{}, "", nil, strings.Fields(c.line)...)
			if code != c.code || !strings.Contains(errs, c.says) || strings.Contains(errs, number) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, c.code, errs)
			}
		})
	}
}

func TestRefusedRowsGoToAFileAndNotToATerminal(t *testing.T) {
	run := (&fake{}).start(t)
	want := "\xca\xc2,x\r\n"
	if code, out, errs := typed(t, Programs{}, "", nil, "feed", "rejects", batchID, "--run", run); code != 0 || out != want {
		t.Errorf("code %d, %q, %s", code, out, errs)
	}
	file := filepath.Join(t.TempDir(), "rejects.csv")
	if code, out, _ := typed(t, Programs{}, "", nil, "feed", "rejects", batchID, "--to", file, "--run", run); code != 0 || out != "" {
		t.Errorf("code %d, %q", code, out)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if code, _, errs := typed(t, Programs{}, "", nil, "feed", "rejects", batchID, "--to", file, "--run", run); code != 1 || !strings.Contains(errs, "不覆盖") {
		t.Errorf("an existing file: code %d, %s", code, errs)
	}
	var out, errs bytes.Buffer
	if code := Run(t.Context(), []string{"feed", "rejects", batchID, "--run", run}, Streams{Out: &out, Err: &errs, OutIsTerminal: true}, Programs{}); code != 2 || out.Len() > 0 {
		t.Errorf("on a terminal: code %d, %q", code, out.String())
	}
}

func TestAnImportOutOfSightGoesOn(t *testing.T) {
	run := (&fake{stops: true}).start(t)
	code, out, errs := typed(t, Programs{}, "a,b", nil, "feed", "import", "-", "--sender", "ga-990101", "--run", run)
	if code != outcome.Unreachable || out != "" || !strings.Contains(errs, "导入会继续") || !strings.Contains(errs, "xinju feed status "+batchID+" --wait") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
}
