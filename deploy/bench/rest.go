package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	"xinju.dev/api/openapi"

	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
)

var errREST = errors.New("REST 与 gRPC 的回答不同 REST and gRPC answer differently")

// runREST compares GetCoverage through the gateway with the same call over gRPC,
// both over TCP on 127.0.0.1.
func (b *bench) runREST(ctx context.Context) (list []figures.Comparison, err error) {
	a, err := b.openAggregator(ctx, b.residents, sqliteEngine{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	g, err := serveGateway(ctx, a.served)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.stop()) }()
	client := aggregatorv1.NewAggregatorServiceClient(a.tcp)
	all := townshipsOf(b.county(b.residents))
	for _, size := range []struct {
		name string
		req  *aggregatorv1.GetCoverageRequest
	}{
		{"1 行 1 row", &aggregatorv1.GetCoverageRequest{Divisions: all[:1], IndicatorIds: indicators[:1], AsOfDate: coverageRequest(nil, today).GetAsOfDate()}},
		{fmt.Sprintf("%d 行 rows", len(all)*len(indicators)), coverageRequest(all, today)},
	} {
		grpc := func() (proto.Message, error) { return client.GetCoverage(ctx, size.req) }
		if err := g.agrees(ctx, size.req, grpc); err != nil {
			return nil, err
		}
		ours, base, err := b.turns(
			func() error { _, err := g.get(ctx, size.req); return err },
			func() error { _, err := grpc(); return err })
		if err != nil {
			return nil, err
		}
		list = append(list, figures.Comparison{
			Section: "d", Case: "GetCoverage，" + size.name, Residents: b.residents,
			Ours: ours.named("REST，网关 through the gateway"), Baseline: base.named("gRPC"), Checked: "两者回答相同 / both answers are equal",
		})
	}
	return list, nil
}

// gateway is the production gateway before one service.
type gateway struct {
	address, token string
	client         *http.Client
	closers        []func() error
}

func serveGateway(ctx context.Context, s *served) (*gateway, error) {
	g := &gateway{token: s.token, client: &http.Client{Transport: &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 4}}}
	conn, err := rpcclient.Dial(s.address, rpcclient.Options{})
	if err != nil {
		return nil, err
	}
	g.closers = append(g.closers, conn.Close)
	h, err := edge.New(ctx, edge.Config{
		Backends: edge.Backends{Registry: conn, Archive: conn, Immunization: conn, Maternal: conn, FamilyPlanning: conn, Aggregator: conn},
		OpenAPI:  openapi.JSON, Log: quietLog("gateway"), Metrics: obs.NewRegistry(),
	})
	if err != nil {
		return nil, errors.Join(err, g.stop())
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, g.stop())
	}
	g.address = "http://" + lis.Addr().String()
	server := edge.NewServer(h)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(lis) }()
	g.closers = append(g.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopWait)
		defer cancel()
		err := server.Shutdown(ctx)
		if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	})
	return g, nil
}

func (g *gateway) stop() error {
	g.client.CloseIdleConnections()
	var errs []error
	for i := len(g.closers) - 1; i >= 0; i-- {
		errs = append(errs, g.closers[i]())
	}
	return errors.Join(errs...)
}

func (g *gateway) get(ctx context.Context, in *aggregatorv1.GetCoverageRequest) ([]byte, error) {
	query := url.Values{"divisions": in.GetDivisions(), "indicator_ids": in.GetIndicatorIds(), "as_of_date": {today.String()}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.address+"/v1/coverage?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+g.token)
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s: %.300s", errREST, resp.Status, body)
	}
	return body, nil
}

// agrees compares the two answers.
func (g *gateway) agrees(ctx context.Context, in *aggregatorv1.GetCoverageRequest, grpc func() (proto.Message, error)) error {
	want, err := grpc()
	if err != nil {
		return err
	}
	body, err := g.get(ctx, in)
	if err != nil {
		return err
	}
	got := &aggregatorv1.GetCoverageResponse{}
	if err := protojson.Unmarshal(body, got); err != nil {
		return fmt.Errorf("%w: %w", errREST, err)
	}
	withoutLinks(got.ProtoReflect())
	withoutLinks(want.ProtoReflect())
	if !proto.Equal(got, want) {
		return errREST
	}
	return nil
}

// withoutLinks takes out what two answers differ in by their nature: addresses of lists,
// which only REST has, and when a source was last heard of.
func withoutLinks(m protoreflect.Message) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch name := string(f.Name()); {
		case strings.HasSuffix(name, "list_uri"), name == "contact_time":
			m.Clear(f)
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				withoutLinks(v.List().Get(i).Message())
			}
		case f.Message() != nil && !f.IsMap():
			withoutLinks(v.Message())
		}
		return true
	})
}
