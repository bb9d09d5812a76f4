package serverconf

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"gongkai"
	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/site"
	"gongkai/internal/sitetest"
)

// built is a site on the disk and behind a server.
type built struct {
	folder, base string // base is the site's path, with slashes
	port         int
	addresses    *build.Addresses
	files        publish.Manifest
}

const reportText = `---
title: %s
agency: 西安市未央区卫生健康局
date: 2022-01-05
kind: summary
%s---

## 一、主要工作

` + "%s\n"

// writeSite writes a site with everything that a server must know of. Its redirects hold every character that has a meaning somewhere.
func writeSite(t *testing.T, dir, base string) {
	t.Helper()
	long := strings.Repeat("全年开展义诊十二场，服务群众一千余人次。\n\n", 60)
	files := map[string]string{
		"gongkai.yaml":                          "version: 1\nname: 测试站\nbase_url: http://127.0.0.1" + base + "\noutputs: [html, json, txt, feeds, catalog]\n",
		"content/610112/wjj/2021/a.md":          fmt.Sprintf(reportText, "2021年工作总结", "aliases: [/old/a.html, /oldfolder/, /old/年%20度.html]\n", long),
		"content/610112/wjj/2022/b/index.md":    fmt.Sprintf(reportText, "2022年工作总结", "attachments: [{file: fu-biao.txt, title: 附表}, {file: tu.png, title: 图}]\n", long),
		"content/610112/wjj/2022/b/fu-biao.txt": strings.Repeat("附表 12\n", 300),
		"content/610112/wjj/2022/b/tu.png":      "\x89PNG\r\n",
		"content/610112/wjj/2021/gone.md":       fmt.Sprintf(reportText, "已撤下的总结", "aliases: [/old/gone.html]\nstatus: {state: withdrawn, mode: removed, reason: 涉及个人信息, date: 2022-03-01}\n", long),
		"content/about.md":                      "---\ntitle: 关于本站\n---\n\n" + long,
		"static/.well-known/x/security.txt":     "Contact: mailto:a@example.gov.cn\n",
		"redirects.csv": "from,to,status\n" + strings.Join([]string{
			"/art/2021/3/5/art_123.html," + "610112/wjj/2021/a.html",
			"/showinfo.aspx?id=12,610112/wjj/2022/b.html,302",
			"/showinfo.aspx?id=13&mc=%e4%b8%ad,610112/wjj/2022/b.html",
			"/showinfo.aspx,610112/",
			"/only.aspx?id=$1;x={path}\\'`|*,610112/",
			base + "index.html?id=3,610112/wjj/2021/a.html",
			base + "weg.html,,410",
			base + "weg.aspx?a=1,,410",
			`"` + base + `p{path}/""q"" $HOME;'` + "`" + `{$HOME}\e#x.html",610112/`,
		}, "\n") + "\n",
	}
	files["redirects.csv"] = strings.Replace(files["redirects.csv"], "#", "%23", 1)
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

func buildSite(t *testing.T, base string) *built {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "网 站")
	writeSite(t, dir, base)
	b := buildFrom(t, dir, base, filepath.Join(dir, "public"))
	for name, secret := range map[string]string{".git/config": "secret", ".htpasswd": "secret", "610112/.hidden.html": "secret"} {
		p := filepath.Join(b.folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(secret), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(dir, "outside.txt"), "secret")
	return b
}

func buildFrom(t *testing.T, source, base, folder string) *built {
	t.Helper()
	b := &built{folder: folder, base: base, port: freePort(t)}
	layouts, static, err := gongkai.Files()
	if err != nil {
		t.Fatal(err)
	}
	opt := build.Options{
		Source: source, Destination: b.folder, Layouts: layouts, Static: static, FailOn: diag.Error, Precompress: true,
		BaseURL: "http://127.0.0.1:" + strconv.Itoa(b.port) + base,
		AsOf:    func(zone *time.Location) time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, zone) },
	}
	r, err := build.Run(t.Context(), opt)
	if err != nil || !r.Published {
		t.Fatalf("%v, %v", err, r)
	}
	if b.addresses, err = build.Assemble(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(b.folder, publish.ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	if b.files, err = publish.ParseManifest(text); err != nil {
		t.Fatal(err)
	}
	return b
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// servers start each server with the configuration that is written for it. The one thing that is changed is the address to listen on.
var servers = map[string]func(t *testing.T, b *built, conf string) *exec.Cmd{
	"nginx": func(t *testing.T, b *built, conf string) *exec.Cmd {
		program := sitetest.Require(t, "nginx")
		dir := t.TempDir()
		port := strconv.Itoa(b.port)
		if !strings.Contains(conf, "listen "+port+";") {
			t.Fatalf("no listen %s:\n%s", port, conf)
		}
		conf = strings.Replace(conf, "listen "+port+";", "listen 127.0.0.1:"+port+";", 1)
		main := "daemon off; worker_processes 2; pid nginx.pid; error_log stderr;\n"
		if os.Geteuid() == 0 {
			main = "user root;\n" + main // the site lies in a folder that only its owner can read
		}
		if strings.Contains(conf, "brotli_static") {
			main = "load_module " + brotliModule(t) + ";\n" + main
		}
		main += "events {}\nhttp {\naccess_log off;\n"
		for _, temp := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			main += temp + "_temp_path " + temp + ";\n"
		}
		writeFile(t, filepath.Join(dir, "nginx.conf"), main+"include site.conf;\n}\n")
		writeFile(t, filepath.Join(dir, "site.conf"), conf)
		return exec.Command(program, "-p", dir, "-c", "nginx.conf")
	},
	"caddy": func(t *testing.T, b *built, conf string) *exec.Cmd {
		program := sitetest.Require(t, "caddy")
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "Caddyfile"), "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n"+conf)
		c := exec.Command(program, "run", "--config", filepath.Join(dir, "Caddyfile"), "--adapter", "caddyfile")
		c.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
		return c
	},
}

const debianModules = "/usr/lib/nginx/modules/"

func brotliModule(t *testing.T) string {
	t.Helper()
	name := debianModules + "ngx_http_brotli_static_module.so"
	if _, err := os.Stat(name); err != nil {
		sitetest.Missing(t, "nginx", err.Error())
	}
	return name
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// start runs a server until the test ends.
func start(t *testing.T, server string, b *built, opt Options) {
	t.Helper()
	opt.Server, opt.Root = server, b.folder
	if opt.Frames == "" {
		opt.Frames = "self"
	}
	conf, err := Write(b.addresses.Site, opt)
	if err != nil {
		t.Fatal(err)
	}
	c := servers[server](t, b, string(conf))
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	c.WaitDelay = 5 * time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		<-ended
		if t.Failed() {
			t.Logf("%s said:\n%s", server, log.String())
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(b.port))
		if err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", server, err, log.String())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen", server)
		}
	}
}

// response is what came back, with its body.
type response struct {
	status int
	header http.Header
	body   []byte
}

// get asks for a raw address, as it would stand in a request, and follows nothing.
func (b *built) get(t *testing.T, method, raw, encoding string) response {
	t.Helper()
	u := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(b.port), Opaque: raw}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.URL, req.Host = u, "127.0.0.1:"+strconv.Itoa(b.port)
	if encoding == "" {
		encoding = "identity"
	}
	req.Header.Set("Accept-Encoding", encoding)
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	r, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{r.StatusCode, r.Header, body}
}

func (b *built) read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(b.folder, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestServers runs everything against each real server, at the host's root and below a path.
func TestServers(t *testing.T) {
	for _, server := range Servers() {
		for _, base := range []string{"/", "/xxgk/", "/%E5%85%AC%E5%BC%80/z%20w/"} {
			t.Run(server+base, func(t *testing.T) {
				sitetest.Require(t, server)
				b := buildSite(t, base)
				start(t, server, b, Options{})
				t.Run("files", b.testFiles)
				t.Run("compressed", func(t *testing.T) { b.testCompressed(t, server) })
				t.Run("answers", b.testAnswers)
				t.Run("hidden", b.testHidden)
				t.Run("errors", b.testErrors)
			})
		}
	}
}

// gone reports whether a file is a withdrawn report's notice, moved whether it is a redirect page.
func (b *built) gone(name string) bool {
	x := b.addresses.Site.Report(name)
	return x != nil && x.Gone()
}

func (b *built) moved(name string) bool {
	return slices.ContainsFunc(b.addresses.Site.Aliases, func(a site.Alias) bool { return a.URL == name })
}

// testFiles fetches every file of the manifest.
func (b *built) testFiles(t *testing.T) {
	hashed := regexp.MustCompile(`^assets/.+\.[0-9a-f]{10}\.`)
	n := 0
	for _, l := range append(b.files, publish.Line{Path: publish.ManifestName}) {
		address := b.address(l.Path)
		r := b.get(t, "GET", address, "")
		original := l.Path
		if o, ok := publish.Variant(l.Path); ok {
			original = o
		}
		checkHeaders(t, address, r)
		switch {
		case b.moved(original) && original == l.Path:
			if r.status != 301 || !strings.HasPrefix(r.header.Get("Location"), site.Escape(b.root())) {
				t.Errorf("%s: %d to %q", address, r.status, r.header.Get("Location"))
			}
			continue
		case b.gone(l.Path):
			if r.status != 410 || !bytes.Equal(r.body, b.read(t, l.Path)) {
				t.Errorf("%s: %d, notice %t", address, r.status, bytes.Equal(r.body, b.read(t, l.Path)))
			}
			continue
		}
		n++
		if r.status != 200 || !bytes.Equal(r.body, b.read(t, l.Path)) {
			t.Errorf("%s: %d, equal %t", address, r.status, bytes.Equal(r.body, b.read(t, l.Path)))
		}
		if got, want := r.header.Get("Content-Type"), publish.ContentType(l.Path); got != want {
			t.Errorf("%s: type %q, want %q", address, got, want)
		}
		want := publish.Revalidate
		if hashed.MatchString(l.Path) {
			want = publish.Forever
		}
		if got := r.header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", address, got, want)
		}
		if tag := r.header.Get("Etag"); tag == "" && r.header.Get("Last-Modified") == "" {
			t.Errorf("%s: nothing to revalidate by", address)
		}
		if path.Base(l.Path) == "index.html" {
			folder := b.get(t, "GET", strings.TrimSuffix(address, "index.html"), "")
			if folder.status != 200 || !bytes.Equal(folder.body, r.body) || folder.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s: as a folder %d %s", address, folder.status, folder.header.Get("Content-Type"))
			}
		}
	}
	t.Logf("%d files", n)
}

// TestOwnSite serves the project's own site.
func TestOwnSite(t *testing.T) {
	for _, server := range Servers() {
		t.Run(server, func(t *testing.T) {
			sitetest.Require(t, server)
			b := buildFrom(t, filepath.Join("..", ".."), "/xxgk/", filepath.Join(t.TempDir(), "public"))
			start(t, server, b, Options{})
			t.Run("files", b.testFiles)
			t.Run("compressed", func(t *testing.T) { b.testCompressed(t, server) })
		})
	}
}

func (b *built) root() string { return b.addresses.Site.Config.Root() }

func (b *built) address(rel string) string { return site.Escape(b.root() + rel) }

func checkHeaders(t *testing.T, address string, r response) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN",
	} {
		if got := r.header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s %q, want %q", address, name, got, want)
		}
	}
	if got := r.header.Values("Content-Security-Policy"); len(got) != 1 || !strings.HasPrefix(got[0], "default-src 'none'; ") || !strings.HasSuffix(got[0], "; frame-ancestors 'self'") {
		t.Errorf("%s: policy %q", address, got)
	}
	if got := r.header.Values("Permissions-Policy"); len(got) != 1 || !strings.Contains(got[0], "camera=()") {
		t.Errorf("%s: permissions %q", address, got)
	}
	if got := r.header.Values("Cache-Control"); len(got) != 1 {
		t.Errorf("%s: Cache-Control %q", address, got)
	}
	if got := r.header.Get("Server"); strings.ContainsAny(got, "0123456789") {
		t.Errorf("%s: the server tells its version: %q", address, got)
	}
	if r.header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s: HSTS was not asked for", address)
	}
}

// testCompressed compares what is sent compressed with the originals.
func (b *built) testCompressed(t *testing.T, server string) {
	encodings := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	}
	n := 0
	for encoding, open := range encodings {
		if encoding == "br" && server == "nginx" {
			continue // with the module only: TestNginxBrotli
		}
		end := map[string]string{"gzip": ".gz", "br": ".br"}[encoding]
		for _, l := range b.files {
			original, ok := strings.CutSuffix(l.Path, end)
			if !ok || b.moved(original) || b.gone(original) {
				continue
			}
			n++
			r := b.get(t, "GET", b.address(original), encoding)
			if r.status != 200 || r.header.Get("Content-Encoding") != encoding || !bytes.Equal(r.body, b.read(t, l.Path)) {
				t.Errorf("%s: %d, encoding %q, the file written: %t", original, r.status, r.header.Get("Content-Encoding"), bytes.Equal(r.body, b.read(t, l.Path)))
				continue
			}
			if got, want := r.header.Get("Content-Type"), publish.ContentType(original); got != want {
				t.Errorf("%s compressed: type %q, want %q", original, got, want)
			}
			if !strings.Contains(strings.Join(r.header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s: no Vary", original)
			}
			checkHeaders(t, original, r)
			plain, err := open(bytes.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(plain)
			if err != nil || !bytes.Equal(data, b.read(t, original)) {
				t.Errorf("%s: decompresses to other bytes, %v", original, err)
			}
		}
	}
	if n == 0 {
		t.Error("nothing was compressed")
	}
}

// testAnswers holds the server to what check --urls says of an address.
func (b *built) testAnswers(t *testing.T) {
	root := site.Escape(b.root())
	report := root + "610112/wjj/2021/a.html"
	other := root + "610112/wjj/2022/b.html"
	list := map[string]string{ // address → status and place
		"/art/2021/3/5/art_123.html":            "301 " + report,
		"/art/2021/3/5/art_123.html?x=1":        "301 " + report,
		"/showinfo.aspx?id=12":                  "302 " + other,
		"/showinfo.aspx?id=13&mc=%e4%b8%ad":     "301 " + other,
		"/showinfo.aspx?id=13&mc=%E4%B8%AD":     "301 " + other,
		"/showinfo.aspx?id=14":                  "301 " + root + "610112/",
		"/showinfo.aspx":                        "301 " + root + "610112/",
		"/only.aspx?id=$1;x={path}%5C'%60%7C*":  "404",
		"/only.aspx":                            "404",
		"/ONLY.aspx":                            "404",
		root + "index.html?id=3":                "301 " + report,
		root + "index.html?id=4":                "200",
		root + "index.html":                     "200",
		root + "weg.html":                       "410",
		root + "weg.aspx?a=1":                   "410",
		root + "weg.aspx":                       "404",
		root + "old/a.html":                     "301 " + report,
		root + "oldfolder":                      "301 " + report,
		root + "oldfolder/":                     "301 " + report,
		root + "oldfolder/index.html":           "301 " + report,
		root + "old/%E5%B9%B4%20%E5%BA%A6.html": "301 " + report,
		root + "old/gone.html":                  "410",
		root + "610112/wjj/2021/gone.html":      "410",
		root + "610112/wjj/2021/gone.json":      "410",
		root + "610112/wjj/2021/gone.txt":       "410",
		root + "610112/wjj/2021/gone/x.pdf":     "410",
		root + "610112/wjj/2021/gone2.html":     "404",
		root + "610112":                         "301 " + root + "610112/",
		root + "610112/":                        "200",
		root + "610112/wjj/2021/":               "404",
		root + "610112/wjj/2022/b/fu-biao.txt":  "200",
		root + "manifest.sha256":                "200",
		root + "no/such.html":                   "404",
		root + "p%7Bpath%7D/%22q%22%20$HOME;'%60%7B$HOME%7D%5Ce%23x.html": "301 " + root + "610112/",
	}
	if root != "/" {
		list[strings.TrimSuffix(root, "/")] = "301 " + root
	}
	// a query is compared as it was sent: this spelling is the one of redirects.csv
	list["/only.aspx?id=$1;x={path}\\'`|*"] = "301 " + root + "610112/"
	answers := b.addresses.Answers()
	for address, want := range list {
		r := b.get(t, "GET", address, "")
		got := strings.TrimSpace(strconv.Itoa(r.status) + " " + strings.TrimPrefix(r.header.Get("Location"), "http://127.0.0.1:"+strconv.Itoa(b.port)))
		if place, ok := strings.CutPrefix(got, "308 "); ok { // how Caddy adds the slash of a folder, without escapes
			place, _ = url.PathUnescape(place)
			got = "301 " + site.Escape(place)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
		kind := map[string]string{"200": site.Served, "301": site.Redirected, "302": site.Redirected, "410": site.Gone, "404": site.Missing}[want[:3]]
		x := answers.Of(address)
		if _, to, _ := strings.Cut(want, " "); x.Kind != kind || x.To != to {
			t.Errorf("check --urls says of %s: %s %s, want %s", address, x.Kind, x.To, want)
		}
		checkHeaders(t, address, r)
		if r.status == 410 && bytes.Contains(r.body, []byte("义诊")) {
			t.Errorf("%s: words of the removed report", address)
		}
	}
}

// testHidden asks for what nobody must see.
func (b *built) testHidden(t *testing.T) {
	root := site.Escape(b.root())
	for _, rel := range []string{
		".git/config", ".htpasswd", "610112/.hidden.html", "%2egit/config", "%2Egit%2fconfig", "610112/%2ehidden.html", "610112/../.htpasswd",
		"../outside.txt", "..%2foutside.txt", "%2e%2e/outside.txt", "%2e%2e%2foutside.txt", "610112/../../outside.txt", "..%5coutside.txt", "....//outside.txt",
		"../../../../../../../etc/passwd", "%00", "index.html%00.txt", ".well-known/../.git/config", ".well-known/.git/config",
	} {
		r := b.get(t, "GET", root+rel, "")
		if r.status != 404 && r.status != 403 && r.status != 400 {
			t.Errorf("%s: %d", rel, r.status)
		}
		if bytes.Contains(r.body, []byte("secret")) || bytes.Contains(r.body, []byte("root:")) {
			t.Errorf("%s: shows what nobody must see", rel)
		}
	}
	if r := b.get(t, "GET", root+".well-known/x/security.txt", ""); r.status != 200 {
		t.Errorf(".well-known: %d", r.status)
	}
	if r := b.get(t, "GET", "/_gongkai/index.html", ""); r.status != 404 {
		t.Errorf("internal addresses answer %d", r.status)
	}
}

// testErrors looks at the site's own error pages.
func (b *built) testErrors(t *testing.T) {
	page := b.read(t, "404.html")
	for _, address := range []string{b.address("no/such.html"), b.address("assets/no.0123456789.css"), b.address(".git/config"), b.address("610112/wjj/2021/"), "/elsewhere.pdf"} {
		for _, method := range []string{"GET", "HEAD"} {
			r := b.get(t, method, address, "")
			if r.status != 404 || method == "GET" && !bytes.Equal(r.body, page) || r.header.Get("Content-Type") != "text/html; charset=utf-8" || r.header.Get("Cache-Control") != publish.Revalidate {
				t.Errorf("%s %s: %d, %s, %s, the page %t", method, address, r.status, r.header.Get("Content-Type"), r.header.Get("Cache-Control"), bytes.Equal(r.body, page))
			}
		}
	}
	if r := b.get(t, "POST", b.address("index.html"), ""); r.status != 405 {
		t.Errorf("POST: %d", r.status)
	}
	notice := b.read(t, "610112/wjj/2021/gone.html")
	for _, rel := range []string{"610112/wjj/2021/gone.html", "610112/wjj/2021/gone.json", "610112/wjj/2021/gone/x.pdf", "old/gone.html"} {
		r := b.get(t, "GET", b.address(rel), "")
		if r.status != 410 || !bytes.Equal(r.body, notice) || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d, %s, the notice %t", rel, r.status, r.header.Get("Content-Type"), bytes.Equal(r.body, notice))
		}
	}
}

// TestNginxBrotli is for an nginx with the module.
func TestNginxBrotli(t *testing.T) {
	sitetest.Require(t, "nginx")
	brotliModule(t)
	b := buildSite(t, "/xxgk/")
	start(t, "nginx", b, Options{Brotli: true})
	r := b.get(t, "GET", b.address("index.html"), "br, gzip")
	if r.header.Get("Content-Encoding") != "br" || !bytes.Equal(r.body, b.read(t, "index.html.br")) {
		t.Errorf("encoding %q", r.header.Get("Content-Encoding"))
	}
}

// TestOptions: what is asked for is sent.
func TestOptions(t *testing.T) {
	for _, server := range Servers() {
		t.Run(server, func(t *testing.T) {
			sitetest.Require(t, server)
			b := buildSite(t, "/")
			start(t, server, b, Options{HSTS: 2, Frames: "none"})
			for _, address := range []string{"/", "/no", "/old/a.html", "/weg.html"} {
				h := b.get(t, "GET", address, "").header
				if h.Get("Strict-Transport-Security") != "max-age=172800" || h.Get("X-Frame-Options") != "DENY" || !strings.HasSuffix(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
					t.Errorf("%s: %v", address, h)
				}
			}
		})
	}
}

// TestPolicyIsSound asks csp_evaluator, which numbers severities from 10 (high) and 30 (medium) to 60 (information).
func TestPolicyIsSound(t *testing.T) {
	node, dir := sitetest.Require(t, "node"), filepath.Dir(sitetest.Require(t, "csp"))
	b := buildSite(t, "/")
	conf, err := Write(b.addresses.Site, Options{Server: "nginx", Root: "/srv/www", Frames: "self"})
	if err != nil {
		t.Fatal(err)
	}
	policy := regexp.MustCompile(`Content-Security-Policy "([^"]+)"`).FindSubmatch(conf)
	if policy == nil {
		t.Fatal("no policy")
	}
	script := `const [dir, policy] = process.argv.slice(1);
const {CspEvaluator} = require(dir + "/dist/evaluator.js"), {CspParser} = require(dir + "/dist/parser.js");
const bad = (p) => new CspEvaluator(new CspParser(p).csp).evaluate().filter((f) => f.severity <= 40).map((f) => f.directive + ": " + f.description);
if (bad("script-src 'unsafe-inline'").length === 0) console.log("csp_evaluator finds nothing at all");
for (const line of bad(policy)) console.log(line);`
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	out, err := exec.CommandContext(ctx, node, "-e", script, dir, string(policy[1])).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestHostileOnServers lets the real servers read every hostile old address, and asks for each.
func TestHostileOnServers(t *testing.T) {
	for _, server := range Servers() {
		for _, base := range []string{"/", "/x/"} {
			t.Run(server+base, func(t *testing.T) {
				sitetest.Require(t, server)
				dir := t.TempDir()
				writeSite(t, dir, base)
				var rows bytes.Buffer
				w := csv.NewWriter(&rows)
				w.Write([]string{"from", "to", "status"})
				var asked []site.Address
				for i, from := range hostile {
					s, _ := siteWith("http://127.0.0.1"+base, from)
					for _, r := range s.Redirects {
						asked = append(asked, r.From)
						w.Write([]string{from, "610112/", []string{"301", "302"}[i%2]})
					}
				}
				w.Flush()
				writeFile(t, filepath.Join(dir, site.RedirectsName), rows.String())
				b := buildFrom(t, dir, base, filepath.Join(dir, "public"))
				start(t, server, b, Options{})
				for _, m := range b.addresses.Site.Redirects {
					address := site.Escape(m.From.Path)
					if m.From.Query != "" {
						address += "?" + m.From.Query
					}
					for _, ask := range []string{address, strings.Replace(address, ".aspx", "x.aspx", 1)} {
						r := b.get(t, "GET", ask, "")
						if moved := r.status == m.Status && r.header.Get("Location") == b.address("610112/"); moved != (ask == address) {
							t.Errorf("%s: %d to %q", ask, r.status, r.header.Get("Location"))
						}
						if ask == address && !strings.Contains(address, ".aspx") {
							break
						}
					}
				}
				if len(asked) < 30 || len(b.addresses.Site.Redirects) != len(asked) {
					t.Errorf("%d addresses of %d", len(b.addresses.Site.Redirects), len(asked))
				}
			})
		}
	}
}

// BenchmarkWrite is a site with 10,000 old addresses.
func BenchmarkWrite(b *testing.B) {
	c := site.DefaultConfig()
	var rows []site.RedirectRow
	for i := range 10_000 {
		rows = append(rows, site.RedirectRow{From: site.Cell{Text: fmt.Sprintf("/art/2021/3/5/art_%d.html", i)}, To: site.Cell{Text: "index.html"}, Status: 301})
	}
	s, _ := site.Assemble(site.Input{Config: c, Redirects: rows})
	for b.Loop() {
		for _, server := range Servers() {
			if _, err := Write(s, Options{Server: server, Root: "/srv", Frames: "self"}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
