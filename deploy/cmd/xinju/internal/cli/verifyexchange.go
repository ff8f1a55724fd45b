package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type verifyKey struct{ connected }

// Help says what to do with it.
func (verifyKey) Help() string {
	return "把它交给对方系统，由对方用 verify peer add 登记；双方都登记后才能互换文件。Give it to the other installation, which makes it known with verify peer add; documents go both ways once both have done so.\n\n  xinju verify key > ours.pub"
}

// Run prints the public key of this installation and nothing else.
func (c verifyKey) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Verifications.GetExchangeKey(a.ctx, &registryv1.GetExchangeKeyRequest{})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.Out, resp.GetPublicKey())
		return err
	})
}

type verifyPeerCmds struct {
	Add  verifyPeerAdd  `cmd:"" help:"登记对方系统的公钥。Make another installation known by its public key."`
	List verifyPeerList `cmd:"" help:"列出已登记的系统。Installations that are known."`
}

type verifyPeerAdd struct {
	connected
	listing
	Name string `arg:"" help:"对方系统在本系统中的名称。What it is called here: at most 32 letters, digits, - and _."`
	Key  string `required:"" placeholder:"FILE" help:"对方 verify key 的输出文件；- 为标准输入。File with what its verify key printed; - reads stdin."`
}

// mostKey bounds what is read of a key: 32 bytes in base64 and a line end.
const mostKey = 4 << 10

// Run makes the other installation known. A name keeps its key.
func (c verifyPeerAdd) Run(a *app) error {
	in := io.NopCloser(a.In)
	if c.Key != "-" {
		f, err := os.Open(c.Key)
		if err != nil {
			return unreadable(err)
		}
		in = f
	}
	defer func() { _ = in.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(in, mostKey))
	if err != nil {
		return unreadable(err)
	}
	key := strings.TrimSpace(string(text))
	if key == "" {
		return outcome.Usage("公钥文件是空的", "the file of the key is empty")
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Verifications.CreateExchangePeer(a.ctx, &registryv1.CreateExchangePeerRequest{Peer: &registryv1.ExchangePeer{Name: c.Name, PublicKey: key}})
		if err != nil {
			return err
		}
		return exchangePeers(resp.GetPeer()).Write(a.Out, c.Output)
	})
}

type verifyPeerList struct {
	connected
	listing
	Limit int `default:"100" placeholder:"N" help:"最多列出多少个，0 为全部，默认 100。At most so many, 0 for all; 100 by default."`
}

// Run lists them by name.
func (c verifyPeerList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*registryv1.ExchangePeer], error) {
			resp, err := s.Verifications.ListExchangePeers(a.ctx, &registryv1.ListExchangePeersRequest{PageSize: size, PageToken: token})
			return page[*registryv1.ExchangePeer]{resp.GetPeers(), resp.GetNextPageToken()}, err
		}, exchangePeers)
	})
}

func exchangePeers(list ...*registryv1.ExchangePeer) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "name", Title: "名称 Name"}, {Key: "public_key", Title: "公钥 Key"}, {Key: "create_time", Title: "登记时间 Since"},
	}}
	for _, p := range list {
		t.Add(p.GetName(), p.GetPublicKey(), p.GetCreateTime().AsTime().UTC().Format("2006-01-02T15:04:05Z"))
	}
	return t
}
