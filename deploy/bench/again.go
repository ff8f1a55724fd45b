package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// changedEvery is of how many rows of the second file one is another: 2 %.
const changedEvery = 50

// Columns of the feed that a changed row has otherwise.
const (
	columnEvent    = 0
	columnKind     = 1
	columnPhone    = 15
	columnCorrects = 18
)

// writeAgain writes the same feed once more, in GB18030, as a sender does that
// always sends everything: every fiftieth arrival has become a correction of
// itself, with another telephone number, and the rest is as it was.
func writeAgain(utf8, to string) (changed int, err error) {
	in, err := os.Open(utf8)
	if err != nil {
		return 0, err
	}
	defer in.Close() //nolint:errcheck // only read
	file, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buf := bufio.NewWriterSize(file, 1<<20)
	out := transform.NewWriter(buf, simplifiedchinese.GB18030.NewEncoder())
	due := 0
	for lines := bufio.NewScanner(in); ; {
		if !lines.Scan() {
			err = errors.Join(lines.Err(), out.Close(), buf.Flush())
			return changed, err
		}
		line := strings.TrimSuffix(lines.Text(), "\r")
		if due++; due >= changedEvery {
			if row, ok := corrected(line); ok {
				line, due = row, 0
				changed++
			}
		}
		if _, err := out.Write([]byte(line + "\r\n")); err != nil {
			return changed, err
		}
	}
}

func corrected(line string) (row string, ok bool) {
	cells := strings.Split(line, ",")
	if len(cells) <= columnCorrects || strings.Contains(line, `"`) || cells[columnKind] != "居住登记" {
		return "", false
	}
	cells[columnCorrects] = cells[columnEvent]
	cells[columnEvent] += "-X"
	cells[columnKind] = "更正"
	cells[columnPhone] = "19900000000"
	return strings.Join(cells, ","), true
}

// checkAgain makes sure that the second import did what it should: nothing but
// the changed rows changes anything.
func checkAgain(batch *registryv1.FeedBatch, feed feedFile) error {
	c := batch.GetCounts()
	if int(c.GetReceived()) != feed.rows || int(c.GetDuplicate()) != feed.rows-feed.changed || int(c.GetUpdated()) > feed.changed || c.GetRefused() != 0 {
		return fmt.Errorf("%w: the second time %v of %d rows, %d of them changed", errImport, c, feed.rows, feed.changed)
	}
	return nil
}
