package cli

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/wire"
)

type feedManifest struct {
	fileForm
	File     string `arg:"" type:"existingfile" help:"文件：CSV、定长、xlsx、XML 或 JSON Lines。The file, of any kind."`
	Sender   string `required:"" placeholder:"ga-990101" help:"报送单位代码。Who sends, a short code."`
	Sequence int64  `required:"" placeholder:"N" help:"本单位第几批，从 1 起连续。Number of the batch within the sender: 1, 2, 3 …"`
	Snapshot string `placeholder:"DATE" help:"全量名单所描述的日期；不给则为事件。The day of a full list; events without it."`
	SignKey  string `placeholder:"FILE" help:"Ed25519 私钥文件：32 字节种子的十六进制。Key to sign with: 32 bytes in hex, in a file."`
}

// Help says where it goes.
func (feedManifest) Help() string {
	return "写到标准输出；存为 文件名.manifest 放在文件旁，供 feed watch 读取，或用 feed import --manifest。Written to stdout; keep it beside the file as NAME.manifest for feed watch, or give it to feed import --manifest.\n\n  xinju feed manifest june.csv --sender ga-990101 --sequence 6 > june.csv.manifest"
}

// Run asks nobody: everything is in the file.
func (c feedManifest) Run(a *app) error {
	f, err := os.Open(c.File)
	if err != nil {
		return unreadable(err)
	}
	defer func() { _ = f.Close() }() // read only
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return unreadable(err)
	}
	rows, err := c.countRows(f)
	if err != nil {
		return err
	}
	m := intake.Manifest{Sender: c.Sender, Sequence: c.Sequence, RowCount: rows, Digest: hex.EncodeToString(sum.Sum(nil)), Kind: intake.Events}
	if c.Snapshot != "" {
		if m.SnapshotDate, err = civil.Parse(c.Snapshot); err != nil {
			return outcome.Usage("日期须写作 2025-06-01", "a day is written 2025-06-01")
		}
		m.Kind = intake.Snapshot
	}
	if c.SignKey != "" {
		text, err := os.ReadFile(c.SignKey)
		if err != nil {
			return unreadable(err)
		}
		seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil || len(seed) != ed25519.SeedSize {
			return outcome.Usage("私钥文件须为 64 位十六进制", "the key file holds 64 hex digits")
		}
		m = m.Sign(ed25519.NewKeyFromSeed(seed))
	}
	_, err = a.Out.Write(m.Text())
	return err
}

// countRows counts the rows as the receiver will: those that hold something,
// without the header, of whatever kind of file it is.
func (f fileForm) countRows(file *os.File) (n int64, err error) {
	hints, err := f.hints()
	if err != nil {
		return 0, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, unreadable(err)
	}
	probe, err := rowfile.NewProbe(hints)
	if err != nil {
		return 0, unlike(err)
	}
	if _, err := io.Copy(probe, io.NewSectionReader(file, 0, size)); err != nil {
		return 0, unlike(err)
	}
	layout, err := probe.Layout(file, size)
	if err != nil {
		return 0, unlike(err)
	}
	rows, err := rowfile.NewReader(file, size, layout, layout.Start)
	if err != nil {
		return 0, unlike(err)
	}
	defer func() { _ = rows.Close() }() // read only
	for ; ; n++ {
		switch _, err := rows.Next(); {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return 0, unlike(err)
		}
	}
}

// unlike says that a file is not what it is taken for.
func unlike(err error) error {
	if why, ok := errors.AsType[*fault.Error](err); ok {
		return &outcome.Error{Code: outcome.BadInput, Chinese: why.Chinese, English: why.Text, Cause: err}
	}
	return unreadable(err)
}

// readManifest reads a manifest file; nil when there is none to read.
func readManifest(name string) (*registryv1.FeedManifest, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, unreadable(err)
	}
	m, err := intake.ParseManifest(text)
	if err != nil {
		return nil, &outcome.Error{Code: outcome.BadInput, Chinese: "批次清单格式不正确", English: "the manifest is malformed", Cause: err}
	}
	return &registryv1.FeedManifest{
		Sequence: m.Sequence, RowCount: m.RowCount, Digest: m.Digest, Content: registryv1.FeedContent(m.Kind), SnapshotDate: wire.DateProto(m.SnapshotDate),
		PeriodFromDate: wire.DateProto(m.PeriodFrom), PeriodUntilDate: wire.DateProto(m.PeriodUntil), Signature: m.Signature,
	}, nil
}
