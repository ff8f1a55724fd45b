package intake

import (
	"context"
	"io"

	"xinju.dev/services/platform/fault"
)

// RejectColumns are added to a file of refused rows. A target must not know
// columns of these names, so that the corrected file can be sent as it is.
var RejectColumns = [2]string{"原因", "说明"}

const rejectsPage = 500

// WriteRejects writes the refused rows of a batch as a file of the same kind in
// the same encoding: the row as it was sent, and two columns behind it that say
// why. It writes nothing when there are none, or when the batch is no file.
func (in *Intake) WriteRejects(ctx context.Context, r Reader, batchID string, w io.Writer) error {
	b, err := r.FeedBatch(ctx, batchID)
	if err != nil || b.Kind == Stream {
		return err
	}
	var out RejectWriter
	texts := reasonTexts()
	for after := 0; ; {
		rows, err := r.RefusedRows(ctx, batchID, after, rejectsPage)
		if err != nil {
			return err
		}
		if out == nil {
			if out, err = in.Format.Rejects(b.Layout, w, RejectColumns[0], RejectColumns[1]); err != nil {
				return err
			}
		}
		for _, row := range rows {
			after = row.Number
			if len(row.Raw) == 0 { // somebody who is gone from a full list has no row
				continue
			}
			if err := out.Row(row.Raw, row.Reason, explain(texts[row.Reason], row.Column)); err != nil {
				return err
			}
		}
		if len(rows) < rejectsPage {
			return out.Close()
		}
	}
}

// explain is the Chinese text of a reason with the column it is about.
func explain(why *fault.Error, column string) string {
	text := ""
	if why != nil {
		text = why.Chinese
	}
	if column == "" {
		return text
	}
	return "列“" + column + "”：" + text
}

func reasonTexts() map[string]*fault.Error {
	out := map[string]*fault.Error{}
	for _, e := range fault.Declared() {
		out[e.Reason] = e
	}
	return out
}
