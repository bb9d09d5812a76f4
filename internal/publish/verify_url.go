package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Web says how VerifyURL behaves; the zero value is right for the internet.
type Web struct {
	Workers int           // requests at a time; 0 means 8
	Silence time.Duration // how long an answer may stand still (16 KB are a movement); 0 means 30 seconds
	Pause   time.Duration // before the second try, twice as long before the third; 0 means a second
	Largest int64         // bytes that a file may have; 0 means 4 GB
	Keep    string        // a file whose bytes are wanted: Verification.Kept
}

const (
	webTries     = 3
	maxRedirects = 5
	movement     = 16 << 10
	maxFailures  = 16 // requests in a row without any answer: then the network is at fault, not the site
)

func (w Web) orDefaults() Web {
	for _, d := range []struct{ have, usual *time.Duration }{{&w.Silence, new(30 * time.Second)}, {&w.Pause, new(time.Second)}} {
		if *d.have <= 0 {
			*d.have = *d.usual
		}
	}
	if w.Workers <= 0 {
		w.Workers = 8
	}
	if w.Largest <= 0 {
		w.Largest = 4 << 30
	}
	return w
}

// ErrAddress is the Kind of the Problem that an address is no site's.
var ErrAddress = errors.New("not the address of a site")

// SiteAddress reads the address of a site's home page: http or https, its path kept, an index.html or manifest.sha256 at its end taken off.
func SiteAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		return nil, &Problem{Kind: ErrAddress, Path: address,
			Message: say("“%s”不是网站首页的网址", "%q is not the address of a site's home page", redacted(address)),
			Hint:    say("写法如 https://www.example.gov.cn/xxgk/，不带用户名和问号", "write it as https://www.example.gov.cn/xxgk/, without a user's name and a question mark")}
	}
	base := u.EscapedPath()
	for _, page := range []string{"/index.html", "/" + ManifestName} {
		base = strings.TrimSuffix(base, page)
	}
	return withPath(u, strings.TrimSuffix(base, "/")+"/")
}

// redacted is an address without what may be a password.
func redacted(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return address
}

// withPath is an address with another path, percent-encoded as it is.
func withPath(u *url.URL, escaped string) (*url.URL, error) {
	to := &url.URL{Scheme: u.Scheme, Host: u.Host, RawPath: escaped}
	var err error
	to.Path, err = url.PathUnescape(escaped)
	return to, err
}

// VerifyURL verifies the site at an address as its readers meet it: the manifest is fetched, then every file that it lists, and each answer's
// bytes are compared. What is there beside them cannot be seen from outside. An answer of 404 or 410 with the right bytes is right, as
// the server's own error pages are. Redirects are followed on the same host. A *Problem says that there is no manifest, or no answer.
func VerifyURL(ctx context.Context, address string, opt VerifyOptions) (*Verification, error) {
	base, err := SiteAddress(address)
	if err != nil {
		return nil, err
	}
	opt.Web = opt.Web.orDefaults()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = opt.Web.Workers, opt.Web.Workers
	defer transport.CloseIdleConnections()
	w := &webChecker{base: base, client: &http.Client{Transport: transport, CheckRedirect: sameHost}, checker: newChecker(nil, nil, opt)}
	var text bytes.Buffer
	answer, err := w.get(ctx, ManifestName, maxManifest, &text)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, w.unreachable(ManifestName, err)
	case answer.status != http.StatusOK:
		return nil, notServed(base.String(), webStatus(answer.status))
	}
	m, err := ParseManifest(text.Bytes())
	if err != nil {
		return nil, noManifest(base.String(), err)
	}
	w.checker = newChecker(text.Bytes(), m, opt)
	err = w.each(ctx, opt.Web.Workers, w.page)
	return w.finish(ctx, err)
}

// notServed says that the manifest is not to be had: most often the address is not that of a site's home page.
func notServed(place string, status error) *Problem {
	p := noManifest(place, nil)
	p.Message = say("%s 没有可核验的清单：取 "+ManifestName+" 时回答 %v", "there is no "+ManifestName+" at %s to verify it by: %v", place, status)
	p.Err = status
	return p
}

// ErrUnreachable is the Kind of the Problem that a site does not answer.
var ErrUnreachable = errors.New("the site does not answer")

func (w *webChecker) unreachable(name string, err error) *Problem {
	u, why := w.base.JoinPath(name).String(), explain(err)
	p := &Problem{Kind: ErrUnreachable, Path: u, Err: err,
		Message: Text{"无法取得 " + u + "：" + why.ZH, "cannot get " + u + ": " + why.EN},
		Hint:    say("请核对网址和网络", "check the address and the network")}
	var away *redirectError
	if errors.As(err, &away) {
		p.Message = say("%s 转到了另一台主机：%s", "%s leads to another host: %s", u, away.to)
		p.Hint = say("请直接核验那里的网址", "verify that address instead")
	}
	return p
}

// webChecker is a verification over the web.
type webChecker struct {
	*checker
	base     *url.URL
	client   *http.Client
	failures atomic.Int64 // in a row
}

// page checks one line of the manifest.
func (w *webChecker) page(ctx context.Context, l Line) error {
	hash := &sumWriter{Hash: sha256.New()}
	if l.Path == w.opt.Web.Keep {
		hash.text = new(bytes.Buffer)
	}
	answer, err := w.get(ctx, l.Path, w.opt.Web.Largest, hash)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var away *redirectError
	var wrong *answerError
	switch {
	case errors.As(err, &away):
		w.add(Difference{Elsewhere, l.Path, Text{away.to, away.to}})
	case err != nil:
		w.add(Difference{Unreadable, l.Path, explain(err)})
		if !errors.As(err, &wrong) && w.failures.Add(1) >= maxFailures {
			return w.unreachable(l.Path, err)
		}
		return nil
	default:
		w.compare(l, hash, answer)
	}
	w.failures.Store(0)
	return nil
}

// compare judges an answer that came whole.
func (w *webChecker) compare(l Line, hash *sumWriter, answer answer) {
	sum := Sum(hash.Sum(nil))
	there := answer.status == http.StatusOK
	gone := answer.status == http.StatusNotFound || answer.status == http.StatusGone
	at, listed := slices.BinarySearchFunc(w.manifest, answer.from, byPath)
	switch {
	case (there || gone) && sum == l.Sum:
		w.same()
		if hash.text != nil {
			w.mu.Lock()
			w.v.Kept = hash.text.Bytes()
			w.mu.Unlock()
		}
	case there && answer.from != l.Path && listed && w.manifest[at].Sum == sum:
		w.add(Difference{Moved, l.Path, Text{answer.from, answer.from}})
	case there:
		w.add(Difference{Kind: Changed, Path: l.Path})
	case gone:
		w.add(Difference{Kind: Missing, Path: l.Path})
	default:
		w.add(Difference{Unreadable, l.Path, explain(webStatus(answer.status))})
	}
}

// sumWriter adds up what is written, and keeps it where asked to.
type sumWriter struct {
	hash.Hash
	text *bytes.Buffer
}

func (s *sumWriter) Write(p []byte) (int, error) {
	if s.text != nil {
		s.text.Write(p)
	}
	return s.Hash.Write(p)
}

func (s *sumWriter) Reset() {
	if s.text != nil {
		s.text.Reset()
	}
	s.Hash.Reset()
}

// explain says in words why a file could not be had.
func explain(err error) Text {
	text := webCause(err).Error()
	var silent *silence
	if errors.As(err, &silent) {
		return say("%v 没有收到数据", "no data for %v", silent.after)
	}
	return Text{text, text}
}

// answerError is an answer that is wrong in itself, by which the server shows that it is there.
type answerError struct{ text string }

func (e *answerError) Error() string { return e.text }

func webStatus(status int) error {
	return &answerError{strings.TrimSpace(fmt.Sprintf("HTTP %d %s", status, http.StatusText(status)))}
}

// webCause takes method and address off an error of net/http.
func webCause(err error) error {
	for {
		e, ok := err.(*url.Error)
		if !ok {
			return err
		}
		err = e.Err
	}
}

// redirectError says that a server sends readers to another host, or from https to http.
type redirectError struct{ to string }

func (e *redirectError) Error() string { return "redirected to " + e.to }

func sameHost(to *http.Request, via []*http.Request) error {
	from := via[0].URL
	upgrade := from.Scheme == "http" && to.URL.Scheme == "https"
	switch {
	case !strings.EqualFold(to.URL.Hostname(), from.Hostname()), !upgrade && (to.URL.Scheme != from.Scheme || to.URL.Port() != from.Port()):
		return &redirectError{to.URL.Redacted()}
	case len(via) > maxRedirects:
		return &answerError{fmt.Sprintf("more than %d redirects", maxRedirects)}
	}
	return nil
}

// answer is what a server said besides the bytes.
type answer struct {
	status int
	from   string // the file of the site that was handed out after redirects; "" for something else
}

// again reports whether another try may be answered better.
func (a answer) again() bool {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// resetter is what a body is written into: what came of a request that failed does not count.
type resetter interface {
	io.Writer
	Reset()
}

// get fetches a file; it tries again what may be better the next time.
func (w *webChecker) get(ctx context.Context, name string, limit int64, into resetter) (a answer, err error) {
	for try := range webTries {
		if try > 0 {
			into.Reset()
			if err := sleep(ctx, w.opt.Web.Pause<<(try-1)); err != nil {
				return a, err
			}
		}
		a, err = w.fetch(ctx, name, limit, into)
		var away *redirectError
		var wrong *answerError
		if err == nil && !a.again() || errors.As(err, &away) || errors.As(err, &wrong) {
			break
		}
	}
	return a, err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// silence ends a request that stands still.
type silence struct{ after time.Duration }

func (s *silence) Error() string { return "no data for " + s.after.String() }

// fetch makes one request, and ends it when nothing moves. Compressed transfer is net/http's affair: it asks for gzip and hands out the
// file's own bytes.
func (w *webChecker) fetch(ctx context.Context, name string, limit int64, into io.Writer) (answer, error) {
	quiet := w.opt.Web.Silence
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(quiet, func() { cancel(&silence{quiet}) })
	defer timer.Stop()
	a, err := w.body(ctx, name, limit, into, func() { timer.Reset(quiet) })
	var silent *silence
	if err != nil && errors.As(context.Cause(ctx), &silent) {
		err = silent
	}
	return a, err
}

func (w *webChecker) body(ctx context.Context, name string, limit int64, into io.Writer, moves func()) (a answer, err error) {
	u, err := withPath(w.base, w.base.EscapedPath()+(&url.URL{Path: "/" + name}).EscapedPath()[1:])
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return a, err
	}
	req.Header.Set("User-Agent", "gongkai-verify")
	resp, err := w.client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	moves()
	a = answer{resp.StatusCode, w.file(resp.Request.URL)}
	buffer := w.buffers.Get().(*[]byte)
	defer w.buffers.Put(buffer)
	for read, moved := int64(0), int64(0); ; {
		n, err := resp.Body.Read(*buffer)
		into.Write((*buffer)[:n]) // a hash or a buffer, which take everything
		w.bytes.Add(int64(n))
		read += int64(n)
		if moved += int64(n); moved >= movement {
			moved = 0
			moves()
		}
		switch {
		case err == io.EOF:
			return a, nil
		case err != nil:
			return a, err
		case read > limit:
			return a, &answerError{fmt.Sprintf("more than %d bytes", limit)}
		}
	}
}

// file is the site's file at an address.
func (w *webChecker) file(u *url.URL) string {
	name, ok := strings.CutPrefix(u.Path, w.base.Path)
	switch {
	case !ok:
		return ""
	case name == "" || strings.HasSuffix(name, "/"):
		return name + "index.html"
	}
	return name
}
