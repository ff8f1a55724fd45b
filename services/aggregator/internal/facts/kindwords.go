package facts

// KindWord is what a kind of facts is called: by its number in the feeds, as
// answers name it to programs, and for people.
type KindWord struct {
	Number           int32
	Key              string
	Chinese, English string
}

// kindWords are all kinds of the feeds, in their order.
var kindWords = []KindWord{
	{1, "person", "人员登记", "person"},
	{2, "residence", "居住登记", "residence"},
	{3, "permit", "居住证", "residence permit"},
	{4, "relation", "关系", "relation"},
	{5, "division", "区划", "division"},
	{6, "unit", "机构", "unit"},
	{7, "link", "编号合并", "merged identifier"},
	{10, "archive", "健康档案", "health archive"},
	{11, "education", "健康教育", "health education"},
	{12, "case", "传染病病例", "infectious case"},
	{20, "certificate", "预防接种证", "vaccination certificate"},
	{21, "dose", "预防接种", "vaccination"},
	{30, "pregnancy", "妊娠", "pregnancy"},
	{31, "antenatal", "产前检查", "antenatal visit"},
	{32, "delivery", "分娩", "delivery"},
	{33, "postnatal", "产后访视", "postnatal visit"},
	{34, "child_check", "儿童检查", "child check"},
	{40, "method", "避孕方法", "method of contraception"},
	{41, "planning", "计划生育服务", "family-planning service"},
	{60, "record", "服务记录", "dated record"},
}

// KindNumbered finds a kind by its number; false when the program does not know it.
func KindNumbered(number int32) (KindWord, bool) {
	for _, k := range kindWords {
		if k.Number == number {
			return k, true
		}
	}
	return KindWord{}, false
}

// KindNamed finds a kind by its key; false when there is none.
func KindNamed(key string) (KindWord, bool) {
	for _, k := range kindWords {
		if k.Key == key {
			return k, true
		}
	}
	return KindWord{}, false
}
