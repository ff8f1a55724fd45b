package intake

import (
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

func TestDamagedTextIsRecognised(t *testing.T) {
	asGBK := func(s string) string {
		b, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	asLatin := func(s string) string {
		b, err := charmap.Windows1252.NewDecoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, s := range []string{
		asGBK("王小"), asGBK("欧阳国华"), asGBK("阿依古丽古丽"), asLatin("李华"), asLatin("王小明"), "王??", "?小明", "锟斤拷小明", "烫烫烫", "王\uFFFD明",
		"王小明衛(wèi)", "王（wáng）小明",
	} {
		if !damaged(s, true) {
			t.Errorf("%q passes as a name", s)
		}
	}
	for _, s := range []string{"中山路?号", "人民路??号", asGBK("浙江省诸暨市暨阳街道"), "江新衛(wèi)生站"} {
		if !damaged(s, false) {
			t.Errorf("%q passes as an address", s)
		}
	}
}

func TestTrueTextIsNotTakenForDamage(t *testing.T) {
	for _, s := range []string{
		"王小明", "李华", "欧阳国华", "阿依古丽·买买提", "王䶮", "𣲗", "濮阳澧", "濮存昕", "骆宾王", "滕王阁", "缪缈", "José", "SMITH JOHN", "澹台灭明", "绿川·芊", "镕基",
	} {
		if damaged(s, true) {
			t.Errorf("the name %q is called damaged", s)
		}
	}
	for _, s := range []string{"人民路12号(东门)", "幸福里３栋２单元", "A座501?", "解放路(原建设路)1号", "×××村", "沿江路—滨湖路", "Café Rouge 楼上", "幸福里°·×÷±"} {
		if damaged(s, false) {
			t.Errorf("the address %q is called damaged", s)
		}
	}
}

func TestNamesOfCharactersOfGB2312AreNeverTakenForDamage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 4).Draw(t, "characters")
		var b []byte
		for range n {
			b = append(b, byte(rapid.IntRange(0xB0, 0xF7).Draw(t, "lead")), byte(rapid.IntRange(0xA1, 0xFE).Draw(t, "trail")))
		}
		s, _ := appendGB18030(nil, b)
		if damaged(string(s), true) {
			t.Errorf("%s", s)
		}
	})
}
