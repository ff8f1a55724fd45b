package intake

// crashed is a hook's error: everything stops as if the process had been killed.
type crashed struct{ cause error }

func (c *crashed) Error() string { return "stopped at a named point: " + c.cause.Error() }
func (c *crashed) Unwrap() error { return c.cause }

func (in *Intake) at(point string) error {
	if err := in.Hooks(point); err != nil {
		return &crashed{err}
	}
	return nil
}
