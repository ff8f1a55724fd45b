package aggregator

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/derived"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/grpc"
)

// readsOnly registers services of a process that only reads: calls that write are
// refused with AGGREGATOR_READS_ONLY, behind the interceptors of all calls.
type readsOnly struct{ grpc.ServiceRegistrar }

// writes says of a call by its full name whether a request would write.
var writes = map[string]func(in any) bool{
	aggregatorv1.AggregatorService_Rebuild_FullMethodName:          always,
	aggregatorv1.FigureService_LoadFigures_FullMethodName:          always,
	aggregatorv1.FigureService_DeleteFigure_FullMethodName:         always,
	aggregatorv1.ChaseService_AssignChase_FullMethodName:           always,
	aggregatorv1.ChaseService_RecordChaseOutcome_FullMethodName:    always,
	aggregatorv1.PolicyPackService_LoadPolicyPack_FullMethodName:   always,
	aggregatorv1.PolicyPackService_RetirePolicyPack_FullMethodName: always,
	aggregatorv1.ReportService_FreezeReport_FullMethodName:         always,
	aggregatorv1.ReportService_SignReport_FullMethodName:           always,
	aggregatorv1.ReportService_PutReportTemplate_FullMethodName:    always,
	aggregatorv1.ReportService_DeleteReportTemplate_FullMethodName: always,
	// What today's facts say is kept; two reports are only read.
	aggregatorv1.ReportService_CompareReport_FullMethodName: func(in any) bool {
		req, ok := in.(*aggregatorv1.CompareReportRequest)
		return !ok || req.GetOtherReportId() == ""
	},
}

func always(any) bool { return true }

// RegisterService implements grpc.ServiceRegistrar.
func (r readsOnly) RegisterService(desc *grpc.ServiceDesc, impl any) {
	own := *desc
	own.Methods = slices.Clone(desc.Methods)
	for i := range own.Methods {
		m := &own.Methods[i]
		if would, listed := writes["/"+desc.ServiceName+"/"+m.MethodName]; listed {
			m.Handler = refusing(m.Handler, would)
		}
	}
	r.ServiceRegistrar.RegisterService(&own, impl)
}

// refusing lets a call through only when it does not write.
func refusing(handle grpc.MethodHandler, would func(in any) bool) grpc.MethodHandler {
	return func(srv any, ctx context.Context, dec func(any) error, through grpc.UnaryServerInterceptor) (any, error) {
		return handle(srv, ctx, dec, func(ctx context.Context, in any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if would(in) {
				next = func(context.Context, any) (any, error) { return nil, derived.ErrReadsOnly }
			}
			if through == nil {
				return next(ctx, in)
			}
			return through(ctx, in, info, next)
		})
	}
}
