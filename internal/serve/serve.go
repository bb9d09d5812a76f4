// Package serve shows a site while it is being written: an http.Handler over the latest build.Snapshot, a watcher that brings it up to
// date, and a script that reloads the browser.
//
// # What it serves
//
// Below the path of base_url, every file that a build would publish, byte for byte, but that pages carry one more element,
//
//	<script src="/_gongkai/reload.js" data-page="…" defer></script>
//
// before </body>; data-page is a hash of the page without it and of the files that it may show under names that stay: its attachments,
// static files outside of assets/. What a build could publish nothing from stays as it last was.
//
//	/_gongkai/            可以发布吗？ — the state of every report, and what a publish would change
//	/_gongkai/events      the event stream, below
//	/_gongkai/reload.js   the script, and preview.css its looks
//
// # The event stream
//
// GET /_gongkai/events?page=PATH&have=HASH is a stream of server-sent events about the page at PATH, of which the browser holds the
// version HASH. Data is one line of JSON:
//
//	event: reload   {"page": HASH}                 the page differs now, and can be served
//	event: reload   {"navigate": PATH}             with --navigate: the page that is being edited; or base_url has another path now
//	event: update   {"page": HASH, "styles": [PATH…], "seq": N}   nothing but style sheets differs: put these in place
//	event: update   {"ribbon": TEXT, "problems": []}              nothing is amiss
//	event: error    {"ribbon": TEXT, "problems": [{"path", "line", "column", "severity", "rule", "message", "hint",
//	                 "excerpt": {"before", "span", "after"}}…], "more": N, "blocked": BOOL}
//
// Without page the stream is about the whole site, for programs: reload {"seq": N} after every change but that of style sheets alone, update
// with these, and update or error with all errors that stand.
//
// A comment line comes every 15 seconds, so that proxies and sleeping machines notice a dead connection. A browser keeps no more than six
// connections to a server, so that a stream ends when one machine has four younger ones; its window asks again.
//
// # Whom it answers
//
// It listens on the loopback interface unless told otherwise, and answers GET and HEAD whose Host is this machine and whose Origin, if
// any, is the preview itself; pages of other sites can neither read it nor, by a name that resolves to this machine, pretend to be it.
// Nothing may be stored or framed elsewhere, and there is no address by which to reach a file that the site does not hold.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gongkai/internal/build"
	"gongkai/internal/diag"
)

// Options say what to preview and how.
type Options struct {
	Build    build.Options
	Poll     bool // look at the files every so often instead of waiting to be told
	Navigate bool // bring the browser to the page that is being edited
	Now      func() time.Time

	// Say and Print tell people at the terminal: a sentence, new findings. They may be called from several goroutines, one at a time.
	Say   func(diag.Text)
	Print func(diag.List)
	Ready func(address string) // once, when pages are served

	notify func() (notifier, error) // nil: the operating system's
}

// Listen takes a port. When another program has it, the error is a *PortError; with search, the next free one is taken instead.
func Listen(bind string, port int, search bool) (net.Listener, error) {
	ln, err := net.Listen("tcp", net.JoinHostPort(bind, strconv.Itoa(port)))
	if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
		return ln, err
	}
	taken := &PortError{Port: port}
	for next := port + 1; next < min(port+20, 1<<16); next++ {
		ln, err := net.Listen("tcp", net.JoinHostPort(bind, strconv.Itoa(next)))
		if err != nil {
			continue
		}
		if search {
			return ln, nil
		}
		taken.Free = next
		return nil, errors.Join(taken, ln.Close())
	}
	return nil, taken
}

// PortError says that another program has the port.
type PortError struct {
	Port int
	Free int // the next that is free; 0 when none was found
}

func (e *PortError) Error() string { return fmt.Sprintf("port %d is taken", e.Port) }

// server is one run.
type server struct {
	Options
	preview *build.Preview
	guard   guard
	ask     chan question  // from handlers to the loop: has this file changed?
	kick    chan struct{}  // to the checker: there is something to check
	live    sync.WaitGroup // requests that have entered
	streams streams
	busy    atomic.Int64 // somebody waits for a page, or a change is being taken up: what is done behind waits

	mu     sync.Mutex // held to replace the state, and to enter
	closed bool       // nobody enters any more
	state  atomic.Pointer[state]
	stop   context.CancelFunc // of the check that is under way
	wanted atomic.Bool        // somebody reads 可以发布吗？ and waits for the comparison

	voice sync.Mutex // held to speak; never while a state is replaced, because a terminal may make us wait
	told  map[finding]int
}

// state is what is shown at a moment. It is immutable; next is closed when another takes its place.
type state struct {
	*build.Snapshot
	seq    uint64
	solid  uint64 // the last state that changed more than style sheets
	edited string // the address of the page that was edited, if it was one alone
	found  diag.List
	check  progress
	diff   *difference // nil until somebody asks
	next   chan struct{}
}

// progress of the reading of all bodies; done when the two are equal.
type progress struct{ done, all int }

func (p progress) complete() bool { return p.done == p.all }

// Run previews a site until the context ends. The listener is closed then.
func Run(ctx context.Context, opt Options, ln net.Listener) error {
	defer ln.Close()
	preview, err := build.OpenPreview(ctx, opt.Build, opt.Now)
	if err != nil {
		return err
	}
	s := &server{Options: opt, preview: preview, ask: make(chan question), kick: make(chan struct{}, 1)}
	s.guard = guardFor(ln.Addr())
	s.set(func(n *state) {
		n.Snapshot, n.found, n.check = preview.Snapshot(), preview.Snapshot().Found, progress{0, 1}
	})
	ctx, cancel := context.WithCancel(ctx)
	web := &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, DisableGeneralOptionsHandler: true,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	var wg sync.WaitGroup
	var served error
	wg.Go(func() {
		served = web.Serve(ln)
		cancel()
	})
	wg.Go(func() { s.checking(ctx) })
	if opt.Ready != nil {
		opt.Ready("http://" + reachable(ln.Addr()) + s.base())
	}
	s.tell(preview.Snapshot().Found)
	err = s.loop(ctx)
	cancel()
	closed := web.Close()
	wg.Wait()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.live.Wait()
	if errors.Is(served, http.ErrServerClosed) {
		served = nil
	}
	return errors.Join(err, served, closed)
}

// enter lets a request in, whose end the preview then waits for.
func (s *server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.live.Add(1)
	}
	return !s.closed
}

// reachable is an address as a browser on this machine can use it.
func reachable(at net.Addr) string {
	if ap, err := netip.ParseAddrPort(at.String()); err == nil && ap.Addr().Unmap().IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(ap.Port())))
	}
	return at.String()
}

// set replaces the state by a changed copy.
func (s *server) set(change func(*state)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := state{}
	old := s.state.Load()
	if old != nil {
		n = *old
	}
	n.seq++
	n.next = make(chan struct{})
	change(&n)
	s.state.Store(&n)
	if old != nil {
		close(old.next)
	}
}

// base is the path below which the site stands.
func (s *server) base() string { return s.state.Load().base() }

func (st *state) base() string { return st.Site.Config.BasePath() }
