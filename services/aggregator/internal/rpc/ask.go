package rpc

import (
	"context"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
)

// FigureSource is the figures from outside, as the calls see them.
type FigureSource interface {
	// Held is what is in memory; latest is false when Current may know better.
	Held() (figures *answers.Figures, latest bool)
	// Current is what is in force; another pointer only when something was changed.
	Current(ctx context.Context) (*answers.Figures, error)
}

// UseFigures gives the server the figures that ratios are computed from. Without
// them a ratio that needs one has no value.
func (s *Server) UseFigures(f FigureSource) { s.figures = f }

// UseLate sets from when on a source counts as not fully counted.
func (s *Server) UseLate(l answers.Late) { s.late = l }

// ask runs fn on one state. Where fn took a figure from memory that may have been
// changed since, and it was, fn runs again: it must begin its answer anew. Numbers
// that need no figure cost no read of the database.
func (s *Server) ask(ctx context.Context, fn func(a *answers.Asker, v coverage.View) error) error {
	var figures *answers.Figures
	latest := true
	if s.figures != nil {
		figures, latest = s.figures.Held()
	}
	wanted, err := s.askWith(figures, fn)
	if err != nil || !wanted || latest {
		return err
	}
	current, err := s.figures.Current(ctx)
	if err != nil || current == figures {
		return err
	}
	_, err = s.askWith(current, fn)
	return err
}

func (s *Server) askWith(figures *answers.Figures, fn func(a *answers.Asker, v coverage.View) error) (wanted bool, err error) {
	err = s.book.Look(func(v coverage.View) error {
		a := answers.On(v, figures, s.late, s.now())
		err := fn(a, v)
		wanted = a.TookFigures()
		return err
	})
	return wanted, err
}
