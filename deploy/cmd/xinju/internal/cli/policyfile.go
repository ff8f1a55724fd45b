package cli

import (
	"io"
	"os"
	"slices"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/aggregator"
)

// maxPack is what the aggregator takes.
const maxPack = 1 << 20

// readPack reads a pack's file.
func readPack(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close() //nolint:errcheck // only read
	source, err := io.ReadAll(io.LimitReader(f, maxPack+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case len(source) > maxPack:
		return nil, outcome.Usage("政策包文件超过 1 MiB："+name, name+": the file is larger than 1 MiB")
	}
	return source, nil
}

// packSource is the file of a pack: a built-in one by its id, or a file.
func packSource(name string) ([]byte, error) {
	if slices.Contains(aggregator.BuiltInPacks(), name) {
		p, _ := aggregator.BuiltInPack(name)
		return p.Source, nil
	}
	return readPack(name)
}

// checkPacks checks packs by id or file; all of them are seen by each.
func checkPacks(names []string) ([]aggregator.PackReport, error) {
	sources := make([][]byte, len(names))
	for i, name := range names {
		s, err := packSource(name)
		if err != nil {
			return nil, err
		}
		sources[i] = s
	}
	out := make([]aggregator.PackReport, len(names))
	for i, s := range sources {
		r, err := aggregator.CheckPack(s, slices.Concat(sources[:i], sources[i+1:])...)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

// compiled is the pack of a name; it fails when the file is wrong in more than
// its cases.
func compiled(name string) (*aggregator.Pack, error) {
	reports, err := checkPacks([]string{name})
	if err != nil {
		return nil, err
	}
	if reports[0].Pack == nil {
		return nil, notCompiled(name)
	}
	return reports[0].Pack, nil
}

func notCompiled(name string) error {
	return outcome.Usage("政策包有问题，请先运行 xinju policy validate "+name, "the pack does not compile; run xinju policy validate "+name)
}

// bothOf is a text for people in both languages, nil when there is none.
func bothOf(t aggregator.PackText) any {
	if t.Chinese == "" {
		return orNil(t.English)
	}
	if t.English == "" || t.English == t.Chinese {
		return t.Chinese
	}
	return t.Chinese + " " + t.English
}
