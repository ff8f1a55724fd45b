// Package progress shows on stderr how far long work is: a bar on a terminal, a
// line when a stage begins and one when it ends elsewhere. It must never write to stdout, which belongs to results.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Reporter shows one stage after another.
type Reporter struct {
	out      io.Writer
	terminal bool
}

// New returns a reporter on out; terminal says whether a bar can be drawn there.
func New(out io.Writer, terminal bool) *Reporter { return &Reporter{out: out, terminal: terminal} }

// Unit is what a stage counts.
type Unit struct{ Name string }

// Units.
var (
	Bytes = Unit{"bytes"}
	Rows  = Unit{"行 rows"}
)

func (u Unit) options() []progressbar.Option {
	if u == Bytes {
		return []progressbar.Option{progressbar.OptionShowBytes(true)}
	}
	return []progressbar.Option{progressbar.OptionShowIts(), progressbar.OptionSetItsString(u.Name)}
}

// Stage is one stretch of work. It may be used by several goroutines.
type Stage struct {
	mu          sync.Mutex
	out         io.Writer
	bar         *progressbar.ProgressBar
	name        string
	unit        Unit
	done, total int64
}

// Stage begins a stage of total units; total may be 0 while it is unknown.
func (r *Reporter) Stage(name string, total int64, unit Unit) *Stage {
	s := &Stage{out: r.out, name: name, unit: unit, total: total}
	if !r.terminal {
		fmt.Fprintln(r.out, name)
		return s
	}
	length := total
	if length <= 0 {
		length = -1
	}
	s.bar = progressbar.NewOptions64(length, append(unit.options(),
		progressbar.OptionSetWriter(r.out),
		progressbar.OptionSetDescription(name),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionSetPredictTime(true),
	)...)
	return s
}

// Set says how far the stage is, and of how much when that is known by now.
func (s *Stage) Set(done, total int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = done
	grown := total > 0 && total != s.total
	if grown {
		s.total = total
	}
	if s.bar == nil {
		return
	}
	if grown {
		s.bar.ChangeMax64(total)
	}
	_ = s.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
}

// End ends the stage's line. A stage that reached its total shows so, even when
// the last steps came too fast to be drawn.
func (s *Stage) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar == nil {
		fmt.Fprintln(s.out, s.name+s.ending())
		return
	}
	if s.total > 0 && s.done >= s.total {
		_ = s.bar.Finish()
	}
	fmt.Fprintln(s.out)
}

// ending says how far the stage came: to its end, or not.
func (s *Stage) ending() string {
	switch {
	case s.done < s.total:
		return fmt.Sprintf(" 止于 ended at %d / %d %s", s.done, s.total, s.unit.Name)
	case s.done == 0:
		return " 结束 ended"
	}
	return fmt.Sprintf(" 完成 done: %d %s", s.done, s.unit.Name)
}
