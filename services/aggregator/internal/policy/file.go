package policy

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/civil"
)

// The shape of a pack file. Unknown keys are refused. Predicates stay raw nodes
// here: the compiler reads them, with their line numbers.

type packFile struct {
	ID           string           `yaml:"id"`
	Version      int              `yaml:"version"`
	Name         Text             `yaml:"name"`
	Jurisdiction string           `yaml:"jurisdiction"`
	Extends      string           `yaml:"extends"`
	From         civil.Date       `yaml:"valid_from"`
	Until        civil.Date       `yaml:"valid_to"` // inclusive
	Notes        Text             `yaml:"notes"`
	Definitions  []definitionItem `yaml:"definitions"`
	Rules        []ruleItem       `yaml:"rules"`
	Indicators   []indicatorItem  `yaml:"indicators"`
	Targets      []targetItem     `yaml:"targets"`
	Cases        []caseItem       `yaml:"cases"`
}

// definitionItem names a predicate, so that items can say `use: name`.
type definitionItem struct {
	ID    string    `yaml:"id"`
	Text  Text      `yaml:"text"`
	Notes Text      `yaml:"notes"`
	Is    yaml.Node `yaml:"is"`
}

type ruleItem struct {
	ID        string     `yaml:"id"`
	Name      Text       `yaml:"name"`
	Services  []Text     `yaml:"services"`
	Eligible  yaml.Node  `yaml:"eligible"`
	Citations []Citation `yaml:"citations"`
	Notes     Text       `yaml:"notes"`
	Awaits    Text       `yaml:"awaits"`

	origin origin
}

type indicatorItem struct {
	ID          string     `yaml:"id"`
	Name        Text       `yaml:"name"`
	Kind        string     `yaml:"kind"` // stock, flow, ratio
	Eligible    yaml.Node  `yaml:"eligible"`
	Covered     yaml.Node  `yaml:"covered"`
	Events      yaml.Node  `yaml:"events"`      // flow
	Period      string     `yaml:"period"`      // flow
	Attribution string     `yaml:"attribution"` // flow: residence (default) or event
	Numerator   Text       `yaml:"numerator"`   // ratio, in words until facts for it are recorded
	Denominator Text       `yaml:"denominator"`
	Citations   []Citation `yaml:"citations"`
	Notes       Text       `yaml:"notes"`
	Awaits      Text       `yaml:"awaits"`

	origin origin
}

type targetItem struct {
	Indicator string     `yaml:"indicator"`
	Op        string     `yaml:"op"`    // ">=" or "<="
	Value     string     `yaml:"value"` // 80%, 11.33‰, 16/100000
	By        civil.Date `yaml:"by"`
	Interim   bool       `yaml:"interim"`
	Citations []Citation `yaml:"citations"`
}

// origin is where an item was written.
type origin struct {
	pack  *packFile
	path  string
	index int
}

// readPack decodes one file strictly.
func readPack(source []byte) (*packFile, error) {
	d := yaml.NewDecoder(bytes.NewReader(source))
	d.KnownFields(true)
	var f packFile
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errMoreDocuments
	}
	return &f, nil
}

var errMoreDocuments = errors.New("more than one document")
