package serve

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// guard says whose questions are answered.
type guard struct {
	open bool // asked to listen on more than the loopback interface: any address may be the one by which it is known
}

func guardFor(at net.Addr) guard {
	ap, err := netip.ParseAddrPort(at.String())
	return guard{open: err != nil || !ap.Addr().Unmap().IsLoopback()}
}

// host reports whether a Host is this machine: a name that anybody could let point here is not (DNS rebinding). The port may be
// another's, behind a tunnel.
func (g guard) host(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && (g.open || ip.Unmap().IsLoopback())
}

// refuse returns the status of a request that is not answered, else 0.
func (g guard) refuse(r *http.Request) int {
	h := r.Header
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return http.StatusMethodNotAllowed
	case !g.host(r.Host), r.URL.IsAbs() && r.URL.Host != r.Host:
		return http.StatusForbidden
	case len(h["Origin"]) > 1 || len(h["Origin"]) == 1 && !own(h.Get("Origin"), r.Host):
		return http.StatusForbidden
	}
	// A page elsewhere may link to the preview, but not embed or fetch any of it.
	if site := h.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" &&
		(h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Fetch-Dest") != "document") {
		return http.StatusForbidden
	}
	return 0
}

func own(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host == host && u.Path == "" && u.User == nil
}

// within turns a request's path into an address below base; folder says that it names one. ok is false for a path that no link of the
// site could have: dots, doubled and encoded slashes, names that begin with a dot.
func within(u *url.URL, base string) (address string, ok bool) {
	raw, ok := strings.CutPrefix(u.EscapedPath(), base)
	lower := strings.ToLower(raw)
	if !ok || strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c") || strings.ContainsAny(raw, `\`) {
		return "", false
	}
	address, err := url.PathUnescape(raw)
	if err != nil || !utf8.ValidString(address) || strings.ContainsFunc(address, func(r rune) bool { return unicode.IsControl(r) || r == '\\' }) {
		return "", false
	}
	if address == "" {
		return address, true
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(address, "/"), "/") {
		if part == "" || strings.HasPrefix(part, ".") && part != ".well-known" {
			return "", false
		}
	}
	return address, path.Clean(address) == strings.TrimSuffix(address, "/")
}
