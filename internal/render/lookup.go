package render

import (
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/site"
)

// Output returns the output at an address, if it is one of Indexes: the same one, found without listing the others.
func (r *Renderer) Output(url string) (Output, bool) {
	near := r.near(url)
	if i := slices.IndexFunc(near, func(o Output) bool { return o.URL == url }); i >= 0 {
		return near[i], true
	}
	return Output{}, false
}

// near lists the few outputs among which an address must be, if it is one at all.
func (r *Renderer) near(url string) []Output {
	s := r.site
	if i, ok := slices.BinarySearchFunc(s.Aliases, url, func(a site.Alias, url string) int { return strings.Compare(a.URL, url) }); ok {
		return []Output{r.alias(s.Aliases[i])}
	}
	if x := s.Report(url); x != nil && x.Gone() {
		return []Output{r.notice(x)}
	}
	first, rest, deep := strings.Cut(url, "/")
	second, _, _ := strings.Cut(rest, "/")
	switch {
	case strings.HasSuffix(url, "feed.xml"):
		return r.feeds()
	case !deep:
		return slices.Concat(r.singles(), r.machine(), r.sitemapsAt(url))
	case second == "index.html" && (first == "years" || first == "topics"):
		return r.singles()
	case first == "years":
		return r.yearAt(second)
	case first == "topics":
		return r.indexAt("topic", s.Topics, second)
	case first == "kinds":
		return r.indexAt("kind", s.Kinds, second)
	}
	return r.placeAt(first, second)
}

func (r *Renderer) sitemapsAt(url string) []Output {
	if strings.HasPrefix(url, "sitemap") {
		return r.sitemaps()
	}
	return nil
}

func (r *Renderer) yearAt(key string) []Output {
	i := slices.IndexFunc(r.site.Years, func(y *site.Index) bool { return y.Key == key })
	if i < 0 {
		return nil
	}
	return r.yearLists(i)
}

func (r *Renderer) indexAt(kind string, list []*site.Index, key string) []Output {
	i := slices.IndexFunc(list, func(x *site.Index) bool { return x.Key == key })
	if i < 0 {
		return nil
	}
	return r.indexLists(kind, list[i])
}

// placeAt finds the lists of a district, of one of its years, or of one of its agencies.
func (r *Renderer) placeAt(code, second string) []Output {
	d := r.site.District(code)
	if d == nil {
		return nil
	}
	if second == "index.html" || second == "page" {
		return r.districtLists(d)
	}
	if _, err := strconv.Atoi(second); err == nil {
		if i := slices.IndexFunc(d.Years, func(y *site.Index) bool { return y.Key == second }); i >= 0 {
			return r.districtYearLists(d, i)
		}
	}
	if i := slices.IndexFunc(d.Agencies, func(ag *site.Agency) bool { return ag.Key == second }); i >= 0 {
		return r.agencyLists(d.Agencies[i])
	}
	return nil
}

// The outputs of each part of the site; pages and near share them, so that an address means the same to both.

// singles are the pages that a site has once.
func (r *Renderer) singles() []Output {
	out := []Output{
		r.draw("index.html", "home", func() any { return r.home() }),
		r.draw("404.html", "404", func() any { return r.notFound() }),
		r.draw("years/index.html", "years", func() any { return r.years() }),
	}
	if len(r.site.Topics) > 0 {
		out = append(out, r.draw("topics/index.html", "topics", func() any { return r.topics() }))
	}
	return out
}

// machine are the files for machines that a site has once, feeds and sitemaps aside.
func (r *Renderer) machine() []Output {
	out := []Output{{URL: "robots.txt", Make: r.robots}}
	if r.wants("catalog") {
		out = append(out, Output{URL: "catalog.json", Make: r.catalogJSON}, Output{URL: "catalog.csv", Make: r.catalogCSV})
	}
	return out
}

func (r *Renderer) districtLists(d *site.District) []Output {
	return r.lists(d.URL, len(d.Reports), "district", func(n int) any { return r.district(d, n) })
}

func (r *Renderer) districtYearLists(d *site.District, i int) []Output {
	y := d.Years[i]
	return r.lists(y.URL, len(y.Reports), "district-year", func(n int) any { return r.districtYear(d, i, n) })
}

func (r *Renderer) agencyLists(ag *site.Agency) []Output {
	return r.lists(ag.URL, len(ag.Reports), "agency", func(n int) any { return r.agency(ag, n) })
}

func (r *Renderer) yearLists(i int) []Output {
	y := r.site.Years[i]
	return r.lists(y.URL, len(y.Reports), "year", func(n int) any { return r.year(i, n) })
}

func (r *Renderer) indexLists(kind string, x *site.Index) []Output {
	return r.lists(x.URL, len(x.Reports), kind, func(n int) any { return r.theme(kind, x, n) })
}

func (r *Renderer) alias(a site.Alias) Output {
	return r.draw(a.URL, "redirect", func() any { return r.redirect(a) })
}

func (r *Renderer) notice(x *site.Report) Output {
	return r.draw(x.URL, "removed", func() any { return r.removed(x) })
}
