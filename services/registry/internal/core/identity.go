package core

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"xinju.dev/services/platform/ident"
)

// Document is an identity document of a person.
type Document = ident.Document

// DigestPrefix begins the identifiers of events whose sender gave none.
const DigestPrefix = "d:"

// Normal returns the event as it is stored and compared: text in NFC without
// blanks around it and with one kind of middle dot, and an identifier; where
// the sender gave none, DigestPrefix and a digest of everything else.
func (e Event) Normal() Event {
	e.ID = strings.TrimSpace(e.ID)
	e.Replaces = strings.TrimSpace(e.Replaces)
	e.Name = NormalName(e.Name)
	e.Address = normalText(e.Address)
	e.FormerName = NormalName(e.FormerName)
	e.PermitNumber = strings.TrimSpace(e.PermitNumber)
	e.Employer = normalText(e.Employer)
	e.Phone = normalPhone(e.Phone)
	if e.ID == "" {
		sum := e.Digest()
		e.ID = DigestPrefix + base64.RawURLEncoding.EncodeToString(sum[:24])
	}
	return e
}

// Digest is SHA-256 over everything the event says except who sent it and its
// identifier. Two events with one identifier and two digests contradict each other.
func (e Event) Digest() [32]byte {
	w := newDigester()
	w.ints(int64(e.Type), int64(e.Effective), e.TimeMS, int64(e.Sex), int64(e.Birth), int64(e.Marital), int64(e.HukouKind),
		int64(e.Arrived), int64(e.FirstSeen), int64(e.Registered), int64(e.Reason), int64(e.PermitValidUntil), int64(e.PermitPoints))
	w.texts(string(e.Document.Type), e.Document.Number.Reveal(), e.Document.Country, e.ResidentID, e.Name, e.Ethnic, e.Phone, e.Employer,
		e.HukouDivision, e.Division, e.Address, e.Replaces, e.MotherResidentID)
	w.document(e.MotherDocument)
	w.extra(e)
	return w.sum()
}

// extra adds nothing where an event has none of the fields that came later, so
// that its digest stays what it was.
func (d *digester) extra(e Event) {
	if e.BirthPartial == "" && e.FormerName == "" && e.NameRaw == "" && e.OtherDocument.Number.IsZero() && e.OtherResidentID == "" && e.PermitNumber == "" {
		return
	}
	o := e.OtherDocument
	d.texts("extra", e.BirthPartial, e.FormerName, e.NameRaw, e.NameEncoding, string(o.Type), o.Number.Reveal(), o.Country, e.OtherResidentID, e.PermitNumber)
}

// EventKey is the identifier of the stay or permit that an event began. It is
// derived from the event, so that every order of arrival gives the same one: 26
// characters that say nothing about sender or event.
func EventKey(sender, id string) string {
	w := newDigester()
	w.texts(sender, id)
	sum := w.sum()
	return crockford(sum[:])
}

const crockfordAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// crockford writes the first 128 bits in the form of every other identifier.
func crockford(b []byte) string {
	hi, lo := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
	var out [26]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = crockfordAlphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

// digester writes fields so that no two different lists have the same bytes. It
// is good until its sum.
type digester struct{ buf []byte }

// digestRoom is as long as what most events and states write.
const digestRoom = 512

// digesters are those whose sum was asked for: every event of an import is
// digested several times.
var digesters = sync.Pool{New: func() any { return &digester{buf: make([]byte, 0, digestRoom)} }}

func newDigester() *digester { return digesters.Get().(*digester) }

func (d *digester) ints(v ...int64) {
	for _, n := range v {
		d.buf = binary.AppendVarint(d.buf, n)
	}
}

func (d *digester) texts(v ...string) {
	for _, s := range v {
		d.buf = binary.AppendUvarint(d.buf, uint64(len(s)))
		d.buf = append(d.buf, s...)
	}
}

// document adds nothing where there is none, so that what never has one keeps
// its digest.
func (d *digester) document(doc Document) {
	if !doc.Number.IsZero() {
		d.texts(string(doc.Type), doc.Number.Reveal(), doc.Country)
	}
}

func (d *digester) sum() [32]byte {
	sum := sha256.Sum256(d.buf)
	clear(d.buf)
	d.buf = d.buf[:0]
	digesters.Put(d)
	return sum
}

// NormalName returns a name as it is kept: NFC, without blanks around it, the
// variants of the middle dot in names of minorities as U+00B7.
func NormalName(s string) string {
	return fullStops(dots.Replace(normalText(s)))
}

// dots are the characters that senders type for U+00B7: U+2022, U+2024,
// U+2027, U+2219, U+22C5, U+25CF, U+30FB, U+FF65, U+FF0E, U+16EB, U+2E31, U+A78F.
var dots = strings.NewReplacer("•", "·", "․", "·", "‧", "·", "∙", "·", "⋅", "·", "●", "·", "・", "·", "･", "·", "．", "·",
	"᛫", "·", "⸱", "·", "ꞏ", "·")

// fullStops replaces full stops between Han characters, which are middle dots
// typed on a keyboard without them; those in J. R. Smith stay.
func fullStops(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	r := []rune(s)
	for i := 1; i+1 < len(r); i++ {
		if r[i] == '.' && unicode.Is(unicode.Han, r[i-1]) && unicode.Is(unicode.Han, r[i+1]) {
			r[i] = '·'
		}
	}
	return string(r)
}

func normalText(s string) string {
	s = strings.TrimSpace(s)
	if norm.NFC.IsNormalString(s) {
		return s
	}
	return norm.NFC.String(s)
}

// normalPhone drops what people write between digits.
func normalPhone(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '＋':
			return '+'
		case r == ' ', r == '-', r == '(', r == ')', r == '（', r == '）', r == '－':
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}
