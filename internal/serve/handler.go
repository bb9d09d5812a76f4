package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// own are the addresses of the preview itself. They stand at the root of the server, whatever the site's base.
const (
	ownPath    = "/_gongkai/"
	eventsPath = ownPath + "events"
)

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		return
	}
	defer s.live.Done()
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if status := s.guard.refuse(r); status != 0 {
		if status == http.StatusMethodNotAllowed {
			h.Set("Allow", "GET, HEAD")
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	base := s.base()
	switch p := r.URL.EscapedPath(); {
	case p == eventsPath:
		s.events(w, r)
	case strings.HasPrefix(p, ownPath):
		s.ownFile(w, r)
	case p == "/" && base != "/":
		http.Redirect(w, r, base, http.StatusFound)
	default:
		s.site(w, r, base)
	}
}

// site answers for an address of the site.
func (s *server) site(w http.ResponseWriter, r *http.Request, base string) {
	address, ok := within(r.URL, base)
	if !ok {
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	if address == "" || strings.HasSuffix(address, "/") {
		address += "index.html"
	} else if path.Ext(address) == "" && s.holds(r.Context(), address+"/index.html") {
		http.Redirect(w, r, base+(r.URL.EscapedPath()[len(base):])+"/", http.StatusFound)
		return
	}
	a, err := s.current(r.Context(), address)
	if err != nil {
		s.say(diag.Say("/%s：%v", "/%s: %v", address, err))
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	if policy := s.state.Load().Site.Config; policy.CSP.Mode == "header" {
		w.Header().Set("Content-Security-Policy", policy.PolicyHeader())
	}
	a.write(w, r)
}

func (s *server) holds(ctx context.Context, address string) bool {
	a, err := s.current(ctx, address)
	return err == nil && a.status == http.StatusOK
}

// answer is what stands at an address at a moment.
type answer struct {
	status int
	data   []byte
	page   string // the hash that tells two versions of a page apart; "" for what is no page
	kind   string // content type
	source string // the file that the page shows
	fault  diag.List
	file   io.ReadSeekCloser // of an attachment, in place of data
}

// current answers from a state that knows the file behind the address as it is on the disk now.
func (s *server) current(ctx context.Context, address string) (*answer, error) {
	s.busy.Add(1) // until the answer is made, not until a slow browser has taken it
	defer s.busy.Add(-1)
	if name, fresh := s.state.Load().Fresh(address); !fresh {
		s.look(ctx, name)
	}
	for try := 0; ; try++ {
		st := s.state.Load()
		a, err := s.answer(ctx, st, address)
		if !errors.Is(err, build.ErrChanged) {
			return a, err
		}
		if try == 16 {
			return s.faulty(address, nil), nil
		}
		if name, _ := st.Fresh(address); name != "" {
			s.look(ctx, name)
		}
		select { // what is being saved is left some time
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-st.next:
		case <-time.After(secondLook / 2):
		}
	}
}

// look has the loop look at a file now, if it is not busy for long.
func (s *server) look(ctx context.Context, name string) {
	wait := time.NewTimer(300 * time.Millisecond)
	defer wait.Stop()
	q := question{name, make(chan struct{})}
	select {
	case s.ask <- q:
	case <-wait.C:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-q.done:
	case <-wait.C:
	case <-ctx.Done():
	}
}

// answer makes what stands at an address of the site in a state, or the page that says that there is nothing.
func (s *server) answer(ctx context.Context, st *state, address string) (*answer, error) {
	f, err := s.file(ctx, st, address)
	status := http.StatusOK
	if errors.Is(err, build.ErrNoFile) {
		status = http.StatusNotFound
		f, err = st.File("404.html")
	}
	var fault *build.Fault
	if errors.As(err, &fault) {
		return s.faulty(address, fault.Found), nil
	}
	if err != nil {
		return nil, err
	}
	a := &answer{status: status, data: f.Data, source: f.Source, kind: publish.ContentType(address)}
	switch {
	case f.Beside != "":
		return a, a.open(st, f.Beside)
	case f.Drawn:
		a.kind = "text/html; charset=utf-8"
		a.page = hash(f.Data, f.With)
	}
	return a, nil
}

func (s *server) file(ctx context.Context, st *state, address string) (*build.File, error) {
	if address != publish.ManifestName {
		return st.File(address)
	}
	sums, err := st.Sums(ctx, nil)
	return &build.File{Data: sums.Bytes()}, err
}

func hash(parts ...[]byte) string {
	sum := sha256.Sum256(bytes.Join(parts, nil))
	return hex.EncodeToString(sum[:8])
}

func (a *answer) open(st *state, rel string) error {
	f, _, err := st.Attachment(rel)
	if err != nil {
		return build.ErrChanged
	}
	file, ok := f.(io.ReadSeekCloser)
	if !ok {
		f.Close()
		return build.ErrNoFile
	}
	a.file = file
	return nil
}

// faulty stands for a page that cannot be made and never could.
func (s *server) faulty(address string, found diag.List) *answer {
	data := webFile("fault.html")
	return &answer{status: http.StatusServiceUnavailable, data: data, page: hash(data), kind: "text/html; charset=utf-8", fault: found}
}

// write sends an answer; a page gets the script by which it stays up to date.
func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	if a.file != nil {
		defer a.file.Close()
		http.ServeContent(w, r, "", time.Time{}, a.file)
		return
	}
	data := a.data
	if a.page != "" {
		data = withScript(data, a.page)
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // a browser that has gone away needs no answer
	}
}

// withScript puts the script before the end of the body.
func withScript(page []byte, hash string) []byte {
	script := `<script src="` + ownPath + `reload.js" data-page="` + hash + `" defer></script>`
	at := bytes.LastIndex(page, []byte("</body>"))
	if at < 0 {
		at = len(page)
	}
	out := make([]byte, 0, len(page)+len(script))
	return append(append(append(out, page[:at]...), script...), page[at:]...)
}
