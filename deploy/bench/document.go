package main

import (
	_ "embed" // document.md
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"xinju.dev/deploy/bench/internal/figures"
)

// howToRead goes before the figures.
//
//go:embed document.md
var howToRead string

var errNoResults = errors.New("还没有结果，请先运行 make bench（no results are kept: run make bench first）")

// writeDocument prints docs/benchmarks.md from the results that runs have kept.
func writeDocument(w io.Writer, folder string) error {
	var out strings.Builder
	out.WriteString(howToRead)
	found := false
	for _, s := range sections {
		results, err := readResults(folder, s.letter)
		if err != nil {
			return err
		}
		if len(results) == 0 {
			continue
		}
		found = true
		fmt.Fprintf(&out, "\n### (%s) %s\n", s.letter, s.title)
		for _, r := range results {
			out.WriteString("\n" + r.Machine.String() + "\n\n")
			if err := figures.WriteMarkdown(&out, r.Comparisons); err != nil {
				return err
			}
		}
	}
	if !found {
		return errNoResults
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// readResults returns what is kept of a section, by size.
func readResults(folder, letter string) ([]result, error) {
	names, err := filepath.Glob(filepath.Join(folder, "results", letter+"-*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names) // the size is padded with zeros
	var out []result
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var r result
		if err := json.Unmarshal(raw, &r); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, r)
	}
	return out, nil
}
