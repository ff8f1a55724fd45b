package programs

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xinju.dev/deploy/cmd/xinju/internal/settings"
)

// The demo shows every kind of answer by the commands that people type, and none
// of them fails.
func TestTheDemoShowsEveryAnswer(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	err := demonstrate(t.Context(), settings.Demo{
		Residents: 1200, Seed: 1, Today: today, Data: filepath.Join(dir, "data"), HTTP: "127.0.0.1:0", GRPCPort: -1,
		RunFile: filepath.Join(dir, "run.json"), Once: true,
	}, &out, io.Discard)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{
		"$ xinju feed status", "完成 succeeded", "$ xinju coverage show", "IMM03", "$ xinju resident explain", "$ xinju league", "$ xinju chase assign", "查无此人 not found", "变为未服务 becomes uncovered",
		"$ xinju report render", "自评表.xlsx（", "一致 intact", "$ xinju policy what-if", "政策包 pack demo-990101", "就绪",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not shown", want)
		}
	}
	if strings.Contains(out.String(), "ended with code") || t.Failed() {
		t.Errorf("the demo printed:\n%s", &out)
	}
	if form, err := os.ReadFile(filepath.Join(dir, "data", "自评表.xlsx")); err != nil || !bytes.HasPrefix(form, []byte("PK")) {
		t.Errorf("the form: %v", err)
	}
}
