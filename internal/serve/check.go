package serve

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// check has the bodies that are not known read; a check that is under way begins again with what has just changed.
func (s *server) check() {
	s.mu.Lock()
	if s.stop != nil {
		s.stop()
	}
	s.mu.Unlock()
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// checking reads bodies behind everything else, alone, until the context ends.
func (s *server) checking(ctx context.Context) {
	for {
		run, stop := context.WithCancel(ctx)
		s.mu.Lock()
		s.stop = stop
		s.mu.Unlock()
		err := s.findAll(run)
		var again <-chan time.Time
		switch {
		case run.Err() != nil:
		case errors.Is(err, build.ErrChanged): // a file was just being saved, perhaps as it was: then no change comes
			again = time.After(retry)
		case err != nil:
			s.say(diag.Say("检查报告时出错：%v", "checking the reports failed: %v", err))
		}
		stop()
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		case <-again:
		}
	}
}

// retry is when what met a file that was being saved is tried again.
const retry = 200 * time.Millisecond

// breath is how long what is done behind waits after a change.
const breath = 60 * time.Millisecond

// findAll checks the bodies of the present snapshot, and compares it with what is published if anybody wants to know.
func (s *server) findAll(ctx context.Context) error {
	select { // the page that has just been saved comes first
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(breath):
	}
	st := s.state.Load()
	if !st.check.complete() {
		last := s.Now()
		found, err := s.preview.Check(ctx, st.Snapshot, func(done, all int) {
			s.yield(ctx)
			if done < all && s.due(&last, 500*time.Millisecond) {
				s.setFor(ctx, func(n *state) { n.check = progress{done, all} })
			}
		})
		if err != nil {
			return err
		}
		n := max(1, len(st.Site.Reports)+len(st.Site.Plain))
		s.setFor(ctx, func(next *state) { next.found, next.check = found, progress{n, n} })
		if ctx.Err() == nil {
			s.tell(found)
			runtime.GC() // now nobody waits; in the middle of the next change somebody would
		}
	}
	if st = s.state.Load(); s.wanted.Load() && st.diff == nil {
		return s.compare(ctx, st)
	}
	return nil
}

// yield lets those go first who wait for something.
func (s *server) yield(ctx context.Context) {
	for s.busy.Load() > 0 && ctx.Err() == nil {
		time.Sleep(200 * time.Microsecond)
	}
}

// due reports whether some time has passed since the last report of progress.
func (s *server) due(last *time.Time, every time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	if now.Sub(*last) < every {
		return false
	}
	*last = now
	return true
}

// setFor is set, unless the context has ended: then what was found belongs to a snapshot that is gone.
func (s *server) setFor(ctx context.Context, change func(*state)) {
	s.set(func(n *state) {
		if ctx.Err() == nil {
			change(n)
		}
	})
}

// difference is what a publish would do to the published folder.
type difference struct {
	added, changed, removed []string // addresses, sorted
	same                    int
	err                     error      // the folder cannot be compared
	with                    publishing // what it was compared with
}

// publishing tells two publishings apart.
type publishing struct {
	at   time.Time
	size int64
}

func (s *server) published() publishing {
	info, err := os.Stat(filepath.Join(s.Build.Destination, publish.ManifestName))
	if err != nil {
		return publishing{}
	}
	return publishing{info.ModTime(), info.Size()}
}

// republished forgets the comparison when somebody has published since.
func (s *server) republished() {
	if st := s.state.Load(); st.diff == nil || st.diff.with == s.published() {
		return
	}
	s.set(func(n *state) { n.diff = nil })
}

// compare makes every file of the site and compares the hashes with the published manifest.
func (s *server) compare(ctx context.Context, st *state) error {
	sums, err := st.Sums(ctx, func(int, int) { s.yield(ctx) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, build.ErrChanged) {
		return err
	}
	var old publish.Manifest
	with := s.published()
	if err == nil {
		old, err = s.preview.Published()
	}
	d := &difference{err: err, with: with}
	if err == nil {
		d.between(old, sums)
	}
	s.wanted.Store(false) // who reads the page will ask again
	s.setFor(ctx, func(n *state) { n.diff = d })
	return nil
}

func (d *difference) between(old, sums publish.Manifest) {
	known := make(map[string]publish.Sum, len(old))
	for _, l := range old {
		known[l.Path] = l.Sum
	}
	for _, l := range sums {
		sum, there := known[l.Path]
		switch {
		case !there:
			d.added = append(d.added, l.Path)
		case sum != l.Sum:
			d.changed = append(d.changed, l.Path)
		default:
			d.same++
		}
		delete(known, l.Path)
	}
	for url := range known {
		d.removed = append(d.removed, url)
	}
	slices.Sort(d.removed)
}

// finding is what makes two findings one, for the terminal: a line written above moves what stands below, and is no news of it.
type finding struct{ path, rule, message string }

// tell prints what has not been printed yet, errors first, and says what is mended.
func (s *server) tell(found diag.List) {
	s.voice.Lock()
	defer s.voice.Unlock()
	now := make(map[finding]int, len(found))
	var news diag.List
	for _, d := range found {
		if d.Severity <= diag.Info || d.Waived != "" {
			continue
		}
		f := finding{d.Path, d.Rule, d.Message.ZH}
		if now[f]++; now[f] > s.told[f] {
			news = append(news, d)
		}
	}
	mended := 0
	for f, n := range s.told {
		mended += max(0, n-now[f])
	}
	s.told = now
	s.announce(news, mended)
}

const printed = 20

// announce prints at most as many findings as fit a screen. s.voice is held.
func (s *server) announce(news diag.List, mended int) {
	if s.Print != nil && len(news) > 0 {
		slices.SortStableFunc(news, func(x, y diag.Diagnostic) int { return int(y.Severity) - int(x.Severity) })
		shown := news[:min(printed, len(news))]
		s.Print(shown)
		if rest := len(news) - len(shown); rest > 0 && s.Say != nil {
			s.Say(diag.Say("另有 %d 处，见 /_gongkai/", "%d more: see /_gongkai/", rest))
		}
	}
	if mended > 0 && s.Say != nil {
		s.Say(diag.Say("已改正 %d 处", "%d mended", mended))
	}
}

func (s *server) say(text diag.Text) {
	s.voice.Lock()
	defer s.voice.Unlock()
	if s.Say != nil {
		s.Say(text)
	}
}

// without leaves out the findings of files that have changed since: what is wrong with them now is not known yet, but for what the
// snapshot says.
func without(found diag.List, p *build.Preview, names []string) diag.List {
	gone := make(map[string]bool, len(names))
	for _, name := range names {
		gone[p.Path(name)] = true
	}
	found = slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return gone[d.Path] })
	for _, d := range p.Snapshot().Found {
		if gone[d.Path] {
			found = append(found, d)
		}
	}
	return found
}
