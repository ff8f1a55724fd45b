package brute

// Ratios as the texts state them: what is above the line and what is below it.

// Term is one number of a ratio, Times Per of it.
type Term struct {
	Item, Figure string // one of both
	Times, Per   int64
	Mean         bool // of the end of the calendar year before and the day
}

// Ratio is a formula. Without anything below, the number is what is above. A Score
// has rates of items above, each with its weight, and their weights below.
type Ratio struct {
	Above, Below []Term
	Score        bool
}

func item(id string) Term           { return Term{Item: id, Times: 1, Per: 1} }
func outside(id string) Term        { return Term{Figure: id, Times: 1, Per: 1} }
func rate(id string, w int64) Term  { return Term{Item: id, Times: w, Per: 1} }
func over1(above, below Term) Ratio { return Ratio{Above: []Term{above}, Below: []Term{below}} }
func only(above ...Term) Ratio      { return Ratio{Above: above} }
func share(above, below string) Ratio {
	return over1(outside(above), outside(below))
}

// a fifth of floating people counts as registered ones do: 5:1.
func assessed() []Term {
	return []Term{outside("registered_population"), {Item: "POP03", Times: 1, Per: 5}}
}

var qualityScore = Ratio{Score: true, Above: []Term{rate("DQC01", 20), rate("DQV01", 20), rate("DQT01", 20), rate("DQR01", 15), rate("DQD01", 10), rate("EXC01", 15)}}

var countryRatios = map[string]Ratio{
	"MAT02": over1(item("MAT02N"), item("LB01")), "MAT03": over1(item("MAT03N"), item("LB01")), "MAT04": over1(item("MAT04N"), item("LB02")),
	"MOR01": over1(item("MOR01N"), item("LB02")), "MOR02": over1(item("MOR02N"), item("LB02")), "MOR03": over1(item("MOR03N"), item("LB02")),
	"KNW02": over1(item("KNW02N"), item("KNW02D")), "EXC01": share("verifications_in_time", "verifications_due"), "DQS01": qualityScore,
}

var yongkangRatios = map[string]Ratio{
	// 考核人口基数＝户籍人口＋流动人口÷5；占实有人口的比；每名村级卫计服务员的基数
	"ASB01": only(assessed()...), "ASB02": {Above: assessed(), Below: []Term{outside("registered_population"), item("POP03")}},
	"STF02": {Above: assessed(), Below: []Term{outside("village_workers_on_duty")}}, "STF01": share("village_workers_on_duty", "village_workers_engaged"),
	"FND01": over1(outside("special_fund"), item("POP03")), "SRV01": share("five_in_one_units", "town_hospitals"),
	"EDU01": share("lecture_attendances", "lectures_held"), "EDU02": only(outside("activity_kinds")), "EDU03": share("model_units", "model_candidates"),
	"EDU05": only(outside("lectures_held")), "EDU06": only(outside("lecture_attendances")), "EDU07": only(outside("health_corridors")),
	"FPP01": share("villages_with_point", "villages"), "FPP02": share("firms_100_with_point", "firms_100"), "FPP03": share("hospitals_with_centre", "town_hospitals"),
	"PUB01": share("institutions_with_list", "institutions"), "FAC01": share("public_places_with_room", "public_places"),
}

var xianganRatios = map[string]Ratio{
	"ASC01": share("gathering_places_with_association", "gathering_places"), "HPP01": only(outside("healthy_places_and_families")),
}

var zhujiRatios = map[string]Ratio{
	"EDU01": share("gathering_places_with_board", "gathering_places"), "SVC01": share("service_points_with_sign", "service_points"),
	"SVC02": share("centres_standard", "centres_planned"), "ASC02": share("villages_with_association", "villages"), "INS01": share("villages_on_system", "villages"),
}

var xihuRatios = map[string]Ratio{
	// 出生率、自然增长率：年平均人口为年初与当日的平均
	"FP06A": {Above: []Term{item("BTH01")}, Below: []Term{{Figure: "resident_population", Times: 1, Per: 1, Mean: true}}},
	"FP06B": {Above: []Term{item("BTH01"), {Item: "DTH01", Times: -1, Per: 1}}, Below: []Term{{Figure: "resident_population", Times: 1, Per: 1, Mean: true}}},
	"FP06D": over1(item("BTH02"), item("BTH03")), "MEN01": over1(item("MEN00"), outside("resident_population")), "MEN01H": over1(item("MEN00"), outside("registered_population")),
	"MON01": over1(item("MON00"), outside("monitor_sample")), "LNF01": share("two_illegal_handled", "two_illegal_assigned"), "IMM05": share("star_clinics", "vaccination_clinics"),
	"CDC01": share("hospitals_level2_assessed", "hospitals_level2"), "PHR01": only(outside("phr_built")), "PHR02": only(outside("village_rooms_refitted")),
	"PHR03": share("phr_centres", "health_centres"), "FND02": share("bph_funds", "served_population"), "FND03": share("bph_district_funds", "served_population"),
	"FND04": share("insurance_subsidy", "insurance_premiums"), "INS01": share("primary_institutions_insured", "primary_institutions"),
	"HRF01": share("reform_hospitals_no_markup", "reform_hospitals"), "DRG01": share("community_institutions_essential", "community_institutions"),
	"DRG02": share("essential_medicines_no_margin", "essential_medicines"), "TCM01": only(outside("tcm_added")), "LST01": only(outside("liaison_stations_built")),
	"HPS01": only(outside("health_schools")), "CTP01": only(outside("contraceptive_pilots")),
}

// RatioOf is the formula of a ratio of a pack; false when the yardstick has none.
func RatioOf(pack, id string) (Ratio, bool) {
	own := map[string]map[string]Ratio{
		"xiangan-2018": xianganRatios, "demo-990101": xianganRatios, "zhuji-2017": zhujiRatios, "yongkang-2017": yongkangRatios, "xihu-2017": xihuRatios, "shanghai-2015": {"IMP01": share("policy_items_done", "policy_items_due")},
	}[pack]
	if r, ok := own[id]; ok {
		return r, true
	}
	r, ok := countryRatios[id]
	return r, ok
}
