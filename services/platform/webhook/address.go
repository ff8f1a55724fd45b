package webhook

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
)

// maxURL is the longest address of a receiver.
const maxURL = 500

// errAddress ends a connection to where none may go.
var errAddress = errors.New("webhook: the address is not allowed")

// checkURL accepts the address of a receiver; what its name resolves to is
// looked at when a connection is made. loopback says that it stays on this machine.
func checkURL(text string, set Settings) (loopback bool, err error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Opaque != "" || u.User != nil || u.Fragment != "" || u.Hostname() == "" {
		return false, ErrURL.On("subscription.url", "格式不允许 not of the form that is allowed")
	}
	ip, literal := netip.ParseAddr(u.Hostname())
	loopback = u.Hostname() == "localhost" || literal == nil && ip.Unmap().IsLoopback()
	switch {
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback):
		return false, ErrURL.On("subscription.url", "须为 https must be https")
	case literal == nil && !allowed(ip, loopback, set.AllowPrivate):
		return false, ErrURL.On("subscription.url", "该地址段不允许 addresses of this range are refused")
	}
	return loopback, nil
}

// Ranges that lead elsewhere than they say, or nowhere.
var (
	private = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
	never   = prefixes("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fe80::/10", "fec0::/10", "ff00::/8")
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// allowed reports that a request may go to an address. A loopback receiver is on
// this machine and nowhere else; any other one is never on this machine.
func allowed(ip netip.Addr, loopback, privateToo bool) bool {
	ip = ip.Unmap().WithZone("")
	if loopback {
		return ip.IsLoopback()
	}
	for _, p := range never {
		if p.Contains(ip) {
			return false
		}
	}
	for _, p := range private {
		if p.Contains(ip) {
			return privateToo
		}
	}
	return ip.IsGlobalUnicast()
}

// client makes requests to receivers on this machine, or to those elsewhere. The
// address is checked at the connection: a name may resolve to another one than
// when it was looked at before. No proxy, no redirect, no cookie.
func client(set Settings, loopback bool) *http.Client {
	dial := &net.Dialer{
		Timeout: set.Timeout,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !allowed(to.Addr(), loopback, set.AllowPrivate) {
				return errAddress
			}
			return nil
		},
	}
	return &http.Client{
		Timeout: set.Timeout,
		Transport: &http.Transport{
			DialContext: dial.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: set.RootCAs},
			MaxResponseHeaderBytes: 16 << 10, MaxIdleConnsPerHost: 1, IdleConnTimeout: set.Timeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
