// Package tutorial_test types what the tutorials in docs say, word by word, into
// a shell in an empty folder.
package tutorial_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// block is one run of commands of a page.
type block struct {
	line     int
	commands string
	exit     int  // that its last command ends with
	serves   bool // starts the suite in the background
}

// blocks reads the parts of a page that begin with ```sh. Behind it may stand
// "serve", or "exit N" when the last command does not end with 0.
func blocks(t *testing.T, page string) (out []block) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for n, line := range strings.Split(string(text), "\n") {
		switch {
		case inside && line == "```":
			inside = false
		case inside:
			out[len(out)-1].commands += line + "\n"
		case strings.HasPrefix(line, "```sh"):
			b := block{line: n + 1}
			switch words := strings.Fields(line)[1:]; {
			case len(words) == 0:
			case words[0] == "serve":
				b.serves = true
			case words[0] == "exit" && len(words) == 2:
				if b.exit, err = strconv.Atoi(words[1]); err != nil {
					t.Fatalf("line %d: %v", b.line, err)
				}
			default:
				t.Fatalf("line %d: %q is not understood", b.line, line)
			}
			inside, out = true, append(out, b)
		}
	}
	return out
}

// script makes one shell program of all blocks: variables of one live on in the
// next. Each block runs with -e but for its last command where another exit code
// is expected; the suite is waited for and stopped at the end.
func script(list []block) string {
	var s strings.Builder
	s.WriteString("set -u\ntrap 'status=$?; [ -n \"${suite:-}\" ] && kill -INT \"$suite\" && wait \"$suite\"; exit $status' EXIT\n")
	for _, b := range list {
		fmt.Fprintf(&s, "echo '## line %d'\n", b.line)
		switch {
		case b.serves:
			s.WriteString(b.commands + "suite=$!\n" + waitForSuite)
		case b.exit != 0:
			fmt.Fprintf(&s, "set +e\n%scode=$?\nset -e\n[ $code = %d ] || { echo \"line %d: exit code $code instead of %d\"; exit 1; }\n", b.commands, b.exit, b.line, b.exit)
		default:
			fmt.Fprintf(&s, "set -e -o pipefail\n%s", b.commands)
		}
	}
	s.WriteString("echo '## end'\n")
	return s.String()
}

// waitForSuite waits until the run file is there, or the suite has ended.
const waitForSuite = `while ! [ -s "$XINJU_RUN" ]; do kill -0 "$suite" 2>/dev/null || { echo 'the suite ended'; exit 1; }; sleep 0.05; done
`

func xinju(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	cmd := exec.Command("go", "build", "-o", folder, "xinju.dev/deploy/cmd/xinju")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

// typed runs a page in an empty folder and returns what it printed.
func typed(t *testing.T, page string) string {
	t.Helper()
	programs, home := xinju(t), t.TempDir()
	work := filepath.Join(home, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script(blocks(t, page)))
	cmd.Dir, cmd.WaitDelay = work, 10*time.Second
	cmd.Env = []string{"PATH=" + programs + ":" + os.Getenv("PATH"), "HOME=" + home, "LANG=C.UTF-8", "XINJU_RUN=" + filepath.Join(home, "run.json")}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v:\n%s", err, said.String())
	}
	if !strings.Contains(said.String(), "## end") {
		t.Fatalf("the page was not typed to its end:\n%s", said.String())
	}
	return said.String()
}

func TestASenderGetsFromAnEmptyFolderToAnAcceptedBatch(t *testing.T) {
	said := typed(t, "../../docs/sending.md")
	for _, want := range []string{"GB18030", "DATE_IMPOSSIBLE", "NUMBER_CHECK_DIGIT", "july.csv", "ga-350213", "clinic", "HepB", "doses-again.csv", "LIST_DOCUMENT_CHANGED", "名单新行", "已合并"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is nowhere in what was printed:\n%s", want, said)
		}
	}
}

func TestACountyGetsFromANoticeToAListOfNames(t *testing.T) {
	said := typed(t, "../../docs/new-county.md")
	for _, want := range []string{
		"did you mean floating_resident", "is must be male or female", // the two mistakes, explained
		"completed on 2026-04-10", "失败 failed: 0", // the case
		"满20岁、未满50岁", "≥ 75 %（2026-12-31前）", // words and differences
		"33.33%", "已启用 in use: yunling-2026 v1", "50.00%", // what-if, load, coverage
		"李*", "孙*", "eligible since 2026-01-01", "王*", // lists and the reason
		"差目标超过 5 个点", "becomes eligible", "reported done", // league, forecast, chase
		"eligible since 2026-06-01", "已启用 in use: yunling-2026 v2", "25.00%", // the amendment
		"已停用加载的版本", "政策包 pack national",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is nowhere in what was printed:\n%s", want, said)
		}
	}
}

// TestAPageThatGoesWrongIsNoticed: a test that cannot fail proves nothing.
func TestAPageThatGoesWrongIsNoticed(t *testing.T) {
	for name, b := range map[string]block{
		"a command fails":             {commands: "false\ntrue\n"},
		"a command of a pipe fails":   {commands: "false | cat\n"},
		"an expected failure is none": {commands: "true\n", exit: 4},
		"another exit code":           {commands: "(exit 3)\n", exit: 4},
		"a name that nobody set":      {commands: "echo \"$nobody\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := exec.CommandContext(t.Context(), "bash", "-c", script([]block{b})).Run(); err == nil {
				t.Error("nobody noticed")
			}
		})
	}
}
