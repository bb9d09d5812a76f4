package serve

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileSite holds secrets that no address may reach.
func hostileSite(t testing.TB) string {
	t.Helper()
	dir := sampleSite(t, 8)
	const secret = "机密内容"
	outside := filepath.Join(t.TempDir(), "secret.txt")
	put(t, filepath.Dir(outside), "secret.txt", secret)
	put(t, filepath.Dir(outside), "folder/a.txt", secret)
	put(t, dir, ".env", secret)
	put(t, dir, "secret.txt", secret)
	put(t, dir, "public/secret.html", secret)
	put(t, dir, "public/index.html", secret)
	put(t, dir, "content/.hidden.md", report(secret, "2020-01-01", secret))
	put(t, dir, "content/610112/wjj/2020/.git/config", secret)
	put(t, dir, "content/610112/wjj/2020/caogao.md", strings.Replace(report("草稿", "2020-01-01", secret), "title:", "draft: true\ntitle:", 1))
	put(t, dir, "content/610112/wjj/2020/jianglai.md", report("将来", "2099-01-01", secret))
	put(t, dir, "content/610112/wjj/2020/bugongkai.md", strings.Replace(report("不公开", "2020-01-01", secret), "title:", "publicity: 不予公开\ntitle:", 1))
	put(t, dir, "content/610112/wjj/2020/chehui.md", strings.Replace(report("撤回", "2020-01-01", secret), "title:", "status: {state: withdrawn, mode: removed, reason: 涉及个人隐私, date: 2020-02-01}\ntitle:", 1))
	put(t, dir, "content/610112/wjj/2020/chehui/index.html", secret)
	put(t, dir, "content/610112/wjj/2019/fu/index.md", report("附件", "2020-01-01", "正文。"))
	put(t, dir, "content/610112/wjj/2019/fu/biao.csv", "甲")
	put(t, dir, "content/610112/wjj/2019/fu/.biao.csv", secret)
	put(t, dir, "static/.htpasswd", secret)
	put(t, dir, "static/assets/.secret.css", secret)
	put(t, dir, "layouts/secret.html", secret)
	for link, to := range map[string]string{
		"content/610112/wjj/2019/fu/link.csv": outside, "content/610112/wjj/2019/link.md": outside, "static/link.txt": outside,
		"static/folder": filepath.Join(filepath.Dir(outside), "folder"), "content/610113": filepath.Join(filepath.Dir(outside), "folder"),
	} {
		if err := os.Symlink(to, filepath.Join(dir, filepath.FromSlash(link))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestHostile sends requests as somebody would who looks for a way in; each is a request line and headers.
func TestHostile(t *testing.T) {
	r := start(t, hostileSite(t))
	h := host(r.url)
	port := h[strings.LastIndex(h, ":")+1:]
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: " + h }
	page := "/xx/index.html"
	with := func(header string) string { return get(page) + "\r\n" + header }
	hosted := func(host string) string { return "GET " + page + " HTTP/1.1\r\nHost: " + host }
	requests := []string{
		// other names for this machine
		hosted("evil.example"), hosted("evil.example:" + port), hosted("127.0.0.1.evil.example:" + port), hosted("localhost.evil.example"), hosted("192.168.1.1:" + port),
		hosted("[2001:db8::1]:" + port), hosted(""), hosted("0.0.0.0:" + port), hosted("evil.example\r\nX-Forwarded-Host: localhost"), hosted("localhost@evil.example"),
		"GET http://evil.example" + page + " HTTP/1.1\r\nHost: " + h, "GET " + page + " HTTP/1.0",
		// other pages
		with("Origin: http://evil.example"), with("Origin: null"), with("Origin: http://localhost:1"), with("Origin: https://" + h + ".evil.example"), with("Origin: http://" + h + "/"),
		with("Origin: http://" + h + "\r\nOrigin: http://evil.example"), with("Origin: file://"), with("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors"),
		with("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors"), with("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe"),
		get("/_gongkai/events?page=/xx/") + "\r\nOrigin: http://evil.example", get("/_gongkai/") + "\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors",
		// other methods
		"POST " + page + " HTTP/1.1\r\nContent-Length: 0\r\nHost: " + h, "PUT " + page + " HTTP/1.1\r\nContent-Length: 0\r\nHost: " + h, "DELETE " + page + " HTTP/1.1\r\nHost: " + h,
		"OPTIONS " + page + " HTTP/1.1\r\nHost: " + h, "TRACE " + page + " HTTP/1.1\r\nHost: " + h, "CONNECT " + h + " HTTP/1.1\r\nHost: " + h, "PROPFIND /xx/ HTTP/1.1\r\nHost: " + h,
		"OPTIONS * HTTP/1.1\r\nHost: " + h,
		// ways out of the site
		get("/xx/../secret.txt"), get("/xx/../../secret.txt"), get("/xx/%2e%2e/secret.txt"), get("/xx/%2E%2E%2Fsecret.txt"), get("/xx/..%2fsecret.txt"), get("/xx/..%5csecret.txt"),
		get(`/xx/..\secret.txt`), get("/xx/%252e%252e/secret.txt"), get("/xx/....//secret.txt"), get("/xx//etc/passwd"), get("//etc/passwd"), get("/xx/./secret.txt"),
		get("/xx/%00secret.txt"), get("/xx/secret.txt%00.html"), get("/xx/secret.txt"), get("/secret.txt"), get("/xx/gongkai.yaml"), get("/gongkai.yaml"), get("/xx/%c0%ae%c0%ae/secret.txt"),
		get("/xx/C:/secret.txt"), get("/xx/610112/../../secret.txt"), get("/_gongkai/../secret.txt"), get("/_gongkai/%2e%2e/%2e%2e/secret.txt"), get("/_gongkai/desk.html"), get("/_gongkai/web/reload.js"),
		// what starts with a dot
		get("/xx/.env"), get("/.env"), get("/xx/.git/config"), get("/xx/%2egit/config"), get("/xx/.hidden.html"), get("/xx/610112/wjj/2020/.git/config"), get("/xx/.htpasswd"),
		get("/xx/assets/.secret.css"), get("/xx/610112/wjj/2019/fu/.biao.csv"), get("/xx/.gongkai/cache"),
		// what is there, but is not published
		get("/xx/content/610112/wjj/2020/caogao.md"), get("/xx/610112/wjj/2020/caogao.html"), get("/xx/610112/wjj/2020/caogao.json"), get("/xx/610112/wjj/2020/caogao.md"),
		get("/xx/610112/wjj/2020/jianglai.html"), get("/xx/610112/wjj/2020/bugongkai.txt"), get("/xx/610112/wjj/2020/chehui.txt"), get("/xx/610112/wjj/2020/chehui/index.html"),
		get("/xx/public/secret.html"), get("/public/secret.html"), get("/xx/secret.html"), get("/xx/layouts/secret.html"),
		// links that lead out
		get("/xx/610112/wjj/2019/fu/link.csv"), get("/xx/610112/wjj/2019/link.html"), get("/xx/link.txt"), get("/xx/folder/a.txt"), get("/xx/610113/a.txt"),
	}
	if len(requests) < 60 {
		t.Errorf("only %d requests", len(requests))
	}
	for _, request := range requests {
		status, headers, body := raw(t, r, request)
		if status == http.StatusOK || strings.Contains(body, "机密") || status >= 500 {
			t.Errorf("%.120q: %d\n%.300s", request, status, body)
		}
		if headers.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%.80q: shared with other origins", request)
		}
	}
	t.Logf("%d requests, none served", len(requests))
	// and the same site is served to its reader
	for _, request := range []string{
		get(page), get("/xx/"), hosted("localhost:" + port), hosted("LOCALHOST"), hosted("[::1]:" + port), with("Origin: http://" + h), with("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors"),
		with("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document"), get("/xx/610112/wjj/2019/fu/biao.csv"), get("/_gongkai/"), get("/_gongkai/reload.js"),
		"HEAD " + page + " HTTP/1.1\r\nHost: " + h, get("/xx/index.html?a=../b"),
	} {
		status, headers, body := raw(t, r, request)
		if status != http.StatusOK || headers.Get("Cache-Control") != "no-store" || headers.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%.120q: %d %v\n%.200s", request, status, headers, body)
		}
		if strings.HasPrefix(request, "HEAD") && body != "" {
			t.Errorf("HEAD has a body")
		}
	}
}

// raw sends a request as it is written.
func raw(t testing.TB, r *running, request string) (int, http.Header, string) {
	t.Helper()
	c := dial(t, r)
	defer c.Close()
	if _, err := fmt.Fprintf(c, "%s\r\nConnection: close\r\n\r\n", request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%.100q: %v", request, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

// TestOpenToOthers: asked to listen on every interface, it answers to addresses, but still to no name that is not its own.
func TestOpenToOthers(t *testing.T) {
	g := guard{open: true}
	for name, want := range map[string]bool{
		"192.168.1.5:1313": true, "10.0.0.1": true, "[fe80::1]:1313": true, "localhost:1313": true, "127.0.0.1": true,
		"evil.example": false, "192.168.1.5.evil.example:1313": false, "": false, "::1": true, "[::1]": true,
	} {
		if g.host(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

// TestEscapesRefused: a link swapped in for a folder after the look does not lead out of content/.
func TestEscapesRefused(t *testing.T) {
	dir := hostileSite(t)
	outside := t.TempDir()
	put(t, outside, "biao.csv", "机密内容")
	put(t, outside, "index.md", report("附件", "2020-01-01", "机密内容"))
	r := start(t, dir, func(o *Options) { o.notify = newPartial(-1, true, nil) })
	bundle := filepath.Join(dir, "content", "610112", "wjj", "2019", "fu")
	if err := os.RemoveAll(bundle); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, bundle); err != nil {
		t.Fatal(err)
	}
	for _, u := range []string{"fu/biao.csv", "fu.html", "fu.txt"} {
		if status, body := r.get("/xx/610112/wjj/2019/" + u); strings.Contains(body, "机密") {
			t.Errorf("%s: %d", u, status)
		}
	}
}
