package ident_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"pgregory.net/rapid"
)

// No message of these tests may quote a number: on failure they name the case.

func TestCitizenNumbers(t *testing.T) {
	for _, c := range []struct {
		name     string
		raw      string
		want     string // "" means raw
		err      error
		division string
		birth    string
		sex      int
	}{
		{"the first example of the standard, check digit X", "11010519491231002X", "", nil, "110105", "1949-12-31", 2},
		{"the second example of the standard, born in 1880", "440524188001010014", "", nil, "440524", "1880-01-01", 1},
		{"a published example with X", "34052419800101001X", "", nil, "340524", "1980-01-01", 1},
		{"a digit where X belongs", "340524198001010013", "", ident.ErrCheckDigit, "", "", 0},
		{"a leap day that exists", "330681188802290017", "", nil, "330681", "1888-02-29", 1},
		{"a leap day that does not exist, with the right check digit", "330681188902290014", "", ident.ErrBirthDate, "", "", 0},
		{"check digit 1", "350213188506150031", "", nil, "350213", "1885-06-15", 1},
		{"a woman, check digit 1", "360103187607040041", "", nil, "360103", "1876-07-04", 2},
		{"check digit 0", "310110189509300050", "", nil, "310110", "1895-09-30", 1},
		{"a woman, check digit 2", "330784189912310022", "", nil, "330784", "1899-12-31", 2},
		{"a small x", "11010519491231002x", "11010519491231002X", nil, "110105", "1949-12-31", 2},
		{"a wrong check digit", "110105194912310021", "", ident.ErrCheckDigit, "", "", 0},
		{"the invented province, a girl", "990101202308310029", "", nil, "990101", "2023-08-31", 2},
		{"the invented province, born on a leap day", "99010120240229001X", "", nil, "990101", "2024-02-29", 1},
		{"the invented province, a boy", "990101201910010032", "", nil, "990101", "2019-10-01", 1},
		{"the invented province, a girl of 2012", "990101201203150044", "", nil, "990101", "2012-03-15", 2},
		{"the invented province, a man", "990101199006300058", "", nil, "990101", "1990-06-30", 1},
		{"the invented province, a woman", "990101198811120063", "", nil, "990101", "1988-11-12", 2},
		{"the invented province, a girl with X", "99010120200131018X", "", nil, "990101", "2020-01-31", 2},
		{"the old form of 15 digits", "990101880101001", "990101198801010012", nil, "990101", "1988-01-01", 1},
		{"the old form with a leap day that does not exist", "330681990229001", "", ident.ErrBirthDate, "", "", 0},
		{"blanks around it", "\t 11010519491231002X\u3000\r\n", "11010519491231002X", nil, "110105", "1949-12-31", 2},
		{"a byte order mark before it", "\uFEFF11010519491231002X", "11010519491231002X", nil, "110105", "1949-12-31", 2},
		{"full-width characters", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X", nil, "110105", "1949-12-31", 2},
		{"a blank inside", "110105 19491231002X", "", ident.ErrMalformed, "", "", 0},
		{"month 13", "990101199013010010", "", ident.ErrCheckDigit, "", "", 0},
		{"an X in the middle", "11010519491231X02X", "", ident.ErrMalformed, "", "", 0},
		{"17 characters", "1101051949123100X", "", ident.ErrMalformed, "", "", 0},
		{"15 characters with a letter", "99010188010100X", "", ident.ErrMalformed, "", "", 0},
		{"what a spreadsheet makes of it", "1.10105E+17", "", ident.ErrMalformed, "", "", 0},
		{"other digits of Unicode", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢", "", ident.ErrMalformed, "", "", 0},
		{"nothing", "", "", ident.ErrMalformed, "", "", 0},
		{"a residence permit of Hong Kong", "810000199408230021", "", ident.ErrKind, "", "", 0},
		{"a residence permit of Taiwan", "830000199201300022", "", ident.ErrKind, "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := ident.ParseCitizen(c.raw)
			if !errors.Is(err, c.err) {
				t.Fatalf("got %v, want %v", err, c.err)
			}
			if err != nil {
				if !n.IsZero() {
					t.Error("a refused number was returned")
				}
				return
			}
			want := c.want
			if want == "" {
				want = c.raw
			}
			if n.Reveal() != want {
				t.Error("another number came out")
			}
			division, birth, sex := ident.Citizen(n)
			if division != c.division || birth != civil.Must(c.birth) || sex != c.sex {
				t.Errorf("got division %s, birth %s, sex %d", division, birth, sex)
			}
		})
	}
}

func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    ident.DocType
		raw     string
		country string
		want    string // "" means raw
		err     error
	}{
		{"a citizen's card", ident.CitizenCard, "990101199006300058", "", "", nil},
		{"a citizen's card with its country", ident.CitizenCard, "990101199006300058", "chn", "", nil},
		{"a citizen's card of another country", ident.CitizenCard, "990101199006300058", "USA", "", ident.ErrCountry},
		{"a published residence permit of Hong Kong", ident.OverseasResidence, "810000199408230021", "", "", nil},
		{"a published residence permit of Taiwan", ident.OverseasResidence, "830000199201300022", "", "", nil},
		{"a residence permit of Hong Kong", ident.OverseasResidence, "810000198906150011", "", "", nil},
		{"a residence permit of Macau", ident.OverseasResidence, "820000199211030028", "", "", nil},
		{"a residence permit of Taiwan, a man", ident.OverseasResidence, "830000198704210032", "", "", nil},
		{"a residence permit of Taiwan, a child", ident.OverseasResidence, "830000202008150047", "", "", nil},
		{"a residence permit of Hong Kong, a child", ident.OverseasResidence, "810000201901310025", "", "", nil},
		{"a residence permit with a wrong check digit", ident.OverseasResidence, "810000198906150012", "", "", ident.ErrCheckDigit},
		{"a citizen's number as a residence permit", ident.OverseasResidence, "990101199006300058", "", "", ident.ErrKind},
		{"a travel permit of Hong Kong", ident.HKMacauTravel, "h12345678", "", "H12345678", nil},
		{"a travel permit of Macau with its renewal", ident.HKMacauTravel, "M1234567801", "", "", nil},
		{"a travel permit of nowhere", ident.HKMacauTravel, "T12345678", "", "", ident.ErrMalformed},
		{"a travel permit with 9 digits", ident.HKMacauTravel, "H123456789", "", "", ident.ErrMalformed},
		{"a travel permit of Taiwan", ident.TaiwanTravel, "12345678", "", "", nil},
		{"an old travel permit of Taiwan with brackets", ident.TaiwanTravel, "0123456789（b）", "", "0123456789B", nil},
		{"an old travel permit of Taiwan", ident.TaiwanTravel, "0123456789B", "", "", nil},
		{"a travel permit of Taiwan with 9 digits", ident.TaiwanTravel, "123456789", "", "", ident.ErrMalformed},
		{"a card of a foreign resident", ident.ForeignResident, "911124198108030024", "", "", nil},
		{"an old card of a foreign resident", ident.ForeignResident, "abc123456789012", "", "ABC123456789012", nil},
		{"a card of a foreign resident with a wrong check digit", ident.ForeignResident, "911124198108030025", "", "", ident.ErrCheckDigit},
		{"a citizen's number as a card of a foreign resident", ident.ForeignResident, "11010519491231002X", "", "", ident.ErrKind},
		{"a passport", ident.Passport, "e12345678", "GBR", "E12345678", nil},
		{"a passport without a country", ident.Passport, "E12345678", "", "", ident.ErrCountry},
		{"a passport with a country of two letters", ident.Passport, "E12345678", "GB", "", ident.ErrCountry},
		{"a passport of 4 characters", ident.Passport, "E123", "GBR", "", ident.ErrMalformed},
		{"a passport of 18 characters", ident.Passport, "E12345678901234567", "GBR", "", ident.ErrMalformed},
		{"a hukou book", ident.HukouBook, "012345678", "", "", nil},
		{"a birth certificate", ident.BirthCertificate, "q990000001", "", "Q990000001", nil},
		{"a birth certificate without its letter", ident.BirthCertificate, "9990000001", "", "", ident.ErrMalformed},
		{"another document", ident.OtherDocument, "A-1/2", "", "", nil},
		{"another document without a number", ident.OtherDocument, " ", "", "", ident.ErrMalformed},
		{"another document with a blank", ident.OtherDocument, "A 1", "", "", ident.ErrMalformed},
		{"an officer's card", ident.OfficerCard, "军字第0199001号", "", "军0199001", nil},
		{"an officer's card without what all of them say", ident.OfficerCard, "军0199001", "", "", nil},
		{"an officer's card, digits alone", ident.OfficerCard, "0199001", "", "", nil},
		{"an officer's card of letters", ident.OfficerCard, "ABC1234", "", "", ident.ErrMalformed},
		{"a driving licence", ident.DrivingLicence, "990101199006300058", "", "", nil},
		{"a driving licence of 15 digits", ident.DrivingLicence, "990101880101001", "", "990101198801010012", nil},
		{"a driving licence of a resident of Hong Kong", ident.DrivingLicence, "810000198906150011", "", "", nil},
		{"a driving licence by its file", ident.DrivingLicence, "990100000012", "", "", nil},
		{"a driving licence with a wrong check digit", ident.DrivingLicence, "990101199006300059", "", "", ident.ErrCheckDigit},
		{"the registry's own provisional kind", ident.Provisional, "0123456789ABCDEFGHJKMNPQRS", "", "", ident.ErrDocType},
		{"a kind that is not in the list", ident.DocType("42"), "12345678", "", "", ident.ErrDocType},
		{"no kind", ident.DocType(""), "12345678", "", "", ident.ErrDocType},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := ident.Parse(c.kind, c.raw, c.country)
			if !errors.Is(err, c.err) {
				t.Fatalf("got %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			want := c.want
			if want == "" {
				want = c.raw
			}
			if d.Number.Reveal() != want || d.Type != c.kind {
				t.Error("another document came out")
			}
			again, err := ident.Parse(d.Type, d.Number.Reveal(), d.Country)
			if err != nil || again != d {
				t.Errorf("the normal form is not read as itself: %v", err)
			}
		})
	}
}

func TestTheBirthDateOfADocument(t *testing.T) {
	for raw, kind := range map[string]ident.DocType{"810000201901310025": ident.OverseasResidence, "12345678": ident.TaiwanTravel} {
		d, err := ident.Parse(kind, raw, "")
		if err != nil {
			t.Fatal(err)
		}
		want := civil.None
		if kind == ident.OverseasResidence {
			want = civil.Must("2019-01-31")
		}
		if d.Birth() != want {
			t.Errorf("kind %s: %s, want %s", kind, d.Birth(), want)
		}
	}
}

func TestOneWrongOrSwappedCharacterIsAlwaysNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte("990101199006300058")
		if i := rapid.IntRange(0, 16).Draw(t, "at"); rapid.Bool().Draw(t, "swap") {
			raw[i], raw[i+1] = raw[i+1], raw[i]
		} else {
			raw[i] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		}
		if string(raw) == "990101199006300058" {
			return
		}
		if _, err := ident.ParseCitizen(string(raw)); err == nil {
			t.Fatal("accepted")
		}
	})
}

func TestANumberNeverPrintsItself(t *testing.T) {
	const number = "990101199006300058"
	n, err := ident.ParseCitizen(number)
	if err != nil {
		t.Fatal(err)
	}
	d := ident.Document{Type: ident.CitizenCard, Number: n}
	holder := struct {
		N  ident.Number
		P  *ident.Number
		D  ident.Document
		M  map[ident.Number]int
		IN any
	}{n, &n, d, map[ident.Number]int{n: 1}, n}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%18s", "%w"} {
		for _, v := range []any{n, &n, d, &d, holder, &holder, []ident.Number{n}} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	js, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(js)
	if x, err := xml.Marshal(d); err == nil {
		out.Write(x)
	}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&out), zap.DebugLevel)
	zap.New(core).Info("seen", zap.Any("n", n), zap.Any("d", d), zap.Any("holder", holder), zap.Stringer("s", n), zap.Reflect("r", &d), zap.Error(fmt.Errorf("about %v", n)))
	zap.New(core).Sugar().Infow("seen", "n", n, "d", d)
	slog.New(slog.NewTextHandler(&out, nil)).Info("seen", "n", n, "d", d)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("seen", "n", n, "d", d)
	if v, err := n.Value(); err == nil || v != nil {
		t.Error("a number can be stored as a column")
	}
	for _, part := range []string{number, number[:12], number[6:14], number[12:], fmt.Sprintf("%x", number[:4])} {
		if strings.Contains(out.String(), part) {
			t.Fatal("part of the number was printed")
		}
	}
	if (ident.Number{}).String() != "none" {
		t.Error("no number does not say so")
	}
}

func FuzzParseCitizen(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "990101880101001", " １１０１０５１９４９１２３１００２ｘ", "", "81000019940823002"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ident.ParseCitizen(s)
		if err != nil {
			if s != "" && len(s) > 3 && strings.Contains(err.Error(), s) {
				t.Error("the error quotes its input")
			}
			return
		}
		again, err := ident.ParseCitizen(n.Reveal())
		division, birth, sex := ident.Citizen(n)
		if err != nil || again != n || len(n.Reveal()) != 18 || len(division) != 6 || birth == civil.None || sex < 1 || sex > 2 {
			t.Error("accepted something that is not a normal form")
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("06", "H12345678", "")
	f.Add("03", "E12345678", "GBR")
	f.Add("07", "0123456789（B）", "CHN")
	f.Add("09", "ABC123456789012", "")
	f.Fuzz(func(t *testing.T, kind, raw, country string) {
		d, err := ident.Parse(ident.DocType(kind), raw, country)
		if err != nil {
			return
		}
		if again, err := ident.Parse(d.Type, d.Number.Reveal(), d.Country); err != nil || again != d {
			t.Error("the normal form is not read as itself")
		}
	})
}
