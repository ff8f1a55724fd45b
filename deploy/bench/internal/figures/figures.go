// Package figures measures what a piece of work costs and prints the cost of ours
// beside that of its baseline. It does not know what is measured.
package figures

import (
	"slices"
	"time"
)

// Unknown stands for a cost that could not be read.
const Unknown = time.Duration(-1)

// Line is the cost of one way of doing a thing.
type Line struct {
	What   string        `json:"what"`
	Rounds int           `json:"rounds"`
	Wall   time.Duration `json:"wall_ns"`              // median of the rounds
	CPU    time.Duration `json:"cpu_ns"`               // median; this process and the commands it ran
	Server time.Duration `json:"server_cpu_ns"`        // mean, of the database's process; Unknown when it cannot be read
	Rate   float64       `json:"per_second,omitempty"` // things done per second of Wall
	Memory int64         `json:"memory_bytes,omitempty"`
}

// Comparison is ours beside the baseline, measured in one run.
type Comparison struct {
	Section   string `json:"section"` // "a" …
	Case      string `json:"case"`
	Residents int    `json:"residents"`
	Ours      Line   `json:"ours"`
	Baseline  Line   `json:"baseline"`
	Checked   string `json:"checked,omitempty"` // what was compared, and that it was equal
	Note      string `json:"note,omitempty"`
}

// Times is how many times the baseline's median wall time is ours, or the
// baseline's memory is ours: above 1 ours is better.
func (c Comparison) Times() float64 {
	if c.Ours.Memory > 0 {
		return ratio(float64(c.Baseline.Memory), float64(c.Ours.Memory))
	}
	return ratio(float64(c.Baseline.Wall), float64(c.Ours.Wall))
}

// TimesCPU is the same for CPU, the database's included where it is known; 0
// when it is not.
func (c Comparison) TimesCPU() float64 {
	if c.Ours.Memory > 0 {
		return 0
	}
	return ratio(float64(c.Baseline.cpu()), float64(c.Ours.cpu()))
}

func (l Line) cpu() time.Duration { return l.CPU + max(l.Server, 0) }

func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// Limit says how often a thing is done: at least Least times, then until Spend
// has passed, never more than Most times.
type Limit struct {
	Least, Most int
	Spend       time.Duration
}

// Sampler times rounds. ServerCPU reads the CPU time that a database's process
// has used so far; nil when there is none or it cannot be read.
type Sampler struct {
	ServerCPU func() (time.Duration, error)

	walls, cpus []time.Duration
	server      time.Duration
	blind       bool // the server's CPU could not be read
}

// Time measures one round.
func (s *Sampler) Time(f func() error) error {
	server := s.serverCPU()
	cpu, start := processCPU(), time.Now()
	if err := f(); err != nil {
		return err
	}
	s.walls = append(s.walls, time.Since(start))
	s.cpus = append(s.cpus, processCPU()-cpu)
	s.server += s.serverCPU() - server
	return nil
}

// Repeat measures rounds of f within the limit.
func (s *Sampler) Repeat(l Limit, f func() error) error {
	start := time.Now()
	for n := 0; n < l.Most && (n < l.Least || time.Since(start) < l.Spend); n++ {
		if err := s.Time(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sampler) serverCPU() time.Duration {
	if s.ServerCPU == nil {
		return 0
	}
	d, err := s.ServerCPU()
	s.blind = s.blind || err != nil
	return d
}

// Line sums the rounds up. things is how many things each round did; 0 leaves
// the rate out.
func (s *Sampler) Line(what string, things int) Line {
	l := Line{What: what, Rounds: len(s.walls), Wall: median(s.walls), CPU: median(s.cpus), Server: Unknown}
	if s.ServerCPU != nil && !s.blind && l.Rounds > 0 {
		l.Server = s.server / time.Duration(l.Rounds)
	}
	if things > 0 && l.Wall > 0 {
		l.Rate = float64(things) / l.Wall.Seconds()
	}
	return l
}

// Per divides a line whose rounds did many equal things by their number.
func (l Line) Per(things int) Line {
	l.Wall, l.CPU = l.Wall/time.Duration(things), l.CPU/time.Duration(things)
	if l.Server > 0 {
		l.Server /= time.Duration(things)
	}
	return l
}

func median(of []time.Duration) time.Duration {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}
