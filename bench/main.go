// Command bench measures gongkai against Hugo and against the floor, on a made corpus.
//
//	go run ./bench                                  10,000 reports, three runs of each in turn, cold
//	go run ./bench -what rebuild                    unchanged, and one report changed
//	go run ./bench -n 1000,10000 -runs 5 -dir /dev/shm/bench
//	go run ./bench -with gongkai,full -n 100000 -runs 1
//
// It needs the folder of yardsticks (-shared): gencorpus makes the corpus, peers/hugo is the same site for Hugo, floor is the least that
// any Go generator must do. Programs are built once into -tools and kept; generated sites go below -dir and are removed at the end
// unless -keep is given.
//
// Each run is a process of its own. Wall time is the clock's; CPU (user and system) and peak memory are what the system says of the
// child when it has ended. Contestants run in turn (A B C A B C …), figures are medians, ratios are to the first row.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// bench is one invocation.
type bench struct {
	dir    string // generated sites
	shared string // yardsticks
	tools  string // built programs
	runs   int
	keep   bool
	with   []string
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var b bench
	sizes := flag.String("n", "10000", "numbers of reports, separated by commas")
	what := flag.String("what", "cold,rebuild", "what to measure: cold, rebuild")
	with := flag.String("with", "hugo,gongkai,full,floor", "contestants: hugo, gongkai (outputs: [html]), full (the default outputs), floor")
	flag.IntVar(&b.runs, "runs", 3, "runs of each")
	flag.StringVar(&b.dir, "dir", "", "folder for the generated sites: a disk or a memory file system (default: a temporary folder)")
	flag.StringVar(&b.shared, "shared", filepath.FromSlash("../shared/bench"), "folder with gencorpus, floor and peers")
	flag.StringVar(&b.tools, "tools", "", "folder for the built programs (default: gongkai-bench in the user's cache folder)")
	flag.BoolVar(&b.keep, "keep", false, "keep the generated sites")
	flag.Parse()
	b.with = strings.Split(*with, ",")
	if err := b.folders(); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	for _, word := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return fmt.Errorf("-n: %q is no number of reports", word)
		}
		if err := b.size(n, strings.Split(*what, ",")); err != nil {
			return err
		}
	}
	return nil
}

// folders makes every path absolute, since the children run elsewhere.
func (b *bench) folders() (err error) {
	if b.tools == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		b.tools = filepath.Join(cache, "gongkai-bench")
	}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "gongkai-bench-"); err != nil {
			return err
		}
	}
	for _, p := range []*string{&b.dir, &b.shared, &b.tools} {
		if *p, err = filepath.Abs(*p); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(b.shared, "gencorpus")); err != nil {
		return fmt.Errorf("the yardsticks are not there (-shared): %w", err)
	}
	return errors.Join(os.MkdirAll(b.dir, 0o755), os.MkdirAll(b.tools, 0o755))
}

// size measures one size of corpus.
func (b *bench) size(n int, what []string) (err error) {
	s := &sites{bench: b, n: n, dir: filepath.Join(b.dir, strconv.Itoa(n))}
	if !b.keep {
		defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	}
	if err := s.corpus(); err != nil {
		return err
	}
	if slices.Contains(what, "cold") {
		if err := s.cold(); err != nil {
			return err
		}
	}
	if slices.Contains(what, "rebuild") {
		return s.rebuild()
	}
	return nil
}
