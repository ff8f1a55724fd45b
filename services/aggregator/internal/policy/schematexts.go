package policy

import rules "xinju.dev/services/permit"

// What the JSON Schema says of each key, and which words a key takes. A path is
// the way to the key: pack, then the keys of the file; a condition's parameters
// begin with its name.

var schemaRequired = map[string][]string{
	"pack":             {"id", "version", "name"},
	"pack.records":     {"code", "name"},
	"pack.figures":     {"id", "name", "unit", "at"},
	"pack.groups":      {"id", "name", "divisions"},
	"pack.deadlines":   {"id", "name", "by"},
	"pack.definitions": {"id", "is"},
	"pack.rules":       {"id", "name"},
	"pack.indicators":  {"id", "name", "kind"},
	"pack.targets":     {"indicator", "op", "value"},
	"pack.cases":       {"name", "given", "expect"},
	"doses.changes":    {"since", "citations"},
	"citation":         {"document"},
}

// schemaEither says of which keys one must be there at least.
var schemaEither = map[string][]string{"pack.targets": {"by", "source"}}

var periodWords = []string{"calendar_year", "mch_year", "quarter", "month"}

var attributionWords = []string{"residence", "event", "manager"}

var schemaWords = map[string][]string{
	"pack.figures.at":                         {"day", "month", "year"},
	"pack.warnings.yellow.bottom":             {"none", "half", "third", "quarter", "fifth", "tenth"},
	"pack.indicators.kind":                    {"stock", "flow", "dose", "ratio"},
	"pack.indicators.period":                  periodWords,
	"pack.indicators.attribution":             attributionWords,
	"pack.indicators.alternative":             attributionWords,
	"pack.indicators.unit":                    {"percent", "permille", "per_10k", "per_100k", "per_100", "count"},
	"pack.indicators.better":                  {"higher", "lower", "neither"},
	"pack.indicators.numerator.sum.part":      {"eligible", "covered"},
	"pack.indicators.denominator.sum.part":    {"eligible", "covered"},
	"pack.indicators.numerator.sum.average":   {"start_end"},
	"pack.indicators.denominator.sum.average": {"start_end"},
	"pack.targets.op":                         {">=", "<=", "="},
	"counted.weight":                          {"live_births", "value"},
	"sex.is":                                  {"male", "female"},
	"age.counting":                            {"birthday", "day_after"},
	"lived.mode":                              {"anniversary", "civil"},
	"lived.start":                             {"arrived", "registered", "first_seen"},
	"permit.endorsement.late":                 {"restart", "resume"},
	"permit.endorsement.rest_days":            rules.RestDays,
}

// schemaPatterns are texts of a certain form.
var schemaPatterns = map[string]string{
	"pack.jurisdiction":     "^([0-9]{12})?$",
	"pack.groups.divisions": "^[0-9]{12}$",
}

// schemaConditions are the keys that hold a condition, or what is counted.
var schemaConditions = map[string]string{
	"pack.indicators.eligible": "eventCondition",
	"pack.indicators.covered":  "eventCondition",
	"pack.indicators.events":   "counted",
	"pack.indicators.dose":     "doses",
}

// schemaNumbers are written as text or as a number.
var schemaNumbers = []string{
	"pack.targets.value", "pack.warnings.yellow.below_points", "pack.indicators.numerator.sum.times", "pack.indicators.denominator.sum.times",
}

var schemaTexts = map[string]Text{
	"pack":                  {"一个辖区的政策包：规则、指标、目标与用例。", "A policy pack of a jurisdiction: rules, indicators, targets and cases."},
	"pack.id":               {"编号；加载时替换同编号的政策包。", "Its id; a loaded pack replaces the one of the same id."},
	"pack.version":          {"版本，正整数；内容一改即加一。", "A positive number; raised with every change."},
	"pack.name":             {"名称。", "Its name."},
	"pack.jurisdiction":     {"适用地，12位区划代码；空为全国。", "Where it holds, a 12-digit code; empty: the whole country."},
	"pack.extends":          {"继承的政策包；同编号的条目整项替换。", "The pack it inherits from; an item of the same id replaces the whole item."},
	"pack.valid_from":       {"生效日。", "First day in force."},
	"pack.valid_to":         {"失效日（含当日）；空为一直有效。", "Last day in force; without it there is no end."},
	"pack.notes":            {"说明：没有依据、由编者选定之处。", "Notes: what no document settles."},
	"pack.headlines":        {"首先列出的指标，依此顺序；取代继承的名单。未列出时为继承的名单及本包设有目标的指标。", "Indicators that are shown first, in this order, in the place of the inherited list. Left out: the inherited ones and those that this pack sets a target of."},
	"pack.remove":           {"不适用于本地的继承条目（规则、指标）。", "Inherited rules and indicators that do not hold here."},
	"pack.records":          {"条目可用的记录代码；继承。", "Codes of dated records that items may use; inherited."},
	"pack.records.code":     {"代码。", "The code."},
	"pack.records.value":    {"随记录而来的数值是什么。", "What the number that comes with a record means."},
	"pack.figures":          {"外部数据，如户籍人口，按区划加载。", "Numbers from outside, loaded per division, such as registered population."},
	"pack.figures.unit":     {"单位，如人。", "Its unit, such as people."},
	"pack.figures.at":       {"day：某日的数；year：全年的数。", "day: stands on a day; year: of a calendar year."},
	"pack.groups":           {"排名分组。", "Divisions that are ranked among themselves."},
	"pack.groups.divisions": {"12位区划代码。", "12-digit codes."},
	"pack.warnings":         {"预警阈值；未写的取默认。", "When a number is called yellow or red; what is left out is the default."},
	"pack.warnings.minimum": {"分母小于此数不排名、不预警；默认30。", "Eligible below this are neither ranked nor warned of; 30 by default."},
	"pack.warnings.yellow":  {"黄色预警：低于目标若干百分点，或居末位几分之一。", "Yellow: so far below the target, or among the last."},
	"pack.warnings.yellow.below_points": {
		"低于目标的百分点数，默认5；0为不用。", "Percentage points below the target, 5 by default; 0: not asked.",
	},
	"pack.warnings.yellow.bottom":         {"末位几分之一，默认 quarter；数值相同的同进同出，并列最末的都算。", "The last part of the rank list, a quarter by default; places of equal value are in it together or not at all, and those than whom nobody is worse always are."},
	"pack.warnings.red":                   {"红色预警：连续若干月黄色。", "Red: yellow so many months running."},
	"pack.warnings.red.months":            {"月数，默认2；0为不用。", "Months, 2 by default; 0: never."},
	"pack.deadlines":                      {"须报送的材料与期限。", "What is to be handed in, and by when."},
	"pack.deadlines.by":                   {"期限（含当日）；写了 source 的可不写。", "Last day; left out only where source is given."},
	"pack.deadlines.roll":                 {"期限为休息日时顺延至下一工作日（民法典第二百零三条）。", "Moved to the next working day when it is a holiday (Civil Code art. 203)."},
	"pack.definitions":                    {"有名称的条件，条目用 use 引用。", "Conditions with a name, used by `use`."},
	"pack.definitions.text":               {"这个定义的说法。", "How it is put into words."},
	"pack.definitions.is":                 {"条件。", "The condition."},
	"pack.rules":                          {"谁应得到什么服务。", "Who is owed which service."},
	"pack.rules.services":                 {"应得的服务。", "What is owed."},
	"pack.rules.eligible":                 {"条件。", "The condition."},
	"pack.rules.awaits":                   {"尚无数据来源时，等待何种数据。", "Which facts it awaits while nothing records them."},
	"pack.indicators":                     {"指标。", "Indicators."},
	"pack.indicators.kind":                {"stock 存量，flow 流量，dose 剂次，ratio 比率。", "How it counts."},
	"pack.indicators.eligible":            {"应服务对象。", "Who is to be served."},
	"pack.indicators.covered":             {"已服务的条件；不写为计数。", "When they are; left out: a plain count."},
	"pack.indicators.events":              {"流量指标数什么事件。", "Which events a flow indicator counts."},
	"pack.indicators.dose":                {"剂次指标数哪一剂。", "Which dose a dose indicator counts."},
	"pack.indicators.period":              {"统计周期；mch_year 为上年10月1日至9月30日。", "The period; mch_year is 1 October to 30 September."},
	"pack.indicators.attribution":         {"计入何地，默认居住地。", "Where it counts, by residence by default."},
	"pack.indicators.alternative":         {"并列显示的另一种归属。", "Another attribution, shown beside."},
	"pack.indicators.beside":              {"并列显示的指标。", "Indicators shown beside it."},
	"pack.indicators.unit":                {"数值单位，默认 percent；计数为 count。", "How the value is read, percent by default; a plain count is count."},
	"pack.indicators.better":              {"高者、低者为优，或不分优劣；不写则率为高者，计数不分。有目标时以目标为准，不得相反。", "More or less is better, or neither; without it more of a rate, neither of a count. A target says it itself and must not say the contrary."},
	"pack.indicators.numerator":           {"比率的分子：文字，或 sum 各项之和。", "The numerator of a ratio: in words, or a sum of terms."},
	"pack.indicators.denominator":         {"比率的分母；unit 为 count 时可以没有，即分子本身。", "The denominator of a ratio; with unit count it may be left out: the number is the numerator."},
	"pack.indicators.awaits":              {"尚无数据来源时，等待何种数据；其记录代码一出现即开始计算。", "Which facts it awaits; it computes from the first record of one of its codes on."},
	"pack.indicators.numerator.sum":       {"各项：指标的数或外部数据，乘以系数。", "Terms: a number of an indicator or a figure, times a factor."},
	"pack.indicators.numerator.sum.times": {"系数，精确：5、1/5、0.2；减去用 -1。", "The factor, exact: 5, 1/5, 0.2; -1 takes away."},
	"pack.indicators.numerator.sum.average": {
		"期初与期末的平均。", "The mean of the start and the end of the period.",
	},
	"pack.targets":           {"目标；下级包对同一指标的目标整体替换上级。", "Targets; those of a pack replace all inherited ones of the indicator."},
	"pack.targets.indicator": {"指标编号。", "The indicator."},
	"pack.targets.op":        {"不低于、不高于、等于。", "At least, at most, exactly."},
	"pack.targets.value":     {"80%、11.33‰、16/100000 或计数 1100。", "80%, 11.33‰, 16/100000, or a count such as 1100."},
	"pack.targets.by":        {"期限（含当日）。", "Last day."},
	"pack.targets.source":    {"没有文件依据时，由谁提出，与目标一同显示。", "Who asks for it where no document does; shown beside it."},
	"pack.targets.interim":   {"阶段目标。", "An interim target."},
	"pack.cases":             {"用例：给定事实，应有的答案。", "Examples: given these facts, these answers."},
	"pack.cases.given":       {"虚构人员的事实。", "Facts of an invented person."},
	"pack.cases.expect":      {"某条目在某日的答案。", "The answer of an item on a day."},
	"permit.rule":            {"签注规则的编号（CN、SHANGHAI 等，见 services/permit/data），或 issuer：按签发地的规则。", "A rule of endorsement by its id (CN, SHANGHAI and so on, see services/permit/data), or issuer: that of the place that issued the permit."},
	"permit.endorsement":     {"本地的签注规则；已有规则的地方写 rule。", "A rule of endorsement of one's own; where there is one, write rule."},
	"permit.endorsement.rest_days": {
		"china：期限最后一日为休息日的顺延至下一工作日（民法典第二百零三条）；默认 none。", "china: a last day of rest moves to the next working day (Civil Code art. 203); none by default.",
	},
	"date":           {"日期，如 2018-06-20。", "A date such as 2018-06-20."},
	"age":            {"月龄或周岁，如 36m、7y。", "Months or years, such as 36m, 7y."},
	"text":           {"文字，中文在先。", "A text, Chinese first."},
	"citation":       {"依据：文件、条款、原文。", "What it rests on: document, clause, words."},
	"level":          {"行政级别。", "A level of divisions."},
	"condition":      {"关于人的条件：恰有一个键，即条件名。", "A condition about the person: one key, its name."},
	"eventCondition": {"关于人或流量指标所数事件的条件。", "A condition about the person or about the event that is counted."},
	"counted":        {"恰有一种事件。", "Exactly one kind of events."},
	"doses":          {"哪种疫苗的第几剂。", "Which dose of which vaccine."},
	"doses.expected": {"未种者计入的月龄。", "The ages at which those who lack it count."},
	"doses.changes":  {"月龄自某日起改变：程序调整，按日期先后。", "Ages that change on a day, because the schedule did; by day."},
	"doses.changes.since": {
		"自何日起（含当日）。", "The first day on which it holds.",
	},
	"doses.changes.expected":       {"该日起未种者计入的月龄；不写则不变。", "The ages from then on of those who lack it; left out: as before."},
	"doses.changes.counted_before": {"该日起接种的，满此月龄前计入；不写则不变。", "The age below which a dose given from then on counts; left out: as before."},
	"doses.changes.citations":      {"作此调整的文件。", "The document that makes the change."},
}
