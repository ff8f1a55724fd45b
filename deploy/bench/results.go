package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"xinju.dev/deploy/bench/internal/figures"
)

// result is one section of one run, as kept for the document.
type result struct {
	Machine     machine              `json:"machine"`
	Residents   int                  `json:"residents"`
	Comparisons []figures.Comparison `json:"comparisons"`
}

// keep stores the results of a section by size; a later run replaces them.
func (b *bench) keep(letter string, list []figures.Comparison) error {
	bySize := map[int][]figures.Comparison{}
	for _, c := range list {
		bySize[c.Residents] = append(bySize[c.Residents], c)
	}
	for n, part := range bySize {
		raw, err := json.MarshalIndent(result{b.machine, n, part}, "", "  ")
		if err != nil {
			return err
		}
		name := filepath.Join(b.folder, "results", fmt.Sprintf("%s-%08d.json", letter, n))
		if err := writeFile(name, append(raw, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, m machine, list []figures.Comparison) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Machine     machine              `json:"machine"`
		Comparisons []figures.Comparison `json:"comparisons"`
	}{m, list})
}
