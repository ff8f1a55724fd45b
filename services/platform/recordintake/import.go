package recordintake

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"google.golang.org/grpc"
	"gorm.io/gorm"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
)

// Deps is what a record service gives. DB, Now and Kinds are required.
type Deps struct {
	DB    *sqlstore.DB
	Now   func() time.Time
	Log   *zap.Logger // may be nil
	Kinds []*Kind

	Settings
	// Hooks is called at named points, so that a test can end the work there as a
	// crash would. Nil outside tests.
	Hooks     func(point string) error
	ChunkRows int // tests only
}

// Settings is what the surroundings of a record service give for its import.
type Settings struct {
	SpoolDir string      // for received files, which hold personal data; "" takes no files
	Sealer   seal.Sealer // seals what files say
	Registry Registry    // nil: rows must name residents by identifier
}

// Import takes files of records for one service.
type Import struct {
	kinds    map[string]*Kind
	db       *sqlstore.DB
	now      func() time.Time
	log      *zap.Logger
	sealer   seal.Sealer
	resolver *resolver
	batches  *intakestore.SQL
	intake   *intake.Intake // nil: files are not taken
}

// New prepares the import. It starts nothing: Run does.
func New(d Deps) (*Import, error) {
	if d.Log == nil {
		d.Log = zap.NewNop()
	}
	im := &Import{
		kinds: map[string]*Kind{}, db: d.DB, now: d.Now, log: d.Log, sealer: d.Sealer, resolver: &resolver{registry: d.Registry, now: d.Now},
	}
	var targets []intake.Target
	for _, k := range d.Kinds {
		im.kinds[k.name] = k
		targets = append(targets, target{k, d.Registry != nil})
	}
	if d.SpoolDir == "" {
		return im, nil
	}
	im.batches = intakestore.New(d.DB, d.Sealer, im)
	in, err := intake.New(intake.Deps{
		Store: resolving{im.batches, im, &sync.Map{}}, Senders: im.batches, Withdraw: im, Targets: targets, Format: rows.Files{TempDir: d.SpoolDir}, Profiles: profiles{im.batches}, Sealer: d.Sealer,
		SpoolDir: d.SpoolDir, Now: d.Now, Log: d.Log, Hooks: d.Hooks, ChunkRows: d.ChunkRows,
	})
	im.intake = in
	return im, err
}

// AllMigrations are those that a service adds to its own.
func AllMigrations() []migrate.Set { return []migrate.Set{intakestore.Migrations(), Migrations()} }

// Register adds RecordImportService to r.
func (im *Import) Register(r grpc.ServiceRegistrar) {
	intakev1.RegisterRecordImportServiceServer(r, &server{im: im})
}

// Run applies received files and rows that waited until ctx ends.
func (im *Import) Run(ctx context.Context, ready func()) error {
	if im.intake == nil {
		ready()
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { im.keepTrying(ctx) })
	defer beside.Wait()
	defer stop()
	return im.intake.Run(ctx, ready)
}

// Beside runs the import and what else a service does.
func (im *Import) Beside(ctx context.Context, ready func(), other func(ctx context.Context, ready func()) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- im.Run(ctx, func() {})
	}()
	err := other(ctx, ready)
	stop()
	if imported := <-ended; !errors.Is(imported, context.Canceled) {
		err = errors.Join(err, imported)
	}
	return err
}

// unitKeyOf is where a call carries the unit of rows that name none, until its
// batch is stored.
type unitKeyOf struct{}

func withUnit(ctx context.Context, unitID string) context.Context {
	return context.WithValue(ctx, unitKeyOf{}, unitID)
}

func unitIn(ctx context.Context) string {
	id, _ := ctx.Value(unitKeyOf{}).(string)
	return id
}

// resolving is the store of the pipeline: it asks for persons and units before
// the transaction that applies their rows, never within.
type resolving struct {
	*intakestore.SQL
	im    *Import
	units *sync.Map // of batches
}

// CreateFeedBatch implements intake.Store. The batch's unit is stored ahead, so
// that no worker misses it; without its batch it means nothing.
func (s resolving) CreateFeedBatch(ctx context.Context, b intake.Batch) (intake.Batch, bool, error) {
	if id := unitIn(ctx); id != "" {
		err := s.im.db.Write(ctx, func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "INSERT INTO record_import_batch (batch_id, unit_id) VALUES (?, ?)", b.ID, id)
		})
		if err != nil {
			return intake.Batch{}, false, err
		}
	}
	return s.SQL.CreateFeedBatch(ctx, b)
}

// ApplyFeedChunk implements intake.Store.
func (s resolving) ApplyFeedChunk(ctx context.Context, c intake.Chunk) error {
	if err := s.resolve(ctx, c); err != nil {
		return err
	}
	return s.SQL.ApplyFeedChunk(ctx, c)
}

// RehearseFeedChunk implements intake.Store.
func (s resolving) RehearseFeedChunk(ctx context.Context, c intake.Chunk) ([]intake.RowResult, error) {
	if err := s.resolve(ctx, c); err != nil {
		return nil, err
	}
	return s.SQL.RehearseFeedChunk(ctx, c)
}

func (s resolving) resolve(ctx context.Context, c intake.Chunk) error {
	unit := unitIn(ctx)
	if c.BatchID != "" {
		known, ok := s.units.Load(c.BatchID)
		if !ok {
			var ids []string
			err := s.im.db.Read(ctx, func(tx *gorm.DB) error {
				return tx.Raw("SELECT unit_id FROM record_import_batch WHERE batch_id = ?", c.BatchID).Scan(&ids).Error
			})
			if err != nil {
				return err
			}
			known = slices.Concat(ids, []string{""})[0]
			s.units.Store(c.BatchID, known)
		}
		unit, _ = known.(string)
	}
	raw, _ := c.Items()
	items := make([]*item, 0, len(raw))
	for _, one := range raw {
		if it, ok := one.(*item); ok {
			items = append(items, it)
		}
	}
	return s.im.resolver.resolve(ctx, items, unit)
}
