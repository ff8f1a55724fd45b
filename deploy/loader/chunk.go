package loader

import (
	"context"
	"fmt"

	"google.golang.org/genproto/googleapis/type/date"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// chunk writes the records of some people. A pregnancy goes first, because its
// visits name it.
func (l *loader) chunk(ctx context.Context, n int, people []*synthetic.Person) (written, error) {
	c := &chunk{loader: l, n: n}
	for _, p := range people {
		if id := l.result.Residents[p.Index]; id != "" {
			c.collect(p, id)
		}
	}
	err := c.send(ctx)
	return written{int64(len(people)), c.count}, err
}

type chunk struct {
	*loader
	n     int
	count int64

	relations    []*registryv1.Relation
	archives     []*archivev1.HealthArchive
	attendances  []*archivev1.EducationAttendance
	cases        []*archivev1.InfectiousCase
	certificates []*immunizationv1.Certificate
	doses        []*immunizationv1.Dose
	pregnancies  []*maternalv1.Pregnancy
	carried      []synthetic.Pregnancy // beside pregnancies
	antenatals   []*maternalv1.AntenatalVisit
	deliveries   []*maternalv1.Delivery
	postnatals   []*maternalv1.PostnatalVisit
	checks       []*maternalv1.ChildCheck
	methods      []*familyplanningv1.Method
	services     []*familyplanningv1.PlanningService
}

func (c *chunk) collect(p *synthetic.Person, id string) {
	unit := c.units[c.County.Centre(p.Stays[0].Village)]
	c.relate(p, id)
	r := p.Records
	if r.Archive != nil {
		c.archives = append(c.archives, archiveOf(p, id, unit, c.County.Today))
	}
	for _, d := range r.Educations {
		c.attendances = append(c.attendances, &archivev1.EducationAttendance{ResidentId: id, EducationDate: on(d), Form: archivev1.EducationForm_EDUCATION_FORM_LECTURE, Topic: "新市民健康", UnitId: unit})
	}
	for _, one := range r.Cases {
		c.cases = append(c.cases, caseOf(one, id, unit))
	}
	if r.Certificate != civil.None {
		c.certificates = append(c.certificates, &immunizationv1.Certificate{ResidentId: id, IssuedDate: on(r.Certificate), UnitId: unit})
	}
	for _, d := range r.Doses {
		c.doses = append(c.doses, &immunizationv1.Dose{ResidentId: id, DoseDate: on(d.On), Product: d.Product, UnitId: unit})
	}
	for _, g := range r.Pregnancies {
		c.pregnancies = append(c.pregnancies, &maternalv1.Pregnancy{ResidentId: id, RegisteredDate: on(g.Registered), LastMenstrualDate: on(g.LMP), UnitId: unit})
		c.carried = append(c.carried, g)
	}
	for _, k := range r.Checks {
		c.checks = append(c.checks, &maternalv1.ChildCheck{
			ResidentId: id, CheckDate: on(k.On), Kind: maternalv1.ChildCheckKind(k.Kind), AgeMonths: int32(p.Birth.MonthsUntil(k.On)), UnitId: unit,
		})
	}
	for _, m := range r.Methods {
		method := &familyplanningv1.Method{ResidentId: id, Kind: familyplanningv1.MethodKind(m.Kind), StartDate: on(m.From)}
		if p.Here(m.From) {
			method.AdoptedDivision, method.UnitId = p.Stays[0].Village, unit
		}
		c.methods = append(c.methods, method)
	}
	for _, s := range r.Services {
		c.services = append(c.services, &familyplanningv1.PlanningService{
			ResidentId: id, ServiceDate: on(s.On), Kind: familyplanningv1.PlanningServiceKind(s.Kind), Free: true, Division: p.Stays[0].Village, UnitId: unit,
		})
	}
}

func (c *chunk) relate(p *synthetic.Person, id string) {
	other := func(index int, kind registryv1.RelationKind) {
		if index >= 0 && c.result.Residents[index] != "" {
			c.relations = append(c.relations, &registryv1.Relation{ResidentId: id, Kind: kind, OtherResidentId: c.result.Residents[index]})
		}
	}
	other(p.Mother, registryv1.RelationKind_RELATION_KIND_MOTHER)
	other(p.Mother, registryv1.RelationKind_RELATION_KIND_GUARDIAN)
	other(p.Spouse, registryv1.RelationKind_RELATION_KIND_SPOUSE)
}

func (c *chunk) send(ctx context.Context) error {
	steps := []func(context.Context) error{
		func(ctx context.Context) error {
			return each(ctx, c, "relation", c.relations, func(ctx context.Context, part []*registryv1.Relation, id string) error {
				_, err := c.To.Registry.BatchCreateRelations(ctx, &registryv1.BatchCreateRelationsRequest{Relations: part, RequestId: id})
				return err
			})
		},
		c.sendArchives, c.sendDoses, c.sendMaternal, c.sendPlanning,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// each sends items in batches, each under a request_id of its own.
func each[T any](ctx context.Context, c *chunk, kind string, items []T, send func(ctx context.Context, part []T, requestID string) error) error {
	for n, part := range chunks(items, batchSize) {
		if err := send(ctx, part, c.requestID(kind, "-", c.n, "-", n)); err != nil {
			return fmt.Errorf("write %s records: %w", kind, err)
		}
		c.count += int64(len(part))
	}
	return nil
}

func on(d civil.Date) *date.Date { return wire.DateProto(d) }
