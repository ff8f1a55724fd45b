package coverage

import "xinju.dev/services/platform/civil"

// Preparer is a View that reads its numbers from tables and does better when it
// is told beforehand which ones will be asked for.
type Preparer interface {
	Prepare(codes []string, days []civil.Date)
}

// Prepare tells a view which numbers will be asked for; most views hold them anyway.
func Prepare(v View, codes []string, days ...civil.Date) {
	if p, ok := v.(Preparer); ok && len(codes) > 0 {
		p.Prepare(codes, days)
	}
}
