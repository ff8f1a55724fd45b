package cli

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/intake"
)

type feedReceipt struct {
	connected
	Batch string `arg:"" help:"批次编号。Identifier of the batch."`
	To    string `placeholder:"FILE" help:"写到文件，默认写到标准输出。Write to a file rather than to stdout."`
}

// Run fetches the receipt.
func (c feedReceipt) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Feed.GetFeedReceipt(a.ctx, &registryv1.GetFeedReceiptRequest{BatchId: c.Batch})
		if err != nil {
			return err
		}
		write := func(w io.Writer) error {
			_, err := io.WriteString(w, resp.GetReceipt())
			return err
		}
		if c.To == "" {
			return write(a.Out)
		}
		return toFile(c.To, write)
	})
}

type feedReceiptKey struct{ connected }

// Run prints the key as verify-receipt takes it.
func (c feedReceiptKey) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Feed.GetReceiptKey(a.ctx, &registryv1.GetReceiptKeyRequest{})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.Out, hex.EncodeToString(resp.GetPublicKey()))
		return err
	})
}

type feedVerifyReceipt struct {
	listing
	Files []string `arg:"" help:"回执文件；给出多个时按先后核对链接。Receipts; several in their order are checked as a chain."`
	Key   string   `placeholder:"HEX" help:"可信的公钥，见 feed receipt-key。The key that is trusted, from feed receipt-key."`
}

// Help says what is proved.
func (feedVerifyReceipt) Help() string {
	return "不给 --key 时只证明内容未被改动，公钥是谁的须另行核对。Without --key only what the receipt says is proved unchanged; whose key it names must be known otherwise.\n\n  xinju feed verify-receipt june.csv.receipt --key 3b6a…"
}

// Run checks without asking anybody.
func (c feedVerifyReceipt) Run(a *app) error {
	trusted, err := hex.DecodeString(strings.TrimSpace(c.Key))
	if err != nil {
		return outcome.Usage("公钥须为十六进制", "a key is written in hex")
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "file", Title: "文件 File"},
		{Key: "batch_id", Title: "批次 Batch"},
		{Key: "sender", Title: "报送 Sender"},
		{Key: "sequence", Title: "序号 Sequence", Right: true},
		{Key: "rows", Title: "行 Rows", Right: true},
		{Key: "key", Title: "公钥 Key"},
	}}
	before := map[string]string{} // sender → hash of the receipt before
	for _, name := range c.Files {
		text, err := os.ReadFile(name)
		if err != nil {
			return unreadable(err)
		}
		r, err := intake.ParseReceipt(text)
		if err != nil || len(trusted) > 0 && !bytes.Equal(trusted, r.Key) {
			return &outcome.Error{Code: outcome.BadInput, Chinese: name + "：回执不是原样，或签名公钥不符", English: name + ": not a receipt as it was issued, or signed with another key"}
		}
		if last, seen := before[r.Sender]; seen && last != r.Previous {
			return &outcome.Error{Code: outcome.BadInput, Chinese: name + "：与前一回执不相连，中间有缺失", English: name + ": does not follow the receipt before; one is missing between"}
		}
		before[r.Sender] = r.Hash()
		t.Add(name, r.BatchID, r.Sender, r.Sequence, r.Counts.Received(), intake.Fingerprint(r.Key))
	}
	return t.Write(a.Out, c.Output)
}
