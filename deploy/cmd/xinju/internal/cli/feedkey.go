package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
)

type feedNewKey struct {
	File string `arg:"" help:"写入私钥的新文件。New file for the private key."`
}

// Help says who keeps which half.
func (feedNewKey) Help() string {
	return "私钥文件由报送单位保管，公钥交给收方登记（feed sender --key）。The sender keeps the file; the public key that is printed is registered with the receiver."
}

// Run makes a key pair. A file that is there is never overwritten: what was
// signed with its key could not be checked any more.
func (c feedNewKey) Run(a *app) (err error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unreadable(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := fmt.Fprintln(f, hex.EncodeToString(private.Seed())); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.Out, hex.EncodeToString(public))
	return err
}
