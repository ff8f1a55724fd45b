package policy

import (
	"strconv"
	"strings"
)

// Names of codes, as the feed uses them.

var reasonTexts = map[int32]Text{
	1: {"务工", "work"}, 2: {"经商", "business"}, 3: {"就学", "study"}, 4: {"家庭", "family"},
	5: {"就医", "medical care"}, 6: {"旅游探亲", "tourism or visit"}, 9: {"其他", "other"}, 0: {"不详", "unknown"},
}

var hukouKindTexts = map[int32]Text{1: {"农业", "agricultural"}, 2: {"非农业", "non-agricultural"}, 3: {"统一居民户口", "unified"}}

var maritalTexts = map[int32]Text{
	10: {"未婚", "single"}, 20: {"已婚", "married"}, 21: {"初婚", "first marriage"}, 22: {"再婚", "remarried"},
	23: {"复婚", "resumed marriage"}, 30: {"丧偶", "widowed"}, 40: {"离婚", "divorced"}, 90: {"未说明", "not stated"},
}

var checkTexts = map[int32]Text{
	1: {"新生儿访视", "newborn visit"}, 2: {"体格检查", "physical check"}, 3: {"生长监测", "growth monitoring"},
	4: {"入托入学检查", "school-entry check"},
}

var planningTexts = map[int32]Text{
	1: {"指导咨询", "guidance"}, 2: {"药具发放", "contraceptives"}, 3: {"查孕查环", "pregnancy or IUD check"},
	4: {"手术", "operation"}, 5: {"随访", "follow-up"}, 6: {"孕前优生检查", "preconception check"}, 7: {"生殖健康检查", "reproductive-health check"},
}

var outcomeTexts = map[int32]Text{
	1: {"活产", "live birth"}, 2: {"死产", "stillbirth"}, 3: {"自然流产", "miscarriage"},
	4: {"人工流产", "induced abortion"}, 5: {"异位妊娠", "ectopic"}, 9: {"不详", "unknown"},
}

// inList writes "为务工、经商" / "work, business", and "非" / "not" for the excluded.
func inList(in, notIn []int32, names map[int32]Text, chinese bool) string {
	list, sep, head := in, ", ", ""
	if chinese {
		sep, head = "、", "为"
	}
	if len(in) == 0 {
		list, head = notIn, "not "
		if chinese {
			head = "非"
		}
	}
	parts := make([]string, len(list))
	for i, code := range list {
		t, ok := names[code]
		switch {
		case !ok:
			parts[i] = strconv.Itoa(int(code))
		case chinese:
			parts[i] = t.Chinese
		default:
			parts[i] = t.English
		}
	}
	return head + strings.Join(parts, sep)
}
