package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a contestant: a folder, the program that serves it, and where in both the things are that get edited.
type server struct {
	name    string
	dir     string
	command func(port int) *exec.Cmd
	list    func(r place) string // the path of the list of a district and year
	page    func(r place) string
	layout  string // a layout that every page has, and what stands there before the token
	prefix  string
	sheet   string
	css     *regexp.Regexp // finds the sheet's path in a page; nil: /style.css

	url     string
	process *exec.Cmd
	ready   time.Duration
	places  []place
}

// place is a report's file and what its path says.
type place struct {
	file         string
	code, year   string
	agency, slug string
	text         string // as generated
}

func newGongkai(dir, tool string) *server {
	s := &server{name: "gongkai", dir: dir, layout: "layouts/_head.html", sheet: "static/assets/bench.css"}
	s.command = func(port int) *exec.Cmd {
		return exec.Command(tool, "serve", "-q", "-s", dir, "--port", strconv.Itoa(port))
	}
	s.list = func(r place) string { return "/" + r.code + "/" + r.year + "/" }
	s.page = func(r place) string { return "/" + r.code + "/" + r.agency + "/" + r.year + "/" + r.slug + ".html" }
	s.prefix = `<link rel="stylesheet" href="{{.Root}}{{asset "bench.css"}}">`
	s.css = regexp.MustCompile(`href="(?:\.\./)*(assets/bench\.[0-9a-f]+\.css)"`)
	return s
}

func newHugo(dir, tool string) *server {
	s := &server{name: "hugo", dir: dir, layout: "layouts/_default/baseof.html", sheet: "static/style.css"}
	s.command = func(port int) *exec.Cmd {
		return exec.Command(tool, "server", "--quiet", "--noBuildLock", "-s", dir, "-p", strconv.Itoa(port), "--bind", "127.0.0.1")
	}
	s.list = func(r place) string { return "/district/" + r.code + "/" + r.year + "/" }
	s.page = func(r place) string { return "/reports/" + r.code + "/" + r.year + "/" + r.slug + "/" }
	return s
}

func (s *server) at(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// start runs the program until a page comes.
func (s *server) start() error {
	if err := s.prepare(); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.url = "http://127.0.0.1:" + strconv.Itoa(port)
	s.process = s.command(port)
	begin := time.Now()
	if err := s.process.Start(); err != nil {
		return err
	}
	for time.Since(begin) < 10*time.Minute {
		if status, _ := s.get("/"); status == http.StatusOK {
			s.ready = time.Since(begin)
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%s: not ready", s.name)
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return ln.Addr().(*net.TCPAddr).Port, ln.Close()
}

// prepare finds the reports to edit, and gives gongkai's site a layout and a sheet of its own, as Hugo's has.
func (s *server) prepare() error {
	if s.prefix != "" {
		err := errors.Join(os.MkdirAll(filepath.Dir(s.at(s.layout)), 0o755), os.MkdirAll(filepath.Dir(s.at(s.sheet)), 0o755),
			os.WriteFile(s.at(s.layout), []byte(s.prefix), 0o644), os.WriteFile(s.at(s.sheet), []byte("p{}"), 0o644))
		if err != nil {
			return err
		}
	} else {
		text, err := os.ReadFile(s.at(s.layout))
		if err != nil {
			return err
		}
		s.prefix = string(text)
	}
	root := s.at("content")
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(p) != ".md" {
			return err
		}
		rel, err := filepath.Rel(root, p)
		parts := strings.Split(filepath.ToSlash(rel), "/")
		if err != nil || len(parts) != 4 {
			return err
		}
		r := place{file: p, code: parts[0], agency: parts[1], year: parts[2], slug: strings.TrimSuffix(parts[3], ".md")}
		if s.name == "hugo" { // reports/CODE/YEAR/SLUG.md
			r.code, r.agency = parts[1], ""
		}
		s.places = append(s.places, r)
		return nil
	})
	slices.SortFunc(s.places, func(x, y place) int { return strings.Compare(x.slug, y.slug) })
	return err
}

func (s *server) stop() error {
	if s.process == nil || s.process.Process == nil {
		return nil
	}
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	var exit *exec.ExitError
	if err := s.process.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return nil
}

// peak is the most memory that the program has held, in MB; 0 where the system does not tell.
func (s *server) peak() int {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	kb, _ := strconv.Atoi(strings.Fields(after + " 0")[0])
	return kb / 1000
}

func (s *server) get(path string) (int, string) {
	resp, err := http.Get(s.url + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, ""
	}
	return resp.StatusCode, string(b)
}
