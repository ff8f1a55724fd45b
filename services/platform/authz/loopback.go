package authz

import (
	"net"
	"net/netip"

	"xinju.dev/services/platform/fault"
)

// ErrNotLoopback refuses an address that other machines could reach.
var ErrNotLoopback = fault.New(fault.Precondition, "ADDRESS_NOT_LOOPBACK",
	"only loopback addresses (127.0.0.1, ::1, localhost) are allowed until callers are identified by role",
	"在启用按角色识别调用者之前，只允许使用本机回环地址（127.0.0.1、::1、localhost）")

// CheckLoopback accepts "host:port" whose host is a loopback address or the name
// localhost. A missing host means every interface and is refused, as is any
// other name: what a name resolves to can change after the check.
func CheckLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return ErrNotLoopback.With("address", addr)
	}
	if host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Unmap().IsLoopback() {
		return nil
	}
	return ErrNotLoopback.With("address", addr)
}

// CheckListener is CheckLoopback for a listener that is already open. Listeners
// that are no network at all (in-memory pipes, unix sockets) pass.
func CheckListener(lis net.Listener) error {
	if a, ok := lis.Addr().(*net.TCPAddr); ok {
		return CheckLoopback(a.String())
	}
	return nil
}
