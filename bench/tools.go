package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// hugoVersion is the one that is compared with; newer ones may want a newer Go.
const hugoVersion = "github.com/gohugoio/hugo@v0.165.0"

func (b *bench) tool(name string) string { return filepath.Join(b.tools, name) }

// build builds the contestants: ours every time, Hugo (minutes) only when it is not there.
func (b *bench) build() error {
	builds := []struct{ name, dir, pkg string }{
		{"gongkai", ".", "./cmd/gongkai"},
		{"gencorpus", filepath.Join(b.shared, "gencorpus"), "."},
		{"floor", filepath.Join(b.shared, "floor"), "."},
	}
	for _, x := range builds {
		if err := goCommand(x.dir, "build", "-o", b.tool(x.name), x.pkg); err != nil {
			return err
		}
	}
	if !slices.Contains(b.with, "hugo") {
		return nil
	}
	if _, err := os.Stat(b.tool("hugo")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fmt.Println("installing", hugoVersion, "…")
	return goCommand(b.tools, "install", hugoVersion)
}

func goCommand(dir string, args ...string) error {
	c := exec.Command("go", args...)
	c.Dir, c.Stderr = dir, os.Stderr
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if args[0] == "install" {
		c.Env = append(c.Env, "GOBIN="+dir)
	}
	if err := c.Run(); err != nil {
		return fmt.Errorf("go %v: %w", args, err)
	}
	return nil
}
