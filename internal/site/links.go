package site

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// District returns the node of a code, nil when the site has none.
func (s *Site) District(code string) *District { return s.districts[code] }

// Year returns the index of a year, nil when the site has none.
func (s *Site) Year(y int) *Index { return s.years[y] }

// Has reports whether the site will hold an address: a page, an attachment or a data file.
func (s *Site) Has(url string) bool {
	if s.pages[url] || s.statics[url] || s.Report(url) != nil {
		return true
	}
	if owner := s.Report(path.Dir(url) + ".html"); owner != nil && !owner.Gone() {
		return slices.ContainsFunc(owner.Files, func(f File) bool { return f.Name == path.Base(url) })
	}
	for _, output := range [][2]string{{"json", ".json"}, {"txt", ".txt"}, {"md", ".md"}, {"fragment", ".fragment.html"}} {
		if stem, ok := strings.CutSuffix(url, output[1]); ok && s.wants(output[0]) {
			if r := s.Report(stem + ".html"); r != nil && !r.Gone() {
				return true
			}
		}
	}
	return s.hasMachineFile(url)
}

func (s *Site) wants(output string) bool { return slices.Contains(s.Config.Outputs, output) }

func (s *Site) hasMachineFile(url string) bool {
	switch url {
	case "robots.txt", "manifest.sha256":
		return true
	case "sitemap.xml":
		return s.Config.BaseURL != ""
	case "feed.xml":
		return len(s.Reports) > 0
	case "catalog.json", "catalog.csv":
		return s.wants("catalog")
	}
	place, ok := strings.CutSuffix(url, "/feed.xml")
	if !ok || !s.wants("feeds") {
		return false
	}
	if year, ok := strings.CutPrefix(place, "years/"); ok {
		y, err := strconv.Atoi(year)
		return err == nil && s.years[y] != nil && s.years[y].Key == year
	}
	return s.districts[place] != nil
}

// Demand is a link into the text of another report or plain page, to be compared with the ids there.
type Demand struct {
	From *report.Head
	Link report.Link
	To   *report.Head
}

// CheckLinks reports the links of a text that lead nowhere; demands are fragments that only the target's text can answer. Fragments
// of indexes are not compared: their ids are the layouts' own.
func (s *Site) CheckLinks(from *report.Head, body *report.Body) (demands []Demand, found diag.List) {
	for _, l := range slices.Concat(body.Links, body.Images) {
		if l.Target == "" {
			continue
		}
		to := s.Report(l.Target)
		if !s.Has(l.Target) || to != nil && to.Gone() {
			found = append(found, s.broken(from, l))
			continue
		}
		if text := s.textAt(l.Target); text != nil && l.Fragment != "" {
			demands = append(demands, Demand{from, l, text})
		}
	}
	return demands, found
}

// textAt is the file behind the page at an address; nil when no single file is.
func (s *Site) textAt(url string) *report.Head {
	if r := s.Report(url); r != nil {
		return r.Head
	}
	if i, ok := slices.BinarySearchFunc(s.Plain, url, func(p *Plain, url string) int { return strings.Compare(p.URL, url) }); ok {
		return s.Plain[i].Head
	}
	return nil
}

func (s *Site) broken(from *report.Head, l report.Link) diag.Diagnostic {
	d := diag.Diagnostic{
		Rule: "broken-link", Severity: diag.Error, Path: from.Path, Start: l.At, End: l.End, Span: l.Written,
		Message: diag.Say("链接“%s”指向的页面或文件不存在：/%s", "the link %q leads to nothing: /%s", l.Written, l.Target),
		Hint:    diag.Say("请核对路径和文件名", "check the path and the file name"),
	}
	for _, url := range [...]string{l.Target, path.Dir(l.Target) + ".html"} { // the report, and what was beside it
		if to := s.Report(url); to != nil && to.Gone() {
			d.Message = diag.Say("链接“%s”指向的报告已撤下，不再公开", "the report that %q links to is withdrawn and no longer public", l.Written)
			d.Hint = diag.Say("请删去链接", "remove the link")
		}
	}
	for _, h := range s.Held {
		if strings.TrimSuffix(strings.TrimSuffix(h.Head.Rel, ".md"), "/index")+".html" == l.Target {
			d.Message = diag.Say("链接“%[1]s”指向的报告没有生成（%[2]s）", "the report that %[1]q links to is not built (%[3]s)", l.Written, heldName(h.Reason), h.Reason)
			d.Hint = diag.Say("请先公开那一份，或删去链接", "publish that one first, or remove the link")
		}
	}
	return d
}

func heldName(reason string) string {
	switch reason {
	case "draft":
		return "草稿"
	case "future":
		return "未到发布日期"
	}
	return "不予公开"
}

// CheckFragment compares a demand with the ids of the text it leads to.
func (d Demand) CheckFragment(target *report.Body) (diag.Diagnostic, bool) {
	for _, p := range target.Paragraphs {
		if p.ID == d.Link.Fragment {
			return diag.Diagnostic{}, true
		}
	}
	for _, o := range target.Outline {
		if o.ID == d.Link.Fragment {
			return diag.Diagnostic{}, true
		}
	}
	return diag.Diagnostic{
		Rule: "broken-fragment", Severity: diag.Error, Path: d.From.Path, Start: d.Link.At, End: d.Link.End, Span: d.Link.Written,
		Message: diag.Say("链接“%s”指向的段落不存在：%s 里没有“#%s”", "the link %q leads to no paragraph: %s has no #%s", d.Link.Written, d.To.Path, d.Link.Fragment),
		Hint:    diag.Say("请在那一页上复制段落链接", "copy the paragraph's link from that page"),
	}, false
}
