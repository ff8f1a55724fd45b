package figures

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteMarkdown prints comparisons as a table, checks and notes below it.
func WriteMarkdown(w io.Writer, list []Comparison) error {
	var out strings.Builder
	line := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(heads[1:])
	line(slices.Repeat([]string{"---"}, len(heads)-1))
	for _, c := range list {
		for _, row := range c.cells() {
			line(row[1:])
		}
	}
	for _, c := range list {
		var said []string
		for _, text := range []string{c.Checked, c.Note} {
			if text != "" {
				said = append(said, text)
			}
		}
		if len(said) > 0 {
			fmt.Fprintf(&out, "\n- %s: %s.", c.Case, strings.Join(said, ". "))
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(out.String(), "\n")+"\n")
	return err
}
