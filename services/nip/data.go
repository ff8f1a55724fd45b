package nip

import (
	"embed"

	"xinju.dev/services/platform/civil"
)

//go:embed data/*.yaml data/editions/*.yaml
var embedded embed.FS

// The shapes of the YAML files. Unknown keys are refused; see load.go.

// origin is what every item must say about itself.
type origin struct {
	Source     string `yaml:"source"`
	Confidence string `yaml:"confidence"`
	Note       string `yaml:"note"`
}

type setting[T any] struct {
	Value  *T `yaml:"value"`
	origin `yaml:",inline"`
}

type settingsFile struct {
	ReachesBack setting[bool]   `yaml:"first_edition_reaches_back"`
	GraceDays   setting[int]    `yaml:"grace_days"`
	LateAfter   setting[Period] `yaml:"late_without_deadline"`
	LiveSpacing setting[Period] `yaml:"live_spacing"`
	BCGInLive   setting[bool]   `yaml:"bcg_in_live_group"`
	LiveSpacInv setting[bool]   `yaml:"live_spacing_invalidates"`
}

type productsFile struct {
	Products []productItem `yaml:"products"`
}

type productItem struct {
	ID        string       `yaml:"id"`
	Chinese   string       `yaml:"chinese"`
	Route     string       `yaml:"route"`
	Live      string       `yaml:"live"`
	Codes     []string     `yaml:"codes"`
	CountsFor []countsItem `yaml:"counts_for"`
	LabelAges []Period     `yaml:"label_ages"`
	origin    `yaml:",inline"`
}

type countsItem struct {
	Series  string `yaml:"series"`
	FromAge Period `yaml:"from_age"`
	ToAge   Period `yaml:"to_age"`
}

type guidanceFile struct {
	Guidance []guidanceItem `yaml:"guidance"`
}

type guidanceItem struct {
	ID     string   `yaml:"id"`
	Kind   string   `yaml:"kind"`
	Series []string `yaml:"series"`
	Text   string   `yaml:"text"`
	origin `yaml:",inline"`
}

type editionFile struct {
	ID       string         `yaml:"id"`
	Chinese  string         `yaml:"chinese"`
	Document string         `yaml:"document"`
	Extends  string         `yaml:"extends"`
	From     civil.Date     `yaml:"valid_from"`
	To       civil.Date     `yaml:"valid_to"`
	Starts   []provinceItem `yaml:"province_starts"`
	Series   []seriesItem   `yaml:"series"`
	origin   `yaml:",inline"`
}

// provinceItem lets one province begin an edition later than the country.
type provinceItem struct {
	Province string     `yaml:"province"` // two digits, GB/T 2260
	Start    civil.Date `yaml:"start"`
	origin   `yaml:",inline"`
}

type seriesItem struct {
	ID           string            `yaml:"id"`
	Chinese      string            `yaml:"chinese"`
	Sex          string            `yaml:"sex"`
	BornFrom     civil.Date        `yaml:"born_from"`
	Closes       Period            `yaml:"closes"`
	Conditional  *conditionalItem  `yaml:"conditional"`
	CompleteWith *completeWithItem `yaml:"complete_with"`
	Tracks       []trackItem       `yaml:"tracks"`
	origin       `yaml:",inline"`
}

type conditionalItem struct {
	FromAge Period `yaml:"from_age"`
	Reason  Reason `yaml:"reason"`
}

// completeWithItem: with this many doses counted, one of them of this product, nothing is missing.
type completeWithItem struct {
	Product string `yaml:"product"`
	Total   int    `yaml:"total"`
}

// trackItem is one way to complete a series.
type trackItem struct {
	ID         string       `yaml:"id"`
	BornBefore civil.Date   `yaml:"born_before"`
	Accept     []string     `yaml:"accept"` // default: every product that counts for the series
	Doses      []doseItem   `yaml:"doses"`
	CatchUp    *catchUpItem `yaml:"catch_up"`
}

type doseItem struct {
	Dose           int        `yaml:"dose"`
	Product        string     `yaml:"product"` // what the programme gives
	Accept         []string   `yaml:"accept"`  // what counts; default: the track's
	Age            Period     `yaml:"age"`
	ValidAge       Period     `yaml:"valid_age"`
	Interval       Period     `yaml:"interval"`
	ValidInterval  Period     `yaml:"valid_interval"`
	SinceFirst     Period     `yaml:"since_first"`
	Before         Period     `yaml:"before"`
	BeforeInterval Period     `yaml:"before_interval"` // deadline counted from the previous dose
	After          *afterItem `yaml:"after"`
}

// afterItem ties a dose to another series: how long after its last dose when
// that series is complete or not, and from which age the dose may be given
// early when the other series was not completed.
type afterItem struct {
	Series    string `yaml:"series"`
	Complete  Period `yaml:"complete"`
	Partial   Period `yaml:"partial"`
	EarlyFrom Period `yaml:"early_from"`
}

// catchUpItem replaces the numbered doses from an age on: what comes next
// depends on the number of doses counted so far.
type catchUpItem struct {
	FromAge Period     `yaml:"from_age"`
	Product string     `yaml:"product"`
	Accept  []string   `yaml:"accept"`
	Steps   []stepItem `yaml:"steps"`
}

type stepItem struct {
	Total     int    `yaml:"total"`
	Remaining int    `yaml:"remaining"`
	Interval  Period `yaml:"interval"`
	Before    Period `yaml:"before"`
}
