package store

const (
	// aside is from how many new events on a call writes while it judges: the
	// database and the rules then work at the same time.
	aside = 100
	// besideMost is how many writes may be waiting. All of them are made of one
	// call, which bounds their memory.
	besideMost = 8
)

// writing runs what a call writes, one after the other, beside the rules.
type writing struct {
	todo chan func() error
	done chan error // the first failure; what was to follow it is not run
}

// beside writes: at once in a small call, and in a large one while the rules go
// on. What is given first is written first. Until rest, nobody else may use the
// transaction. A failure may be told as late as by rest.
func (b *batch) beside(write func() error) error {
	if b.fresh < aside {
		return write()
	}
	if b.writing == nil {
		b.writing = &writing{todo: make(chan func() error, besideMost), done: make(chan error, 1)}
		go b.writing.run()
	}
	b.writing.todo <- write
	return nil
}

func (w *writing) run() {
	var failed error
	for write := range w.todo {
		if failed == nil {
			failed = write()
		}
	}
	w.done <- failed
}

// rest waits for what is written beside.
func (b *batch) rest() error {
	if b.writing == nil {
		return nil
	}
	close(b.writing.todo)
	err := <-b.writing.done
	b.writing = nil
	return err
}
