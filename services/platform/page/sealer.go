package page

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Sealer makes tokens for lists whose keys hold what nobody may read in a URL,
// such as an address: AES-256-GCM (NIST SP 800-38D) under keys derived (HKDF,
// RFC 5869) from a secret. Whoever has the secret reads them, in whichever
// process; whoever has not learns how long the key is and which tokens are equal.
// A Sealer is safe for concurrent use.
type Sealer struct {
	aead   cipher.AEAD
	nonces []byte
}

const sealed = 2 // the version of these tokens

// NewSealer returns the sealer of a secret of at least 32 random bytes.
func NewSealer(secret []byte) (*Sealer, error) {
	const half = 32
	keys, err := hkdf.Key(sha256.New, secret, nil, "xinju page token", 2*half)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(keys[:half])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Sealer{aead, keys[half:]}, err
}

// Encode makes the token that continues after key in the list described by filter.
// The same token comes of the same two: its nonce is made of them, so that none
// seals two different keys, also where nobody counts.
func (s *Sealer) Encode(filter []byte, key string) string {
	n := s.aead.NonceSize()
	raw := make([]byte, 1, 1+n+len(key)+s.aead.Overhead())
	raw[0] = sealed
	raw = append(raw, s.nonce(filter, key)[:n]...)
	raw = s.aead.Seal(raw, raw[1:1+n], []byte(key), filter)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Key returns the key after which a page starts, "" for the first page. filter
// must be the same bytes as on the page before. It fails with PAGE_TOKEN_INVALID.
func (s *Sealer) Key(filter []byte, q Query) (string, error) {
	if q.Token == "" {
		return "", nil
	}
	if len(q.Token) > maxToken || strings.ContainsAny(q.Token, "\r\n") { // line breaks are ignored by the decoder
		return "", invalid()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(q.Token)
	n := s.aead.NonceSize()
	if err != nil || len(raw) < 1+n || raw[0] != sealed {
		return "", invalid()
	}
	key, err := s.aead.Open(nil, raw[1:1+n], raw[1+n:], filter)
	if err != nil {
		return "", invalid()
	}
	return string(key), nil
}

// nonce is of filter and key, and of where one ends.
func (s *Sealer) nonce(filter []byte, key string) []byte {
	h := hmac.New(sha256.New, s.nonces)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(filter)))
	h.Write(n[:])
	h.Write(filter)
	h.Write([]byte(key))
	return h.Sum(nil)
}
