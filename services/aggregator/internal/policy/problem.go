package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
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

var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlProblem makes a problem of a decoder's error.
func yamlProblem(file string, err error) Problem {
	line := 0
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1]) // digits by the pattern; 0 when too many
	}
	return Problem{File: file, Line: line, Text: Text{"不是有效的政策包文件：" + err.Error(), "not a valid pack file: " + err.Error()}}
}
