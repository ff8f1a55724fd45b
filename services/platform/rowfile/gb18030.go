package rowfile

import (
	"encoding/binary"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// GB 18030 has codes of one byte (ASCII), two bytes (lead 81–FE, trail 40–7E or
// 80–FE) and four bytes (81–FE, 30–39, 81–FE, 30–39). Line ends, commas,
// semicolons, tabs and quotes never occur inside a longer code, but "|" (7C)
// does, as a trail byte.
const (
	leadMin, leadMax   = 0x81, 0xFE
	trailMin, trailMax = 0x40, 0xFE
	trailSpan          = 192 // 40–FF, so that an index is a shift and an add
	fourBMP            = 39420
	fourAstral         = 189000 // linear number of 90308130, which is U+10000
	fourEnd            = fourAstral + 0x100000
)

// gbTables holds every code as UTF-8, up to four bytes in little-endian order;
// 0 means that the code is not assigned.
type gbTables struct {
	two  [(leadMax - leadMin + 1) * trailSpan]uint32
	four [fourBMP]uint32
}

// gb builds the tables from golang.org/x/text and then overlays the codes which
// that package turns into U+FFFD without an error.
var gb = sync.OnceValue(func() *gbTables {
	t := &gbTables{}
	dec := simplifiedchinese.GB18030.NewDecoder()
	var out [16]byte
	read := func(code []byte) uint32 {
		dec.Reset()
		n, _, err := dec.Transform(out[:], code, true)
		if err != nil {
			return 0
		}
		if r, size := utf8.DecodeRune(out[:n]); r == utf8.RuneError || size != n {
			return 0
		}
		return pack(out[:n])
	}
	for lead := leadMin; lead <= leadMax; lead++ {
		for trail := trailMin; trail <= trailMax; trail++ {
			if trail != 0x7F {
				t.two[(lead-leadMin)*trailSpan+trail-trailMin] = read([]byte{byte(lead), byte(trail)})
			}
		}
	}
	for i := range fourBMP {
		code := fourBytes(i)
		t.four[i] = read(code[:])
	}
	t.four[fourReplacement] = 0
	for _, run := range gbDropped {
		for i := range run.count {
			code := run.code + i
			t.two[(code>>8-leadMin)*trailSpan+code&0xFF-trailMin] = packRune(run.first + rune(i))
		}
	}
	return t
})

// fourReplacement is the linear number of 8431A437, the code of U+FFFD: text
// that holds it was damaged before it was written.
const fourReplacement = (0x84-0x81)*12600 + 1*1260 + (0xA4-0x81)*10 + 7

func fourBytes(linear int) [4]byte {
	return [4]byte{byte(0x81 + linear/12600), byte(0x30 + linear/1260%10), byte(0x81 + linear/10%126), byte(0x30 + linear%10)}
}

func pack(b []byte) (v uint32) {
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint32(b[i])
	}
	return v
}

func packRune(r rune) uint32 { return pack(utf8.AppendRune(nil, r)) }

// appendGB18030 appends src as UTF-8. Each undecodable byte becomes U+FFFD and
// sets Broken; characters of the private-use areas set Private.
func appendGB18030(dst, src []byte) ([]byte, State) {
	t := gb()
	var state State
	var four [4]byte
	for i := 0; i < len(src); {
		c := src[i]
		if c < 0x80 {
			if c == 0 {
				state |= Broken
			}
			dst = append(dst, c)
			i++
			continue
		}
		v, n := uint32(0), 1
		if c >= leadMin && c <= leadMax && i+1 < len(src) {
			if trail := src[i+1]; trail >= trailMin {
				if trail != 0xFF && trail != 0x7F {
					v, n = t.two[(int(c)-leadMin)*trailSpan+int(trail)-trailMin], 2
				}
			} else if i+3 < len(src) {
				v, n = t.fourByte(src[i : i+4])
			}
		}
		if v == 0 {
			state |= Broken
			dst = append(dst, "\uFFFD"...)
			i++
			continue
		}
		binary.LittleEndian.PutUint32(four[:], v)
		switch first := byte(v); {
		case first < 0xE0:
			dst = append(dst, four[0], four[1])
		case first < 0xF0:
			if first == 0xEE || first == 0xEF && four[1] < 0xA4 {
				state |= Private
			}
			dst = append(dst, four[0], four[1], four[2])
		default:
			if first >= 0xF3 && isPrivateAstral(four[:]) {
				state |= Private
			}
			dst = append(dst, four[:]...)
		}
		i += n
	}
	return dst, state
}

func (t *gbTables) fourByte(b []byte) (v uint32, n int) {
	if !(b[1]-0x30 <= 9 && b[2] >= leadMin && b[2] <= leadMax && b[3]-0x30 <= 9) {
		return 0, 1
	}
	linear := int(b[0]-0x81)*12600 + int(b[1]-0x30)*1260 + int(b[2]-0x81)*10 + int(b[3]-0x30)
	switch {
	case linear < fourBMP:
		return t.four[linear], 4
	case linear >= fourAstral && linear < fourEnd:
		return packRune(rune(linear - fourAstral + 0x10000)), 4
	}
	return 0, 1
}

// isPrivateAstral reports planes 15 and 16 (F3 B0 … and above).
func isPrivateAstral(b []byte) bool { return b[0] == 0xF3 && b[1] >= 0xB0 || b[0] == 0xF4 }

// gbBack are the characters whose two-byte codes golang.org/x/text does not
// write: without them a name read from such a code could not be given back.
var gbBack = sync.OnceValue(func() map[rune]uint16 {
	back := map[rune]uint16{}
	for _, run := range gbDropped {
		for i := range run.count {
			back[run.first+rune(i)] = uint16(run.code + i)
		}
	}
	return back
})
