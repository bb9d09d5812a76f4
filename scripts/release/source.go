package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// aboutName is a file of the source archive: what the archive is of, which a clone knows from git.
const aboutName = "release.json"

// about says what is released.
type about struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Time    int64  `json:"time"` // of the commit, seconds since 1970
	Go      string `json:"go"`   // go1.26.8
}

func (a about) time() time.Time { return time.Unix(a.Time, 0).UTC() }

// source is what is released: a clone, or an unpacked source archive.
type source struct {
	dir     string
	files   []string // slash-separated, sorted, without vendor/ and release.json
	about   about
	archive bool
}

func readSource(ctx context.Context, o options) (source, error) {
	s := source{dir: o.source}
	text, err := os.ReadFile(filepath.Join(s.dir, aboutName))
	switch {
	case err == nil:
		s.archive = true
		if err := json.Unmarshal(text, &s.about); err != nil {
			return s, fmt.Errorf("read %s: %w", aboutName, err)
		}
		if s.files, err = walk(s.dir, o.out); err != nil {
			return s, err
		}
	case errors.Is(err, fs.ErrNotExist):
		if err := s.readClone(ctx, o); err != nil {
			return s, err
		}
	default:
		return s, err
	}
	goVersion, err := output(ctx, s.dir, "go", "env", "GOVERSION")
	if err != nil {
		return s, err
	}
	if s.archive && goVersion != s.about.Go {
		return s, fmt.Errorf("the archive was made with %s, and this is %s: other bytes would come out", s.about.Go, goVersion)
	}
	s.about.Go = goVersion
	slices.Sort(s.files)
	if !versionForm.MatchString(s.about.Version) {
		return s, fmt.Errorf("%q is no version: name one such as 1.2.0 with -version", s.about.Version)
	}
	return s, nil
}

var versionForm = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+dirty)?$`)

// readClone asks git what is released. Version is that of the flag, else the tag of the commit, else one that says it is none.
func (s *source) readClone(ctx context.Context, o options) error {
	args := []string{"ls-files", "-z", "--cached"}
	if o.dirty {
		args = append(args, "--others", "--exclude-standard")
	}
	list, err := output(ctx, s.dir, "git", args...)
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(list, "\x00") {
		if _, err := os.Lstat(filepath.Join(s.dir, name)); name != "" && (!o.dirty || err == nil) { // deleted, not yet committed
			s.files = append(s.files, name)
		}
	}
	changes, err := output(ctx, s.dir, "git", "status", "--porcelain")
	if err != nil {
		return err
	}
	if changes != "" && !o.dirty {
		return fmt.Errorf("there are changes that are not committed:\n%s", changes)
	}
	if s.about.Commit, err = output(ctx, s.dir, "git", "rev-parse", "HEAD"); err != nil {
		return err
	}
	seconds, err := output(ctx, s.dir, "git", "show", "--no-patch", "--format=%ct", "HEAD")
	if err != nil {
		return err
	}
	if s.about.Time, err = strconv.ParseInt(seconds, 10, 64); err != nil {
		return fmt.Errorf("time of the commit: %w", err)
	}
	s.about.Version = o.version
	if o.version == "" {
		tag, err := output(ctx, s.dir, "git", "describe", "--tags", "--exact-match", "HEAD")
		s.about.Version = strings.TrimPrefix(tag, "v")
		if err != nil { // no tag
			s.about.Version = "0.0.0-devel." + s.about.Commit[:12]
		}
	}
	if changes != "" {
		s.about.Version += "+dirty"
	}
	return nil
}

func output(ctx context.Context, dir, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, bytes.TrimSpace(errs.Bytes()))
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// walk lists the files of an unpacked archive but what is made anew; without where the release goes, should that lie within.
func walk(dir, out string) ([]string, error) {
	without, err := filepath.Abs(out)
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		abs, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		if d.IsDir() && (rel == "vendor" || abs == without) {
			return fs.SkipDir
		}
		if !d.IsDir() && rel != aboutName {
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	return files, err
}

// unpack copies the source into a new folder, with vendor/ and release.json.
func (s *source) unpack(ctx context.Context, to string) error {
	for _, name := range s.files {
		from := filepath.Join(s.dir, filepath.FromSlash(name))
		info, err := os.Lstat(from)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", name)
		}
		b, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		target := filepath.Join(to, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, b, 0o644|info.Mode()&0o111); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(s.about, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(to, aboutName), append(text, '\n')); err != nil {
		return err
	}
	if s.archive {
		err := os.CopyFS(filepath.Join(to, "vendor"), os.DirFS(filepath.Join(s.dir, "vendor")))
		if errors.Is(err, fs.ErrNotExist) { // a program that imports nothing
			err = nil
		}
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "vendor")
	cmd.Dir, cmd.Env = to, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod vendor: %w\n%s", err, out)
	}
	return nil
}

// pack writes a folder as a .tar.gz below a top folder: sorted, of nobody, at the commit's time.
func pack(dir, top string, about about, file string) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error { // in the order of the names
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		mode := int64(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: top + "/" + filepath.ToSlash(rel), Size: int64(len(text)), Mode: mode, ModTime: about.time(), Format: tar.FormatPAX}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err = t.Write(text)
		return err
	})
	if err := errors.Join(err, t.Close(), z.Close()); err != nil {
		return fmt.Errorf("pack the source: %w", err)
	}
	return writeFile(file, b.Bytes())
}
