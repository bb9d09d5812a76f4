package build

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
)

const goodReport = "---\ntitle: 2023年工作总结\nagency: 西安市未央区卫生健康局\ndate: 2024-01-05\nkind: summary\n---\n\n## 一、主要工作\n\n全年开展义诊 12 场。\n"

// siteDir is a site's folder that a test spoils.
type siteDir struct {
	testing.TB
	dir string
}

// newSite makes a site with one report, 610112/wjj/2023/zongjie.
func newSite(t testing.TB) siteDir {
	s := siteDir{t, t.TempDir()}
	s.write("gongkai.yaml", "version: 1\nname: 测试站\n")
	s.write("content/610112/wjj/2023/zongjie.md", goodReport)
	return s
}

func (s siteDir) at(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s siteDir) write(name, text string) {
	s.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(s.at(name)), 0o755), os.WriteFile(s.at(name), []byte(text), 0o644)); err != nil {
		s.Skip("the file system has no such name:", err)
	}
}

func (s siteDir) remove(name string) {
	s.Helper()
	if err := os.RemoveAll(s.at(name)); err != nil {
		s.Fatal(err)
	}
}

func (s siteDir) link(to, name string) {
	s.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(s.at(name)), 0o755), os.Symlink(to, s.at(name))); err != nil {
		s.Skip("no symbolic links here:", err)
	}
}

// build runs one build under a guard: it must come back, whatever the site holds. What it writes must be harmless.
func (s siteDir) build(failOn diag.Severity) (*Result, error) {
	s.Helper()
	opt := options(s, s.dir, s.at("public"))
	opt.FailOn = failOn
	type outcome struct {
		r   *Result
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := Run(context.Background(), opt)
		done <- outcome{r, err}
	}()
	select {
	case o := <-done:
		if o.err == nil && o.r.Published {
			harmless(s, opt.Destination)
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		if mem.Sys > 1<<30 {
			s.Errorf("the process has grown to %d MB", mem.Sys>>20)
		}
		return o.r, o.err
	case <-time.After(2 * time.Minute): // no measure of speed: a build that waits for a pipe waits for ever
		s.Fatal("the build does not come back")
		return nil, nil
	}
}

func rulesOf(found diag.List) []string {
	var ids []string
	for _, d := range found {
		ids = append(ids, d.Rule)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

var (
	okElements = strings.Fields(`a article aside b blockquote body br button caption code col colgroup dd del details div dl dt em figcaption
		figure footer h1 h2 h3 h4 h5 h6 head header hr html i img input label li link main meta nav ol p path pre rect line circle g script section small span
		strong summary sup svg table tbody td tfoot th thead time title tr ul wbr`)
	okAttributes = strings.Fields(`alt charset checked class colspan content d datetime decoding defer disabled height hidden href http-equiv id lang
		loading media name open property rel role rowspan scope src start tabindex target title type value viewBox width`)
)

// harmless parses every page of a published folder again: no element, attribute or scheme but those that gongkai writes itself.
func harmless(t testing.TB, dir string) {
	t.Helper()
	for name, text := range tree(t, dir) {
		if ext := filepath.Ext(name); ext != ".html" && ext != ".htm" && ext != ".shtml" {
			continue
		}
		root, err := html.Parse(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if !slices.Contains(okElements, n.Data) {
				t.Errorf("%s: <%s>", name, n.Data)
			}
			for _, a := range n.Attr {
				if !slices.Contains(okAttributes, a.Key) && !strings.HasPrefix(a.Key, "data-") && !strings.HasPrefix(a.Key, "aria-") {
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
				if u, err := url.Parse(a.Val); (a.Key == "href" || a.Key == "src") &&
					(err != nil || strings.HasPrefix(a.Val, "//") || !slices.Contains([]string{"", "http", "https", "mailto", "tel"}, u.Scheme)) {
					t.Errorf("%s: <%s %s=%q>: %v", name, n.Data, a.Key, a.Val, err)
				}
			}
			if n.Data == "script" && n.FirstChild != nil && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Val == "application/ld+json" }) {
				t.Errorf("%s: a script of its own: %q", name, n.FirstChild.Data)
			}
		}
	}
}
