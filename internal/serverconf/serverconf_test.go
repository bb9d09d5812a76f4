package serverconf

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/site"
)

// siteWith is a site of no reports with one old address.
func siteWith(base, from string) (*site.Site, diag.List) {
	c := site.DefaultConfig()
	c.BaseURL = base
	rows := []site.RedirectRow{{From: site.Cell{Text: from, At: diag.Pos{Line: 2, Column: 1}}, To: site.Cell{Text: "index.html"}, Status: 301}}
	return site.Assemble(site.Input{Config: c, AsOf: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Redirects: rows, RedirectsPath: "redirects.csv"})
}

func write(t testing.TB, s *site.Site, server string) string {
	t.Helper()
	text, err := Write(s, Options{Server: server, Root: "/srv/www", Frames: "self"})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// nginxTokens reads a configuration as ngx_conf_read_token does: words, and ; { } as words of their own, with ‹› round what was quoted.
func nginxTokens(t testing.TB, text string) []string {
	t.Helper()
	var tokens []string
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case ch == ' ' || ch == '\t' || ch == '\n':
			i++
		case ch == '#':
			i += strings.IndexByte(text[i:]+"\n", '\n')
		case ch == ';' || ch == '{' || ch == '}':
			tokens = append(tokens, string(ch))
			i++
		case ch == '"':
			word, n := nginxQuoted(t, text[i+1:])
			tokens = append(tokens, "‹"+word+"›")
			if i += n + 2; i < len(text) && strings.IndexByte(" \t\n;{)", text[i]) < 0 {
				t.Fatalf("something stands right behind a quote: %.60q", text[i:])
			}
		case ch == ')' && len(tokens) > 0:
			tokens = append(tokens, ")")
			i++
		default:
			end := i
			for end < len(text) && strings.IndexByte(" \t\n;{\"", text[end]) < 0 {
				end++
			}
			tokens = append(tokens, text[i:end])
			i = end
		}
	}
	return tokens
}

func nginxQuoted(t testing.TB, text string) (word string, n int) {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), i
		case text[i] == '\\' && i+1 < len(text) && strings.IndexByte(`"'\`, text[i+1]) >= 0:
			i++
			b.WriteByte(text[i])
		case text[i] == '\\' && i+1 < len(text) && strings.IndexByte("trn", text[i+1]) >= 0:
			t.Fatalf("an escape for a control character: %q", text[:i+2])
		default:
			b.WriteByte(text[i])
		}
	}
	t.Fatal("a quote is not closed")
	return "", 0
}

// caddyTokens reads a Caddyfile as its lexer does.
func caddyTokens(t testing.TB, text string) []string {
	t.Helper()
	if strings.Contains(text, "{$") {
		t.Fatalf("an environment variable: %.60q", text[strings.Index(text, "{$"):])
	}
	var tokens []string
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case unicode.IsSpace(rune(ch)):
			i++
		case ch == '#':
			i += strings.IndexByte(text[i:]+"\n", '\n')
		case ch == '"' || ch == '`':
			end := strings.IndexByte(text[i+1:], ch)
			if end < 0 || strings.Contains(text[i+1:i+1+end], "\n") {
				t.Fatalf("a quote is not closed on its line: %.60q", text[i:])
			}
			tokens = append(tokens, "‹"+text[i+1:i+1+end]+"›")
			i += end + 2
		default:
			end := i
			for end < len(text) && !unicode.IsSpace(rune(text[end])) {
				end++
			}
			tokens = append(tokens, text[i:end])
			i = end
		}
	}
	return tokens
}

var readers = map[string]func(testing.TB, string) []string{"nginx": nginxTokens, "caddy": caddyTokens}

// harmless compares the configuration of a hostile old address, word by word, with that of a plain one: they differ in the words that hold the
// address and in nothing else.
func harmless(t testing.TB, server string, s *site.Site, from site.Address) {
	t.Helper()
	like := "/q.aspx" // an address of the same kind
	names := []string{from.Path}
	folder := strings.TrimSuffix(from.Path, "/")
	switch file := len(s.Aliases) > 0 && strings.HasSuffix(s.Aliases[0].URL, "/index.html"); {
	case from.Query != "":
		like, names = "/q.aspx?a=1", []string{from.Path, from.Query, from.Path + "?" + from.Query}
		if (&conf{site: s, base: s.Config.Root()}).standing(from.Path) {
			like = site.Escape(from.Path) + "?a=1" // its path is the site's own
		}
	case file && path.Base(from.Path) != "index.html":
		like, names = "/q", []string{folder, folder + "/", folder + "/index.html"}
	case file:
		like, names = "/q/index.html", []string{path.Dir(from.Path), path.Dir(from.Path) + "/", from.Path}
	}
	base := strings.TrimSuffix(s.Config.Root(), "/")
	if len(s.Aliases) > 0 {
		like = base + like
	}
	plainSite, _ := siteWith(s.Config.BaseURL, like)
	got, want := readers[server](t, write(t, s, server)), readers[server](t, write(t, plainSite, server))
	if len(got) != len(want) {
		t.Fatalf("%s: %d words, want %d:\n%s", server, len(got), len(want), strings.Join(got, " "))
	}
	for i := range got {
		if got[i] == want[i] {
			continue
		}
		word, quoted := strings.CutPrefix(got[i], "‹")
		word = strings.TrimSuffix(word, "›")
		switch pattern, is := strings.CutPrefix(word, "~"); {
		case !quoted:
			t.Errorf("%s: %s instead of %s", server, got[i], want[i])
		case is || strings.HasPrefix(word, "^"):
			re, err := regexp.Compile(pattern)
			if err != nil || !slices.ContainsFunc(names, re.MatchString) || slices.ContainsFunc(names, func(n string) bool { return re.MatchString(n+"x") || re.MatchString("x"+n) }) {
				t.Errorf("%s: %q does not stand for one of %q alone (%v)", server, pattern, names, err)
			}
		case !slices.Contains(names, word):
			t.Errorf("%s: %q instead of one of %q", server, word, names)
		}
	}
}

var hostile = []string{
	`/a b.aspx`, `/a"b.aspx`, `/a'b.aspx`, "/a`b.aspx", `/a\b.aspx`, `/a\.aspx\`, `/a\n.aspx`, `/{a}.aspx`, `/{$HOME}.aspx`, `/$uri.aspx`, `/${uri}.aspx`, `/a;b.aspx`, `/a%23b.aspx`,
	`/";}location / {return 200 x;}#.aspx`, "/`} respond \"x\" 200 {`.aspx", `/*.aspx`, `/~^x.aspx`, `/(a|b)+[c].aspx`, `/中文.aspx`, `/%E2%80%A8.aspx`, `/a.aspx?{path}`, `/a.aspx?x=$1`,
	`/a.aspx?"`, `/a.aspx?\`, `/a.aspx?x=%e4%b8%ad&y=%zz%`, "/a.aspx?`", `/a.aspx?x;}`, `/a.aspx?(.*)`, `/a.aspx?#`, `/a.aspx?{$HOME}`, `/%7B$x%7D.aspx`, `/include.aspx`, `/default`, `/a.aspx?default`,
	`/{$HOME}.html`, `/x/$uri;}.html`, "/x/`}.htm", `/x/it's;{}`, `/x/${uri}/`, `/x/$a/index.html`, `/?0`, `/years?"`,
}

func TestHostileAddresses(t *testing.T) {
	for _, from := range hostile {
		for _, base := range []string{"", "http://127.0.0.1/x/"} {
			s, _ := siteWith(base, from)
			for _, r := range s.Redirects {
				for _, server := range Servers() {
					t.Run(server+base+from, func(t *testing.T) { harmless(t, server, s, r.From) })
				}
			}
		}
	}
}

func FuzzHostileAddresses(f *testing.F) {
	for _, from := range hostile {
		f.Add(from)
	}
	f.Fuzz(func(t *testing.T, from string) {
		s, _ := siteWith("", from)
		for _, r := range s.Redirects {
			if !utf8.ValidString(r.From.Path) {
				t.Fatalf("%q", r.From)
			}
			for _, server := range Servers() {
				harmless(t, server, s, r.From)
			}
		}
	})
}

// TestRefusals: what cannot be written safely is refused with a reason.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		base, root, cert string
		ok               bool
	}{
		{"https://www.example.gov.cn/", "/srv/网 站/a-b_c.d(1)", "", true},
		{"https://www.example.gov.cn:8443/", "D:/www", "/etc/ssl/a.pem", true},
		{"http://[::1]:80/", "/srv", "", true},
		{"https://政务.中国/", "/srv", "", true},
		{"", "/srv", "", true},
		{"", "srv", "", false},
		{"", `/srv/"a"`, "", false},
		{"", "/srv/$a", "", false},
		{"", "/srv/{a}", "", false},
		{"", "/srv/`a`", "", false},
		{"", `/srv/a\b`, "", false},
		{"", "/srv/a\nb", "", false},
		{"", "/srv/*", "", false},
		{"", "/srv", "cert.pem", false},
		{`https://a"b;{c}/`, "/srv", "", false},
		{"https://a;b/", "/srv", "", false},
		{"https://-a/", "/srv", "", false},
		{"https://a$b/", "/srv", "", false},
		{"https://a/%00/", "/srv", "", false},
		{"https://a/%0a/", "/srv", "", false},
	} {
		s, _ := siteWith(tt.base, "/a.aspx")
		for _, server := range Servers() {
			text, err := Write(s, Options{Server: server, Root: tt.root, Frames: "self", Cert: tt.cert, Key: tt.cert})
			var refusal *Refusal
			if tt.ok && err != nil || !tt.ok && (!errors.As(err, &refusal) || refusal.Hint.ZH == "" || text != nil) {
				t.Errorf("%s %+v: %v", server, tt, err)
			}
			if tt.ok {
				readers[server](t, string(text))
			}
		}
	}
}

// TestServerNames: where the server listens, and by what name.
func TestServerNames(t *testing.T) {
	for _, tt := range []struct{ base, cert, nginx, caddy string }{
		{"", "", "listen 80;|server_name _;", ":80 {"},
		{"http://www.example.gov.cn:8080/", "", "listen 8080;|server_name www.example.gov.cn;", "http://www.example.gov.cn:8080 {"},
		{"https://www.example.gov.cn/", "", "listen 80;", "https://www.example.gov.cn {"},
		{"https://www.example.gov.cn/", "/c.pem", "listen 443 ssl;|ssl_certificate \"/c.pem\";|return 301 https://www.example.gov.cn$request_uri;", "tls `/c.pem` `/c.pem`"},
		{"https://www.example.gov.cn:8443/", "/c.pem", "listen 8443 ssl;", "https://www.example.gov.cn:8443 {"},
		{"https://政务.中国/", "", "server_name xn--zfr164b.xn--fiqs8s;", "https://xn--zfr164b.xn--fiqs8s {"},
		{"http://[2001:db8::1]/", "", "server_name [2001:db8::1];", "http://[2001:db8::1] {"},
	} {
		s, _ := siteWith(tt.base, "/a.aspx")
		for server, want := range map[string]string{"nginx": tt.nginx, "caddy": tt.caddy} {
			text, err := Write(s, Options{Server: server, Root: "/srv", Frames: "self", Cert: tt.cert, Key: tt.cert})
			if err != nil {
				t.Fatal(err)
			}
			for part := range strings.SplitSeq(want, "|") {
				if !strings.Contains(string(text), part) {
					t.Errorf("%s %s: no %q", server, tt.base, part)
				}
			}
		}
	}
}

// TestPolicyOfTheConfiguration: sources that the site allows are in the header, what would be a variable escaped; off leaves frames alone.
func TestPolicyOfTheConfiguration(t *testing.T) {
	s, _ := siteWith("", "/a.aspx")
	s.Config.CSP.Sources[2] = []string{"https://img.example.gov.cn/a$b{c}`d\\"}
	for _, server := range Servers() {
		if text := write(t, s, server); !strings.Contains(text, "img-src 'self' https://img.example.gov.cn/a%24b%7Bc%7D%60d%5C;") {
			t.Errorf("%s: %s", server, text)
		}
	}
	s.Config.CSP.Mode = "off"
	for _, server := range Servers() {
		tokens := readers[server](t, write(t, s, server))
		if !slices.Contains(tokens, "‹frame-ancestors 'self'›") {
			t.Errorf("%s: no policy alone for frames", server)
		}
	}
}

// TestComments: the other language is the same configuration.
func TestComments(t *testing.T) {
	s, _ := siteWith("https://www.example.gov.cn/x/", "/a.aspx")
	for _, server := range Servers() {
		var tokens [][]string
		for _, lang := range []string{"zh", "en"} {
			text, err := Write(s, Options{Server: server, Root: "/srv", Frames: "self", Lang: lang})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "%!") {
				t.Error(string(text))
			}
			tokens = append(tokens, readers[server](t, string(text)))
		}
		if !slices.Equal(tokens[0], tokens[1]) {
			t.Errorf("%s differs by language", server)
		}
	}
}
