package site

import (
	"errors"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// An Address (网址) is an address of the site's host, taken apart so that two spellings of one are equal.
type Address struct {
	Path  string // from the host's root, decoded and clean, with the final slash that was written: /xxgk/old/
	Query string // as sent, with %-escapes in capitals and for what is not ASCII; "" when there is none
}

// What can be wrong with a written address.
var (
	ErrForeignHost = errors.New("the address is on another host")
	ErrNoAddress   = errors.New("not an address: bad escapes, or not UTF-8")
)

// Address reads an address: whole, from the host's root (/old/a.html) or from the site's (610112/index.html); percent-encoded or not; with a
// query or without. A fragment, which no server sees, is dropped. Without base_url every host is the site's.
func (c *Config) Address(written string) (Address, error) {
	text, _, _ := strings.Cut(strings.TrimSpace(written), "#")
	base, err := url.Parse(c.BaseURL)
	if err != nil {
		base = &url.URL{}
	}
	rest, own := c.withoutHost(text, base)
	if !own {
		return Address{}, ErrForeignHost
	}
	p, query, _ := strings.Cut(rest, "?")
	if p, err = url.PathUnescape(p); err != nil || !utf8.ValidString(p) || !utf8.ValidString(query) || strings.ContainsFunc(p+query, control) || text == "" {
		return Address{}, ErrNoAddress
	}
	if !strings.HasPrefix(p, "/") {
		p = c.Root() + p
	}
	clean := path.Clean(p)
	if clean != "/" && (strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.")) {
		clean += "/"
	}
	return Address{clean, canonicalQuery(query)}, nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// withoutHost takes scheme and host off an address that has them.
func (c *Config) withoutHost(text string, base *url.URL) (rest string, own bool) {
	scheme, rest, whole := strings.Cut(text, "//")
	switch {
	case !whole || scheme != "" && (!isScheme(scheme) || !strings.HasSuffix(scheme, ":")):
		first, _, _ := strings.Cut(text, "/")
		return text, !isScheme(first) // mailto:x, javascript:x
	case scheme != "" && !strings.EqualFold(scheme, "http:") && !strings.EqualFold(scheme, "https:"):
		return "", false
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host := strings.TrimSuffix(strings.TrimSuffix(rest[:end], ":80"), ":443")
	ours := strings.TrimSuffix(strings.TrimSuffix(base.Host, ":80"), ":443")
	if rest = rest[end:]; !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	return rest, host != "" && (ours == "" || strings.EqualFold(host, ours))
}

// isScheme reports whether a text begins with the name of a scheme and a colon.
func isScheme(text string) bool {
	name, _, ok := strings.Cut(text, ":")
	return ok && name != "" && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz+.-") == ""
}

const upperHex = "0123456789ABCDEF"

// canonicalQuery writes a query as a client sends it: escapes in capitals, and escapes for what is not printable ASCII.
func canonicalQuery(q string) string {
	var b strings.Builder
	for i := 0; i < len(q); i++ {
		switch ch := q[i]; {
		case ch == '%' && i+2 < len(q) && isHex(q[i+1]) && isHex(q[i+2]):
			b.WriteString(strings.ToUpper(q[i : i+3]))
			i += 2
		case ch <= ' ' || ch >= 0x7f || ch == '"' || ch == '<' || ch == '>':
			b.Write([]byte{'%', upperHex[ch>>4], upperHex[ch&15]})
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// Root is the path of base_url, decoded: / when there is none.
func (c *Config) Root() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Path == "" {
		return "/"
	}
	return u.Path
}

// inside is the path below the site's root of a path of the host.
func (c *Config) inside(p string) (rel string, ok bool) { return strings.CutPrefix(p, c.Root()) }

// outside is the address that a server sends readers to: the path of a file of the site from the host's root, index.html left out, with
// escapes for everything but letters, digits and - . _ ~ /.
func (c *Config) outside(rel string) string {
	if path.Base(rel) == "index.html" {
		rel = strings.TrimSuffix(rel, "index.html")
	}
	return Escape(c.Root() + rel)
}

// Escape writes a path so that it is itself in every kind of configuration file.
func Escape(p string) string {
	var b strings.Builder
	for i := range len(p) {
		switch ch := p[i]; {
		case 'a' <= ch|0x20 && ch|0x20 <= 'z', '0' <= ch && ch <= '9', strings.IndexByte("-._~/", ch) >= 0:
			b.WriteByte(ch)
		default:
			b.Write([]byte{'%', upperHex[ch>>4], upperHex[ch&15]})
		}
	}
	return b.String()
}
