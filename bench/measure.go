package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figures are what one run took.
type figures struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// row is a contestant's runs.
type row struct {
	name  string
	runs  []figures
	files int
	size  int64
}

// measure runs a child to its end.
func measure(c *exec.Cmd) (figures, error) {
	var said bytes.Buffer
	c.Stderr = &said
	settle()
	start := time.Now()
	err := c.Run()
	wall := time.Since(start)
	if err != nil {
		return figures{}, fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, said.Bytes())
	}
	p := c.ProcessState
	return figures{wall, p.UserTime() + p.SystemTime(), peak(p)}, nil
}

func median[T cmp.Ordered](runs []figures, of func(figures) T) T {
	values := make([]T, len(runs))
	for i, r := range runs {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func (r row) wall() float64 {
	return median(r.runs, func(f figures) float64 { return f.wall.Seconds() })
}
func (r row) cpu() float64 { return median(r.runs, func(f figures) float64 { return f.cpu.Seconds() }) }
func (r row) peak() int64  { return median(r.runs, func(f figures) int64 { return f.peak }) }

// cold measures builds from nothing, all contestants in turn.
func (s *sites) cold() error {
	list := s.contestants()
	rows := make([]row, len(list))
	before := load()
	for range s.runs {
		for i, c := range list {
			if err := errors.Join(s.clear(c.out), c.prepare()); err != nil {
				return err
			}
			f, err := measure(c.command())
			if err != nil {
				return err
			}
			rows[i].name = c.name
			rows[i].runs = append(rows[i].runs, f)
			if rows[i].files, rows[i].size, err = count(s.at(c.out)); err != nil {
				return err
			}
		}
	}
	s.table("cold build", rows, before)
	return nil
}

// rebuild measures second builds with the cache: nothing changed, and one report changed, with Hugo's whole build in turn.
// After every change the tree is compared with a cold build's.
func (s *sites) rebuild() error {
	if err := errors.Join(s.outputs(false), s.clear("public"), s.clear("cold"), os.RemoveAll(s.at("cache"))); err != nil {
		return err
	}
	cached := func() *exec.Cmd { return s.gongkai("public", "--cache-dir", s.at("cache")) }
	first, err := measure(cached())
	if err != nil {
		return err
	}
	rows := []row{{name: "gongkai, unchanged"}, {name: "gongkai, one changed"}}
	if s.takesPart("hugo") {
		rows = append([]row{{name: "Hugo 0.165, whole"}}, rows...)
	}
	rows = append(rows, row{name: "gongkai, first with a cache", runs: []figures{first}})
	before := load()
	equal := 0
	for i := range s.runs {
		at := 0
		if s.takesPart("hugo") {
			if err := s.clear("hugo/public"); err != nil {
				return err
			}
			if err := rows[0].add(s.hugo("build", s.at("hugo"))); err != nil {
				return err
			}
			at = 1
		}
		if err := rows[at].add(cached()); err != nil {
			return err
		}
		if err := s.change("CHANGE" + strconv.Itoa(i)); err != nil {
			return err
		}
		if err := rows[at+1].add(cached()); err != nil {
			return err
		}
		same, err := s.sameAsCold()
		if err != nil {
			return err
		}
		equal += same
	}
	if err := s.change(""); err != nil {
		return err
	}
	files, size, err := count(s.at("public"))
	if err != nil {
		return err
	}
	for i := range rows {
		if strings.HasPrefix(rows[i].name, "gongkai") {
			rows[i].files, rows[i].size = files, size
		}
	}
	s.table("second build", rows, before)
	fmt.Printf("trees of changed sites equal to a cold build's: %d of %d\n\n", equal, s.runs)
	if equal != s.runs {
		return errors.New("a rebuilt site differs from a cold build")
	}
	return nil
}

func (r *row) add(c *exec.Cmd) error {
	f, err := measure(c)
	r.runs = append(r.runs, f)
	return err
}

func (s *sites) sameAsCold() (int, error) {
	if err := s.clear("cold"); err != nil {
		return 0, err
	}
	if _, err := measure(s.gongkai("cold", "--no-cache")); err != nil {
		return 0, err
	}
	a, _, err := tree(s.at("public"))
	b, _, err2 := tree(s.at("cold"))
	if a != b {
		return 0, errors.Join(err, err2)
	}
	return 1, errors.Join(err, err2)
}

// table prints medians and their ratios to the first row: how many times less of each a row takes.
func (s *sites) table(title string, rows []row, before string) {
	fmt.Printf("%s, %d reports, %d runs in turn, medians; load %s before, %s after\n\n", title, s.n, s.runs, before, load())
	fmt.Println("| | wall s | CPU s | peak MB | files | output MB | wall × | CPU × | memory × |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	base := rows[0]
	for _, r := range rows {
		fmt.Printf("| %s | %.2f | %.2f | %.0f | %d | %.0f | %.2f | %.2f | %.2f |\n", r.name, r.wall(), r.cpu(), float64(r.peak())/1e6, r.files, float64(r.size)/1e6,
			base.wall()/r.wall(), base.cpu()/r.cpu(), float64(base.peak())/float64(r.peak()))
	}
	fmt.Println()
}

// load is the machine's load average, where it is told.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
