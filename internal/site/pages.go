package site

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// PerPage is how many reports a page of a list shows: contract §1.
const PerPage = 50

// indexLists makes the years, topics and kinds.
func (a *assembler) indexLists() {
	a.site.Years = yearsOf(a.byYear, func(y int) string { return "years/" + strconv.Itoa(y) + "/" })
	for _, x := range a.site.Years {
		x.Reports = make([]*Report, 0, len(x.Reports))
		a.site.years[x.Year] = x
	}
	for _, ag := range a.site.Agencies {
		for _, x := range ag.Years {
			all := a.site.years[x.Year]
			all.Reports = append(all.Reports, x.Reports...)
		}
	}
	topics := map[string][]*Report{}
	kinds := map[report.Kind][]*Report{}
	for _, r := range a.byYear {
		kinds[r.Kind] = append(kinds[r.Kind], r)
		if r.Topic != "" {
			topics[r.Topic] = append(topics[r.Topic], r)
		}
	}
	for _, name := range sortedKeys(topics) {
		key := a.topicKey(name)
		a.site.Topics = append(a.site.Topics, &Index{Key: key, Name: name, URL: "topics/" + key + "/index.html", Reports: topics[name]})
	}
	for _, k := range report.Kinds() {
		if len(kinds[k]) > 0 {
			a.site.Kinds = append(a.site.Kinds, &Index{Key: string(k), Name: k.Name(), URL: "kinds/" + string(k) + "/index.html", Reports: kinds[k]})
		}
	}
}

// topicKey is the configured key of a topic, else t- and 8 hex digits of its name's SHA-256 (contract §3).
func (a *assembler) topicKey(name string) string {
	for _, t := range a.Config.Topics {
		if t.Name == name {
			return t.Key
		}
	}
	sum := sha256.Sum256([]byte(name))
	return "t-" + hex.EncodeToString(sum[:4])
}

// Pages is how many pages a list of n reports takes; an empty list still has one.
func Pages(n int) int { return max(1, (n+PerPage-1)/PerPage) }

// PageURL is the address of page n (from 1) of the list whose first page is url: contract §1.
func PageURL(url string, n int) string {
	if n == 1 {
		return url
	}
	return path.Dir(url) + "/page/" + strconv.Itoa(n) + ".html"
}

// addresses registers every address and reports two inputs for one (house law 8).
func (a *assembler) addresses() {
	s := a.site
	for i := 1; i < len(s.addresses); i++ {
		if first, r := s.addresses[i-1], s.addresses[i]; first.URL == r.URL {
			a.collision(r.Head.Path, first.Head.Path, r.URL)
		}
	}
	for _, u := range []string{"index.html", "404.html", "years/index.html"} {
		s.pages[u] = true
	}
	if len(s.Topics) > 0 {
		s.pages["topics/index.html"] = true
	}
	for _, d := range s.Districts {
		a.list(d.URL, d.Reports)
		for _, y := range d.Years {
			a.list(y.URL, y.Reports)
		}
	}
	for _, ag := range s.Agencies {
		a.list(ag.URL, ag.Reports)
	}
	for _, x := range slices.Concat(s.Years, s.Topics, s.Kinds) {
		a.list(x.URL, x.Reports)
	}
	a.plainPages()
}

// plainPages takes up the pages that are no reports; what is marked as not public, or as removed, is held back like a report.
func (a *assembler) plainPages() {
	s := a.site
	for _, h := range slices.SortedFunc(slices.Values(a.Plain), func(x, y *report.Head) int { return strings.Compare(x.Rel, y.Rel) }) {
		f := h.FrontMatter
		r := &Report{Head: h, FrontMatter: &f}
		fill(&r.Publicity, "主动公开")
		reason := a.heldBack(r)
		if reason == "" && r.Gone() {
			reason = "not-public"
			a.add(a.finding(r, "held-not-public", diag.Info, "status", diag.Say("页面已撤下，不再生成", "the page is withdrawn: it is not made")))
		}
		if reason != "" {
			s.Held = append(s.Held, Held{h, reason})
			continue
		}
		p := &Plain{h, strings.TrimSuffix(h.Rel, ".md") + ".html"}
		s.Plain = append(s.Plain, p)
		s.pages[p.URL] = true
	}
}

func (a *assembler) list(url string, reports []*Report) {
	for n := range Pages(len(reports)) {
		a.site.pages[PageURL(url, n+1)] = true
	}
}

func (a *assembler) collision(p, first, url string) {
	a.add(diag.Diagnostic{
		Rule: "address-collision", Severity: diag.Error, Path: p, Start: diag.Pos{Line: 1, Column: 1},
		Message: diag.Say("网址 /%s 已由 %s 使用", "the address /%s is already used by %s", url, first),
		Hint:    diag.Say("请给其中一份改名", "rename one of the two"),
	})
}

// statics registers the site's own static files; one that would take the place of something else is an error.
func (a *assembler) statics() {
	for _, name := range a.Static {
		if r := a.site.Report(name); r != nil {
			a.collision(path.Join(path.Dir(a.ConfigPath), "static", name), r.Head.Path, name)
		} else if a.site.Has(name) || slices.ContainsFunc(a.site.Aliases, func(x Alias) bool { return x.URL == name }) {
			a.add(diag.Diagnostic{
				Rule: "address-collision", Severity: diag.Error, Path: path.Join(path.Dir(a.ConfigPath), "static", name),
				Message: diag.Say("/%s 是本站生成的文件", "/%s is a file that the site makes itself", name),
				Hint:    diag.Say("请给这个文件改名", "rename this file"),
			})
		}
	}
	for _, name := range a.Static { // only now: two of them are never one
		a.site.statics[name] = true
	}
}

// superseded finds the reports that replace others.
func (a *assembler) superseded() {
	for _, r := range a.site.Reports {
		by := r.Status.By
		if r.Status.State != "superseded" || by == "" || strings.Contains(by, "://") {
			continue
		}
		if r.Newer = a.site.Report(a.target(r, by)); r.Newer != nil && r.Newer != r && !r.Newer.Gone() {
			continue
		}
		r.Newer = nil
		d := a.finding(r, "superseded-by-unknown", diag.Error, "status.by", diag.Say("找不到替代本报告的“%s”", "the report %q that replaces this one is not found", by))
		d.Hint = diag.Say("请写新报告的文件路径，例如 610112/wjj/2022/zongjie.md", "write the new report's path, e.g. 610112/wjj/2022/zongjie.md")
		a.add(d)
	}
}

// target reads a path written in front matter: from content/, from the site's root, from the file's folder (./ and ../) or beside the page.
func (a *assembler) target(r *Report, written string) string {
	p := strings.TrimPrefix(strings.TrimPrefix(written, "/"), "content/")
	switch {
	case strings.HasPrefix(written, "."):
		p = path.Join(path.Dir(r.Head.Rel), p)
	case !strings.Contains(written, "/"):
		p = path.Join(path.Dir(r.URL), p)
	}
	p = strings.TrimSuffix(strings.TrimSuffix(p, "/index.md"), ".md")
	return strings.TrimSuffix(p, ".html") + ".html"
}

// aliases gives the old addresses of reports and plain pages to redirect pages.
func (a *assembler) aliases() {
	owner := map[string]*report.Head{}
	for _, r := range a.site.Reports {
		a.aliasesOf(r.Head, r.URL, r.Title, owner)
	}
	for _, p := range a.site.Plain {
		a.aliasesOf(p.Head, p.URL, p.Title, owner)
	}
	slices.SortFunc(a.site.Aliases, func(x, y Alias) int { return strings.Compare(x.URL, y.URL) })
	for _, x := range a.site.Aliases {
		a.site.pages[x.URL] = true
	}
}

func (a *assembler) aliasesOf(h *report.Head, to, title string, owner map[string]*report.Head) {
	for i, written := range h.Aliases {
		old := aliasURL(to, written)
		d := a.finding(&Report{Head: h, FrontMatter: &h.FrontMatter}, "alias-collision", diag.Error, "aliases."+strconv.Itoa(i), diag.Text{})
		d.Hint = diag.Say("请删去这一条", "delete this entry")
		switch first := owner[old]; {
		case a.site.Has(old):
			d.Message = diag.Say("旧网址 /%s 是本站的一个页面", "the old address /%s is a page of this site", old)
			a.add(d)
		case first != nil:
			d.Message = diag.Say("旧网址 /%s 已由 %s 使用", "the old address /%s is already used by %s", old, first.Path)
			a.add(d)
		default:
			owner[old] = h
			a.site.Aliases = append(a.site.Aliases, Alias{URL: old, To: to, Title: title})
		}
	}
}

// aliasURL turns an old address as written, relative to the page's own or from the root, into the file that redirects from it.
// report.ParseHead has seen to it that it stays below the root.
func aliasURL(page, written string) string {
	u := written
	if decoded, err := url.PathUnescape(u); err == nil {
		u = decoded // a server looks for the file by the name that the address stands for
	}
	folder := strings.HasSuffix(u, "/")
	if !strings.HasPrefix(u, "/") {
		u = "/" + path.Dir(page) + "/" + u
	}
	u = strings.TrimPrefix(path.Clean(u), "/")
	if u == "" || folder || path.Ext(u) == "" {
		return path.Join(u, "index.html")
	}
	return u
}
