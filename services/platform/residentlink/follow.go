package residentlink

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/sqlstore"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"gorm.io/gorm"
)

// ErrGap says that the registry's feed left positions out. What is stored is
// then read anew.
var ErrGap = fault.New(fault.Precondition, "LINK_FEED_GAP",
	"the registry left out positions of its feed; its links are read anew", "登记服务的变更流缺少位置，将重新读取人员合并关系")

// Deps is what following needs. DB and Service are required.
type Deps struct {
	DB       *sqlstore.DB                   // migrated
	Service  string                         // whose records they are: labels the figures
	Registry feedv1.ChangeFeedServiceClient // nil: links are not followed, which the log says
	Log      *zap.Logger                    // may be nil
	Metrics  prometheus.Registerer          // may be nil
}

// Follower keeps the links of one service's database up to date.
type Follower struct {
	Deps
	lag prometheus.Gauge
}

// New returns a follower. It reads nothing yet.
func New(d Deps) *Follower {
	if d.Log == nil {
		d.Log = zap.NewNop()
	}
	return &Follower{Deps: d, lag: lagOf(d)}
}

// Waits between two attempts, doubled each time, and what a call may take.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = 3 * time.Second
	callWait  = time.Minute
)

// Run follows the registry until ctx ends and returns ctx's error. The service
// is ready at once: what it knew before it stopped holds until news comes.
func (f *Follower) Run(ctx context.Context, ready func()) error {
	ready()
	if f.Registry == nil {
		f.Log.Warn("no address of the registry: residents that it merges are not followed, their records are shown apart")
		<-ctx.Done()
		return ctx.Err()
	}
	for wait := firstWait; ctx.Err() == nil; {
		moved, err := f.step(ctx)
		if moved {
			wait = firstWait
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		f.Log.Warn("following merged residents is interrupted", zap.String("reason", reasonOf(err)), obs.Cause(err))
		pause(ctx, wait)
		wait = min(2*wait, lastWait)
	}
	return ctx.Err()
}

// step reads everything, when there is no place to go on from, or watches until
// the stream ends. moved: something was stored.
func (f *Follower) step(ctx context.Context) (moved bool, err error) {
	var at cursor
	err = f.DB.Read(ctx, func(tx *gorm.DB) error {
		at, err = readCursor(tx)
		return err
	})
	if err != nil {
		return false, err
	}
	if at.epoch != "" {
		moved, err = f.watch(ctx, at)
		if !lost(err) {
			return moved, err
		}
		f.Log.Warn("merged residents are read anew", zap.String("reason", reasonOf(err)))
	}
	if err := f.reload(ctx); err != nil {
		return moved, err
	}
	return true, nil
}

// Reasons with which a feed says that there is no going on from the cursor.
const (
	reasonEpoch   = "FEED_EPOCH_CHANGED"
	reasonAhead   = "FEED_POSITION_AHEAD"
	reasonTrimmed = "FEED_TRIMMED"
)

func lost(err error) bool {
	switch reasonOf(err) {
	case reasonEpoch, reasonAhead, reasonTrimmed, ErrGap.Reason:
		return true
	}
	return false
}

// reasonOf is the stable reason of an error, of ours or of a call; "" without one.
func reasonOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Reason
	}
	if st, ok := status.FromError(err); ok && err != nil {
		for _, d := range st.Details() {
			if info, ok := d.(*errdetails.ErrorInfo); ok {
				return info.GetReason()
			}
		}
	}
	return ""
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait + rand.N(wait))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// lagOf makes the figure. It is shown where there is something to follow.
func lagOf(d Deps) prometheus.Gauge {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "xinju_residentlink_feed_lag", Help: "Changes of the registry that a service has not read yet for merged residents.",
	}, []string{"service"})
	if d.Metrics != nil && d.Registry != nil {
		there, err := obs.Register(d.Metrics, v)
		if err != nil {
			d.Log.Warn("the lag of merged residents is not shown", obs.Cause(err))
		}
		v = there
	}
	return v.WithLabelValues(d.Service)
}
