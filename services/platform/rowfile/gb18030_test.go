package rowfile

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

// iconv decodes lines of GB 18030 with the C library's own tables; -c drops
// what it cannot decode.
func iconv(t *testing.T, lines [][]byte) []string {
	t.Helper()
	cmd := exec.Command("iconv", "-c", "-f", "GB18030", "-t", "UTF-8")
	cmd.Stdin = bytes.NewReader(bytes.Join(lines, []byte("\n")))
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("iconv, which is part of every glibc system, did not run: %v", err)
	}
	return strings.Split(string(out), "\n")
}

func TestEveryTwoByteCodeDecodesAsIconvDoes(t *testing.T) {
	var codes [][]byte
	for lead := leadMin; lead <= leadMax; lead++ {
		for trail := trailMin; trail <= trailMax; trail++ {
			if trail != 0x7F {
				codes = append(codes, []byte{byte(lead), byte(trail)})
			}
		}
	}
	want := iconv(t, codes)
	if len(want) != len(codes) || len(codes) != 23940 {
		t.Fatalf("iconv answered %d lines for %d codes", len(want), len(codes))
	}
	for i, code := range codes {
		got, state := appendGB18030(nil, code)
		if string(got) != want[i] || state&Broken != 0 {
			t.Errorf("%X decodes to %U, iconv says %U", code, []rune(string(got)), []rune(want[i]))
		}
		r, _ := utf8.DecodeRune(got)
		if isPUA := r >= 0xE000 && r <= 0xF8FF; isPUA != (state&Private != 0) {
			t.Errorf("%X = %U: private-use flag is %v", code, r, !isPUA)
		}
	}
}

func TestFourByteCodesDecodeAsIconvDoes(t *testing.T) {
	var codes [][]byte
	for i := range fourBMP {
		c := fourBytes(i)
		codes = append(codes, c[:])
	}
	for i := fourAstral; i < fourEnd; i += 97 {
		c := fourBytes(i)
		codes = append(codes, c[:])
	}
	want := iconv(t, codes)
	if len(want) != len(codes) {
		t.Fatalf("iconv answered %d lines for %d codes", len(want), len(codes))
	}
	compared := 0
	for i, code := range codes {
		// Where glibc moved a character to a two-byte code, it refuses the old
		// four bytes; files written before still hold them. 8135F437 and A8BC
		// changed places in 2005: both stay readable as U+1E3F.
		if want[i] == "" || bytes.Equal(code, []byte{0x81, 0x35, 0xF4, 0x37}) || i == fourReplacement {
			continue
		}
		compared++
		got, state := appendGB18030(nil, code)
		if string(got) != want[i] || state&Broken != 0 {
			t.Errorf("%X decodes to %U, iconv says %U", code, []rune(string(got)), []rune(want[i]))
		}
	}
	if compared < 49000 {
		t.Errorf("only %d codes were compared", compared)
	}
}

func TestUndecodableBytesAreBroken(t *testing.T) {
	for name, code := range map[string][]byte{
		"a lone lead byte at the end":         {'a', 0xD5},
		"the byte FF":                         {0xFF},
		"the byte 80":                         {0x80},
		"a lead byte before a delete":         {0xD5, 0x7F},
		"half of a four-byte code":            {0x81, 0x30, 0x81},
		"a four-byte code beyond Unicode":     {0xFE, 0x39, 0xFE, 0x39},
		"the code of the replacement char":    {0x84, 0x31, 0xA4, 0x37},
		"NUL":                                 {'a', 0, 'b'},
		"a lead byte before a line's digit 9": {0xD5, '9'},
	} {
		if got, state := appendGB18030(nil, code); state&Broken == 0 {
			t.Errorf("%s: accepted as %q", name, got)
		}
	}
}

func TestRareNamesAndDotsDecode(t *testing.T) {
	for want, code := range map[string][]byte{
		"王䶮":     {0xCD, 0xF5, 0xFE, 0x9F},
		"𣲗":      {0x96, 0x39, 0x92, 0x31}, // checked against iconv above as a code; here as a name
		"阿依·买买提": {0xB0, 0xA2, 0xD2, 0xC0, 0xA1, 0xA4, 0xC2, 0xF2, 0xC2, 0xF2, 0xCC, 0xE1},
	} {
		enc := inGB(want)
		got, state := appendGB18030(nil, enc)
		if string(got) != want || state != 0 {
			t.Errorf("%q encoded and decoded is %q (state %d)", want, got, state)
		}
		_ = code
	}
}

func FuzzGB18030(f *testing.F) {
	f.Add([]byte("\xd0\xc5\xbe\xd3,abc"))
	f.Add([]byte{0x81, 0x30, 0x81, 0x30, 0xFF, 0x80})
	f.Fuzz(func(t *testing.T, src []byte) {
		out, state := appendGB18030(nil, src)
		if !utf8.Valid(out) {
			t.Error("the decoder wrote something that is not UTF-8")
		}
		if strings.ContainsRune(string(out), utf8.RuneError) && state&Broken == 0 {
			t.Error("a replacement character without the broken flag")
		}
		if state&Broken == 0 && bytes.IndexByte(src, '\n') < 0 && bytes.IndexByte(out, '\n') >= 0 {
			t.Error("a line end came out of a longer code")
		}
	})
}

func BenchmarkDecodeGB18030(b *testing.B) {
	src := bytes.Repeat(inGB("浙江省诸暨市暨阳街道江新社区人民路１２３号, 王小明, 990101199006300058"), 1000)
	dst := make([]byte, 0, 3*len(src))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		dst, _ = appendGB18030(dst[:0], src)
	}
}
