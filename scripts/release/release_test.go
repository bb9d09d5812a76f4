package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gongkai/internal/sitetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), mode))
}

func TestCommandLine(t *testing.T) {
	for _, args := range [][]string{{"-only", "plan9/amd64"}, {"extra"}, {"-nosuch"}, {"-only", ""}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
	o, err := parse([]string{"-o", "x", "-only", "linux/loong64,windows/amd64"})
	if err != nil || o.out != "x" || !slices.Equal(o.only, []string{"linux/loong64", "windows/amd64"}) {
		t.Errorf("%+v, %v", o, err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mine"), "", 0o644)
	if err := run(t.Context(), []string{"-o", dir}, io.Discard); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a folder that holds something: %v", err)
	}
}

// clone makes a repository with one commit of a small program.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module gongkai\n\ngo 1.26\n", 0o644)
	write(t, filepath.Join(dir, "go.sum"), "", 0o644)
	write(t, filepath.Join(dir, "run.sh"), "true\n", 0o755)
	write(t, filepath.Join(dir, ".gitignore"), "ignored\n", 0o644)
	write(t, filepath.Join(dir, "cmd/gongkai/main.go"), "package main\n\nvar linkedVersion, linkedCommit = \"\", \"\"\n\nfunc main() { println(linkedVersion, linkedCommit) }\n", 0o644)
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "one")
	write(t, filepath.Join(dir, "ignored"), "", 0o644)
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func TestVersions(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		sitetest.Missing(t, "git", err.Error())
	}
	dir := clone(t)
	read := func(o options) (source, error) {
		o.source, o.out = dir, filepath.Join(dir, "out")
		return readSource(t.Context(), o)
	}
	s, err := read(options{})
	if err != nil || !strings.HasPrefix(s.about.Version, "0.0.0-devel."+s.about.Commit[:12]) || s.about.Go != runtime.Version() || s.about.Time == 0 || slices.Contains(s.files, "ignored") || len(s.files) != 5 {
		t.Fatalf("%+v, %v", s, err)
	}
	git(t, dir, "tag", "v1.2.3")
	if s, err = read(options{}); err != nil || s.about.Version != "1.2.3" {
		t.Errorf("tagged: %+v, %v", s.about, err)
	}
	if s, err = read(options{version: "2.0.0-rc.1"}); err != nil || s.about.Version != "2.0.0-rc.1" {
		t.Errorf("named: %+v, %v", s.about, err)
	}
	if _, err = read(options{version: "2 -X main.x=y"}); err == nil {
		t.Error("anything is a version")
	}
	write(t, filepath.Join(dir, "new"), "", 0o644)
	if _, err = read(options{}); err == nil || !strings.Contains(err.Error(), "not committed") {
		t.Errorf("uncommitted: %v", err)
	}
	if s, err = read(options{dirty: true}); err != nil || s.about.Version != "1.2.3+dirty" || !slices.Contains(s.files, "new") {
		t.Errorf("dirty: %+v, %v", s, err)
	}
	write(t, filepath.Join(dir, aboutName), `{"version": "1.2.3", "commit": "c", "time": 5, "go": "go1.0"}`, 0o644)
	if _, err = read(options{}); err == nil || !strings.Contains(err.Error(), "go1.0") {
		t.Errorf("another Go: %v", err)
	}
}

// TestTwoRunsAreEqual releases a small program twice, the second time from the first one's source archive.
func TestTwoRunsAreEqual(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		sitetest.Missing(t, "git", err.Error())
	}
	first, second := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "out")
	only := "linux/" + runtime.GOARCH
	if !slices.Contains(platforms, only) || os.Getenv("CI") != "" {
		only = "linux/loong64" // of which the standard library has yet to be compiled
	}
	args := []string{"-version", "1.2.3", "-only", only}
	must(t, run(t.Context(), append(args, "-C", clone(t), "-o", first), io.Discard))
	source := unpacked(t, filepath.Join(first, "gongkai-1.2.3-source.tar.gz"), "gongkai-1.2.3")
	must(t, run(t.Context(), append(args, "-C", source, "-o", second), io.Discard))
	a, b := released(t, first), released(t, second)
	if len(a) != 4 {
		t.Errorf("%d files: %v", len(a), a)
	}
	for name, sum := range a {
		if b[name] != sum {
			t.Errorf("%s differs", name)
		}
	}
	program := "gongkai-1.2.3-" + strings.ReplaceAll(only, "/", "-")
	if !strings.Contains(read(t, filepath.Join(first, "SHA256SUMS")), fmt.Sprintf("%x  %s\n", a[program], program)) {
		t.Error("SHA256SUMS is wrong")
	}
	var got bom
	must(t, json.Unmarshal([]byte(read(t, filepath.Join(first, "gongkai-1.2.3.cdx.json"))), &got))
	if got.Metadata.Component.Version != "1.2.3" || len(got.Components) != 1 || got.Components[0].Name != "std" {
		t.Errorf("%+v", got)
	}
	if info, err := os.Stat(filepath.Join(source, "run.sh")); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("a script lost its mode: %v", err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	return string(b)
}

// released gives the sums of the files in a folder.
func released(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	sums := map[string][32]byte{}
	for _, e := range entries {
		sums[e.Name()] = sha256.Sum256([]byte(read(t, filepath.Join(dir, e.Name()))))
	}
	return sums
}

// unpacked unpacks a source archive and returns the folder in it.
func unpacked(t *testing.T, file, top string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(read(t, file)))
	must(t, err)
	if !z.ModTime.IsZero() || z.Name != "" {
		t.Error("the archive names a time or a file of the machine")
	}
	dir := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		if !strings.HasPrefix(h.Name, top+"/") || strings.Contains(h.Name, "..") || h.Typeflag != tar.TypeReg || h.Uname+h.Gname != "" || h.Uid+h.Gid != 0 {
			t.Fatalf("odd entry %+v", h)
		}
		text, err := io.ReadAll(r)
		must(t, err)
		write(t, filepath.Join(dir, filepath.FromSlash(h.Name)), string(text), h.FileInfo().Mode())
	}
	return filepath.Join(dir, top)
}

func TestLicences(t *testing.T) {
	const (
		apache = "Apache License\nVersion 2.0, January 2004"
		mit    = "Permission is hereby granted, free of\ncharge, to any person"
		bsd2   = "Redistribution and use in source and binary forms, with or without"
		bsd3   = bsd2 + " … may be used to endorse or\n promote products derived from this software"
	)
	for _, test := range []struct {
		files map[string]string
		want  string // "" for an error
	}{
		{map[string]string{"LICENSE": apache}, "Apache-2.0"},
		{map[string]string{"LICENSE.md": mit, "NOTICE": apache}, "MIT"},
		{map[string]string{"COPYING": bsd2}, "BSD-2-Clause"},
		{map[string]string{"LICENCE": bsd3}, "BSD-3-Clause"},
		{map[string]string{"LICENSE-MIT": mit, "LICENSE-APACHE": apache}, "Apache-2.0 AND MIT"},
		{map[string]string{"LICENSE": "All rights reserved."}, ""},
		{map[string]string{"README": mit}, ""},
	} {
		dir := t.TempDir()
		for name, text := range test.files {
			write(t, filepath.Join(dir, name), text, 0o644)
		}
		got, err := licences(dir)
		if strings.Join(got, " AND ") != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%v: %q, %v", test.files, got, err)
		}
	}
}

// TestOffline is the promise to those without a network: a release is made here; then, with the network cut, empty caches and nothing but Go,
// the program is built from the source archive, has the very bytes of the released one, and makes a site. It takes minutes and needs the
// right to cut the network (unshare): it runs when GONGKAI_REQUIRE asks for "release".
func TestOffline(t *testing.T) {
	if !slices.Contains(strings.Split(os.Getenv(sitetest.RequireEnv), ","), "release") {
		t.Skip("takes minutes: ask for it with " + sitetest.RequireEnv + "=release")
	}
	cut := cutOff(t)
	root, err := filepath.Abs("../..")
	must(t, err)
	platform := runtime.GOOS + "/" + runtime.GOARCH
	dir := t.TempDir()
	must(t, run(t.Context(), []string{"-C", root, "-o", filepath.Join(dir, "out"), "-version", "9.9.9", "-dirty", "-only", platform}, io.Discard))
	found, err := filepath.Glob(filepath.Join(dir, "out", "*.tar.gz"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	name := strings.TrimSuffix(filepath.Base(found[0]), "-source.tar.gz")
	source := unpacked(t, found[0], name)
	env := append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=vendor", "GOMODCACHE="+filepath.Join(dir, "modules"), "GOCACHE="+filepath.Join(dir, "cache"), "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	again := filepath.Join(dir, "again")
	cut(source, env, "go", "run", "./scripts/release", "-o", again, "-only", platform)
	a, b := released(t, filepath.Join(dir, "out")), released(t, again)
	for file, sum := range a {
		if b[file] != sum {
			t.Errorf("%s has other bytes when it is made without the network", file)
		}
	}
	program := filepath.Join(again, name+"-"+strings.ReplaceAll(platform, "/", "-"))
	if out := cut(dir, env, program, "version"); !strings.HasPrefix(out, "gongkai "+strings.TrimPrefix(name, "gongkai-")) {
		t.Errorf("version: %s", out)
	}
	cut(dir, env, program, "init", "site")
	cut(dir, env, program, "new", "-s", "site", "610112/wjj/2024/zongjie", "--title", "2024年工作总结", "--agency", "某区卫生健康局", "--kind", "工作总结", "--date", "2025-01-15")
	cut(dir, env, program, "build", "-s", "site", "-D", "--as-of", "2025-02-01")
	cut(dir, env, program, "verify", filepath.Join("site", "public"))
	if _, err := os.Stat(filepath.Join(dir, "site/public/610112/wjj/2024/zongjie.html")); err != nil {
		t.Error(err)
	}
}

// cutOff returns a function that runs a program where there is no network but the loopback.
func cutOff(t *testing.T) func(dir string, env []string, args ...string) string {
	t.Helper()
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"--net", "--"}
	if os.Geteuid() != 0 {
		flags = []string{"--map-root-user", "--net", "--"}
	}
	cut := func(dir string, env []string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), unshare, append(slices.Clone(flags), args...)...)
		cmd.Dir, cmd.Env = dir, env
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v\n%s%s", args, err, &out, &errs)
		}
		return out.String()
	}
	interfaces := cut(".", os.Environ(), "cat", "/proc/self/net/dev")
	if strings.Count(interfaces, ":") != 1 || !strings.Contains(interfaces, "lo:") {
		t.Fatalf("the network is not cut:\n%s", interfaces)
	}
	return cut
}
