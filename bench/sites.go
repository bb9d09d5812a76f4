package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// sites are the contestants' folders for one size of corpus.
type sites struct {
	*bench
	n    int
	dir  string
	yaml []byte // gongkai.yaml as the corpus has it
}

func (s *sites) at(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// corpus makes the reports, once for gongkai and once for the peers: the same texts with other front matter and folders.
func (s *sites) corpus() error {
	if _, err := os.Stat(s.at("gongkai", "gongkai.yaml")); errors.Is(err, fs.ErrNotExist) {
		if err := s.generate("-schema", "gongkai", "-out", s.at("gongkai")); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(s.at("gongkai", "gongkai.yaml"))
	if err != nil {
		return err
	}
	s.yaml, _, _ = bytes.Cut(text, []byte("outputs:"))
	if s.takesPart("floor") || s.takesPart("hugo") {
		if _, err := os.Stat(s.at("neutral")); errors.Is(err, fs.ErrNotExist) {
			if err := s.generate("-out", s.at("neutral")); err != nil {
				return err
			}
		}
	}
	if s.takesPart("hugo") {
		return s.hugo("setup", s.at("neutral"), s.at("hugo")).Run()
	}
	return nil
}

func (s *sites) takesPart(name string) bool {
	return strings.Contains(","+strings.Join(s.with, ",")+",", ","+name+",")
}

func (s *sites) generate(args ...string) error {
	c := exec.Command(s.tool("gencorpus"), append([]string{"-n", strconv.Itoa(s.n)}, args...)...)
	c.Stderr = os.Stderr
	return c.Run()
}

// change puts a sentence into the first report; "" takes it out again.
func (s *sites) change(token string) error {
	return s.generate("-schema", "gongkai", "-out", s.at("gongkai"), "-first", "1", "-change", token)
}

func (s *sites) hugo(args ...string) *exec.Cmd {
	c := exec.Command("sh", append([]string{filepath.Join(s.shared, "peers", "hugo", "run.sh")}, args...)...)
	c.Env = append(os.Environ(), "HUGO="+s.tool("hugo"))
	return c
}

// outputs writes gongkai's configuration: pages alone, as Hugo's site is, or everything that is made by default.
func (s *sites) outputs(full bool) error {
	text := s.yaml
	if !full {
		text = append(bytes.Clone(text), "outputs: [html]\n"...)
	}
	return os.WriteFile(s.at("gongkai", "gongkai.yaml"), text, 0o644)
}

// gongkai is a build; more are further flags.
func (s *sites) gongkai(dest string, more ...string) *exec.Cmd {
	args := append([]string{"build", "-q", "-s", s.at("gongkai"), "-d", s.at(dest), "--as-of", "2027-01-01", "--fail-on", "none"}, more...)
	return exec.Command(s.tool("gongkai"), args...)
}

// contestant is a row of the table of cold builds.
type contestant struct {
	name    string
	out     string // its output folder
	prepare func() error
	command func() *exec.Cmd
}

func (s *sites) contestants() []contestant {
	all := map[string]contestant{
		"gongkai": {"gongkai [html]", "public", func() error { return s.outputs(false) }, func() *exec.Cmd { return s.gongkai("public", "--no-cache") }},
		"full":    {"gongkai full", "full", func() error { return s.outputs(true) }, func() *exec.Cmd { return s.gongkai("full", "--no-cache") }},
		"hugo":    {"Hugo 0.165", filepath.Join("hugo", "public"), func() error { return nil }, func() *exec.Cmd { return s.hugo("build", s.at("hugo")) }},
		"floor": {"floor", "floor", func() error { return nil }, func() *exec.Cmd {
			return exec.Command(s.tool("floor"), "-src", s.at("neutral"), "-out", s.at("floor"), "-mode", "full", "-minify", "template")
		}},
	}
	var list []contestant
	for _, name := range s.with {
		if c, ok := all[name]; ok {
			list = append(list, c)
		}
	}
	return list
}

// clear removes an output folder and what its maker keeps beside it.
func (s *sites) clear(out string) error {
	old, err := filepath.Glob(s.at("hugo.old.*"))
	for _, name := range append(old, s.at(out), s.at(out+".manifest.json"), s.at("hugo", "resources")) {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// tree is the hash that stands for all files of a built site, and how many they are.
func tree(dir string) (hash string, files int, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "manifest.sha256"))
	if err != nil {
		return "", 0, err
	}
	return fmt.Sprintf("%x", sha256.Sum256(text)), bytes.Count(text, []byte("\n")) + 1, nil
}

func count(dir string) (files int, size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			files++
			size += info.Size()
		}
		return err
	})
	return files, size, err
}
