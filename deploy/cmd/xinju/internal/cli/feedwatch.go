package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

const (
	doneFolder    = "done"
	refusedFolder = "refused"
	manifestTail  = ".manifest"
	receiptTail   = ".receipt"
	rejectsTail   = ".rejects" // and what files of the kind end in
	reasonTail    = ".reason.txt"
)

type feedWatch struct {
	connected
	howWritten
	Dir    string        `arg:"" type:"existingdir" help:"文件夹。The folder."`
	Sender string        `required:"" placeholder:"ga-990101" help:"报送单位代码。Who sends, a short code."`
	Every  time.Duration `default:"2s" placeholder:"DURATION" help:"多久查看一次。How often to look."`
	Stable int           `default:"3" placeholder:"N" help:"大小连续多少次不变视为写完；0 表示改名后才出现，一见即取。Looks for which a file must not change to count as whole; 0 when files appear by renaming."`
	Once   bool          `help:"处理完现有文件后退出。End when everything that is there is dealt with."`
}

// Help says what happens to the files.
func (feedWatch) Help() string {
	return "写入中的文件请用以 . 开头或以 .part、.tmp 结尾的名字，写完再改名；旁有 文件名.manifest 的，摘要相符即视为写完。全部入库的移入 done/ 并附回执，有拒收的移入 refused/ 并附拒收行。可随时中断，重启后接着处理，不会重复导入。\n\nWrite under a name that begins with . or ends in .part or .tmp and rename; a file with NAME.manifest beside it is whole when its digest fits. Files that are in move to done/ with a receipt, those with refused rows to refused/ with the rows. It may be ended at any time and goes on when started again; nothing is imported twice.\n\n  xinju feed watch /srv/feed --sender ga-990101"
}

// Run looks at the folder until it is told to end.
func (c feedWatch) Run(a *app) error {
	for _, d := range []string{doneFolder, refusedFolder} {
		if err := os.MkdirAll(filepath.Join(c.Dir, d), 0o700); err != nil {
			return &outcome.Error{Code: outcome.Failed, Chinese: "无法新建文件夹", English: "cannot create a folder", Cause: err}
		}
	}
	return c.dial(func(s *client.Suite) error {
		w := &folder{feedWatch: c, a: a, s: s, seen: map[string]sight{}}
		tick := time.NewTicker(max(c.Every, time.Millisecond))
		defer tick.Stop()
		for {
			left, err := w.look()
			if a.ctx.Err() != nil {
				return nil // what is not dealt with is dealt with next time
			}
			if err != nil || c.Once && left == 0 {
				return err
			}
			select {
			case <-a.ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
}

// sight is what a file looked like, and for how many looks.
type sight struct {
	size  int64
	at    time.Time
	looks int
	batch string // once it was sent
}

// folder is a folder under watch.
type folder struct {
	feedWatch
	a    *app
	s    *client.Suite
	seen map[string]sight
}

// look deals with the files that are whole, by name; left is how many are there
// that may become whole.
func (w *folder) look() (left int, err error) {
	entries, err := os.ReadDir(w.Dir) // sorted by name
	if err != nil {
		return 0, &outcome.Error{Code: outcome.Failed, Chinese: "无法读取文件夹", English: "the folder cannot be read", Cause: err}
	}
	there := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() || !mayBeFeed(e.Name()) {
			continue
		}
		there[e.Name()] = true
		if whole := w.whole(e); !whole {
			left++
			continue
		}
		waits, err := w.deal(e.Name())
		if w.a.ctx.Err() != nil {
			return left, nil //nolint:nilerr // told to end, which is no failure
		}
		if waits {
			continue
		}
		if err != nil {
			left++
			fmt.Fprintf(w.a.Err, "%s：稍后再试 will be tried again: %v\n", e.Name(), err)
		}
	}
	for name := range w.seen {
		if !there[name] {
			delete(w.seen, name)
		}
	}
	return left, nil
}

func mayBeFeed(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
		return false
	}
	for _, tail := range []string{".part", ".tmp", ".filepart", ".crdownload", manifestTail, receiptTail, reasonTail} {
		if strings.HasSuffix(strings.ToLower(name), tail) {
			return false
		}
	}
	for _, tail := range tails {
		if strings.HasSuffix(strings.ToLower(name), rejectsTail+tail) {
			return false
		}
	}
	return true
}

// whole reports that a file has been written to its end: as far as its manifest
// says so, or because it no longer changes.
func (w *folder) whole(e fs.DirEntry) bool {
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	s := w.seen[e.Name()]
	if s.size != info.Size() || !s.at.Equal(info.ModTime()) {
		s = sight{size: info.Size(), at: info.ModTime()}
	} else {
		s.looks++
	}
	w.seen[e.Name()] = s
	if s.looks >= w.Stable {
		return true
	}
	m, err := readManifest(filepath.Join(w.Dir, e.Name()+manifestTail))
	return err == nil && m.GetDigest() == digestOf(filepath.Join(w.Dir, e.Name()))
}

func digestOf(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // read only
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// deal sends a file, or goes on with one that was sent, and puts it away when
// its batch has ended. waits is true where a person must do something first.
func (w *folder) deal(name string) (waits bool, err error) {
	b, err := w.send(name)
	if err != nil {
		if refusedAsWhole(err) {
			return false, w.putAway(name, nil, err)
		}
		return false, err
	}
	s := w.seen[name]
	if s.batch == "" {
		s.batch = b.GetBatchId()
		w.seen[name] = s
	}
	switch b.GetState() {
	case registryv1.FeedBatchState_FEED_BATCH_STATE_HELD, registryv1.FeedBatchState_FEED_BATCH_STATE_CANCELLED:
		if s.looks <= w.Stable+1 {
			fmt.Fprintf(w.a.Err, "%s：批次 batch %s 等待处理 waits: xinju feed status %s\n", name, b.GetBatchId(), b.GetBatchId())
		}
		return true, nil
	}
	return false, w.putAway(name, b, nil)
}

func (w *folder) send(name string) (*registryv1.FeedBatch, error) {
	if id := w.seen[name].batch; id != "" {
		resp, err := w.s.Feed.GetFeedBatch(w.a.ctx, &registryv1.GetFeedBatchRequest{BatchId: id})
		if err != nil {
			return nil, err
		}
		return watch(w.a, w.s, resp.GetBatch())
	}
	path := filepath.Join(w.Dir, name)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	var manifest *registryv1.FeedManifest
	if _, err := os.Stat(path + manifestTail); err == nil {
		if manifest, err = readManifest(path + manifestTail); err != nil {
			return nil, err
		}
	}
	one := feedImport{File: path, Sender: w.Sender, howWritten: w.howWritten}
	b, err := one.send(w.a, w.s, f, w.seen[name].size, manifest)
	if err != nil {
		return nil, err
	}
	return watch(w.a, w.s, b)
}

// refusedAsWhole reports an answer that will be the same next time.
func refusedAsWhole(err error) bool {
	if o, ok := errors.AsType[*outcome.Error](err); ok {
		return o.Code == outcome.BadInput
	}
	switch status.Code(err) {
	case codes.InvalidArgument, codes.AlreadyExists, codes.FailedPrecondition, codes.ResourceExhausted:
		return true
	}
	return false
}
