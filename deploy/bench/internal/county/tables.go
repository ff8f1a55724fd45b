package county

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// Table is one table of the join. All columns are integers: days are civil day
// numbers, people and pregnancies the index of the person, divisions codes.
type Table struct {
	Name    string
	Columns []string
}

// Tables of the join, in the order in which rows are handed out.
var Tables = []Table{
	{"resident", []string{"resident_id", "sex", "hukou", "until36", "until84"}},
	{"presence", []string{"resident_id", "from_day", "to_day", "township", "village", "lived3", "lived6"}},
	{"archive_standard", []string{"resident_id", "from_day", "to_day"}},
	{"education", []string{"resident_id", "on_day", "n"}},
	{"child_check", []string{"resident_id", "on_day", "n", "kind"}},
	{"vaccinated", []string{"resident_id", "from_day", "to_day"}},
	{"pregnancy_end", []string{"pregnancy_id", "on_day", "resident_id"}},
	{"antenatal", []string{"pregnancy_id", "on_day", "n"}},
	{"infection", []string{"resident_id", "on_day", "n", "notifiable", "reported"}},
}

// WriteTables writes one tab-separated file <name>.tsv per table into a folder,
// in the order of the person's index, and returns the number of rows.
//
// Everything that needs a calendar or a rule of residence is resolved here and
// not by the database: days of age, the day from which the person has lived in
// the county for 3 and 6 months, and the days on which no vaccine was overdue.
func WriteTables(c *synthetic.County, folder string) (rows int, err error) {
	w, err := newTableWriter(folder)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	schedule, err := nip.Default()
	if err != nil {
		return 0, err
	}
	for p := range c.People() {
		if len(p.Stays) > 0 {
			w.person(c, p, schedule)
		}
	}
	return w.rows, nil
}

type tableWriter struct {
	files map[string]*os.File
	bufs  map[string]*bufio.Writer
	rows  int
	line  []byte
}

func newTableWriter(folder string) (*tableWriter, error) {
	w := &tableWriter{files: map[string]*os.File{}, bufs: map[string]*bufio.Writer{}}
	for _, t := range Tables {
		f, err := os.Create(filepath.Join(folder, t.Name+".tsv"))
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.files[t.Name], w.bufs[t.Name] = f, bufio.NewWriterSize(f, 1<<16)
	}
	return w, nil
}

// row writes one line; bufio keeps the first error for close.
func (w *tableWriter) row(table string, values ...int) {
	w.line = w.line[:0]
	for i, v := range values {
		if i > 0 {
			w.line = append(w.line, '\t')
		}
		w.line = strconv.AppendInt(w.line, int64(v), 10)
	}
	_, _ = w.bufs[table].Write(append(w.line, '\n'))
	w.rows++
}

func (w *tableWriter) close() error {
	var all []error
	for name, f := range w.files {
		if err := errors.Join(w.bufs[name].Flush(), f.Close()); err != nil {
			all = append(all, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(all...)
}

func (w *tableWriter) person(c *synthetic.County, p *synthetic.Person, schedule *nip.Schedule) {
	until84 := p.Birth.AddMonths(84)
	w.row("resident", p.Index, p.Sex, atoi(p.Hukou), int(p.Birth.AddMonths(36)), int(until84))
	w.presences(p)
	r := p.Records
	if from, until, ok := (&writer{p: p, today: c.Today}).standard(); ok {
		w.row("archive_standard", p.Index, int(max(from, r.Archive.Opened)), int(after(until)))
	}
	for n, d := range r.Educations {
		w.row("education", p.Index, int(d), n)
	}
	for n, k := range r.Checks {
		w.row("child_check", p.Index, int(k.On), n, k.Kind)
	}
	if until84 > p.Stays[0].Arrived { // nobody asks for the vaccines of others
		for _, s := range schedule.UpToDate(nip.Child{Birth: p.Birth, Sex: p.Sex}, doses(p)) {
			w.row("vaccinated", p.Index, int(s.From), int(s.To))
		}
	}
	for n, g := range r.Pregnancies {
		pregnancy := p.Index*10 + n
		if g.Ended != civil.None {
			w.row("pregnancy_end", pregnancy, int(g.Ended), p.Index)
		}
		for k, d := range g.Antenatal {
			w.row("antenatal", pregnancy, int(d), k)
		}
	}
	for n, one := range r.Cases {
		w.row("infection", p.Index, int(one.On), n, flag(classes[one.Disease] != ""), flag(reported(one) != 0))
	}
}

// presences writes where the person lived; all stays are in one county, and the
// clocks of 3 and 6 months go on over absences of at most 30 days.
func (w *tableWriter) presences(p *synthetic.Person) {
	var since, left civil.Date
	for i, s := range p.Stays {
		if i == 0 || int(s.Arrived-left)-1 > 30 {
			since = s.Arrived
		}
		left = s.Left
		village := atoi(s.Village)
		w.row("presence", p.Index, int(s.Arrived), int(after(s.Left)), village/1000*1000, village,
			int(civil.Lived(since, 3, civil.Anniversary)), int(civil.Lived(since, 6, civil.Anniversary)))
	}
}

// after is the first day after a last one; Forever after none.
func after(last civil.Date) civil.Date {
	if last == civil.None {
		return civil.Forever
	}
	return last.AddDays(1)
}

// doses in the order in which the rules read them.
func doses(p *synthetic.Person) []nip.Dose {
	var out []nip.Dose
	for _, d := range p.Records.Doses {
		out = append(out, nip.Dose{Product: d.Product, On: d.On})
	}
	slices.SortStableFunc(out, func(a, b nip.Dose) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Product, b.Product))
	})
	return out
}

func flag(is bool) int {
	if is {
		return 1
	}
	return 0
}

// atoi reads a division code, which is all digits.
func atoi(code string) int {
	n, _ := strconv.Atoi(code)
	return n
}
