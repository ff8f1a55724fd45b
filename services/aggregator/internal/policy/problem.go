package policy

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/civil"
)

// Problem is one thing wrong in a pack, or hardly meant.
type Problem struct {
	File string // file name, or the pack's id
	Line int    // from 1; 0 when it concerns the whole
	Path string // for example indicators[2].eligible.all[0].lived
	Text Text   // what is wrong and what to do
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %s: %s / %s", p.File, p.Line, p.Path, p.Text.Chinese, p.Text.English)
}

// Problems is everything wrong with a set of packs; it is an error when not empty.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

var (
	yamlLine    = regexp.MustCompile(`line (\d+)`)
	yamlUnknown = regexp.MustCompile(`^line \d+: field (.*) not found in type `)
	yamlKind    = regexp.MustCompile("^line \\d+: cannot unmarshal !!\\w+(?: `(.*)`)? into (\\S+)$")
)

// yamlProblems makes problems of a decoder's error, in the words of who writes packs.
func yamlProblems(file string, err error) Problems {
	switch {
	case errors.Is(err, errMonths):
		return Problems{{File: file, Text: Text{"年龄和时长写作数字加 m（月）或 y（岁、年），如 36m、7y", err.Error()}}}
	case errors.Is(err, civil.ErrDate):
		return Problems{{File: file, Text: Text{"不是日历上的日期，须形如 2026-09-30", "not a date of the calendar; write one like 2026-09-30"}}}
	}
	said := []string{err.Error()}
	if wrong, ok := errors.AsType[*yaml.TypeError](err); ok {
		said = wrong.Errors
	}
	out := make(Problems, len(said))
	for i, s := range said {
		out[i] = Problem{File: file, Text: yamlText(s)}
		if m := yamlLine.FindStringSubmatch(s); m != nil {
			out[i].Line, _ = strconv.Atoi(m[1]) // digits by the pattern; 0 when too many
		}
	}
	return out
}

func yamlText(said string) Text {
	if m := yamlUnknown.FindStringSubmatch(said); m != nil {
		return Text{
			"没有这个键：" + m[1] + "（如果是文字的一部分：含逗号或冒号的文字要加引号）",
			"there is no such key: " + m[1] + " (if it is part of a text: put a text with a comma or colon into quotes)",
		}
	}
	if m := yamlKind.FindStringSubmatch(said); m != nil {
		is, asked := cmp.Or(m[1], "列表或映射"), kindWords(m[2])
		return Text{is + "：这里须是" + asked.Chinese, cmp.Or(m[1], "a list or mapping") + ": must be " + asked.English}
	}
	return Text{"不是有效的政策包文件：" + said, "not a valid pack file: " + said}
}

// kindWords says what a Go type takes.
func kindWords(t string) Text {
	switch {
	case strings.HasPrefix(t, "int"):
		return Text{"整数", "a whole number"}
	case t == "bool":
		return Text{"true 或 false", "true or false"}
	case t == "string":
		return Text{"文字", "a text"}
	case strings.HasPrefix(t, "[]"):
		return Text{"列表 […]", "a list […]"}
	}
	return Text{"映射 {…}", "a mapping {…}"}
}
