package cli

import "xinju.dev/deploy/cmd/xinju/internal/show"

// page is one page of a list.
type page[T any] struct {
	items []T
	next  string
}

// maxPage is what servers give at most.
const maxPage = 1000

// collect reads pages until there are limit items or no more; limit 0 reads all.
// more says that something was left behind.
func collect[T any](limit int, read func(size int32, token string) (page[T], error)) (items []T, more bool, err error) {
	token := ""
	for {
		size := maxPage
		if limit > 0 {
			size = min(size, limit-len(items))
		}
		p, err := read(int32(size), token)
		if err != nil {
			return nil, false, err
		}
		items = append(items, p.items...)
		token = p.next
		if token == "" {
			return items, false, nil
		}
		if limit > 0 && len(items) >= limit {
			return items[:limit], true, nil
		}
	}
}

// listed reads at most limit items and prints them.
func listed[T any](a *app, limit int, f show.Format, read func(size int32, token string) (page[T], error), table func(...T) *show.Table) error {
	items, more, err := collect(limit, read)
	if err != nil {
		return err
	}
	t := table(items...)
	if more {
		t.Note("还有更多 there are more: --limit 0")
	}
	return t.Write(a.Out, f)
}
