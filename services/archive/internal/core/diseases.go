package core

import (
	"bytes"
	_ "embed" // diseases.yaml
	"fmt"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/civil"
)

//go:embed diseases.yaml
var diseaseFile []byte

// Disease is one notifiable disease with its classes over time.
type Disease struct {
	Code    string
	Name    string // Chinese
	Classes []ClassSpan
}

// ClassSpan is a class in force from From until Until, inclusive; None leaves it open.
type ClassSpan struct {
	From       civil.Date
	Until      civil.Date
	Class      string // A, B, C
	ManagedAsA bool   `yaml:"managed_as_a"`
}

// Diseases is the effective-dated list, by code. ErrDiseases says what is wrong
// with the embedded file, which only an edit of it can break; the service
// refuses to start then.
var Diseases, ErrDiseases = loadDiseases(diseaseFile)

// On returns the class on a day, "" when not notifiable then.
func (d Disease) On(day civil.Date) (class string, managedAsA bool) {
	for _, s := range d.Classes {
		if s.From <= day && (s.Until == civil.None || day <= s.Until) {
			return s.Class, s.ManagedAsA
		}
	}
	return "", false
}

func loadDiseases(file []byte) (map[string]Disease, error) {
	var list struct{ Diseases []Disease }
	dec := yaml.NewDecoder(bytes.NewReader(file))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("diseases.yaml: %w", err)
	}
	out := make(map[string]Disease, len(list.Diseases))
	for _, d := range list.Diseases {
		if _, twice := out[d.Code]; twice || len(d.Classes) == 0 {
			return nil, fmt.Errorf("diseases.yaml: %s is there twice or has no class", d.Code)
		}
		out[d.Code] = d
	}
	return out, nil
}
