package aggregator

import (
	"xinju.dev/services/aggregator/internal/policy"
)

// What whoever writes packs needs of them without a running service. The types
// are read only.
type (
	// PackReport is what is to be said about a pack's file.
	PackReport = policy.Report
	// PackProblem is one thing wrong in a file, or hardly meant.
	PackProblem = policy.Problem
	// PackDifference is one item that two packs do not have alike.
	PackDifference = policy.Difference
	// PackItem is a rule or an indicator in words.
	PackItem = policy.Description
	// PackWords is a condition in words.
	PackWords = policy.Words
	// Pack is a compiled pack.
	Pack = policy.Pack
	// PackText is a text for people, Chinese first.
	PackText = policy.Text
)

// CheckPack compiles a pack's file in place of the built-in pack of its id and
// runs its cases. Further files, such as a pack that it extends, are compiled
// with it but not checked. It fails only when this program is broken.
func CheckPack(source []byte, beside ...[]byte) (PackReport, error) {
	packs, err := policy.Default()
	if err != nil {
		return PackReport{}, err
	}
	return packs.CheckWith(source, beside...), nil
}

// BuiltInPack finds a pack built into this program.
func BuiltInPack(id string) (*Pack, bool) {
	packs, err := policy.Default()
	if err != nil {
		return nil, false
	}
	return packs.Pack(id)
}

// BuiltInPacks returns the ids of the packs built into this program, sorted.
func BuiltInPacks() []string {
	packs, err := policy.Default()
	if err != nil {
		return nil
	}
	var out []string
	for _, p := range packs.Packs() {
		out = append(out, p.ID)
	}
	return out
}

// DiffPacks says what b adds, removes and changes against a.
func DiffPacks(a, b *Pack) []PackDifference { return policy.Diff(a, b) }

// PackSchema is the JSON Schema (2020-12) of a pack's file.
func PackSchema() ([]byte, error) { return policy.Schema() }
