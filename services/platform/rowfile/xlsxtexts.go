package rowfile

import (
	"errors"
	"io"
)

// texts reads what cells share; nil where the workbook has no such part.
func (b *book) texts() (*textStore, error) {
	s := &textStore{o: b.o}
	name := "xl/sharedstrings.xml"
	if b.parts[name] == nil {
		return s, nil
	}
	r, err := b.open(name, b.o.maxSpill+b.o.maxSpill/2)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // only read
	if err := readTexts(newXMLScanner(r, 0), s); err != nil {
		_ = s.close()
		return nil, partFault(err)
	}
	return s, s.full()
}

func readTexts(x *xmlScanner, s *textStore) error {
	var text, raw []byte
	inText, phonetic, ended := false, false, false
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) && ended {
			return nil
		}
		if err != nil {
			return torn(err)
		}
		switch t.kind {
		case xmlText:
			if inText && !phonetic && len(raw)+len(text) <= 4*maxLine {
				raw = append(raw, t.text...)
			}
		case xmlStart:
			switch string(t.name) {
			case "si":
				text = text[:0]
				if t.empty {
					if err := s.add(nil); err != nil {
						return err
					}
				}
			case "t":
				inText, raw = !t.empty, raw[:0]
			case "rPh": // how a name is read, not what it is
				phonetic = !t.empty
			case "sst":
				ended = t.empty
			}
		case xmlEnd:
			switch string(t.name) {
			case "t":
				inText = false
				text, _ = appendUnescaped(text, raw, UTF8)
				raw = raw[:0]
			case "rPh":
				phonetic = false
			case "si":
				if err := s.add(text); err != nil {
					return err
				}
			case "sst":
				ended = true
			}
		}
	}
}
