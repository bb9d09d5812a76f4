// Package serverconf writes the part of a web server's configuration that belongs to a site, for nginx and for Caddy: what a folder of files
// cannot say by itself.
//
//   - security headers: the content security policy of the pages with frame-ancestors, nosniff, referrer and permissions policy, opener
//     policy, and HSTS when asked for;
//   - how long a browser may keep a file: those with a hash in their name for a year, others only after asking;
//   - content types with UTF-8, never taken from the system's table;
//   - old addresses: 301 and 302 for aliases and redirects.csv, 410 with the notice for what was removed, the site's own 404 page;
//   - compressed variants that gongkai build --precompress wrote;
//   - nothing whose name begins with a dot, and no lists of folders.
//
// Everything that comes from the site is either written in an alphabet that is itself in both languages (site.Escape), or quoted so that no
// character has a meaning, or refused.
package serverconf

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/site"
)

// Servers are the servers that Write knows.
func Servers() []string { return []string{"nginx", "caddy"} }

// Options say what the site itself does not.
type Options struct {
	Server string // one of Servers
	Root   string // the site's folder on the server, absolute
	Frames string // self or none: who may show the pages in a frame
	HSTS   int    // days; 0 sends no Strict-Transport-Security
	Cert   string // files of the certificate and its key, absolute; "" when something else ends TLS
	Key    string
	Brotli bool   // nginx: the brotli_static module is there
	Lang   string // of the comments, zh or en
}

// A Refusal says which value cannot be written into a configuration.
type Refusal struct{ Message, Hint diag.Text }

func (r *Refusal) Error() string { return r.Message.EN }

// Write returns the configuration. A *Refusal says that a value would not be safe in it.
func Write(s *site.Site, opt Options) ([]byte, error) {
	c := &conf{Options: opt, site: s, base: s.Config.Root(), moves: s.Moves(), moved: map[string]site.Move{}}
	for _, m := range c.whole() {
		c.moved[m.From.Path] = m
	}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	if opt.Server == "caddy" {
		c.caddy()
	} else {
		c.nginx()
	}
	return []byte(c.out.String()), nil
}

// conf is one configuration in the making.
type conf struct {
	Options
	site   *site.Site
	base   string // the path of the site, decoded, with slashes at both ends
	secure bool   // base_url is https
	host   string // in ASCII, with brackets when it is IPv6; "" when base_url is unknown
	port   string // "" for the usual one
	moves  []site.Move
	moved  map[string]site.Move // whole, by path
	out    strings.Builder
}

func (c *conf) line(indent int, format string, args ...any) {
	c.out.WriteString(strings.Repeat("\t", indent))
	fmt.Fprintf(&c.out, format, args...)
	c.out.WriteByte('\n')
}

// comment writes a line for people; nothing of the site is ever in it.
func (c *conf) comment(indent int, zh, en string) {
	c.line(indent, "# %s", diag.Text{ZH: zh, EN: en}.In(c.Lang))
}

var hostName = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$`)

func (c *conf) prepare() error {
	for _, f := range []struct{ flag, path string }{{"--root", c.Root}, {"--cert", c.Cert}, {"--key", c.Key}} {
		if f.path != "" && !safePath(f.path) {
			return &Refusal{diag.Say("%s 的“%s”不能写进服务器的配置", "%s: %q cannot stand in a server's configuration", f.flag, f.path),
				diag.Say("请用以 / 开头的路径，不含引号、反斜杠、$、{}、* 和控制字符", "use a path that begins with / and holds no quotes, backslashes, $, {}, * or control characters")}
		}
	}
	if strings.ContainsFunc(c.base, control) {
		return c.badBase()
	}
	if c.site.Config.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(c.site.Config.BaseURL)
	if err != nil {
		return c.badBase()
	}
	c.secure, c.port = u.Scheme == "https", u.Port()
	if c.secure && c.port == "443" || !c.secure && c.port == "80" {
		c.port = ""
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		if c.host = ip.String(); strings.Contains(c.host, ":") {
			c.host = "[" + c.host + "]"
		}
		return nil
	}
	if c.host, err = idna.Lookup.ToASCII(u.Hostname()); err != nil || !hostName.MatchString(c.host) {
		return c.badBase()
	}
	return nil
}

func (c *conf) badBase() error {
	return &Refusal{diag.Say("网址“%s”里有不能写进服务器配置的字符", "the address %q holds characters that cannot stand in a server's configuration", c.site.Config.BaseURL),
		diag.Say("请核对 gongkai.yaml 的 base_url", "check base_url in gongkai.yaml")}
}

// safePath reports whether a path of the server's disk means itself in both languages once it is quoted; $ and {} would be variables.
func safePath(p string) bool {
	drive := len(p) > 2 && p[1] == ':' && p[2] == '/'
	return (strings.HasPrefix(p, "/") || drive) && !strings.ContainsAny(p, "\"'`\\${}*") && !strings.ContainsFunc(p, control)
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// header is one that every response carries.
type header struct{ name, value string }

func (c *conf) headers() []header {
	ancestors := "frame-ancestors '" + c.Frames + "'"
	policy := ancestors
	if full := c.site.Config.PolicyHeader(); full != "" {
		policy, _, _ = strings.Cut(full, "; frame-ancestors")
		policy += "; " + ancestors
	}
	list := []header{
		{"Content-Security-Policy", plainValue(policy)},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "strict-origin-when-cross-origin"},
		{"Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"X-Frame-Options", map[string]string{"none": "DENY", "self": "SAMEORIGIN"}[c.Frames]},
	}
	if c.HSTS > 0 {
		list = append(list, header{"Strict-Transport-Security", fmt.Sprintf("max-age=%d", c.HSTS*24*60*60)})
	}
	return list
}

// plainValue escapes what has a meaning in a configuration; it only ever stands in the paths of a policy's sources, where an escape means
// the character itself.
func plainValue(policy string) string {
	var b strings.Builder
	for i := range len(policy) {
		if ch := policy[i]; strings.IndexByte("\"\\${}`", ch) >= 0 || ch < ' ' || ch >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", ch)
		} else {
			b.WriteByte(ch)
		}
	}
	return b.String()
}

// plain reports whether a text of the site means itself between quotes in both languages, and is compared without case: only then can it be
// written as it is.
func plain(s string) bool {
	for i := range len(s) {
		switch ch := s[i]; {
		case 'a' <= ch|0x20 && ch|0x20 <= 'z', '0' <= ch && ch <= '9', ch >= 0x80, strings.IndexByte("-._/=&?,:;@+!", ch) >= 0:
		default:
			return false
		}
	}
	return true
}

// pattern is a regular expression, the same in RE2 and PCRE, that matches a text and nothing else: characters with a meaning are written
// as \xHH. In a query, an escape matches in small letters too.
func pattern(text string, query bool) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case query && ch == '%' && i+2 < len(text):
			fmt.Fprintf(&b, "%%(?i:%s)", pattern(text[i+1:i+3], false))
			i += 2
		case 'a' <= ch|0x20 && ch|0x20 <= 'z', '0' <= ch && ch <= '9', ch >= 0x80, strings.IndexByte("/_-=&%", ch) >= 0:
			b.WriteByte(ch)
		default:
			fmt.Fprintf(&b, `\x%02x`, ch)
		}
	}
	return b.String()
}

// hashedPath is the pattern of a static file whose name changes with its bytes.
func (c *conf) hashedPath() string { return "^" + pattern(c.base, false) + publish.Hashed + "$" }

// rel is the path below the site's root of a path of the host.
func (c *conf) rel(p string) (string, bool) { return strings.CutPrefix(p, c.base) }

// asked groups the moves that have a query by their path, in order.
func (c *conf) asked() (paths []string, by map[string][]site.Move) {
	by = map[string][]site.Move{}
	for _, m := range c.moves {
		if m.From.Query != "" {
			if by[m.From.Path] == nil {
				paths = append(paths, m.From.Path)
			}
			by[m.From.Path] = append(by[m.From.Path], m)
		}
	}
	return paths, by
}

// whole are the moves of a path whatever its query.
func (c *conf) whole() []site.Move {
	return slices.DeleteFunc(slices.Clone(c.moves), func(m site.Move) bool { return m.From.Query != "" || m.Below })
}

// below are the folders of which everything is gone.
func (c *conf) below() []site.Move {
	return slices.DeleteFunc(slices.Clone(c.moves), func(m site.Move) bool { return !m.Below })
}
