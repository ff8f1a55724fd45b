package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// indexer makes blind indexes, HMAC-SHA-256. Keyed hashes are used again: to key
// one costs as much as to index a number.
type indexer struct{ idle sync.Pool }

func newIndexer(key []byte) *indexer {
	key = bytes.Clone(key)
	x := &indexer{}
	x.idle.New = func() any { return hmac.New(sha256.New, key) }
	return x
}

func (x *indexer) index(field string, plain []byte) []byte {
	mac := x.idle.Get().(hash.Hash)
	defer x.idle.Put(mac)
	mac.Reset()
	mac.Write(place(field))
	mac.Write(plain)
	return mac.Sum(nil)
}
