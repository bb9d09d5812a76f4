package render

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/site"
)

// pages lists the outputs drawn by layouts, the reports' own aside.
func (r *Renderer) pages() []Output {
	s := r.site
	out := r.singles()
	for _, d := range s.Districts {
		out = append(out, r.districtLists(d)...)
		for i := range d.Years {
			out = append(out, r.districtYearLists(d, i)...)
		}
	}
	for _, ag := range s.Agencies {
		out = append(out, r.agencyLists(ag)...)
	}
	for i := range s.Years {
		out = append(out, r.yearLists(i)...)
	}
	for _, x := range s.Topics {
		out = append(out, r.indexLists("topic", x)...)
	}
	for _, x := range s.Kinds {
		out = append(out, r.indexLists("kind", x)...)
	}
	for _, a := range s.Aliases {
		out = append(out, r.alias(a))
	}
	for _, x := range s.Removed {
		out = append(out, r.notice(x))
	}
	return out
}

// lists is the pages of one list.
func (r *Renderer) lists(url string, n int, kind string, view func(page int) any) []Output {
	var out []Output
	for i := range site.Pages(n) {
		out = append(out, r.draw(site.PageURL(url, i+1), kind, func() any { return view(i + 1) }))
	}
	return out
}

func (r *Renderer) home() Home {
	s := r.site
	h := Home{Page: r.page("home", "index.html", r.name())}
	h.Feed = r.feedLink("feed.xml", r.name())
	h.Sentence = r.sentence()
	h.Counts = r.counts()
	for _, x := range s.Reports[:min(10, len(s.Reports))] {
		h.Latest = append(h.Latest, entry(x, x.By.Name))
	}
	h.Collected = !slices.ContainsFunc(h.Latest, func(e Entry) bool { return e.Date.Label != "收录" })
	h.Years, h.Kinds, h.Topics = counts(s.Years), counts(s.Kinds), counts(s.Topics)
	for _, d := range s.Tops {
		h.Places = append(h.Places, place(d, 0))
	}
	if len(s.Agencies) == 1 {
		ag := s.Agencies[0]
		h.Agency, h.List = ag.Name, r.byYear(ag, ag.URL, 1)
	}
	return h
}

// sentence says what the site is, from its own configuration or, without it, from what it holds.
func (r *Renderer) sentence() string {
	if r.config.Column.Description != "" {
		return r.config.Column.Description
	}
	if len(r.site.Agencies) == 1 {
		return "这里公开" + r.site.Agencies[0].Name + "的工作总结和工作计划，可以按年度查阅、引用和下载。"
	}
	return "这里公开各地各机构的工作总结、工作计划和工作报告，可以按地区、年度和机构查阅、引用和下载。"
}

func (r *Renderer) counts() string {
	s := r.site
	if len(s.Reports) == 0 {
		return ""
	}
	places := 0
	for _, d := range s.Districts {
		if d.Own > 0 {
			places++
		}
	}
	first, last := s.Years[len(s.Years)-1].Year, s.Years[0].Year
	span := strconv.Itoa(last) + " 年"
	if first != last {
		span = fmt.Sprintf("%d—%d 年", first, last)
	}
	return fmt.Sprintf("%s · %d 个地区 · %s", count(len(s.Reports)), places, span)
}

func counts(list []*site.Index) []Count {
	var out []Count
	for _, x := range list {
		out = append(out, Count{Link{x.Name, x.URL}, len(x.Reports)})
	}
	return out
}

// place is a district with all below it. A level with one child is skipped: its name stands before the child's (contract §1).
func place(d *site.District, depth int) Place {
	name := d.Name
	for d.Skipped() {
		d = d.Down[0]
		name += d.Name
	}
	p := Place{Count: Count{Link{name, d.URL}, len(d.Reports)}, Level: level(d)}
	for _, c := range d.Down {
		if depth < 8 {
			p.Down = append(p.Down, place(c, depth+1))
		}
	}
	return p
}

func level(d *site.District) string {
	if d.Local {
		return ""
	}
	return d.Level.String()
}

// above is the way from the top to a district's parent, the district itself left out; skipped levels lend their name to the next.
func above(d *site.District) []Link {
	way := through(d)
	return way[:len(way)-1]
}

// through is above with the district itself at the end.
func through(d *site.District) []Link {
	var links []Link
	name := ""
	for _, at := range append(d.Path(), d) {
		name += at.Name
		if at.Skipped() && at != d {
			continue
		}
		links = append(links, Link{name, at.URL})
		name = ""
	}
	return links
}

func (r *Renderer) district(d *site.District, n int) District {
	u := site.PageURL(d.URL, n)
	v := District{Page: r.page("district", u, d.Name, above(d)...), Level: level(d)}
	v.Title = r.title(numbered(d.FullName+"工作报告", n))
	v.Feed = r.feedLink(d.Code+"/feed.xml", d.Name)
	if !d.Local {
		v.Code = d.Code
	}
	v.Up = above(d)
	for _, c := range d.Down {
		v.Down = append(v.Down, place(c, 7))
	}
	v.Years = counts(d.Years)
	for _, ag := range d.Agencies {
		v.Organs = append(v.Organs, Count{Link{ag.Name, ag.URL}, len(ag.Reports)})
	}
	for _, f := range d.Former {
		v.Former = append(v.Former, Link{f.Name, f.URL})
	}
	if heir := r.site.District(d.Successor); heir != nil && heir != d {
		v.Heir = Link{heir.Name, heir.URL}
	}
	v.List = list(d.URL, d.Reports, n, func(all []*site.Report) []Group {
		return grouped(all, func(x *site.Report) Group {
			y := strconv.Itoa(x.Year)
			return Group{Link: Link{y + "年", d.Code + "/" + y + "/index.html"}}
		}, noteIn(d))
	})
	return v
}

// noteIn names an entry's agency as far as the district's own page does not say it.
func noteIn(d *site.District) func(*site.Report) string {
	return func(x *site.Report) string {
		if x.In == d {
			return x.By.ShortName()
		}
		return x.By.Name
	}
}

func numbered(title string, n int) string {
	if n == 1 {
		return title
	}
	return fmt.Sprintf("%s（第%d页）", title, n)
}

func (r *Renderer) districtYear(d *site.District, i, n int) Listing {
	y := d.Years[i]
	v := Listing{Page: r.page("district-year", site.PageURL(y.URL, n), y.Name, through(d)...)}
	v.Heading = d.Name + y.Name + "工作报告"
	v.Title = r.title(numbered(d.FullName+y.Name+"工作报告", n))
	v.Sub = count(len(y.Reports))
	v.Beside = beside(d.Years, i)
	v.List = list(y.URL, y.Reports, n, func(all []*site.Report) []Group {
		if len(d.Down) == 0 {
			return grouped(all, func(*site.Report) Group { return Group{} }, noteIn(d))
		}
		return grouped(all, placeGroup, func(x *site.Report) string { return x.By.ShortName() })
	})
	return v
}

// beside are the neighbours of a year: earlier, later.
func beside(years []*site.Index, i int) []Link {
	var links []Link
	if i+1 < len(years) {
		links = append(links, Link{"上一年度：" + years[i+1].Name, years[i+1].URL})
	}
	if i > 0 {
		links = append(links, Link{"下一年度：" + years[i-1].Name, years[i-1].URL})
	}
	return links
}

func placeGroup(x *site.Report) Group {
	return Group{Link: Link{x.In.FullName, x.In.URL}}
}

func (r *Renderer) agency(ag *site.Agency, n int) Listing {
	v := Listing{Page: r.page("agency", site.PageURL(ag.URL, n), ag.Name, through(ag.In)...)}
	name := ag.Name
	if !strings.Contains(name, ag.In.Name) {
		name = ag.In.FullName + name // or the pages of two places have one title
	}
	v.Title = r.title(numbered(name+"工作报告", n))
	v.Sub = ag.In.FullName + " · " + count(len(ag.Reports))
	v.Contact = ag.Contact
	v.List = r.byYear(ag, ag.URL, n)
	return v
}

// byYear is an agency's list, newest year first.
func (r *Renderer) byYear(ag *site.Agency, url string, n int) List {
	return list(url, ag.Reports, n, func(all []*site.Report) []Group {
		return grouped(all, func(x *site.Report) Group { return Group{Link: Link{Text: strconv.Itoa(x.Year) + "年"}} },
			func(x *site.Report) string { return x.Kind.Name() })
	})
}

func (r *Renderer) years() Overview {
	v := Overview{Page: r.page("years", "years/index.html", "年度"), Items: counts(r.site.Years)}
	v.Title = r.title("各年度工作报告")
	return v
}

func (r *Renderer) topics() Overview {
	v := Overview{Page: r.page("topics", "topics/index.html", "主题"), Items: counts(r.site.Topics)}
	v.Title = r.title("各主题工作报告")
	return v
}

func most(items []Count) int {
	n := 0
	for _, c := range items {
		n = max(n, c.N)
	}
	return n
}

func (r *Renderer) year(i, n int) Listing {
	y := r.site.Years[i]
	v := Listing{Page: r.page("year", site.PageURL(y.URL, n), y.Name, Link{"年度", "years/index.html"})}
	v.Heading = y.Name + "工作报告"
	v.Title = r.title(numbered(v.Heading, n))
	v.Feed = r.feedLink("years/"+y.Key+"/feed.xml", y.Name)
	v.Sub = count(len(y.Reports))
	v.Beside = beside(r.site.Years, i)
	v.List = list(y.URL, y.Reports, n, func(all []*site.Report) []Group {
		return grouped(all, placeGroup, func(x *site.Report) string { return x.By.ShortName() })
	})
	return v
}

// theme is the list of a topic or a kind.
func (r *Renderer) theme(kind string, x *site.Index, n int) Listing {
	var crumbs []Link
	if kind == "topic" {
		crumbs = append(crumbs, Link{"主题", "topics/index.html"})
	}
	v := Listing{Page: r.page(kind, site.PageURL(x.URL, n), x.Name, crumbs...)}
	v.Title = r.title(numbered(strings.ReplaceAll(x.Name, `\`, " · "), n))
	v.Sub = count(len(x.Reports))
	v.List = list(x.URL, x.Reports, n, func(all []*site.Report) []Group {
		return grouped(all, func(x *site.Report) Group { return Group{Link: Link{Text: strconv.Itoa(x.Year) + "年"}} },
			func(x *site.Report) string { return x.By.Name })
	})
	return v
}

func (r *Renderer) notFound() Plain {
	v := Plain{Page: r.page("404", "404.html", "没有这个页面")}
	v.NoIndex, v.Canonical, v.Tags, v.Graph = true, "", nil, nil
	if r.base != "" {
		v.Root = r.config.BasePath() // a server shows this page at addresses of any depth
	}
	return v
}

func (r *Renderer) redirect(a site.Alias) Redirect {
	v := Redirect{Page: r.page("redirect", a.URL, "页面已移动"), To: Link{a.Title, a.To}}
	v.Title = r.title(a.Title)
	v.NoIndex, v.Tags, v.Graph = true, nil, nil
	v.Canonical = r.absolute(a.To)
	return v
}

func (r *Renderer) removed(x *site.Report) Removed {
	v := Removed{Page: r.page("removed", x.URL, "这份材料已撤下"), Date: date(x.Status.Date, "撤下"), Reason: x.Status.Reason}
	v.Canonical, v.Graph = "", nil
	return v
}

// Plain draws a plain page from its text.
func (r *Renderer) Plain(b *bytes.Buffer, p *site.Plain, html []byte) *diag.Diagnostic {
	return r.layouts.Execute(b, "plain", r.plainView(p, html))
}

func (r *Renderer) plainView(p *site.Plain, html []byte) Plain {
	return Plain{Page: r.page("plain", p.URL, p.Title), Body: trusted(html)}
}
