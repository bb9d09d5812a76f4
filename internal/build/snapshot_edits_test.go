package build

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/diag"
)

func removeFile(name string) func(string) error {
	return func(dir string) error { return os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))) }
}

func linkTo(target, name string) func(string) error {
	return func(dir string) error { return os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))) }
}

func moveFile(from, to string) func(string) error {
	return func(dir string) error {
		return os.Rename(filepath.Join(dir, filepath.FromSlash(from)), filepath.Join(dir, filepath.FromSlash(to)))
	}
}

// asChecked compares what a preview finds in a site that may have no page to write with what gongkai check does.
func asChecked(t *testing.T, step string, p *Preview) {
	t.Helper()
	opt := p.Options
	opt.FailOn = diag.None
	r, err := Check(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	found, err := p.Check(t.Context(), p.Snapshot(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Found, found); diff != "" {
		t.Errorf("%s: findings differ (-check +preview):\n%s", step, diff)
	}
	if p.Snapshot().Unpublishable(found) != r.Blocked {
		t.Errorf("%s: unpublishable %v, of a check %v", step, !r.Blocked, r.Blocked)
	}
}

// TestUpdateSurroundings takes a site through edits of what is no report; after each the preview is a cold build again, findings and all.
func TestUpdateSurroundings(t *testing.T) {
	const bundle = "content/110102/wjw/2022/xin/"
	old := time.Unix(1_700_000_000, 0)
	steps := []struct {
		name string
		do   func(dir string) error
		bad  bool // perhaps nothing can be published: only the findings are compared
	}{
		{name: "a report in a folder", do: putFile(bundle+"index.md", draftReport)},
		{name: "a link to a static file that is missing", do: editFile(bundle+"index.md", "全年", "[表](/files/biao.txt)全年")},
		{name: "the static file comes", do: putFile("static/files/biao.txt", "甲")},
		{name: "an old address leads to it", do: putFile("redirects.csv", "from,to,status\n/xxgk/art/1.html,files/biao.txt\n/gone.html,,410\n")},
		{name: "it is renamed", do: moveFile("static/files/biao.txt", "static/files/tu.txt")},
		{name: "and back", do: moveFile("static/files/tu.txt", "static/files/biao.txt")},
		{name: "the table of old addresses is broken", do: putFile("redirects.csv", "from,to,status\n/xxgk/art/1.html,meiyou.html,99\n\"")},
		{name: "and gone", do: removeFile("redirects.csv")},
		{name: "a static file in a page's place", do: putFile("static/about.html", "x"), bad: true},
		{name: "removed", do: removeFile("static/about.html")},
		{name: "a static file in a place of the site's own", do: putFile("static/catalog.json", "x"), bad: true},
		{name: "removed again", do: removeFile("static/catalog.json")},
		{name: "an alias", do: editFile(bundle+"index.md", "title: ", "aliases: [/old/1.php]\ntitle: ")},
		{name: "a static file in an alias' place", do: putFile("static/old/1.php", "x"), bad: true},
		{name: "its folder removed", do: removeFile("static/old")},
		{name: "a link in place of a report", do: linkTo("index.md", bundle+"link.md")},
		{name: "without it", do: removeFile(bundle + "link.md")},
		{name: "a link in place of an attachment", do: linkTo("index.md", bundle+"link.csv")},
		{name: "without that", do: removeFile(bundle + "link.csv")},
		{name: "a link among static files", do: linkTo("files/biao.txt", "static/link.txt")},
		{name: "none there", do: removeFile("static/link.txt")},
		{name: "a layout", do: putFile("layouts/_head.html", `<meta name="x" content="y">`)},
		{name: "a link among layouts", do: linkTo("_head.html", "layouts/home.html")},
		{name: "none there either", do: removeFile("layouts/home.html")},
		{name: "no layouts", do: removeFile("layouts")},
		{name: "a link in their place", do: linkTo("static", "layouts"), bad: true},
		{name: "not any more", do: removeFile("layouts")},
		{name: "an attachment", do: putFile(bundle+"biao.csv", "甲,乙\n")},
		{name: "another of the same size and time", do: func(dir string) error {
			name := filepath.Join(dir, filepath.FromSlash(bundle+"biao.csv"))
			return errors.Join(os.WriteFile(name+".part", []byte("丙,丁\n"), 0o644), os.Chtimes(name+".part", old, old), os.Rename(name+".part", name))
		}},
		{name: "renamed", do: moveFile(bundle+"biao.csv", bundle+"fu.csv")},
		{name: "its defaults", do: putFile("content/110102/_defaults.yaml", "department: 办公室\n")},
		{name: "defaults by a link", do: func(dir string) error {
			return errors.Join(moveFile("content/110102/_defaults.yaml", "content/110102/wjw/keep.yaml")(dir), linkTo("wjw/keep.yaml", "content/110102/_defaults.yaml")(dir))
		}},
		{name: "no defaults", do: func(dir string) error {
			return errors.Join(removeFile("content/110102/_defaults.yaml")(dir), removeFile("content/110102/wjw/keep.yaml")(dir))
		}},
		{name: "another address", do: editFile("gongkai.yaml", "example.gov.cn/xxgk/", "example.gov.cn/bu/men/")},
		{name: "fewer files beside the pages", do: editFile("gongkai.yaml", "version: 1\n", "version: 1\noutputs: [html]\n")},
		{name: "more of them", do: editFile("gongkai.yaml", "outputs: [html]\n", "outputs: [html, json, txt, feeds, catalog, md, fragment]\n")},
		{name: "the policy in a header", do: editFile("gongkai.yaml", "version: 1\n", "version: 1\ncsp: {mode: header}\n")},
		{name: "no policy", do: editFile("gongkai.yaml", "mode: header", "mode: off")},
		{name: "no configuration", do: moveFile("gongkai.yaml", "gongkai.txt")},
		{name: "as before", do: moveFile("gongkai.txt", "gongkai.yaml")},
		{name: "a plain page becomes a draft", do: editFile("content/about.md", "title: ", "draft: true\ntitle: "), bad: true},
		{name: "public again", do: editFile("content/about.md", "draft: true\n", "")},
		{name: "no reports at all", do: func(dir string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, "content")), os.Mkdir(filepath.Join(dir, "content"), 0o755))
		}, bad: true},
		{name: "the first one", do: putFile("content/110102/wjw/2022/xin.md", draftReport), bad: true},
		{name: "and its page", do: putFile("content/about.md", "---\ntitle: 关于\n---\n\n一段。\n")},
		{name: "the only one is withdrawn", do: editFile("content/110102/wjw/2022/xin.md", "title: ", "status: {state: withdrawn, mode: removed, reason: 涉及个人隐私, date: 2024-02-01}\ntitle: ")},
	}
	dir := t.TempDir()
	copyReversed(t, "testdata/official", dir)
	p := openPreview(t, options(t, dir, ""))
	for _, s := range steps {
		if err := s.do(dir); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if _, err := p.Update(t.Context(), nil, false); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if s.bad {
			asChecked(t, s.name, p)
			continue
		}
		if p.Snapshot().Blocked {
			t.Errorf("%s: blocked: %v", s.name, p.Snapshot().Found)
		}
		if sameAsBuild(t, p); t.Failed() {
			t.Fatal(s.name)
		}
	}
}
