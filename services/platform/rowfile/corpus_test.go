package rowfile

import (
	"io"
	"slices"
	"testing"
)

// Hostile is a file of the corpus as what stands on this package sees it.
type Hostile struct {
	Name string
	Data io.ReaderAt
	Size int64
	H    Hints
	File string   // the reason for which it is refused as a whole
	Rows []string // the reason of each row, "" where it is good
}

// HostileFiles is the whole corpus. Files without an end are cut to about most
// bytes, which is more than any bound that they are to run into.
func HostileFiles(t *testing.T, most int64) (out []Hostile) {
	t.Helper()
	for _, f := range slices.Concat(hostileLines(), hostileKinds(), hostileMarkup(), hostileWorkbooks(t)) {
		if r, ok := f.data.(repeated); ok && r.size > most {
			r.size = most/int64(len(r.fill))*int64(len(r.fill)) + int64(len(r.head)+len(r.tail))
			f.data, f.size = r, r.size
		}
		out = append(out, Hostile{Name: f.name, Data: f.data, Size: f.size, H: f.h, File: f.file, Rows: f.rows})
	}
	return out
}
