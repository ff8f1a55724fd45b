// Package authz decides who may talk to a server at all: one random bearer token
// and loopback listeners only. Roles and divisions are not enforced yet; until
// they are, nothing in the suite may be reachable from another machine.
package authz

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"xinju.dev/services/platform/fault"
)

// Header is the metadata key that carries the token, as "Bearer <token>".
const Header = "authorization"

// Why a caller is not let in. The texts are the same for everyone and say
// nothing about the token that was expected.
var (
	ErrMissing = fault.New(fault.Unauthorized, "AUTHORIZATION_MISSING",
		"send the bearer token in the authorization header", "请在 authorization 头中携带访问令牌")
	ErrDoubled = fault.New(fault.Unauthorized, "AUTHORIZATION_DOUBLED",
		"send exactly one authorization header", "authorization 头只能出现一次")
	ErrMalformed = fault.New(fault.Unauthorized, "AUTHORIZATION_MALFORMED",
		`the authorization header must read "Bearer <token>"`, "authorization 头的格式应为“Bearer 令牌”")
	ErrRefused = fault.New(fault.Unauthorized, "AUTHORIZATION_REFUSED",
		"the token is not valid here", "访问令牌无效")
)

// NewToken returns 256 random bits in base64url, 43 characters.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: the runtime ends the program first
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Bearer reads the token from all values of the authorization header. No value,
// several values and anything but "Bearer <token>" are refused: which one of two
// headers counts must never be a guess.
func Bearer(values []string) (string, error) {
	switch len(values) {
	case 0:
		return "", ErrMissing
	case 1:
	default:
		return "", ErrDoubled
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " ,\t") {
		return "", ErrMalformed
	}
	return token, nil
}

// Guard compares presented tokens with one expected token in constant time.
type Guard struct {
	sum [sha256.Size]byte
	set bool
}

// NewGuard expects token. The empty token lets nobody in.
func NewGuard(token string) Guard {
	return Guard{sum: sha256.Sum256([]byte(token)), set: token != ""}
}

// Check accepts the values of the authorization header or says why not.
func (g Guard) Check(values []string) error {
	token, err := Bearer(values)
	if err != nil {
		return err
	}
	// Digests have one length, so the comparison does not tell the token's.
	sum := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(sum[:], g.sum[:]) != 1 || !g.set {
		return ErrRefused
	}
	return nil
}
