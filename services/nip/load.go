package nip

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Default returns the schedule built into the program, read once. It fails only
// when the embedded data are wrong, which the tests of this package exclude.
var Default = sync.OnceValues(func() (*Schedule, error) {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return Load(sub)
})

// Load reads settings.yaml, products.yaml, guidance.yaml and editions/*.yaml.
// Unknown keys, missing sources, unknown products and editions that leave a gap
// are refused with the file and the item.
func Load(files fs.FS) (*Schedule, error) {
	var set settingsFile
	var products productsFile
	var guide guidanceFile
	if err := errors.Join(
		read(files, "settings.yaml", &set),
		read(files, "products.yaml", &products),
		read(files, "guidance.yaml", &guide)); err != nil {
		return nil, err
	}
	editions, err := readEditions(files)
	if err != nil {
		return nil, err
	}
	s := &Schedule{}
	if s.digest, err = digestOf(files); err != nil {
		return nil, err
	}
	if s.set, err = compileSettings(set); err != nil {
		return nil, fmt.Errorf("settings.yaml: %w", err)
	}
	c := compiler{s: s}
	if err := c.productList(products.Products); err != nil {
		return nil, fmt.Errorf("products.yaml: %w", err)
	}
	for _, e := range editions {
		if err := c.edition(e); err != nil {
			return nil, fmt.Errorf("edition %s: %w", e.ID, err)
		}
	}
	if err := c.finish(products.Products); err != nil {
		return nil, fmt.Errorf("products.yaml: %w", err)
	}
	if err := c.guidanceList(guide.Guidance); err != nil {
		return nil, fmt.Errorf("guidance.yaml: %w", err)
	}
	return s.In(""), nil
}

// digestOf is a SHA-256 over all files, by name.
func digestOf(files fs.FS) (out [sha256.Size]byte, err error) {
	h := sha256.New()
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(b), b)
		return err
	})
	return [sha256.Size]byte(h.Sum(nil)), err
}

// read decodes one document strictly.
func read(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: more than one document", name)
	}
	return nil
}

// readEditions returns the edition files, oldest first.
func readEditions(files fs.FS) ([]editionFile, error) {
	names, err := fs.Glob(files, "editions/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []editionFile
	for _, name := range names {
		var e editionFile
		if err := read(files, name, &e); err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); strings.ToLower(e.ID) != want {
			return nil, fmt.Errorf("%s: holds edition %q", name, e.ID)
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, errors.New("no edition on file")
	}
	slices.SortFunc(out, func(a, b editionFile) int { return int(a.From - b.From) })
	return out, checkDates(out)
}

// checkDates requires that the editions follow each other without gap or overlap.
func checkDates(es []editionFile) error {
	for i, e := range es {
		last := i == len(es)-1
		switch {
		case e.From == 0:
			return fmt.Errorf("edition %s: valid_from missing", e.ID)
		case last && e.To != 0:
			return fmt.Errorf("edition %s: the last edition has no valid_to", e.ID)
		case !last && e.To+1 != es[i+1].From:
			return fmt.Errorf("edition %s: valid_to is not the day before %s", e.ID, es[i+1].ID)
		case (i == 0) != (e.Extends == ""), i > 0 && e.Extends != es[i-1].ID:
			return fmt.Errorf("edition %s: extends must name the edition before it", e.ID)
		}
		for _, p := range e.Starts {
			if len(p.Province) != 2 || p.Start < e.From || (!last && p.Start >= es[i+1].From) {
				return fmt.Errorf("edition %s: start of province %q lies outside the edition", e.ID, p.Province)
			}
			if err := p.check(); err != nil {
				return fmt.Errorf("edition %s: province %q: %w", e.ID, p.Province, err)
			}
		}
	}
	return nil
}

var confidences = []string{"sourced", "recalled-sure", "recalled-fairly-sure", "recalled-less-sure", "design"}

func (o origin) check() error {
	if strings.TrimSpace(o.Source) == "" {
		return errors.New("source missing")
	}
	if !slices.Contains(confidences, o.Confidence) {
		return fmt.Errorf("confidence %q is not one of %s", o.Confidence, strings.Join(confidences, ", "))
	}
	return nil
}

func (o origin) public() Origin { return Origin(o) }

func compileSettings(f settingsFile) (Settings, error) {
	for name, err := range map[string]error{
		"first_edition_reaches_back": f.ReachesBack.check(),
		"grace_days":                 f.GraceDays.check(),
		"late_without_deadline":      f.LateAfter.check(),
		"live_spacing":               f.LiveSpacing.check(),
		"bcg_in_live_group":          f.BCGInLive.check(),
		"live_spacing_invalidates":   f.LiveSpacInv.check(),
	} {
		if err != nil {
			return Settings{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	if *f.GraceDays.Value < 0 || *f.GraceDays.Value > 30 {
		return Settings{}, errors.New("grace_days: 0 to 30")
	}
	return Settings{
		ReachesBack: *f.ReachesBack.Value, GraceDays: *f.GraceDays.Value, LateAfter: *f.LateAfter.Value,
		LiveSpacing: *f.LiveSpacing.Value, BCGInLiveGroup: *f.BCGInLive.Value, LiveSpacingInvalidates: *f.LiveSpacInv.Value,
	}, nil
}

func (s setting[T]) check() error {
	if s.Value == nil {
		return errors.New("value missing")
	}
	return s.origin.check()
}
