package rowfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"

	"xinju.dev/services/platform/fault"
)

// book is an opened workbook. Its parts are read as streams, never as a whole.
type book struct {
	parts  map[string]*zip.File // by name in lower case
	o      options
	sheets []bookSheet
	dates  DateSystem
	formats
}

type bookSheet struct {
	name, part string
	hidden     bool
}

const (
	maxDirectory = 1 << 20
	maxSmallPart = 32 << 20 // the workbook, its styles and relations
	maxSheets    = 1000
	freeUnpacked = 16 << 20 // below, the ratio does not matter
	maxRatio     = 200      // unpacked to packed; sheets of one repeated row reach 100
	zipEnd       = "PK\x05\x06"
	zipEndLength = 22
)

// openBook fails with FEED_FILE_TORN, FEED_FILE_UNREADABLE for a ZIP of another
// kind, FEED_FILE_LOCKED or FEED_FILE_HOSTILE.
func openBook(src io.ReaderAt, size int64, o options) (*book, error) {
	if err := checkDirectory(src, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(src, size)
	if err != nil {
		return nil, ErrFileTorn.Because(err)
	}
	b := &book{parts: map[string]*zip.File{}, o: o, dates: Excel1900}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if _, twice := b.parts[name]; twice && strings.HasPrefix(name, "xl/") {
			return nil, ErrFileHostile.With("limit", "PART_TWICE") // programs differ in which one they show
		}
		b.parts[name] = f
	}
	main := b.main()
	if b.parts[main] == nil {
		return nil, ErrFileUnreadable.With("kind", b.otherKind())
	}
	if err := b.readWorkbook(main); err != nil {
		return nil, err
	}
	return b, nil
}

// checkDirectory bounds the list of parts before it is read into memory.
func checkDirectory(src io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, 65535+zipEndLength))
	if _, err := src.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return ErrRead.Because(err)
	}
	i := bytes.LastIndex(tail, []byte(zipEnd))
	if i < 0 || len(tail)-i < zipEndLength {
		return ErrFileTorn
	}
	end := tail[i:]
	count, length, offset := binary.LittleEndian.Uint16(end[10:]), int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	switch at := size - int64(len(tail)) + int64(i); {
	case count == 0xFFFF || length > maxDirectory:
		return ErrFileHostile.With("limit", "PARTS")
	case offset+length != at:
		return ErrFileTorn
	}
	return nil
}

func (b *book) main() string {
	rels, err := b.relations("")
	if err == nil {
		for _, r := range rels {
			if strings.HasSuffix(r.kind, "/officeDocument") {
				return r.target
			}
		}
	}
	return "xl/workbook.xml"
}

func (b *book) otherKind() string {
	for _, k := range []struct{ part, kind string }{
		{"xl/workbook.bin", "XLSB"}, {"word/document.xml", "DOCX"}, {"ppt/presentation.xml", "PPTX"}, {"content.xml", "ODS"}, {"meta-inf/manifest.mf", "JAR"}, {"androidmanifest.xml", "APK"},
	} {
		if b.parts[k.part] != nil {
			return k.kind
		}
	}
	return "ZIP"
}

// open streams a part and guards what it unpacks to.
func (b *book) open(name string, limit int64) (*guarded, error) {
	f := b.parts[strings.ToLower(name)]
	switch {
	case f == nil:
		return nil, ErrFileTorn.With("part", path.Base(name))
	case f.Flags&1 != 0:
		return nil, ErrFileLocked
	case f.UncompressedSize64 > uint64(limit):
		return nil, ErrFileHostile.With("limit", "UNPACKED")
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrFileTorn.Because(err)
	}
	return &guarded{r: r, left: limit, packed: int64(f.CompressedSize64)}, nil
}

// guarded is a part that is being unpacked: what its directory says of its size
// need not be true.
type guarded struct {
	r      io.ReadCloser
	left   int64
	given  int64
	packed int64
	failed error
}

func (g *guarded) Read(p []byte) (int, error) {
	if g.failed != nil {
		return 0, g.failed
	}
	n, err := g.r.Read(p)
	g.given += int64(n)
	switch {
	case g.given > g.left:
		g.failed = ErrFileHostile.With("limit", "UNPACKED")
	case g.given > freeUnpacked && g.given/maxRatio > g.packed:
		g.failed = ErrFileHostile.With("limit", "RATIO")
	case errors.Is(err, io.EOF):
		g.failed = io.EOF
	case err != nil:
		g.failed = ErrFileTorn.Because(err)
	default:
		return n, nil
	}
	if errors.Is(g.failed, io.EOF) {
		return n, io.EOF
	}
	return 0, g.failed
}

func (g *guarded) Close() error { return g.r.Close() }

// scan reads a small part tag by tag. Text is the text directly behind a tag.
func (b *book) scan(name string, visit func(t *xmlToken) error) error {
	r, err := b.open(name, maxSmallPart)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	x := newXMLScanner(r, 0)
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(t)
		}
		if err != nil {
			return partFault(err)
		}
	}
}

// partFault: what is not well-formed inside a workbook is a torn file.
func partFault(err error) error {
	if f, known := errors.AsType[*fault.Error](err); known {
		return f
	}
	return ErrFileTorn.Because(err)
}

type relation struct{ id, kind, target string }

const maxRelations = 10_000

// relations are those of a part, "" being the package.
func (b *book) relations(part string) ([]relation, error) {
	folder, base := path.Split(part)
	var out []relation
	err := b.scan(folder+"_rels/"+base+".rels", func(t *xmlToken) error {
		if t.kind != xmlStart || string(t.name) != "Relationship" {
			return nil
		}
		if len(out) >= maxRelations {
			return ErrFileHostile.With("limit", "RELATIONS")
		}
		target := attribute(t, "Target")
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(folder, target)
		}
		out = append(out, relation{attribute(t, "Id"), attribute(t, "Type"), strings.ToLower(target)})
		return nil
	})
	return out, err
}

// attribute is the text of an attribute, "" when there is none.
func attribute(t *xmlToken, name string) string {
	rest := t.attrs
	for {
		n, v, after, ok := xmlAttribute(rest)
		if !ok {
			return ""
		}
		if string(localName(n)) == name {
			text, _ := appendUnescaped(nil, v, UTF8)
			return string(text)
		}
		rest = after
	}
}

func (b *book) readWorkbook(main string) error {
	rels, err := b.relations(main)
	if err != nil {
		return err
	}
	target := map[string]relation{}
	for _, r := range rels {
		target[r.id] = r
	}
	err = b.scan(main, func(t *xmlToken) error {
		switch {
		case t.kind != xmlStart:
		case string(t.name) == "workbookPr":
			if v := attribute(t, "date1904"); v == "1" || v == "true" {
				b.dates = Excel1904
			}
		case string(t.name) == "sheet":
			if len(b.sheets) >= maxSheets {
				return ErrFileHostile.With("limit", "SHEETS")
			}
			r := target[attribute(t, "id")]
			if strings.HasSuffix(r.kind, "/worksheet") { // charts are sheets too
				b.sheets = append(b.sheets, bookSheet{attribute(t, "name"), r.target, attribute(t, "state") != "" && attribute(t, "state") != "visible"})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/styles") && b.parts[r.target] != nil {
			return b.readFormats(r.target)
		}
	}
	return nil
}
