package authz_test

import (
	"errors"
	"net"
	"testing"

	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/fault"
)

func TestATokenIs256RandomBits(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		tok := authz.NewToken()
		if len(tok) != 43 || seen[tok] {
			t.Fatalf("%d characters, or seen before", len(tok))
		}
		seen[tok] = true
	}
}

func TestAnAddressMustBeLoopback(t *testing.T) {
	cases := map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:0": true, "localhost:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true,
		":8080": false, "0.0.0.0:80": false, "[::]:80": false, "192.168.1.2:80": false, "example.org:80": false,
		"localhost.example.org:80": false, "127.0.0.1.example.org:80": false, "127.0.0.1": false, "": false, "2130706433:80": false,
	}
	for addr, ok := range cases {
		err := authz.CheckLoopback(addr)
		if (err == nil) != ok {
			t.Errorf("%q: %v", addr, err)
		}
		if f, isFault := errors.AsType[*fault.Error](err); !ok && (!isFault || f.Meta["address"] != addr) {
			t.Errorf("%q: the error does not name the address: %v", addr, err)
		}
	}
}

func TestAnOpenListenerIsCheckedByWhereItListens(t *testing.T) {
	for addr, ok := range map[string]bool{"127.0.0.1:0": true, ":0": false} {
		lis, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := authz.CheckListener(lis); (err == nil) != ok {
			t.Errorf("%q: %v", addr, err)
		}
		lis.Close()
	}
}

func TestAGuardWithoutATokenRefusesEvenTheEmptyOne(t *testing.T) {
	if err := authz.NewGuard("").Check([]string{"Bearer x"}); !errors.Is(err, authz.ErrRefused) {
		t.Error(err)
	}
	if err := (authz.Guard{}).Check([]string{"Bearer x"}); !errors.Is(err, authz.ErrRefused) {
		t.Error(err)
	}
	if err := authz.NewGuard("x").Check([]string{"Bearer x"}); err != nil {
		t.Error(err)
	}
}
