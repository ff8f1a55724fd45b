package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type verifySend struct {
	connected
	listing
	person
	Kind     string       `required:"" enum:"identity,residence,marital,vaccination,hukou,other" placeholder:"KIND" help:"事项：identity、residence、marital、vaccination、hukou、other。What is asked."`
	Question string       `required:"" placeholder:"TEXT" help:"问题。The question in words."`
	Asking   divisionCode `required:"" placeholder:"CODE" help:"发起方区划。Division that asks."`
	Asked    divisionCode `required:"" placeholder:"CODE" help:"协查方区划。Division that is asked."`
	Days     int32        `default:"10" placeholder:"N" help:"答复期限，工作日，默认 10。Working days for the answer; 10 by default."`
	By       string       `required:"" env:"XINJU_BY" placeholder:"CODE" help:"经办人代码，不写姓名。Code of the member of staff, not a name."`
}

// Run asks. A person who is not known here is asked about by document.
func (c verifySend) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		v := &registryv1.Verification{
			Kind: verifyKinds[c.Kind], Question: c.Question, WorkingDays: c.Days, SentBy: c.By,
			Asking: &registryv1.VerificationParty{Division: string(c.Asking)}, Asked: &registryv1.VerificationParty{Division: string(c.Asked)},
		}
		if c.DocumentStdin && c.ID == "" {
			number, err := readNumber(a.In)
			if err != nil {
				return err
			}
			v.Document = &registryv1.Document{Type: registryv1.DocumentType(c.DocumentType), Number: number, Country: c.Country}
		} else {
			id, err := c.resolve(a, s)
			if err != nil {
				return err
			}
			v.ResidentId = id
		}
		resp, err := s.Verifications.SendVerification(a.ctx, &registryv1.SendVerificationRequest{Verification: v})
		if err != nil {
			return err
		}
		return writeVerification(a, s, c.Output, resp.GetVerification())
	})
}

// acting is the flags of steps.
type acting struct {
	connected
	listing
	ID   string `arg:"" help:"协查编号。Identifier of the verification."`
	By   string `required:"" env:"XINJU_BY" placeholder:"CODE" help:"经办人代码，不写姓名。Code of the member of staff, not a name."`
	Note string `placeholder:"TEXT" help:"说明。A remark for the history."`
}

// step reads the etag, takes the step, and shows what became of it.
func (c acting) step(a *app, take func(s *client.Suite, etag string) (*registryv1.Verification, error)) error {
	return c.dial(func(s *client.Suite) error {
		now, err := s.Verifications.GetVerification(a.ctx, &registryv1.GetVerificationRequest{VerificationId: c.ID})
		if err != nil {
			return err
		}
		v, err := take(s, now.GetVerification().GetEtag())
		if err != nil {
			return err
		}
		return writeVerification(a, s, c.Output, v)
	})
}

type verifyReceive struct{ acting }

// Run takes the step.
func (c verifyReceive) Run(a *app) error {
	return c.step(a, func(s *client.Suite, etag string) (*registryv1.Verification, error) {
		resp, err := s.Verifications.ReceiveVerification(a.ctx, &registryv1.ReceiveVerificationRequest{VerificationId: c.ID, Etag: etag, By: c.By, Note: c.Note})
		return resp.GetVerification(), err
	})
}

type verifyAnswer struct {
	acting
	Result      string `required:"" enum:"confirmed,denied,not-found,need-more" placeholder:"WORD" help:"答复：confirmed、denied、not-found、need-more。What the answer says."`
	Corrections string `type:"existingfile" placeholder:"FILE" help:"拟更正事件，每行一个 JSON（ResidenceEvent）。Proposed events, one JSON (ResidenceEvent) a line."`
}

// Run takes the step.
func (c verifyAnswer) Run(a *app) error {
	events, err := readEvents(c.Corrections)
	if err != nil {
		return err
	}
	result := registryv1.AnswerResult_value["ANSWER_RESULT_"+strings.ToUpper(strings.ReplaceAll(c.Result, "-", "_"))]
	return c.step(a, func(s *client.Suite, etag string) (*registryv1.Verification, error) {
		resp, err := s.Verifications.AnswerVerification(a.ctx, &registryv1.AnswerVerificationRequest{
			VerificationId: c.ID, Etag: etag, By: c.By, Note: c.Note, Result: registryv1.AnswerResult(result), Corrections: events,
		})
		return resp.GetVerification(), err
	})
}

// readEvents reads a file of events. What it says of a bad line never quotes it.
func readEvents(file string) (out []*registryv1.ResidenceEvent, err error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for n, line := range strings.Split(string(raw), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		e := &registryv1.ResidenceEvent{}
		if err := protojson.Unmarshal([]byte(line), e); err != nil {
			return nil, outcome.Usage(fmt.Sprintf("%s 第 %d 行不是 ResidenceEvent 的 JSON", file, n+1), fmt.Sprintf("%s: line %d is not the JSON of a ResidenceEvent", file, n+1))
		}
		out = append(out, e)
	}
	return out, nil
}

type verifySupply struct{ acting }

// Run takes the step.
func (c verifySupply) Run(a *app) error {
	return c.step(a, func(s *client.Suite, etag string) (*registryv1.Verification, error) {
		resp, err := s.Verifications.SupplyVerification(a.ctx, &registryv1.SupplyVerificationRequest{VerificationId: c.ID, Etag: etag, By: c.By, Note: c.Note})
		return resp.GetVerification(), err
	})
}

type verifyAccept struct{ acting }

// Run takes the step.
func (c verifyAccept) Run(a *app) error {
	return c.step(a, func(s *client.Suite, etag string) (*registryv1.Verification, error) {
		resp, err := s.Verifications.AcceptAnswer(a.ctx, &registryv1.AcceptAnswerRequest{VerificationId: c.ID, Etag: etag, By: c.By, Note: c.Note})
		return resp.GetVerification(), err
	})
}

type verifyDispute struct{ acting }

// Run takes the step.
func (c verifyDispute) Run(a *app) error {
	return c.step(a, func(s *client.Suite, etag string) (*registryv1.Verification, error) {
		resp, err := s.Verifications.DisputeAnswer(a.ctx, &registryv1.DisputeAnswerRequest{VerificationId: c.ID, Etag: etag, By: c.By, Note: c.Note})
		return resp.GetVerification(), err
	})
}

type verifyWithdraw struct{ acting }

// Run takes the step.
func (c verifyWithdraw) Run(a *app) error {
	return c.step(a, func(s *client.Suite, etag string) (*registryv1.Verification, error) {
		resp, err := s.Verifications.WithdrawVerification(a.ctx, &registryv1.WithdrawVerificationRequest{VerificationId: c.ID, Etag: etag, By: c.By, Note: c.Note})
		return resp.GetVerification(), err
	})
}

type verifyExport struct {
	connected
	ID   string `arg:"" help:"协查编号。Identifier of the verification."`
	Peer string `required:"" placeholder:"NAME" help:"对方系统的名称。Name of the other installation."`
	To   string `required:"" type:"path" placeholder:"FILE" help:"写入的文件，不覆盖已有文件；含证件号码，请妥善传送。File to write, never an existing one; it holds a document's number."`
}

// Run writes the document, for its owner's eyes only.
func (c verifyExport) Run(a *app) (err error) {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Verifications.ExportVerification(a.ctx, &registryv1.ExportVerificationRequest{VerificationId: c.ID, Peer: c.Peer})
		if err != nil {
			return err
		}
		f, err := os.OpenFile(c.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(resp.GetDocument())
		return errors.Join(err, f.Close())
	})
}

type verifyImport struct {
	connected
	listing
	File string `arg:"" type:"existingfile" help:"对方系统的文件。Document of the other installation."`
	By   string `required:"" env:"XINJU_BY" placeholder:"CODE" help:"经办人代码，不写姓名。Code of the member of staff, not a name."`
}

// Run sends the document and shows the verification.
func (c verifyImport) Run(a *app) error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Verifications.ImportVerification(a.ctx, &registryv1.ImportVerificationRequest{Document: raw, By: c.By})
		if err != nil {
			return err
		}
		if resp.GetAlreadyImported() && c.Output == show.Eyes {
			if _, err := io.WriteString(a.Err, "该文件此前已导入 imported before; nothing changed\n"); err != nil {
				return err
			}
		}
		return writeVerification(a, s, c.Output, resp.GetVerification())
	})
}
