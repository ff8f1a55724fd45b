package policy

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/civil"
)

// The shape of a pack file. Unknown keys are refused. Predicates stay raw nodes
// here: the compiler reads them, with their line numbers. The JSON Schema of a
// pack is made of these types, see Schema.

type packFile struct {
	ID           string           `yaml:"id"`
	Version      int              `yaml:"version"`
	Name         Text             `yaml:"name"`
	Jurisdiction string           `yaml:"jurisdiction"`
	Extends      string           `yaml:"extends"`
	From         civil.Date       `yaml:"valid_from"`
	Until        civil.Date       `yaml:"valid_to"` // inclusive
	Notes        Text             `yaml:"notes"`
	Remove       []string         `yaml:"remove"`    // inherited rules and indicators
	Headlines    []string         `yaml:"headlines"` // indicators that are shown first
	Records      []recordItem     `yaml:"records"`
	Figures      []figureItem     `yaml:"figures"`
	Groups       []groupItem      `yaml:"groups"`
	Warnings     *warningItem     `yaml:"warnings"`
	Deadlines    []deadlineItem   `yaml:"deadlines"`
	Definitions  []definitionItem `yaml:"definitions"`
	Rules        []ruleItem       `yaml:"rules"`
	Indicators   []indicatorItem  `yaml:"indicators"`
	Targets      []targetItem     `yaml:"targets"`
	Cases        []caseItem       `yaml:"cases"`

	root *yaml.Node // the same file with its lines
}

// recordItem is a code of dated records that items of the pack may use.
type recordItem struct {
	Code  string `yaml:"code"`
	Name  Text   `yaml:"name"`
	Value Text   `yaml:"value"` // what the number that comes with a record means

	origin origin
}

// figureItem is a number that comes from outside, per division.
type figureItem struct {
	ID        string     `yaml:"id"`
	Name      Text       `yaml:"name"`
	Unit      Text       `yaml:"unit"`
	At        string     `yaml:"at"` // day or year
	Citations []Citation `yaml:"citations"`
	Notes     Text       `yaml:"notes"`

	origin origin
}

// groupItem is a group of divisions that are ranked among themselves.
type groupItem struct {
	ID        string     `yaml:"id"`
	Name      Text       `yaml:"name"`
	Divisions []string   `yaml:"divisions"`
	Citations []Citation `yaml:"citations"`

	origin origin
}

// warningItem says when a number is called yellow or red.
type warningItem struct {
	Minimum *int        `yaml:"minimum"`
	Yellow  *yellowItem `yaml:"yellow"`
	Red     *redItem    `yaml:"red"`
}

type yellowItem struct {
	BelowPoints *string `yaml:"below_points"`
	Bottom      string  `yaml:"bottom"`
}

type redItem struct {
	Months *int `yaml:"months"`
}

// deadlineItem is something to hand in by a day.
type deadlineItem struct {
	ID        string     `yaml:"id"`
	Name      Text       `yaml:"name"`
	By        civil.Date `yaml:"by"`
	Roll      bool       `yaml:"roll"` // to the next working day, Civil Code art. 203
	Citations []Citation `yaml:"citations"`

	origin origin
}

// definitionItem names a predicate, so that items can say `use: name`.
type definitionItem struct {
	ID        string     `yaml:"id"`
	Text      Text       `yaml:"text"`
	Notes     Text       `yaml:"notes"`
	Is        yaml.Node  `yaml:"is"`
	Citations []Citation `yaml:"citations"`
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
	ID          string      `yaml:"id"`
	Name        Text        `yaml:"name"`
	Kind        string      `yaml:"kind"` // stock, flow, dose, ratio
	Eligible    yaml.Node   `yaml:"eligible"`
	Covered     yaml.Node   `yaml:"covered"`     // left out: a plain count
	Events      yaml.Node   `yaml:"events"`      // flow
	Dose        yaml.Node   `yaml:"dose"`        // dose
	Period      string      `yaml:"period"`      // flow, dose; ratio that takes an average
	Attribution string      `yaml:"attribution"` // flow, dose: residence (default), event or manager
	Alternative string      `yaml:"alternative"` // another attribution, shown beside
	Beside      []string    `yaml:"beside"`      // indicators shown beside
	Unit        string      `yaml:"unit"`        // how the value is read
	Better      string      `yaml:"better"`      // which way it is better
	Numerator   sideItem    `yaml:"numerator"`   // ratio
	Denominator sideItem    `yaml:"denominator"`
	Score       []gradeItem `yaml:"score"` // ratio: instead of numerator and denominator
	Citations   []Citation  `yaml:"citations"`
	Notes       Text        `yaml:"notes"`
	Awaits      Text        `yaml:"awaits"`

	origin origin
}

// sideItem is one side of a ratio: in words alone until there are facts for it,
// or as a sum of terms. The words may stand directly or under text.
type sideItem struct {
	Chinese string     `yaml:"zh"`
	English string     `yaml:"en"`
	Text    Text       `yaml:"text"`
	Sum     []termItem `yaml:"sum"`
}

func (s *sideItem) words() Text {
	if s.Chinese != "" {
		return Text{s.Chinese, s.English}
	}
	return s.Text
}

// gradeItem is one rate of a score and how much it weighs.
type gradeItem struct {
	Indicator string `yaml:"indicator"`
	Weight    string `yaml:"weight"` // exact: 20, 1/5, 0.2
}

// termItem is a number times a factor: of an indicator of the pack, or a figure.
type termItem struct {
	Indicator string `yaml:"indicator"`
	Part      string `yaml:"part"` // eligible (default) or covered
	Figure    string `yaml:"figure"`
	Times     string `yaml:"times"`   // exact: 5, 1/5, 0.2
	Average   string `yaml:"average"` // start_end
}

type targetItem struct {
	Indicator string     `yaml:"indicator"`
	Op        string     `yaml:"op"`    // ">=", "<=" or "="
	Value     string     `yaml:"value"` // 80%, 11.33‰, 16/100000, 1100
	By        civil.Date `yaml:"by"`    // may be left out where source is given: no deadline
	Interim   bool       `yaml:"interim"`
	Source    Text       `yaml:"source"` // who asks for it, where no document does
	Citations []Citation `yaml:"citations"`
}

// origin is where an item was written.
type origin struct {
	pack  *packFile
	path  string
	index int
}

// What bounds a file that anybody may send: its bytes, and the items of a list.
const (
	maxSource = 1 << 20
	maxItems  = 2000
)

// readPack decodes one file strictly.
func readPack(source []byte) (*packFile, error) {
	if len(source) > maxSource {
		return nil, errTooLarge
	}
	d := yaml.NewDecoder(bytes.NewReader(source))
	d.KnownFields(true)
	var f packFile
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errMoreDocuments
	}
	for _, n := range []int{
		len(f.Remove), len(f.Headlines), len(f.Records), len(f.Figures), len(f.Groups), len(f.Deadlines), len(f.Definitions), len(f.Rules), len(f.Indicators), len(f.Targets), len(f.Cases),
	} {
		if n > maxItems {
			return nil, errTooMany
		}
	}
	f.root = new(yaml.Node)
	if err := yaml.Unmarshal(source, f.root); err != nil {
		return nil, err
	}
	return &f, nil
}

var (
	errMoreDocuments = errors.New("more than one document")
	errTooLarge      = errors.New("larger than 1 MiB")
	errTooMany       = errors.New("more than 2000 items in one list")
)
