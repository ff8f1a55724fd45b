// Command openapi finishes and checks the REST description that the proto
// plugins generate. It must not invent operations: what it describes comes from
// the protos alone.
//
//	openapi tidy < merged.json > openapi.json
//	openapi lint FILE
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "tidy":
		return tidyStream(in, out)
	case len(args) == 2 && args[0] == "lint":
		return lintFile(args[1], out)
	}
	return errors.New("usage: openapi tidy | openapi lint FILE")
}

func tidyStream(in io.Reader, out io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	doc, err := decode(text)
	if err != nil {
		return err
	}
	if err := tidy(doc); err != nil {
		return err
	}
	_, err = out.Write(encode(doc))
	return err
}

func lintFile(path string, out io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	problems := lint(text)
	for _, p := range problems {
		fmt.Fprintf(out, "%s: %s\n", path, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems in %s", len(problems), path)
	}
	return nil
}
