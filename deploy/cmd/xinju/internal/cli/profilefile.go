package cli

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

// profileMessage is a profile of whatever kind of file.
type profileMessage interface {
	proto.Message
	GetName() string
}

const mostProfile = 1 << 20

// readProfile reads a profile, of stdin for "-"; a key that there is not is refused.
func readProfile(a *app, file string, into profileMessage) error {
	in := io.NopCloser(a.In)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return unreadable(err)
		}
		in = f
	}
	defer func() { _ = in.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(in, mostProfile))
	if err != nil {
		return unreadable(err)
	}
	var tree map[string]any
	if err = yaml.Unmarshal(text, &tree); err == nil {
		text, err = json.Marshal(tree)
	}
	if err == nil {
		err = protojson.Unmarshal(text, into)
	}
	if err == nil && into.GetName() == "" {
		err = errors.New("name is missing")
	}
	if err != nil {
		return &outcome.Error{Code: outcome.BadInput, Chinese: "方案文件不正确", English: "the file is no profile", Cause: err}
	}
	return nil
}

// writeYAML writes what readProfile reads.
func writeYAML(w io.Writer, p profileMessage) error {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(p)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		return err
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(tree); err != nil {
		return err
	}
	return enc.Close()
}

// keepProfile makes a profile where there is none of its name, and the next
// version of it otherwise, and shows what is kept.
func keepProfile(w io.Writer, get, create, update func() (profileMessage, error)) error {
	_, err := get()
	keep := update
	if status.Code(err) == codes.NotFound {
		keep, err = create, nil
	}
	if err != nil {
		return err
	}
	return showProfile(w, keep)
}

func showProfile(w io.Writer, ask func() (profileMessage, error)) error {
	p, err := ask()
	if err != nil {
		return err
	}
	return writeYAML(w, p)
}
