package intake

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/codes.yaml
var codesYAML []byte

// codeLists is data/codes.yaml: per field, word or code → the stored code.
type codeLists [fieldCount]map[string]string

var codes = sync.OnceValues(func() (*codeLists, error) {
	raw := map[string]map[string][]string{}
	if err := yaml.NewDecoder(bytes.NewReader(codesYAML)).Decode(&raw); err != nil {
		return nil, fmt.Errorf("codes.yaml: %w", err)
	}
	lists := &codeLists{}
	for name, values := range raw {
		f := slices.Index(fieldNames[:], name)
		if f < 0 {
			return nil, fmt.Errorf("codes.yaml: field %q is not known", name)
		}
		lists[f] = map[string]string{}
		for code, words := range values {
			for _, w := range append(words, code) {
				if before, twice := lists[f][w]; twice && before != code {
					return nil, fmt.Errorf("codes.yaml: %s: %q stands twice", name, w)
				}
				lists[f][w] = code
				if field(f) == fEthnic {
					lists[f][w+"族"] = code
				}
			}
		}
	}
	return lists, nil
})

// find returns the code of a value of a field.
func (c *codeLists) find(f field, value string) (string, bool) {
	if code, ok := c[f][value]; ok {
		return code, true
	}
	value = strings.ToUpper(strings.ReplaceAll(value, " ", ""))
	if code, ok := c[f][value]; ok {
		return code, true
	}
	if f == fEthnic && len(value) == 1 {
		code, ok := c[f]["0"+value]
		return code, ok
	}
	if (f == fType || f == fReason || f == fSex) && len(value) == 2 && value[0] == '0' {
		code, ok := c[f][value[1:]]
		return code, ok
	}
	return "", false
}
