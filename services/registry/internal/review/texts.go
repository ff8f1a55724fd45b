package review

import (
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
)

// Text is one thing in both languages.
type Text struct{ Chinese, English string }

// KindText names a kind of item for people; ok is false for what is no kind.
func KindText(kind string) (Text, bool) {
	if kind == Duplicate {
		return Text{"疑似重复：两条居民记录可能是同一人", "two residents may be one person"}, true
	}
	if kind == Listed {
		return Text{core.FlagListed.Chinese, core.FlagListed.Text}, true
	}
	if f := core.Reviewable(kind); f != nil {
		return Text{f.Chinese, f.Text}, true
	}
	return Text{kind, kind}, false
}

var levels = map[match.Level]Text{
	match.Equal:        {"一致", "equal"},
	match.Missing:      {"至少一方缺失", "missing in one of them"},
	match.Differ:       {"不一致", "different"},
	match.Variant:      {"繁体或异体字", "traditional or variant characters"},
	match.Pinyin:       {"同音不同字", "other characters, read alike"},
	match.OneCharacter: {"差一个字", "one character off"},
	match.Part:         {"一方是另一方的一部分", "one is a part of the other"},
	match.GivenOnly:    {"名同姓不同", "another surname"},
	match.Former:       {"与曾用名一致", "equal to a former name"},
	match.Swapped:      {"月日颠倒", "month and day changed places"},
	match.OneDigit:     {"差一位数字", "one digit off"},
	match.Lunar:        {"相差似为农历与公历", "apart as the farmers' calendar is"},
	match.SameMonth:    {"年月一致", "the same month, as far as known"},
	match.SameYear:     {"年份一致", "the same year, as far as known"},
	match.NearYear:     {"同年不同日", "one year, another day"},
	match.Province:     {"同省不同县", "one province, another county"},
	match.Near:         {"号码似有一处录错", "the number seems mistyped in one place"},
	match.Sibling:      {"同日同地的另一号码，可能是双胞胎", "another number of one day and place: twins, perhaps"},
	match.Sentinel:     {"均为1月1日，可能是缺省值", "both 1 January, which may stand for unknown"},
}

// LevelText names a level for people.
func LevelText(l match.Level) Text {
	if t, ok := levels[l]; ok {
		return t
	}
	return Text{string(l), string(l)}
}
