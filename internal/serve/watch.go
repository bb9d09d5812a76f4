package serve

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"gongkai/internal/diag"
)

// notifier is the operating system's hint that something has happened in a folder. It may tell too much, too little or nothing: what is
// true only a look at the files says.
type notifier interface {
	Add(folder string) error
	Remove(folder string) error
	Events() <-chan fsnotify.Event
	Errors() <-chan error
	Close() error
}

type systemNotifier struct{ *fsnotify.Watcher }

func (n systemNotifier) Events() <-chan fsnotify.Event { return n.Watcher.Events }
func (n systemNotifier) Errors() <-chan error          { return n.Watcher.Errors }

func newSystemNotifier() (notifier, error) {
	w, err := fsnotify.NewBufferedWatcher(4096)
	if err != nil {
		return nil, err
	}
	return systemNotifier{w}, nil
}

// watch decides when to look. It belongs to the loop.
type watch struct {
	root    string
	n       notifier // nil when there is none
	polling bool     // hints do not come, or not from everywhere
	cost    time.Duration
	fresh   map[string]bool // folders that have just come: see renew
	heard   map[string]bool // what was told since the last look
	silent  map[string]bool // what that look found without having been told, and was not told since
	say     func(diag.Text)
}

// How often everything is looked at. With hints that is to see whether they can be relied on, without them it is all there is. A look costs
// time in proportion to the site, so that the share of one core stays the same: 2 % with hints, 10 % without or while they are in doubt.
const (
	safeShare, safeMin, safeMax = 50, time.Second, 30 * time.Second
	pollShare, pollMin, pollMax = 10, 300 * time.Millisecond, 10 * time.Second
)

func (w *watch) interval() time.Duration {
	if w.polling {
		return min(max(pollShare*w.cost, pollMin), pollMax)
	}
	if len(w.silent) > 0 {
		return min(max(pollShare*w.cost, safeMin), pollMax)
	}
	return min(max(safeShare*w.cost, safeMin), safeMax)
}

// newWatch starts watching; what cannot be watched is looked at instead, and that is said once.
func (s *server) newWatch() *watch {
	w := &watch{root: s.Build.Source, say: s.say, fresh: map[string]bool{}, heard: map[string]bool{}, silent: map[string]bool{}}
	if s.Poll {
		w.polling = true
		return w
	}
	open := s.notify
	if open == nil {
		open = newSystemNotifier
	}
	n, err := open()
	if err != nil {
		w.fall(err)
		return w
	}
	w.n = n
	w.add(".") // gongkai.yaml, and folders that are made later; what happens to public/ is told too, and ignored
	return w
}

func (w *watch) close() error {
	if w.n == nil {
		return nil
	}
	return w.n.Close()
}

func (w *watch) disk(folder string) string { return filepath.Join(w.root, filepath.FromSlash(folder)) }

func (w *watch) add(folder string) {
	if w.n == nil {
		return
	}
	if err := w.n.Add(w.disk(folder)); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		w.fall(err)
	}
}

// renew watches folders again that have just come. A folder that was renamed is the same to the system: the watch on its old name, when it
// is taken away, by us or in the end by fsnotify itself, takes that on the new one along.
func (w *watch) renew() []string {
	folders := []string{}
	if w.n == nil {
		return folders
	}
	for folder := range w.fresh {
		w.add(folder)
		folders = append(folders, folder)
	}
	return folders
}

func (w *watch) remove(folder string) {
	if w.n != nil {
		_ = w.n.Remove(w.disk(folder)) // gone by itself, as a rule
	}
}

// fall goes over to looking.
func (w *watch) fall(err error) {
	if w.polling {
		return
	}
	w.polling = true
	every := diag.Say("改为定时查看文件", "looking at the files every so often instead")
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EMFILE):
		w.say(diag.Text{
			ZH: "文件夹太多，超过了系统的监视上限，" + every.ZH + "（Linux 可调大 fs.inotify.max_user_watches）",
			EN: "more folders than the system watches; " + every.EN + " (on Linux raise fs.inotify.max_user_watches)",
		})
	case err != nil:
		why := diag.Say("系统不能监视文件（%v），", "the system cannot watch the files (%v); ", err)
		w.say(diag.Text{ZH: why.ZH + every.ZH, EN: why.EN + every.EN})
	default:
		w.say(diag.Text{ZH: "这个磁盘不通知文件的改动，" + every.ZH, EN: "this disk does not tell of changes; " + every.EN})
	}
}

// name is the path below the site's folder that an event is about; ok is false for what does not matter.
func (w *watch) name(e fsnotify.Event) (name string, ok bool) {
	if e.Op == fsnotify.Chmod {
		return "", false
	}
	rel, err := filepath.Rel(w.root, e.Name)
	if err != nil {
		return "", false
	}
	name = filepath.ToSlash(rel)
	w.heard[name] = true
	for p := range w.silent {
		if p == name || strings.HasPrefix(p, name+"/") {
			delete(w.silent, p)
		}
	}
	return name, name != "."
}

// looked takes note of what a look at everything has cost. When it was to see whether hints can be relied on, paths are what it found:
// what the look before had found, and nobody has told of since, shows that they cannot.
func (w *watch) looked(cost time.Duration, proof bool, paths []string) {
	w.cost = cost
	if proof && len(w.silent) > 0 {
		w.fall(nil)
	}
	clear(w.silent)
	for _, p := range paths {
		if proof && !w.told(p) {
			w.silent[p] = true
		}
	}
	clear(w.heard)
}

// untold takes note of a change that was found because a page was asked for; the next look is the proof. It reports whether that is news.
func (w *watch) untold(name string) bool {
	if w.polling || w.told(name) || w.silent[name] {
		return false
	}
	w.silent[name] = true
	return true
}

// told reports whether a path or a folder above it has been told of.
func (w *watch) told(name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if w.heard[name] {
			return true
		}
	}
	return false
}

// lost forgives what was not told because there was too much to tell.
func (w *watch) lost() { clear(w.silent) }

// debounce gathers what belongs together. A lone save goes through after a few milliseconds; while more paths come in, it waits for quiet,
// but never long.
type debounce struct {
	now     func() time.Time
	timer   *time.Timer
	paths   map[string]bool
	all     bool // look at everything
	quiet   time.Duration
	expires time.Time
}

const (
	quietMin = 2 * time.Millisecond
	quietMax = 40 * time.Millisecond
	quietEnd = 250 * time.Millisecond
)

func newDebounce(now func() time.Time) *debounce {
	d := &debounce{now: now, timer: time.NewTimer(time.Hour), paths: map[string]bool{}}
	d.timer.Stop()
	return d
}

func (d *debounce) idle() bool { return len(d.paths) == 0 && !d.all }

// add takes a path; "" stands for everything.
func (d *debounce) add(name string) {
	switch {
	case d.idle():
		d.quiet, d.expires = quietMin, d.now().Add(quietEnd)
	case !d.paths[name]:
		d.quiet = min(2*d.quiet, quietMax)
	}
	if name == "" {
		d.all = true
	} else {
		d.paths[name] = true
	}
	d.timer.Reset(max(0, min(d.quiet, d.expires.Sub(d.now()))))
}

// take returns what has gathered, nil for everything.
func (d *debounce) take() []string {
	names := make([]string, 0, len(d.paths))
	for p := range d.paths {
		names = append(names, p)
	}
	if d.all {
		names = nil
	}
	clear(d.paths)
	d.all = false
	return names
}
