package cli

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/intake"
)

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tree lists the files below a folder.
func tree(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func watchOnce(t *testing.T, f *fake, dir, sender string) (outcome.Code, string) {
	t.Helper()
	code, _, errs := typed(t, Programs{}, "", nil, "feed", "watch", dir, "--run", f.start(t), "--sender", sender, "--once", "--every", "1ms", "--stable", "2")
	return code, errs
}

func TestWatchedFilesMoveToDoneWithTheirReceipts(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"june.csv": "a,b\n1,2\n", "half.csv.part": "a", ".hidden": "a", "done.csv.receipt": "x"})
	f := &fake{}
	if code, errs := watchOnce(t, f, dir, "ga-990101"); code != 0 {
		t.Fatal(code, errs)
	}
	want := []string{".hidden", "done.csv.receipt", "done/june.csv", "done/june.csv.receipt", "half.csv.part"}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
	if f.header.GetSender() != "ga-990101" || f.header.GetFileName() != "june.csv" || string(f.file) != "a,b\n1,2\n" {
		t.Errorf("%v %q", f.header, f.file)
	}
	// A second file of the same name covers nothing.
	put(t, dir, map[string]string{"june.csv": "a,b\n3,4\n"})
	if code, errs := watchOnce(t, &fake{}, dir, "ga-990101"); code != 0 {
		t.Fatal(code, errs)
	}
	if got := tree(t, dir); !slices.Contains(got, "done/"+batchID+"-june.csv") || !slices.Contains(got, "done/june.csv") {
		t.Error(got)
	}
}

func TestWatchedFilesWithRefusedRowsMoveToRefusedWithTheRows(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"june.csv": "a,b\n1,2\n"})
	if code, errs := watchOnce(t, &fake{refused: 2}, dir, "ga-990101"); code != 0 {
		t.Fatal(code, errs)
	}
	if diff := cmp.Diff([]string{"refused/june.csv", "refused/june.csv.receipt", "refused/june.csv.rejects.csv"}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
	put(t, dir, map[string]string{"bad.csv": "a"})
	if code, errs := watchOnce(t, &fake{}, dir, "nobody"); code != 0 {
		t.Fatal(code, errs)
	}
	got := tree(t, dir)
	if !slices.Contains(got, "refused/bad.csv") || !slices.Contains(got, "refused/bad.csv.reason.txt") {
		t.Error(got)
	}
}

func TestAManifestLetsAFileBeTakenAtOnceAndTravelsWithIt(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"june.csv": "a,b\n1,2\n\n3,4\n", "key": strings.Repeat("ab", 32)})
	code, text, errs := typed(t, Programs{}, "", nil, "feed", "manifest", filepath.Join(dir, "june.csv"), "--sender", "ga-990101", "--sequence", "6", "--sign-key", filepath.Join(dir, "key"))
	if code != 0 {
		t.Fatal(errs)
	}
	m, err := intake.ParseManifest([]byte(text))
	if err != nil || m.RowCount != 2 || m.Sequence != 6 || len(m.Signature) != 64 {
		t.Fatal(m, err)
	}
	if err := os.Remove(filepath.Join(dir, "key")); err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"june.csv.manifest": text})
	f := &fake{}
	code, _, errs = typed(t, Programs{}, "", nil, "feed", "watch", dir, "--run", f.start(t), "--sender", "ga-990101", "--once", "--every", "1ms", "--stable", "1000000")
	if code != 0 || f.header.GetManifest().GetSequence() != 6 || !bytes.Equal(f.header.GetManifest().GetSignature(), m.Signature) {
		t.Fatal(code, errs, f.header)
	}
	if diff := cmp.Diff([]string{"done/june.csv", "done/june.csv.manifest", "done/june.csv.receipt"}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatGrowsIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	w := &folder{feedWatch: feedWatch{Dir: dir, Stable: 2}, seen: map[string]sight{}}
	look := func() bool {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return w.whole(entries[0])
	}
	text := ""
	for range 5 {
		text += "more\n"
		put(t, dir, map[string]string{"june.csv": text})
		if look() {
			t.Fatal("taken while it grows")
		}
	}
	if look() || !look() {
		t.Error("not taken after two looks without a change")
	}
}

func TestWatchingEndsCleanlyWhenToldTo(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	var o, e bytes.Buffer
	run := (&fake{}).start(t)
	code := Run(ctx, []string{"feed", "watch", dir, "--run", run, "--sender", "ga-990101", "--every", "1ms"}, Streams{Out: &o, Err: &e}, Programs{})
	if code != 0 {
		t.Error(code, e.String())
	}
}

func TestReceiptsAreCheckedOffline(t *testing.T) {
	dir := t.TempDir()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	at := time.Date(2025, 6, 30, 4, 0, 0, 0, time.UTC)
	first := intake.NewReceipt(intake.Batch{ID: batchID, Sender: "ga", Digest: strings.Repeat("a", 64), Received: at, State: intake.Succeeded, Ended: at}).Sign(key)
	second := intake.NewReceipt(intake.Batch{ID: batchID, Sender: "ga", Digest: strings.Repeat("b", 64), Received: at, Previous: first.Hash()}).Sign(key)
	third := intake.NewReceipt(intake.Batch{ID: batchID, Sender: "ga", Digest: strings.Repeat("c", 64), Received: at, Previous: second.Hash()}).Sign(key)
	put(t, dir, map[string]string{"1": string(first.Text()), "2": string(second.Text()), "3": string(third.Text()), "4": strings.Replace(string(first.Text()), "a", "b", 1)})
	for line, want := range map[string]outcome.Code{
		"1": 0, "1 2": 0, "1 2 3": 0, "1 3": 2, "2 1": 2, "4": 2,
		"1 --key " + hex.EncodeToString(key.Public().(ed25519.PublicKey)): 0,
		"1 --key " + strings.Repeat("00", 32):                             2,
		"1 --key xx":                                                      2,
	} {
		args := []string{"feed", "verify-receipt"}
		for _, w := range strings.Fields(line) {
			if len(w) == 1 {
				w = filepath.Join(dir, w)
			}
			args = append(args, w)
		}
		if code, _, errs := typed(t, Programs{}, "", nil, args...); code != want {
			t.Errorf("%s: code %d: %s", line, code, errs)
		}
	}
}
