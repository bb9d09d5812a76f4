package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/diag"
)

func openPreview(t testing.TB, opt Options) *Preview {
	t.Helper()
	p, err := OpenPreview(context.Background(), opt, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// served is what an address of a snapshot gives.
func servedBy(t testing.TB, s *Snapshot, url string) string {
	t.Helper()
	f, err := s.File(url)
	if err != nil {
		return "error: " + err.Error()
	}
	if f.Beside == "" {
		return string(f.Data)
	}
	file, _, err := s.Attachment(f.Beside)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sameAsBuild compares a preview with a cold build: every address, the manifest and the findings.
func sameAsBuild(t testing.TB, p *Preview) {
	t.Helper()
	opt := p.Options
	opt.Destination, opt.FailOn = filepath.Join(t.TempDir(), "public"), diag.None
	r := mustBuild(t, opt)
	s := p.Snapshot()
	want := tree(t, opt.Destination)
	for url, data := range want {
		if url == "manifest.sha256" {
			continue
		}
		if got := servedBy(t, s, url); got != data {
			t.Errorf("%s differs from a build: %.200q", url, got)
		}
	}
	m, err := s.Sums(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Bytes()) != want["manifest.sha256"] {
		t.Error("the manifest differs")
	}
	found, err := p.Check(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Found, found); diff != "" {
		t.Errorf("findings differ (-build +preview):\n%s", diff)
	}
}

func TestSnapshotIsABuild(t *testing.T) {
	for _, dir := range []string{"testdata/official", "testdata/reading", "../.."} {
		for _, drafts := range []bool{false, true} {
			opt := options(t, dir, "")
			opt.Drafts = drafts
			sameAsBuild(t, openPreview(t, opt))
		}
	}
}

// previewStep is an edit and what it must lead to.
type previewStep struct {
	name string
	do   func(dir string) error
	want func(*Change) bool
	bad  bool // the snapshot is blocked afterwards
}

func putFile(name, text string) func(string) error {
	return func(dir string) error {
		name := filepath.Join(dir, filepath.FromSlash(name))
		return errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644))
	}
}

func editFile(name, from, to string) func(string) error {
	return func(dir string) error {
		file := filepath.Join(dir, filepath.FromSlash(name))
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text := strings.Replace(string(b), from, to, 1)
		if text == string(b) {
			return fmt.Errorf("%s does not hold %q", name, from)
		}
		return os.WriteFile(file, []byte(text), 0o644)
	}
}

const draftReport = "---\ntitle: 2022年卫生健康工作总结\nagency: 某区卫生健康委员会\nkind: summary\ndate: 2023-01-05\n---\n\n## 一、主要工作\n\n全年义诊 3 场。\n"

// TestUpdate takes a site through edits one after another; after each the preview is a cold build again.
func TestUpdate(t *testing.T) {
	const own = "content/110102/wjw/2023/zongjie.md"
	steps := []previewStep{
		{name: "a body", do: func(dir string) error { change(t, filepath.Join(dir, own)); return nil }, want: func(c *Change) bool { return !c.Site && c.Edited == "110102/wjw/2023/zongjie.html" }},
		{name: "a title", do: editFile(own, "title: ", "title: 新"), want: func(c *Change) bool { return c.Site && c.Edited != "" }},
		{name: "broken front matter", do: editFile(own, "title: ", "title: [\n"), bad: true, want: func(c *Change) bool { return c.Site }},
		{name: "mended", do: editFile(own, "title: [\n", "title: "), want: func(c *Change) bool { return c.Site }},
		{name: "a new file", do: putFile("content/110102/wjw/2022/xin.md", draftReport), want: func(c *Change) bool { return c.Site && c.Edited == "110102/wjw/2022/xin.html" }},
		{name: "a new folder with an attachment", do: func(dir string) error {
			return errors.Join(putFile("content/110102/wjw/2021/xin/index.md", draftReport)(dir), putFile("content/110102/wjw/2021/xin/biao.csv", "甲,乙\n")(dir))
		}, want: func(c *Change) bool { return c.Site && len(c.Entered) == 2 }},
		{name: "the attachment grows", do: putFile("content/110102/wjw/2021/xin/biao.csv", "甲,乙\n1,2\n"), want: func(c *Change) bool { return c.Site }},
		{name: "a folder is renamed", do: func(dir string) error {
			return os.Rename(filepath.Join(dir, "content/110102/wjw/2021"), filepath.Join(dir, "content/110102/wjw/2020"))
		}, want: func(c *Change) bool { return len(c.Entered) == 2 && len(c.Left) == 2 }},
		{name: "defaults", do: putFile("content/110102/wjw/2020/_defaults.yaml", "department: 办公室\n"), want: func(c *Change) bool { return c.Site }},
		{name: "broken defaults", do: putFile("content/110102/wjw/2020/_defaults.yaml", "department: [\n"), bad: true, want: func(c *Change) bool { return c.Site }},
		{name: "no defaults", do: func(dir string) error { return os.Remove(filepath.Join(dir, "content/110102/wjw/2020/_defaults.yaml")) }, want: func(c *Change) bool { return c.Site }},
		{name: "a style sheet", do: putFile("static/assets/own.css", "p{color:red}"), want: func(c *Change) bool { return c.Styles }},
		{name: "a broken style sheet", do: putFile("static/assets/own.js", "function ("), bad: true, want: func(c *Change) bool { return c.Site }},
		{name: "a good one", do: putFile("static/assets/own.js", "function f(){}"), want: func(c *Change) bool { return c.Site }},
		{name: "a layout", do: putFile("layouts/_head.html", `<link rel="stylesheet" href="{{.Root}}{{asset "own.css"}}">`), want: func(c *Change) bool { return c.Site && !c.Styles }},
		{name: "a misspelt field", do: putFile("layouts/year.html", "{{define \"main\"}}\n{{.Headign}}{{end}}"), bad: true, want: func(c *Change) bool { return c.Site }},
		{name: "spelt right", do: putFile("layouts/year.html", "{{define \"main\"}}\n{{.Heading}}{{end}}"), want: func(c *Change) bool { return c.Site }},
		{name: "configuration", do: editFile("gongkai.yaml", "version: 1\n", "version: 1\nlabels: {date: 公布日期}\n"), want: func(c *Change) bool { return c.Site }},
		{name: "broken configuration", do: editFile("gongkai.yaml", "version: 1\n", "version: 1\nnmae: x\n"), bad: true, want: func(c *Change) bool { return c.Site }},
		{name: "mended configuration", do: editFile("gongkai.yaml", "nmae: x\n", ""), want: func(c *Change) bool { return c.Site }},
		{name: "bad bytes in a body", do: editFile("content/110102/wjw/2022/xin.md", "全年", "全\xff"), want: func(c *Change) bool { return c.Any }, bad: true},
		{name: "good bytes", do: editFile("content/110102/wjw/2022/xin.md", "全\xff", "全年"), want: func(c *Change) bool { return c.Any }},
		{name: "a link to nothing", do: editFile("content/110102/wjw/2022/xin.md", "全年", "[去年](meiyou.md#s1)全年"), want: func(c *Change) bool { return !c.Site }},
		{name: "now to something", do: putFile("content/110102/wjw/2022/meiyou.md", draftReport), want: func(c *Change) bool { return c.Site }},
		{name: "whose paragraph goes", do: editFile("content/110102/wjw/2022/meiyou.md", "## 一、主要工作", "## 主要工作"), want: func(c *Change) bool { return !c.Site }},
		{name: "a file is deleted", do: func(dir string) error { return os.Remove(filepath.Join(dir, "content/110102/wjw/2022/meiyou.md")) }, want: func(c *Change) bool { return c.Site }},
		{name: "a folder is deleted", do: func(dir string) error { return os.RemoveAll(filepath.Join(dir, "content/110102/wjw/2020")) }, want: func(c *Change) bool { return len(c.Left) == 2 }},
		{name: "nothing", do: func(dir string) error {
			return os.Chtimes(filepath.Join(dir, own), time.Unix(1_700_000_000, 0), time.Unix(1_700_000_000, 0))
		}, want: func(c *Change) bool { return !c.Any }},
	}
	dir := t.TempDir()
	copyReversed(t, "testdata/official", dir)
	p := openPreview(t, options(t, dir, ""))
	for _, s := range steps {
		good := map[string]string{}
		for _, u := range []string{"index.html", "years/2024/index.html", "110102/wjw/2023/zongjie.html", "110102/wjw/2022/xin.html"} {
			good[u] = servedBy(t, p.Snapshot(), u)
		}
		if err := s.do(dir); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		c, err := p.Update(t.Context(), nil, false)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if !s.want(c) {
			t.Errorf("%s: %+v", s.name, c)
		}
		if s.bad {
			for u, want := range good {
				if got := servedBy(t, p.Snapshot(), u); got != want {
					t.Errorf("%s: %s is not the last good page", s.name, u)
				}
			}
			if !p.Snapshot().Blocked && s.name != "bad bytes in a body" {
				t.Errorf("%s: not blocked", s.name)
			}
			continue
		}
		if p.Snapshot().Blocked {
			t.Errorf("%s: blocked: %v", s.name, p.Snapshot().Found)
		}
		sameAsBuild(t, p)
		if t.Failed() {
			t.Fatal(s.name)
		}
	}
}

// TestPatience: what is missing or half written is not believed at the first look.
func TestPatience(t *testing.T) {
	dir := t.TempDir()
	copyReversed(t, "testdata/official", dir)
	p := openPreview(t, options(t, dir, ""))
	name := "content/110102/wjw/2023/zongjie.md"
	file := filepath.Join(dir, name)
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before := p.Snapshot()
	for _, spoil := range []func() error{
		func() error { return os.Truncate(file, 0) },
		func() error { return os.Remove(file) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		c, err := p.Update(t.Context(), []string{name}, true)
		if err != nil || c.Any || !slices.Equal(c.Doubt, []string{name}) {
			t.Fatalf("%+v, %v", c, err)
		}
		if err := os.WriteFile(file, src, 0o644); err != nil {
			t.Fatal(err)
		}
		if c, err := p.Update(t.Context(), c.Doubt, false); err != nil || c.Site {
			t.Fatalf("%+v, %v", c, err)
		}
	}
	if p.Snapshot().Site != before.Site {
		t.Error("the site was assembled anew")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c, err := p.Update(t.Context(), []string{name}, false); err != nil || !c.Site {
		t.Fatalf("%+v, %v", c, err)
	}
	sameAsBuild(t, p)
}
