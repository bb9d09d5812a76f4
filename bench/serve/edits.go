package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// edit is a kind of edit: what is written, how an answer shows it, and how it is undone.
type edit struct {
	name string
	do   func(s *server, r place, i int) (shown func() bool, undo func() error, err error)
}

var (
	titleLine = regexp.MustCompile(`(?m)^title: .*$`)
	dateLine  = regexp.MustCompile(`(?m)^date: .*$`)
)

func token(i int) string { return fmt.Sprintf("TOKEN%06d%d", i, time.Now().UnixNano()%1e6) }

// rewritten writes a report's text and can put the old one back.
func rewritten(file, text string) (undo func() error, err error) {
	old, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return func() error { return os.WriteFile(file, old, 0o644) }, os.WriteFile(file, []byte(text), 0o644)
}

func edits() []edit {
	return []edit{
		{"body", func(s *server, r place, i int) (func() bool, func() error, error) {
			t := token(i)
			undo, err := rewritten(r.file, r.text+"\n"+t+"\n")
			return func() bool { return s.has(s.page(r), t) }, undo, err
		}},
		{"title", func(s *server, r place, i int) (func() bool, func() error, error) {
			t := token(i)
			undo, err := rewritten(r.file, titleLine.ReplaceAllString(r.text, `title: "`+t+`"`))
			return func() bool { return s.has(s.list(r), t) }, undo, err
		}},
		{"date", func(s *server, r place, i int) (func() bool, func() error, error) {
			day := time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format("2006-01-02")
			undo, err := rewritten(r.file, dateLine.ReplaceAllString(r.text, "date: "+day))
			return func() bool { return s.has(s.list(r), day) }, undo, err
		}},
		{"layout", func(s *server, r place, i int) (func() bool, func() error, error) {
			t := token(i)
			text := s.prefix + `<meta name="bench" content="` + t + `">`
			if head, tail, ok := strings.Cut(s.prefix, "</head>"); ok {
				text = head + `<meta name="bench" content="` + t + `"></head>` + tail
			}
			undo, err := rewritten(s.at(s.layout), text)
			return func() bool { return s.has(s.page(r), t) }, undo, err
		}},
		{"style sheet", func(s *server, r place, i int) (func() bool, func() error, error) {
			old, err := os.ReadFile(s.at(s.sheet))
			if err != nil {
				return nil, nil, err
			}
			t := fmt.Sprintf("%d", 100_000+i)
			_, err = rewritten(s.at(s.sheet), string(old)+"\n.bench{order:"+t+"}\n")
			return func() bool { return s.has(s.sheetOf(r), t) }, func() error { return os.WriteFile(s.at(s.sheet), old, 0o644) }, err
		}},
		{"new file", func(s *server, r place, i int) (func() bool, func() error, error) {
			t := token(i)
			file := filepath.Join(filepath.Dir(r.file), fmt.Sprintf("bench-%d.md", i))
			text := titleLine.ReplaceAllString(r.text, `title: "`+t+`"`)
			err := os.WriteFile(file, []byte(text), 0o644)
			return func() bool { return s.has(s.list(r), t) }, func() error { return os.Remove(file) }, err
		}},
		{"deleted file", func(s *server, r place, i int) (func() bool, func() error, error) {
			link := r.slug
			err := os.Remove(r.file)
			return func() bool { return !s.has(s.list(r), link) }, func() error { return os.WriteFile(r.file, []byte(r.text), 0o644) }, err
		}},
	}
}

func (s *server) has(path, part string) bool {
	_, body := s.get(path)
	return strings.Contains(body, part)
}

// sheetOf is the path of the style sheet that a page links to.
func (s *server) sheetOf(r place) string {
	if s.css == nil {
		return "/style.css"
	}
	_, body := s.get(s.page(r))
	if m := s.css.FindStringSubmatch(body); m != nil {
		return "/" + m[1]
	}
	return "/none"
}

// measure makes every kind of edit on every server in turn and prints a table.
func (r *run) measure(servers []*server) error {
	fmt.Printf("%d reports, %d edits of each kind, from the save to the answer; load %s\n\n", r.n, r.edits, load())
	fmt.Println("| edit | server | median ms | p95 ms | max ms | ratio of medians |")
	fmt.Println("|---|---|---:|---:|---:|---:|")
	for k, e := range edits() {
		took := make([][]time.Duration, len(servers))
		for i := range r.edits {
			for j, s := range servers {
				d, err := r.one(s, e, k*r.edits+i)
				if err != nil {
					return fmt.Errorf("%s, %s %d: %w", s.name, e.name, i, err)
				}
				took[j] = append(took[j], d)
			}
		}
		for j, s := range servers {
			slices.Sort(took[j])
			n := len(took[j])
			ratio := ""
			if j > 0 {
				ratio = fmt.Sprintf("%.0f", ms(took[j][n/2])/ms(took[0][n/2]))
			}
			fmt.Printf("| %s | %s | %.1f | %.1f | %.1f | %s |\n", e.name, s.name, ms(took[j][n/2]), ms(took[j][n*95/100]), ms(took[j][n-1]), ratio)
		}
	}
	fmt.Println()
	for _, s := range servers {
		fmt.Printf("%s: ready after %.2f s, peak memory %d MB\n", s.name, s.ready.Seconds(), s.peak())
	}
	fmt.Printf("load %s\n", load())
	return nil
}

// one makes an edit, waits until it shows, and undoes it.
func (r *run) one(s *server, e edit, i int) (time.Duration, error) {
	p := s.places[(i*7919)%len(s.places)]
	text, err := os.ReadFile(p.file)
	if err != nil {
		return 0, err
	}
	p.text = string(text)
	shown, undo, err := e.do(s, p, i)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	for !shown() {
		if time.Since(begin) > 2*time.Minute {
			return 0, fmt.Errorf("%s is never shown", p.file)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(begin)
	time.Sleep(r.settle)
	err = undo()
	time.Sleep(r.settle)
	return took, err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// load is the machine's load average, where it is told.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
