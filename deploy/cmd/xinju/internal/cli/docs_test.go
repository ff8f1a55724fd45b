package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// written finds what may be a command line: after the program's name, or in code
// marks without it.
var (
	written = regexp.MustCompile("xinju ([a-z][^\n`|#)]*)")
	marked  = regexp.MustCompile("`([a-z][^\n`|#)]*)`")
)

// linesOf lists the command lines of a text.
func linesOf(text string) []string {
	var out []string
	for _, m := range append(written.FindAllStringSubmatch(text, -1), marked.FindAllStringSubmatch(text, -1)...) {
		out = append(out, strings.TrimPrefix(m[1], "xinju "))
	}
	return out
}

// unknown says what of a line cannot be typed; nothing when it is no command.
func unknown(model *kong.Node, line string) string {
	at, words := model, strings.Fields(line)
	for len(words) > 0 {
		i := 0
		for i < len(at.Children) && at.Children[i].Name != words[0] {
			i++
		}
		if i == len(at.Children) {
			break
		}
		at, words = at.Children[i], words[1:]
	}
	if at == model {
		return "" // prose
	}
	for _, word := range words {
		name, isFlag := strings.CutPrefix(word, "--")
		if !isFlag {
			if len(at.Children) > 0 && !strings.HasPrefix(word, "-") && isWord(word) {
				return word
			}
			continue
		}
		name, _, _ = strings.Cut(strings.TrimRight(name, "\\,.;；、。]"), "=")
		known := false // the one that asks for the program's version takes the place of every command
		for _, group := range at.AllFlags(false) {
			for _, f := range group {
				known = known || f.Name != "version" && (f.Name == name || "no-"+f.Name == name)
			}
		}
		if !known {
			return word
		}
	}
	return ""
}

// isWord says whether a word can only be meant as a command, not as a placeholder.
func isWord(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" }

// TestWhatIsWrittenCanBeTyped: every command and flag in the documents and in the
// help of other commands exists.
func TestWhatIsWrittenCanBeTyped(t *testing.T) {
	parser, err := newParser(&bytes.Buffer{}, &bytes.Buffer{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	root := "../../../../../"
	files, err := filepath.Glob(root + "docs/*.md")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	texts := map[string]string{}
	for _, file := range append(files, root+"README.md", root+"CONTRIBUTING.md", root+"CHANGELOG.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	for _, n := range parser.Model.Leaves(false) {
		texts["the help of "+n.FullPath()] = n.Detail
	}
	checked := 0
	for where, text := range texts {
		for _, line := range linesOf(text) {
			checked++
			if word := unknown(parser.Model.Node, line); word != "" {
				t.Errorf("%s: xinju %s: %s cannot be typed", where, line, word)
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d lines were found", checked)
	}
	for _, wrong := range []string{"policy versions x --version 2", "warnings --division 1 --severity red", "report thaw"} {
		if unknown(parser.Model.Node, wrong) == "" {
			t.Errorf("%s is taken for a command", wrong)
		}
	}
}
