package publish

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// quickWeb is Web for servers of this machine.
var quickWeb = Web{Silence: 300 * time.Millisecond, Pause: time.Millisecond}

// portal serves a folder below a path of an existing portal; answer may take a request over.
func portal(t testing.TB, dir string, answer func(w http.ResponseWriter, r *http.Request, name string) bool) string {
	t.Helper()
	const below = "/门户/gongkai/"
	files := http.FileServer(http.Dir(dir))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, below)
		if !ok {
			http.NotFound(w, r)
			return
		}
		if answer == nil || !answer(w, r, name) {
			http.StripPrefix(below, files).ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + below
}

func verifiedURL(t testing.TB, address string, web Web) *Verification {
	t.Helper()
	v, err := VerifyURL(context.Background(), address, VerifyOptions{Web: web})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVerifyURL: a site below a path is whole, however its address is written, with names that need percent-encoding. (http.FileServer
// redirects index.html to its folder.)
func TestVerifyURL(t *testing.T) {
	x := first.with(site{"a b/百分 100%.html": "1", "a b/?#&+;=@:.html": "2", "a b/%41.html": "3", "404.html": "none", "大.bin": strings.Repeat("大", 100_000)})
	dir := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dir}, x)
	address := portal(t, dir, nil)
	for _, a := range []string{address, strings.TrimSuffix(address, "/"), address + "index.html", address + ManifestName, address + "#top"} {
		v := verifiedURL(t, a, quickWeb)
		wantFound(t, v)
		if v.Files != len(x) || v.Same != len(x) {
			t.Errorf("%s: %+v", a, v)
		}
	}
}

// TestVerifyURLFinds: what a server may do wrong, and what is found.
func TestVerifyURLFinds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	x := first.with(site{"404.html": "none", "removed.html": "removed", "big.bin": strings.Repeat("0123456789", 30_000), "old.html": "moved to the new page"})
	mustRun(t, Options{Destination: dir}, x)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "report a") }))
	defer other.Close()
	const page = "610112/wjj/2021/a.html"
	status := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); io.WriteString(w, text) }
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusMovedPermanently) }
	}
	for _, test := range []struct {
		name, path string
		answer     http.HandlerFunc
		want       []string // kinds and the why's beginning
	}{
		{"a lie", page, status(200, "report A"), []string{"changed"}},
		{"nothing", page, status(200, ""), []string{"changed"}},
		{"not found", page, status(404, "no such page"), []string{"missing"}},
		{"gone", page, status(410, "gone"), []string{"missing"}},
		{"the error page itself", "404.html", status(404, "none"), nil},
		{"a removed report's notice", "removed.html", status(410, "removed"), nil},
		{"right bytes with a wrong status", page, status(500, "report a"), []string{"unreadable HTTP 500"}},
		{"forbidden", page, status(403, "no"), []string{"unreadable HTTP 403"}},
		{"overloaded", page, status(503, "later"), []string{"unreadable HTTP 503"}},
		{"to another host", page, redirect(other.URL + "/"), []string{"elsewhere " + other.URL}},
		{"to itself", page, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, []string{"unreadable more than 5 redirects"}},
		{"to another page", "old.html", redirect(page), []string{"moved " + page}},
		{"to a page that is no page of the site", "old.html", redirect("../elsewhere/"), []string{"missing"}},
		{"hangs before its head", page, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, []string{"unreadable 300ms 没有收到数据"}},
		{"hangs in the middle", "big.bin", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, x["big.bin"][:100_000])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, []string{"unreadable 300ms 没有收到数据"}},
		{"drips", "big.bin", func(w http.ResponseWriter, r *http.Request) {
			for _, c := range x["big.bin"] {
				if _, err := io.WriteString(w, string(c)); err != nil || r.Context().Err() != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}, []string{"unreadable 300ms 没有收到数据"}},
		{"cut", "big.bin", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "300000")
			io.WriteString(w, x["big.bin"][:200_000])
		}, []string{"unreadable unexpected EOF"}},
		{"hangs up", page, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []string{"unreadable EOF"}},
		{"endless", page, func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, []string{"unreadable more than 1000000 bytes"}},
		{"broken compression", page, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, strings.Repeat("report a", 9))
		}, []string{"unreadable gzip"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := portal(t, dir, func(w http.ResponseWriter, r *http.Request, name string) bool {
				if name == test.path {
					test.answer(w, r)
				}
				return name == test.path
			})
			web := quickWeb
			web.Largest = 1_000_000
			v := verifiedURL(t, address, web)
			var got []string
			for _, d := range v.Differences {
				got = append(got, strings.TrimSpace(d.Kind+" "+d.Why.ZH))
				if d.Path != test.path {
					t.Errorf("%+v, want only %s", d, test.path)
				}
			}
			if len(got) != len(test.want) || len(got) == 1 && !strings.HasPrefix(got[0], test.want[0]) || v.Same != len(x)-len(test.want) {
				t.Errorf("found %q, want %q; %d the same of %d", got, test.want, v.Same, len(x))
			}
		})
	}
}

// TestVerifyURLCompressed: a server that compresses what it sends hands out the file's own bytes.
func TestVerifyURLCompressed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dir}, first)
	var compressed atomic.Int64
	address := portal(t, dir, func(w http.ResponseWriter, r *http.Request, name string) bool {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			return false
		}
		compressed.Add(1)
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(text)
		z.Close()
		return true
	})
	wantFound(t, verifiedURL(t, address, quickWeb))
	if n := compressed.Load(); n != int64(len(first)+1) {
		t.Errorf("%d files were compressed", n)
	}
}

// TestVerifyURLTriesAgain: what goes wrong twice and right the third time is right.
func TestVerifyURLTriesAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dir}, first)
	var mu sync.Mutex
	asked := map[string]int{}
	address := portal(t, dir, func(w http.ResponseWriter, _ *http.Request, name string) bool {
		mu.Lock()
		asked[name]++
		n := asked[name]
		mu.Unlock()
		switch n {
		case 1:
			w.Header().Set("Content-Length", strconv.Itoa(1<<20))
			io.WriteString(w, first[name])
			panic(http.ErrAbortHandler)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n <= 2
	})
	web := quickWeb
	web.Keep = "index.html"
	v := verifiedURL(t, address, web)
	wantFound(t, v)
	if string(v.Kept) != first["index.html"] {
		t.Errorf("kept %q", v.Kept)
	}
}

// TestVerifyURLIsPolite: never more requests at a time than allowed.
func TestVerifyURLIsPolite(t *testing.T) {
	dir, _ := released(t)
	var now, most atomic.Int64
	address := portal(t, dir, func(http.ResponseWriter, *http.Request, string) bool {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Millisecond)
		now.Add(-1)
		return false
	})
	web := quickWeb
	web.Workers = 3
	wantFound(t, verifiedURL(t, address, web))
	if most.Load() > 3 {
		t.Errorf("%d requests at a time", most.Load())
	}
}

// TestVerifyURLRefuses: addresses that are none, places without a manifest, servers that are not there.
func TestVerifyURLRefuses(t *testing.T) {
	for _, address := range []string{"", "public", "ftp://example.org/", "http://", "https:///x", "http://user:hush@example.org/", "https://example.org/?page=1", "http://exa mple/", "http://[::1", "mailto:a@example.org"} {
		_, err := VerifyURL(t.Context(), address, VerifyOptions{Web: quickWeb})
		if !errors.Is(err, ErrAddress) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", address, err)
		}
	}
	dir, _ := released(t)
	serve := func(answer http.HandlerFunc) string {
		return portal(t, dir, func(w http.ResponseWriter, r *http.Request, name string) bool {
			if name == ManifestName {
				answer(w, r)
			}
			return name == ManifestName
		})
	}
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		kind   error
		say    string
	}{
		{"none", http.NotFound, ErrNoManifest, "404"},
		{"an address that is no site's", http.NotFound, ErrNoManifest, "home page"},
		{"a page", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<!doctype html>") }, ErrNoManifest, "damaged"},
		{"out of the folder", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, strings.Repeat("0", 64)+"  ../../etc/passwd\n")
		}, ErrNoManifest, "damaged"},
		{"cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			io.WriteString(w, "00")
		}, ErrUnreachable, "unexpected EOF"},
		{"silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ErrUnreachable, "no data for"},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://other.example/", http.StatusFound)
		}, ErrUnreachable, "another host"},
	} {
		_, err := VerifyURL(t.Context(), serve(test.answer), VerifyOptions{Web: quickWeb})
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	nobody := "http://" + ln.Addr().String() + "/"
	must(t, ln.Close())
	if _, err := VerifyURL(t.Context(), nobody, VerifyOptions{Web: quickWeb}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

// TestVerifyURLServerDies: when nothing answers any more, that is said once and not of every file.
func TestVerifyURLServerDies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	x := site{}
	for i := range 300 {
		x[fmt.Sprintf("%d.html", i)] = "text"
	}
	mustRun(t, Options{Destination: dir}, x)
	var asked atomic.Int64
	address := portal(t, dir, func(http.ResponseWriter, *http.Request, string) bool {
		if asked.Add(1) > 20 {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	_, err := VerifyURL(t.Context(), address, VerifyOptions{Web: quickWeb})
	if !errors.Is(err, ErrUnreachable) || asked.Load() > 200 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

// TestVerifyURLCanBeInterrupted, also while a server hangs.
func TestVerifyURLCanBeInterrupted(t *testing.T) {
	dir, _ := released(t)
	ctx, cancel := context.WithCancel(t.Context())
	address := portal(t, dir, func(_ http.ResponseWriter, r *http.Request, name string) bool {
		if name != ManifestName {
			cancel()
			<-r.Context().Done()
		}
		return name != ManifestName
	})
	if _, err := VerifyURL(ctx, address, VerifyOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestVerifyURLHoldsLittle: a file larger than the buffers is never held in memory as a whole.
func TestVerifyURLHoldsLittle(t *testing.T) {
	const size = 64 << 20
	zero := make([]byte, 1<<16)
	sum := sha256.New()
	for range size / len(zero) {
		sum.Write(zero)
	}
	m := Manifest{{"big.bin", Sum(sum.Sum(nil))}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ManifestName) {
			w.Write(m.Bytes())
			return
		}
		for range size / len(zero) {
			w.Write(zero)
		}
	}))
	defer srv.Close()
	r := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			wantFound(b, verifiedURL(b, srv.URL, quickWeb))
		}
	})
	if got := r.AllocedBytesPerOp(); got > 4<<20 {
		t.Errorf("%d bytes allocated to verify %d", got, size)
	}
}

func TestSiteAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.gov.cn":                        "https://example.gov.cn/",
		"https://example.gov.cn/xxgk":                   "https://example.gov.cn/xxgk/",
		"https://example.gov.cn:8443/a%2Fb/index.html":  "https://example.gov.cn:8443/a%2Fb/",
		"http://example.gov.cn/信息/manifest.sha256#part": "http://example.gov.cn/%E4%BF%A1%E6%81%AF/",
	} {
		u, err := SiteAddress(address)
		if err != nil || u.String() != want {
			t.Errorf("%s: %v, %v; want %s", address, u, err, want)
		}
	}
}
