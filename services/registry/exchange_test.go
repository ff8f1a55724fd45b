package registry_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

// know makes an installation known to d under a name.
func (d *desk) know(t *testing.T, name string, other *desk) {
	t.Helper()
	key, err := other.GetExchangeKey(t.Context(), &registryv1.GetExchangeKeyRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateExchangePeer(t.Context(), &registryv1.CreateExchangePeerRequest{Peer: &registryv1.ExchangePeer{Name: name, PublicKey: key.GetPublicKey()}}); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) export(t *testing.T, id, peer string) []byte {
	t.Helper()
	resp, err := d.ExportVerification(t.Context(), &registryv1.ExportVerificationRequest{VerificationId: id, Peer: peer})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetDocument()
}

func (d *desk) take(t *testing.T, document []byte) (*registryv1.Verification, bool, string) {
	t.Helper()
	resp, err := d.ImportVerification(t.Context(), &registryv1.ImportVerificationRequest{Document: document, By: "X-001"})
	return resp.GetVerification(), resp.GetAlreadyImported(), reason(err)
}

func TestTwoInstallationsExchangeAQuestionAndItsAnswer(t *testing.T) {
	testkit.EachEngine(t, registry.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		here, there, third := openDesk(t, db), openDesk(t, testkit.SQLite(t, registry.Migrations()...)), openDesk(t, testkit.SQLite(t, registry.Migrations()...))
		here.know(t, "there", there)
		here.know(t, "third", third)
		there.know(t, "here", here)
		third.know(t, "here", here)
		who := create(t, here.suite, woman, "王小红")
		sent := here.send(t, question(who.GetResidentId()))
		id := sent.GetVerificationId()
		asks := here.export(t, id, "there")

		if bytes.Contains(asks, []byte(who.GetResidentId())) {
			t.Error("the document names the resident by an identifier of this installation")
		}
		damaged := bytes.Replace(asks, []byte(`"sha256":"`), []byte(`"sha256":"0`), 1)
		if _, _, why := there.take(t, damaged); why != "EXCHANGE_DOCUMENT_INVALID" {
			t.Errorf("a damaged document: %s", why)
		}
		if _, _, why := third.take(t, asks); why != "EXCHANGE_DOCUMENT_INVALID" {
			t.Errorf("a document for somebody else: %s", why)
		}
		v, again, why := there.take(t, asks)
		if why != "" || again || v.GetResidentId() != "" || v.GetDocument().GetNumber() != woman || !v.GetFromPeer() || v.GetPeer() != "here" {
			t.Fatalf("taken: %v, %s", v, why)
		}
		if d := cmp.Diff(sent.GetDeadlineDate(), v.GetDeadlineDate(), protocmp.Transform()); d != "" {
			t.Errorf("the deadline differs: %s", d)
		}
		if same, again, why := there.take(t, asks); why != "" || !again || cmp.Diff(v, same, protocmp.Transform()) != "" {
			t.Errorf("the same document again: %v, %s", again, why)
		}

		// Neither side does what is the other's.
		if _, err := here.ReceiveVerification(t.Context(), &registryv1.ReceiveVerificationRequest{VerificationId: id, Etag: "2", By: "E-007"}); reason(err) != "VERIFICATION_PEER_OTHER" {
			t.Errorf("received by who asked: %v", err)
		}
		if _, err := there.WithdrawVerification(t.Context(), &registryv1.WithdrawVerificationRequest{VerificationId: id, Etag: v.GetEtag(), By: "W-001"}); reason(err) != "VERIFICATION_PEER_OTHER" {
			t.Errorf("withdrawn by who is asked: %v", err)
		}
		if _, err := here.ExportVerification(t.Context(), &registryv1.ExportVerificationRequest{VerificationId: id, Peer: "third"}); reason(err) != "VERIFICATION_PEER_OTHER" {
			t.Errorf("given to a second one: %v", err)
		}

		for _, d := range []*desk{here, there} {
			d.clock.Set(civil.Must("2026-06-17"))
		}
		there.answer(t, there.receive(t, v), denied, leave("2026-06-01"))
		early := there.export(t, id, "here")
		got, _, why := here.take(t, early)
		if why != "" || got.GetState() != registryv1.VerificationState_VERIFICATION_STATE_ANSWERED || len(got.GetSteps()) != 3 || here.resident(t, who.GetResidentId()).GetResidences()[0].GetLeftDate() != nil {
			t.Fatalf("the answer: %v, %s", got, why)
		}
		out, err := here.AcceptAnswer(t.Context(), &registryv1.AcceptAnswerRequest{VerificationId: id, Etag: got.GetEtag(), By: "E-007"})
		if err != nil || here.resident(t, who.GetResidentId()).GetResidences()[0].GetLeftDate() == nil {
			t.Fatalf("accepted: %v, %v", out, err)
		}
		closed, _, why := there.take(t, here.export(t, id, "there"))
		if why != "" || closed.GetState() != registryv1.VerificationState_VERIFICATION_STATE_CLOSED || len(closed.GetSteps()[3].GetRecordedEventIds()) != 0 {
			t.Errorf("the end: %v, %s", closed, why)
		}
		// A document of before says nothing new, whenever it comes.
		late, _, why := there.take(t, here.export(t, id, "there"))
		if why != "" || cmp.Diff(closed, late, protocmp.Transform()) != "" {
			t.Errorf("what is known already: %s", why)
		}
		// And nobody takes what a stranger signs.
		stranger := openDesk(t, testkit.SQLite(t, registry.Migrations()...))
		stranger.know(t, "here", here)
		create(t, stranger.suite, woman, "王小红")
		q := question("")
		q.Document = citizen(woman)
		forged := stranger.export(t, stranger.send(t, q).GetVerificationId(), "here")
		if _, _, why := here.take(t, forged); why != "EXCHANGE_PEER_UNKNOWN" {
			t.Errorf("from a stranger: %s", why)
		}
	})
}

func TestExchangePeersAreKnownOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		own, err := d.GetExchangeKey(t.Context(), &registryv1.GetExchangeKeyRequest{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.GetExchangeKey(t.Context(), &registryv1.GetExchangeKeyRequest{})
		if err != nil || again.GetPublicKey() != own.GetPublicKey() {
			t.Errorf("the key changed: %v", err)
		}
		key := strings.Repeat("A", 43) + "="
		for _, c := range []struct{ name, peer, key, want string }{
			{"a new one", "city", key, ""},
			{"its name again", "city", "B" + key[1:], "EXCHANGE_PEER_EXISTS"},
			{"its key again", "town", key, "EXCHANGE_PEER_EXISTS"},
			{"itself", "me", own.GetPublicKey(), "EXCHANGE_PEER_EXISTS"},
			{"no key", "x", "AAAA", "FIELD_INVALID"},
			{"no name", "", "C" + key[1:], "FIELD_INVALID"},
		} {
			_, err := d.CreateExchangePeer(t.Context(), &registryv1.CreateExchangePeerRequest{Peer: &registryv1.ExchangePeer{Name: c.peer, PublicKey: c.key}})
			if reason(err) != c.want {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
		list, err := d.ListExchangePeers(t.Context(), &registryv1.ListExchangePeersRequest{})
		if err != nil || len(list.GetPeers()) != 1 || list.GetPeers()[0].GetName() != "city" {
			t.Errorf("%v, %v", list, err)
		}
	})
}
