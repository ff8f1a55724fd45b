package derived

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
)

// Faults of changing the packs.
var (
	ErrPackInvalid = fault.New(fault.Invalid, "POLICY_PACK_INVALID",
		"the policy pack does not compile with the others; each problem names its line", "政策包无法与其他政策包一起编译，见各处行号与原因")
	ErrPackVersion = fault.New(fault.Precondition, "POLICY_PACK_VERSION",
		"the version must be higher than every version there is, or the content the same", "版本号须高于已有各版本，或内容须与该版本相同")
	ErrPackBusy = fault.New(fault.Precondition, "POLICY_PACK_CHANGING",
		"a rebuild or another change of the packs is running; wait for its operation", "重建或另一次政策包变更正在进行，请等待该操作结束")
	ErrPackNotLoaded = fault.New(fault.Precondition, "POLICY_PACK_NOT_LOADED",
		"no loaded version of this policy pack is in use", "该政策包没有在用的已加载版本")
)

// composed is the packs that count: those built in, under those loaded and in use.
func (b *Book) composed(ctx context.Context) (*policy.Catalogue, error) {
	if b.Desk == nil {
		return b.Packs, nil
	}
	var used []desk.Pack
	err := b.Desk.Read(ctx, func(t desk.Tx) (err error) {
		used, err = t.PacksInUse()
		return err
	})
	if err != nil || len(used) == 0 {
		return b.Packs, err
	}
	return policy.Compose(b.Packs, sourcesOf(used, "")...)
}

// sourcesOf is the files of packs, without those of one id.
func sourcesOf(packs []desk.Pack, but string) (out [][]byte) {
	for i := range packs {
		if packs[i].ID != but {
			out = append(out, packs[i].Source)
		}
	}
	return out
}

// packs is those of the present state.
func (b *Book) packs() (c *policy.Catalogue, err error) {
	err = b.look(func(v view) error { c = v.Packs(); return nil })
	return c, err
}

// refused names each problem as one of the field, with its line.
func refused(field string, problems policy.Problems) error {
	err := ErrPackInvalid
	for _, p := range problems {
		at := p.Path
		if p.Line > 0 {
			at = fmt.Sprintf("第 %d 行 line %d %s", p.Line, p.Line, p.Path)
		}
		err = err.On(field, fmt.Sprintf("%s: %s / %s", at, p.Text.Chinese, p.Text.English))
	}
	return err
}

// LoadPack checks a pack with all others and, unless it is a trial, keeps it as a
// version and begins to derive everything under it; when that is done it is in
// use. The same content again changes nothing: the operation is then one that
// has ended. It fails with POLICY_PACK_INVALID, POLICY_PACK_VERSION,
// POLICY_PACK_CHANGING.
func (b *Book) LoadPack(ctx context.Context, in coverage.LoadPack) (coverage.PackChange, error) {
	packs, err := b.packs()
	if err != nil {
		return coverage.PackChange{}, err
	}
	report := packs.Check(in.Source)
	if len(report.Problems) > 0 {
		return coverage.PackChange{}, refused("source_yaml", report.Problems)
	}
	out := coverage.PackChange{Pack: report.Pack, CasesRun: len(report.Cases)}
	err = b.write(ctx, func(t store.Tx, d desk.Tx) (err error) {
		out.Operation, err = b.acceptPack(t, d, in, report.Pack)
		return err
	})
	b.wake()
	if err != nil {
		return coverage.PackChange{}, err
	}
	return out, nil
}

func problemsOf(err error) policy.Problems {
	if p, ok := errors.AsType[policy.Problems](err); ok {
		return p
	}
	return policy.Problems{{Text: policy.Text{Chinese: err.Error(), English: err.Error()}}}
}

// write is one transaction over the derived tables and the desk.
func (b *Book) write(ctx context.Context, fn func(store.Tx, desk.Tx) error) error {
	return b.Store.Write(ctx, func(t store.Tx) error { return fn(t, desk.In(t.SQL())) })
}

// acceptPack keeps the version and begins the operation, or finds that nothing
// is to be done.
func (b *Book) acceptPack(t store.Tx, d desk.Tx, in coverage.LoadPack, p *policy.Pack) (coverage.Operation, error) {
	versions, err := d.PackVersions(p.ID)
	if err != nil {
		return coverage.Operation{}, err
	}
	kept, err := b.versionOf(p, in.Source, versions)
	if err != nil || in.DryRun {
		return coverage.Operation{}, err
	}
	change := desk.PackChange{PackID: p.ID, Version: int32(p.Version)}
	if b.builtIn(p) {
		change.Version = 0
	}
	needed := int32(inUse(versions)) != change.Version
	row, fresh, err := b.acceptChange(t, d, "LoadPolicyPack", in.RequestID, in.Source, change, needed)
	if err != nil || row.ID == "" {
		return coverage.Operation{}, err
	}
	if !fresh || kept {
		return operationOf(row), nil
	}
	return operationOf(row), d.AddPack(desk.Pack{ID: p.ID, Version: int32(p.Version), LoadedMS: b.Now().UnixMilli(), LoadedBy: in.By, Source: in.Source})
}

// builtIn says whether the pack is the one of the program.
func (b *Book) builtIn(p *policy.Pack) bool {
	own, there := b.Packs.Pack(p.ID)
	return there && bytes.Equal(own.Source, p.Source)
}

func inUse(versions []desk.Pack) int {
	for i := range versions {
		if versions[i].InUse {
			return int(versions[i].Version)
		}
	}
	return 0
}

// versionOf says whether the version is there already with the same content; any
// other must be higher than all of them.
func (b *Book) versionOf(p *policy.Pack, source []byte, versions []desk.Pack) (kept bool, err error) {
	highest := 0
	if own, there := b.Packs.Pack(p.ID); there {
		highest = own.Version
		kept = b.builtIn(p)
	}
	for i := range versions {
		highest = max(highest, int(versions[i].Version))
		kept = kept || bytes.Equal(versions[i].Source, source)
	}
	if !kept && p.Version <= highest {
		return false, ErrPackVersion.With("highest_version", strconv.Itoa(highest))
	}
	return kept, nil
}

// acceptChange begins an operation that changes a pack, once for a request. The
// row is empty when there was nothing to change.
func (b *Book) acceptChange(t store.Tx, d desk.Tx, method, requestID string, content []byte, c desk.PackChange, needed bool) (row store.OperationRow, fresh bool, err error) {
	sum := sha256.Sum256(content)
	id, err := d.Once(method, requestID, sum[:], func() ([]byte, error) {
		if !needed {
			return nil, nil
		}
		open, err := t.Unfinished()
		if err != nil {
			return nil, err
		}
		if len(open) > 0 {
			return nil, ErrPackBusy.With("operation_id", open[0].ID)
		}
		fresh = true
		now := b.Now()
		row = store.OperationRow{ID: ids.New(now), Kind: deriveKind, State: coverage.Queued, Stage: "queued", CreatedMS: now.UnixMilli()}
		c.OperationID = row.ID
		if err := t.PutOperation(row); err != nil {
			return nil, err
		}
		return []byte(row.ID), d.AddPackChange(c)
	})
	if err != nil || fresh || len(id) == 0 {
		return row, fresh, err
	}
	row, _, err = t.Operation(string(id))
	return row, false, err
}

// RetirePack takes the loaded version of a pack out of use: the one built in
// counts again, or none. It fails with POLICY_PACK_NOT_LOADED, with
// POLICY_PACK_INVALID when others need it, and with POLICY_PACK_CHANGING.
func (b *Book) RetirePack(ctx context.Context, id, requestID string) (coverage.Operation, error) {
	var row store.OperationRow
	err := b.write(ctx, func(t store.Tx, d desk.Tx) error {
		used, err := d.PacksInUse()
		if err != nil {
			return err
		}
		if _, err := policy.Compose(b.Packs, sourcesOf(used, id)...); err != nil {
			return refused("pack_id", problemsOf(err))
		}
		row, _, err = b.acceptChange(t, d, "RetirePolicyPack", requestID, []byte(id), desk.PackChange{PackID: id}, true)
		if err != nil || len(sourcesOf(used, id)) < len(used) {
			return err
		}
		if row.EndedMS != 0 {
			return nil // a retry of what is done
		}
		return ErrPackNotLoaded
	})
	b.wake()
	return operationOf(row), err
}

// PackVersions lists the versions of a pack, the highest first: those loaded and
// the one built in. It fails with POLICY_PACK_VERSION_NOT_FOUND when there is none.
func (b *Book) PackVersions(ctx context.Context, id string) (out []coverage.PackVersion, err error) {
	return packVersions(ctx, b.Desk, b.Packs, id)
}

func packVersions(ctx context.Context, d *desk.Desk, builtIn *policy.Catalogue, id string) (out []coverage.PackVersion, err error) {
	var versions []desk.Pack
	err = d.Read(ctx, func(t desk.Tx) (err error) {
		versions, err = t.PackVersions(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	own, there := builtIn.Pack(id)
	for i := range versions {
		v := &versions[i]
		if there && own.Version > int(v.Version) {
			out, there = append(out, builtInVersion(own, inUse(versions) == 0)), false
		}
		out = append(out, coverage.PackVersion{
			ID: id, Version: int(v.Version), InUse: v.InUse, Source: v.Source, LoadedBy: v.LoadedBy,
			Loaded: instant(v.LoadedMS), Used: instant(v.UsedMS), Ended: instant(v.EndedMS),
		})
	}
	if there {
		out = append(out, builtInVersion(own, inUse(versions) == 0))
	}
	if len(out) == 0 {
		return nil, coverage.ErrPackVersion
	}
	return out, nil
}

func builtInVersion(p *policy.Pack, used bool) coverage.PackVersion {
	return coverage.PackVersion{ID: p.ID, Version: p.Version, BuiltIn: true, InUse: used, Source: p.Source}
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// deriverNow is the deriver of what serves, or of the packs built in before that.
func (b *Book) deriverNow() *derive.Deriver {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.live == nil {
		return b.builtin
	}
	return b.live.deriver
}
