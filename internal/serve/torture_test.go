package serve

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// manners are the ways in which editors and tools save a file.
var manners = []struct {
	name string
	save func(file, text string, r *rand.Rand) error
}{
	{"VS Code: in place", func(file, text string, _ *rand.Rand) error { return os.WriteFile(file, []byte(text), 0o644) }},
	{"nano: in place, in two writes", func(file, text string, r *rand.Rand) error {
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		half := r.IntN(len(text) + 1)
		_, err = f.WriteString(text[:half])
		time.Sleep(time.Duration(r.IntN(8)) * time.Millisecond)
		_, err2 := f.WriteString(text[half:])
		return errors.Join(err, err2, f.Close())
	}},
	{"vim: the old file becomes the backup", func(file, text string, r *rand.Rand) error {
		probe := filepath.Join(filepath.Dir(file), "4913")
		return errors.Join(
			os.WriteFile(probe, nil, 0o644), os.Remove(probe),
			ifThere(os.Rename(file, file+"~")), os.WriteFile(file, []byte(text), 0o644), ifThere(os.Remove(file+"~")))
	}},
	{"gedit: a hidden file renamed over", func(file, text string, r *rand.Rand) error {
		return over(filepath.Join(filepath.Dir(file), fmt.Sprintf(".goutputstream-%06d", r.IntN(1e6))), file, text)
	}},
	{"sed -i: another file renamed over", func(file, text string, r *rand.Rand) error {
		return over(filepath.Join(filepath.Dir(file), fmt.Sprintf("sed%06d", r.IntN(1e6))), file, text)
	}},
	{"WPS: lock file, removed, written anew", func(file, text string, r *rand.Rand) error {
		lock, fresh := filepath.Join(filepath.Dir(file), "~$"+filepath.Base(file)), file+".tmp"
		return errors.Join(os.WriteFile(lock, []byte("x"), 0o644), os.WriteFile(fresh, []byte(text), 0o644), ifThere(os.Remove(file)),
			os.Rename(fresh, file), os.Remove(lock))
	}},
	{"Emacs: a link as lock, a backup that stays", func(file, text string, r *rand.Rand) error {
		lock := filepath.Join(filepath.Dir(file), ".#"+filepath.Base(file))
		return errors.Join(os.Symlink("nobody@nowhere.1", lock), ifThere(os.Rename(file, file+"~")), os.WriteFile(file, []byte(text), 0o644), os.Remove(lock))
	}},
	{"a copy with the old times", func(file, text string, r *rand.Rand) error {
		old := time.Unix(1_600_000_000+int64(r.IntN(3)), 0)
		fresh := file + ".part"
		return errors.Join(os.WriteFile(fresh, []byte(text), 0o644), os.Chtimes(fresh, old, old), os.Rename(fresh, file))
	}},
}

func ifThere(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func over(fresh, file, text string) error {
	return errors.Join(os.WriteFile(fresh, []byte(text), 0o644), os.Rename(fresh, file))
}

// torturer edits a sample site at random; the same seed makes the same edits.
type torturer struct {
	*rand.Rand
	t    testing.TB
	dir  string
	live map[int]string // reports that are there, by number: their file
	next int
	dirt map[string]string // what must be mended at the end: file → good text
}

func newTorturer(t testing.TB, dir string, n int, seed uint64) *torturer {
	x := &torturer{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, dir: dir, live: map[int]string{}, next: n, dirt: map[string]string{}}
	for i := range n {
		x.live[i] = sampleName(i)
	}
	return x
}

func (x *torturer) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *torturer) at(name string) string { return filepath.Join(x.dir, filepath.FromSlash(name)) }

// save writes a file in the manner of some editor.
func (x *torturer) save(name, text string) {
	x.t.Helper()
	m := manners[x.IntN(len(manners))]
	x.must(os.MkdirAll(filepath.Dir(x.at(name)), 0o755))
	if err := m.save(x.at(name), text, x.Rand); err != nil {
		x.t.Fatalf("%s: %v", m.name, err)
	}
}

// pick is a report that is there.
func (x *torturer) pick() (int, string) {
	for {
		if i := x.IntN(x.next); x.live[i] != "" {
			return i, x.live[i]
		}
	}
}

func (x *torturer) words() string {
	link := ""
	if i, _ := x.pick(); x.IntN(3) == 0 {
		link = "[另一份](/" + sampleURL(i) + "#s1)"
	}
	return fmt.Sprintf("改动 %d，%s完。", x.Uint32(), link)
}

// edit does one thing to the site.
func (x *torturer) edit() {
	i, name := x.pick()
	switch n := x.IntN(100); {
	case n < 45:
		x.save(name, sampleReport(i, x.words()))
	case n < 55:
		text := sampleReport(i, x.words())
		x.save(name, strings.Replace(text, "title: ", fmt.Sprintf("title: 新%d", x.IntN(9)), 1))
	case n < 60:
		x.save(name, strings.Replace(sampleReport(i, x.words()), "-01-", "-02-", 1))
	case n < 66:
		x.create()
	case n < 71 && len(x.live) > 20:
		x.must(os.Remove(x.at(name)))
		delete(x.live, i)
		delete(x.dirt, name)
	case n < 76:
		x.rename(i, name)
	case n < 80: // broken; mended later, or at the end
		x.dirt[name] = sampleReport(i, "改好了。")
		x.save(name, strings.Replace(sampleReport(i, "坏了。"), "title: ", "title: [", 1))
	case n < 84:
		x.mend(1)
	case n < 87:
		x.save("layouts/_head.html", fmt.Sprintf("<meta name=\"generator-test\" content=\"%d\">\n", x.IntN(1000)))
	case n < 90:
		x.save("static/assets/site.css", fmt.Sprintf("p { margin: %dpx }\n", x.IntN(1000)))
	case n < 92:
		x.save("gongkai.yaml", fmt.Sprintf("version: 1\nname: 测试站%d\nbase_url: https://example.gov.cn/xx/\noutputs: [html, json, txt, feeds, catalog, md, fragment]\n", x.IntN(9)))
	case n < 94:
		x.save(filepath.ToSlash(filepath.Dir(name))+"/_defaults.yaml", fmt.Sprintf("department: 第%d科\n", x.IntN(9)))
	case n < 97:
		x.save(filepath.ToSlash(filepath.Dir(name))+"/fubiao.csv", strings.Repeat("甲,乙\n", 1+x.IntN(5)))
	case n < 99:
		x.surround(i, name)
	default:
		x.checkout()
	}
}

// surround changes what belongs to no report alone, or takes it away.
func (x *torturer) surround(i int, name string) {
	folder := filepath.ToSlash(filepath.Dir(name))
	static := fmt.Sprintf("static/files/f%d.txt", x.IntN(3))
	switch x.IntN(6) {
	case 0, 1:
		x.save(static, fmt.Sprintf("文件 %d\n", x.IntN(9)))
	case 2:
		x.must(ifThere(os.Remove(x.at(static))))
	case 3:
		x.save("redirects.csv", fmt.Sprintf("from,to,status\nalt/%d.html,%s\n", x.IntN(9), sampleURL(i)))
	case 4:
		x.must(ifThere(os.Remove(x.at(folder + "/fubiao.csv"))))
	case 5:
		x.must(ifThere(os.Remove(x.at(folder + "/_defaults.yaml"))))
	}
}

// create makes a report in a folder that may be new, written at once.
func (x *torturer) create() {
	i := x.next
	x.next++
	name := fmt.Sprintf("content/610112/ju%d/%d/r%d.md", x.IntN(40), 2012+i%12, i)
	if x.IntN(3) == 0 {
		name = strings.TrimSuffix(name, ".md") + "/index.md"
		x.save(filepath.ToSlash(filepath.Dir(name))+"/fubiao.csv", "甲,乙\n")
	}
	x.save(name, sampleReport(i, x.words()))
	x.live[i] = name
}

// rename moves a report, or the whole folder it stands in.
func (x *torturer) rename(i int, name string) {
	if x.IntN(2) == 0 && !strings.HasSuffix(name, "/index.md") {
		to := strings.TrimSuffix(name, ".md") + "x.md"
		x.must(os.Rename(x.at(name), x.at(to)))
		x.moved(i, name, to)
		return
	}
	// content/610112/wjj/2021/… : the agency's folder
	parts := strings.SplitN(name, "/", 4)
	from := strings.Join(parts[:3], "/")
	to := from + "y"
	if _, err := os.Lstat(x.at(to)); err == nil {
		return
	}
	x.must(os.Rename(x.at(from), x.at(to)))
	for k, n := range x.live {
		if rest, ok := strings.CutPrefix(n, from+"/"); ok {
			x.moved(k, n, to+"/"+rest)
		}
	}
}

func (x *torturer) moved(i int, from, to string) {
	x.live[i] = to
	if text, ok := x.dirt[from]; ok {
		delete(x.dirt, from)
		x.dirt[to] = text
	}
}

// checkout changes many files in one go, as git does: removed, then written.
func (x *torturer) checkout() {
	for range 30 {
		i, name := x.pick()
		x.must(os.Remove(x.at(name)))
		x.must(os.WriteFile(x.at(name), []byte(sampleReport(i, x.words())), 0o644))
		delete(x.dirt, name)
	}
}

// mend repairs at most n broken files.
func (x *torturer) mend(n int) {
	for name, text := range x.dirt {
		if n--; n < 0 {
			return
		}
		x.save(name, text)
		delete(x.dirt, name)
	}
}

// torture edits, then waits until the preview is a cold build, and says how long that took.
func torture(t *testing.T, r *running, seed uint64, n, edits int, pause time.Duration) {
	x := newTorturer(t, r.options.Source, n, seed)
	for range edits {
		x.edit()
		if x.IntN(4) == 0 {
			time.Sleep(time.Duration(x.Int64N(int64(pause) + 1)))
		}
	}
	x.mend(len(x.dirt))
	last := time.Now()
	want := r.coldBuild()
	built := time.Since(last)
	var wrong []string
	for end := last.Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if wrong = r.differences(want); len(wrong) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("seed %d: %d addresses differ from a cold build: %.5q; said %q", seed, len(wrong), wrong, r.sentences())
		}
	}
	t.Logf("seed %d: %d edits, %d addresses equal %v after the last (of which the cold build took %v)", seed, edits, len(want), time.Since(last).Round(time.Millisecond), built.Round(time.Millisecond))
}

// differences are the addresses that do not give what a cold build has written, and those that should give nothing.
func (r *running) differences(want map[string]string) (wrong []string) {
	for url, text := range want {
		status, got := r.get("/xx/" + escaped(url))
		if got != text || status != 200 {
			return append(wrong, url) // one is enough to go on waiting
		}
	}
	for i := range 400 {
		if _, there := want[sampleURL(i)]; !there {
			if status, _ := r.get("/xx/" + sampleURL(i)); status != 404 {
				wrong = append(wrong, sampleURL(i))
			}
		}
	}
	return wrong
}

// partial is a notifier that fails in some way.
type partial struct {
	notifier
	adds   int // how many more folders can be watched; below zero: any number
	silent bool
	lose   func() bool
	events chan fsnotify.Event
	errors chan error
	done   chan struct{}
}

func newPartial(limit int, silent bool, lose func() bool) func() (notifier, error) {
	return func() (notifier, error) {
		n, err := newSystemNotifier()
		if err != nil {
			return nil, err
		}
		p := &partial{notifier: n, adds: limit, silent: silent, lose: lose, events: make(chan fsnotify.Event, 100), errors: make(chan error, 1), done: make(chan struct{})}
		go p.pass()
		return p, nil
	}
}

// pass hands events on, or loses some and says that there were too many.
func (p *partial) pass() {
	defer close(p.done)
	defer close(p.events)
	for e := range p.notifier.Events() {
		switch {
		case p.silent:
		case p.lose != nil && p.lose():
			select {
			case p.errors <- fsnotify.ErrEventOverflow:
			default:
			}
		default:
			p.events <- e
		}
	}
}

func (p *partial) Add(folder string) error {
	if p.adds == 0 {
		return fmt.Errorf("watch %s: %w", folder, syscall.ENOSPC)
	}
	p.adds--
	return p.notifier.Add(folder)
}

func (p *partial) Events() <-chan fsnotify.Event { return p.events }
func (p *partial) Errors() <-chan error          { return p.errors }

func (p *partial) Close() error {
	err := p.notifier.Close()
	for range p.events { // what nobody reads any more
	}
	<-p.done
	return err
}

// TestTorture takes other edits with another GONGKAI_SEED.
func TestTorture(t *testing.T) {
	base, _ := strconv.ParseUint(os.Getenv("GONGKAI_SEED"), 10, 64)
	seeds, edits := 2, 150
	if soak() {
		seeds, edits = 20, 1000
	}
	overflow := rand.New(rand.NewPCG(7, 7))
	ways := []struct {
		name   string
		change func(*Options)
	}{
		{"watching", func(*Options) {}},
		{"limit of 5 folders", func(o *Options) { o.notify = newPartial(5, false, nil) }},
		{"overflow", func(o *Options) { o.notify = newPartial(-1, false, func() bool { return overflow.IntN(5) == 0 }) }},
		{"no events at all", func(o *Options) { o.notify = newPartial(-1, true, nil) }},
		{"polling", func(o *Options) { o.Poll = true }},
	}
	for i, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			for seed := range seeds {
				if i > 0 && seed > 0 && !soak() {
					break
				}
				n := 200
				r := start(t, sampleSite(t, n), way.change)
				torture(t, r, base+uint64(100*i+seed), n, edits, 20*time.Millisecond)
				switch said := strings.Join(r.sentences(), "\n"); way.name {
				case "limit of 5 folders":
					if strings.Count(said, "more folders than the system watches") != 1 {
						t.Errorf("the limit is not told once: %q", said)
					}
				case "watching", "overflow", "polling":
					if strings.Contains(said, "every so often") {
						t.Errorf("%q", said)
					}
				}
				if err := r.stop(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
