package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// Key is one version of the sealing key.
type Key struct {
	Version uint32
	Secret  []byte // 32 random bytes
}

// AES is the international suite: AES-256-GCM with a random nonce and a key
// derived per table and field (so that no key seals too many values), and
// HMAC-SHA-256 for the index. What a value is sealed to is authenticated:
// table, row, field and key version.
type AES struct {
	index   *indexer
	secrets map[uint32][]byte
	newest  uint32

	mu    sync.Mutex
	aeads map[string]cipher.AEAD // by key version, table and field
}

const aesHeader = 5 // suite and key version

// NewAES returns the suite. New values are sealed with the key of the highest
// version, old ones opened with the one they were sealed with; the index key
// stays for the life of the database. It fails with ErrKey.
func NewAES(indexKey []byte, keys ...Key) (*AES, error) {
	if len(indexKey) != 32 || len(keys) == 0 {
		return nil, ErrKey
	}
	s := &AES{index: newIndexer(indexKey), secrets: map[uint32][]byte{}, aeads: map[string]cipher.AEAD{}}
	for _, k := range keys {
		if _, twice := s.secrets[k.Version]; twice || len(k.Secret) != 32 {
			return nil, ErrKey
		}
		s.secrets[k.Version] = bytes.Clone(k.Secret)
		s.newest = max(s.newest, k.Version)
	}
	return s, nil
}

// Seal implements Sealer.
func (s *AES) Seal(table, row, field string, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	head := binary.BigEndian.AppendUint32([]byte{suiteAES}, s.newest)
	aead, err := s.aead(s.newest, table, field)
	if err != nil {
		return nil, err
	}
	return aead.Seal(head, nil, plain, append(place(table, row, field), head...)), nil
}

// Open implements Sealer. Values of the plain suite are refused: a database is
// resealed before its suite counts as changed.
func (s *AES) Open(table, row, field string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if len(sealed) < aesHeader || sealed[0] != suiteAES {
		return nil, ErrSealed
	}
	head := sealed[:aesHeader]
	aead, err := s.aead(binary.BigEndian.Uint32(head[1:]), table, field)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, sealed[aesHeader:], append(place(table, row, field), head...))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Index implements Sealer.
func (s *AES) Index(field string, plain []byte) []byte { return s.index.index(field, plain) }

// Current reports whether a value is sealed with the newest key; what is not
// should be sealed again.
func (s *AES) Current(sealed []byte) bool {
	return len(sealed) == 0 || len(sealed) >= aesHeader && sealed[0] == suiteAES && binary.BigEndian.Uint32(sealed[1:]) == s.newest
}

// String keeps the keys out of whatever prints the suite.
func (*AES) String() string { return "seal: AES-256-GCM suite" }

// GoString does the same for %#v.
func (s *AES) GoString() string { return s.String() }

func (s *AES) aead(version uint32, table, field string) (cipher.AEAD, error) {
	secret, ok := s.secrets[version]
	if !ok {
		return nil, ErrSealed
	}
	name := string(binary.BigEndian.AppendUint32(place(table, field), version))
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.aeads[name]; ok {
		return a, nil
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "xinju seal "+name, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	s.aeads[name] = a
	return a, nil
}
