package rowfile

import (
	"errors"
	"os"
	"strings"
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
		if Inspect(s, true).Fault() == nil {
			t.Errorf("%q passes as a name", s)
		}
	}
	for _, s := range []string{"中山路?号", "人民路??号", asGBK("浙江省诸暨市暨阳街道"), "江新衛(wèi)生站"} {
		if Inspect(s, false).Fault() == nil {
			t.Errorf("%q passes as an address", s)
		}
	}
}

func TestTrueTextIsNotTakenForDamage(t *testing.T) {
	for _, s := range []string{
		"王小明", "李华", "欧阳国华", "阿依古丽·买买提", "王䶮", "𣲗", "濮阳澧", "濮存昕", "骆宾王", "滕王阁", "缪缈", "José", "André Šimić", "Nguyễn Thị Ánh", "Žižčić", "SMITH JOHN", "澹台灭明", "绿川·芊", "镕基",
	} {
		if Inspect(s, true).Fault() != nil {
			t.Errorf("the name %q is called damaged", s)
		}
	}
	for _, s := range []string{"人民路12号(东门)", "幸福里３栋２单元", "A座501?", "解放路(原建设路)1号", "×××村", "沿江路—滨湖路", "Café Rouge 楼上", "幸福里°·×÷±"} {
		if Inspect(s, false).Fault() != nil {
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
		if Inspect(string(s), true).Fault() != nil {
			t.Errorf("%s", s)
		}
	})
}

// notice is a published text as it stands on the web, by lines.
func notice(t *testing.T, name string) (lines []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for s := range strings.Lines(string(b)) {
		if s = strings.TrimSpace(s); s != "" {
			lines = append(lines, s)
		}
	}
	return lines
}

// The notice of Shanghai was published damaged: simplified characters turned
// into traditional ones, pinyin in brackets behind some of them, and one run of
// UTF-8 read as GBK from its second byte on.
func TestADamagedNoticeIsRecognisedAsAFileAndByRow(t *testing.T) {
	var damaged, sound Tally
	kinds := Damage(0)
	for _, s := range notice(t, "notice-converted.txt") {
		d, ascii := InspectRow([]string{s})
		damaged.Add(d, ascii)
		kinds |= d
		if strings.Contains(s, "(w\u00e8i)") && d&Annotated == 0 {
			t.Errorf("pinyin in brackets passes: %s", s)
		}
		if strings.Contains(s, "钡哪繕撕鸵?") && (d&Lost == 0 || d.Fault() != ErrTextDamaged) {
			t.Error("the run of misread text passes")
		}
	}
	if got := damaged.Result().Fault(); got != ErrFileConverted || kinds&(Annotated|Converted|Lost) != Annotated|Converted|Lost {
		t.Errorf("the damaged notice: %+v %v, kinds %b", damaged.Result(), got, kinds)
	}
	for _, s := range notice(t, "notice-sound.txt") {
		d, ascii := InspectRow([]string{s})
		sound.Add(d, ascii)
		if d != 0 {
			t.Errorf("a line of the sound notice has damage %b: %s", d, s)
		}
	}
	if r := sound.Result(); r.Fault() != nil || r.Damaged+r.Converted > 0 || r.Rows < 20 {
		t.Errorf("the sound notice: %+v", r)
	}
}

func TestTheRunOfMisreadTextAloneIsRecognised(t *testing.T) {
	if d := Inspect("钡哪繕撕鸵?,探索", false); d&Lost == 0 {
		t.Errorf("damage %b", d)
	}
}

func TestAFileOfMisreadTextIsToldApartAsAWhole(t *testing.T) {
	b, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte(strings.Repeat("浙江省诸暨市人民路,王小明\n", 20)))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"misread": "a,b\n" + string(b), "converted": "a,b\n" + strings.Repeat("江新衛(wèi)生站,計劃生育服務\n", 20)} {
		data := strings.NewReader(file)
		p, err := preview(data, data.Size(), Hints{}, 3)
		if err != nil {
			t.Fatal(name, err)
		}
		want := map[string]error{"misread": ErrFileDamaged, "converted": ErrFileConverted}[name]
		if p.Quarantine == nil || !errors.Is(p.Quarantine, want) || len(p.Rows) != 3 {
			t.Errorf("%s: %v, %+v", name, p.Quarantine, p.Layout.Sampled)
		}
	}
	data := strings.NewReader(goodText)
	if p, err := preview(data, data.Size(), Hints{}, 9); err != nil || p.Quarantine != nil || len(p.Rows) != 2 || p.Rows[0].Texts[1] != "王小明" {
		t.Errorf("a sound file: %+v, %v", p, err)
	}
}

func TestTraditionalNamesAndSingleFormsAreNoDamage(t *testing.T) {
	for _, s := range []string{"歐陽國華", "毕昇", "王堃", "李喆", "陳䶮"} {
		if f := Inspect(s, true).Fault(); f != nil {
			t.Errorf("%s: %v", s, f)
		}
	}
	if Inspect("各區縣衛生計生委農民工辦", false)&Converted == 0 {
		t.Error("converted text passes")
	}
}

func TestMarksThatShowNothingAreDamage(t *testing.T) {
	for _, s := range []string{"王\u200b小明", "王\ufeff小明", "\u202e明小王"} {
		if Inspect(s, true)&Invisible == 0 {
			t.Errorf("%+q passes", s)
		}
	}
}
