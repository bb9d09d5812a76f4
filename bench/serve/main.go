// Command serve measures how long it takes from saving a file until the preview shows it, for gongkai and for Hugo's server.
//
//	go run ./bench/serve                            10,000 reports, 50 edits of each kind
//	go run ./bench/serve -with gongkai -n 100000
//
// Both servers run at once on the same texts, and edits alternate between them, so that the ratios come from the same minutes of the same
// machine. A file is written in place; the clock starts when the write returns and stops when an HTTP answer shows the change: for a body
// the report's page, for a title, a date, a new and a deleted file the list of its district and year, for a layout any page, for a style
// sheet the sheet that a page links to. Answers are asked for every millisecond.
//
// It needs the folder of yardsticks (-shared) for the corpus and Hugo's site, and keeps built programs where bench does.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// run is one invocation.
type run struct {
	dir, shared, tools string
	n, edits           int
	settle             time.Duration
}

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "bench/serve:", err)
		os.Exit(1)
	}
}

func start() (err error) {
	var r run
	with := flag.String("with", "gongkai,hugo", "servers: gongkai, hugo")
	flag.IntVar(&r.n, "n", 10_000, "number of reports")
	flag.IntVar(&r.edits, "edits", 50, "edits of each kind")
	flag.DurationVar(&r.settle, "settle", 300*time.Millisecond, "pause after each edit")
	flag.StringVar(&r.dir, "dir", "", "folder for the generated sites (default: a temporary folder)")
	flag.StringVar(&r.shared, "shared", filepath.FromSlash("../shared/bench"), "folder with gencorpus and peers")
	flag.StringVar(&r.tools, "tools", "", "folder of the built programs (default: gongkai-bench in the user's cache folder)")
	flag.Parse()
	if r.tools == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		r.tools = filepath.Join(cache, "gongkai-bench")
	}
	if r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "gongkai-serve-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	}
	for _, p := range []*string{&r.dir, &r.shared, &r.tools} {
		if *p, err = filepath.Abs(*p); err != nil {
			return err
		}
	}
	var servers []*server
	defer func() {
		for _, s := range servers {
			err = errors.Join(err, s.stop())
		}
	}()
	for _, name := range strings.Split(*with, ",") {
		s, err := r.server(name)
		if err != nil {
			return err
		}
		servers = append(servers, s)
		if err := s.start(); err != nil {
			return err
		}
	}
	return r.measure(servers)
}

// server makes a contestant's folder.
func (r *run) server(name string) (*server, error) {
	if err := errors.Join(os.MkdirAll(r.tools, 0o755), goBuild(filepath.Join(r.shared, "gencorpus"), r.tool("gencorpus"), ".")); err != nil {
		return nil, err
	}
	dir := filepath.Join(r.dir, name+strconv.Itoa(r.n))
	if name == "gongkai" {
		tool := filepath.Join(r.dir, "gongkai") // another's run may replace the one in tools
		if err := goBuild(".", tool, "./cmd/gongkai"); err != nil {
			return nil, err
		}
		if err := r.corpus("-schema", "gongkai", "-out", dir); err != nil {
			return nil, err
		}
		return newGongkai(dir, tool), nil
	}
	neutral := filepath.Join(r.dir, "neutral"+strconv.Itoa(r.n))
	if err := r.corpus("-out", neutral); err != nil {
		return nil, err
	}
	if _, err := os.Stat(r.tool("hugo")); err != nil {
		return nil, fmt.Errorf("go run ./bench installs Hugo: %w", err)
	}
	script := filepath.Join(r.shared, "peers", "hugo", "run.sh")
	if err := exec.Command("sh", script, "setup", neutral, dir).Run(); err != nil {
		return nil, err
	}
	return newHugo(dir, r.tool("hugo")), nil
}

func (r *run) tool(name string) string { return filepath.Join(r.tools, name) }

func (r *run) corpus(args ...string) error {
	if _, err := os.Stat(args[len(args)-1]); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c := exec.Command(r.tool("gencorpus"), append([]string{"-n", strconv.Itoa(r.n)}, args...)...)
	return c.Run()
}

func goBuild(dir, out, pkg string) error {
	c := exec.Command("go", "build", "-o", out, pkg)
	c.Dir, c.Stderr, c.Env = dir, os.Stderr, append(os.Environ(), "CGO_ENABLED=0")
	return c.Run()
}
