package render

import (
	"strings"

	"gongkai/internal/site"
)

// columnTags are the page tags of home and column pages (standards M-01…M-07, M-15…M-17). A tag without a value is left out.
func (r *Renderer) columnTags(kind string) []Tag {
	c := r.config
	t := tagList{}
	t.add("SiteName", c.Name)
	t.add("SiteDomain", c.Domain())
	t.add("SiteIDCode", c.SiteIDCode)
	name, class := c.Column.Name, c.Column.Type
	if kind == "home" {
		name, class = "首页", "首页"
	}
	t.add("ColumnName", name)
	t.add("ColumnDescription", c.Column.Description)
	t.add("ColumnKeywords", strings.Join(c.Column.Keywords, ","))
	t.add("ColumnType", class)
	return t
}

// articleTags are the tags of a content page (standards M-08…M-14, M-18…M-20).
func (r *Renderer) articleTags(x *site.Report) []Tag {
	t := tagList(r.columnTags("report"))
	t.add("ArticleTitle", x.Title)
	if !x.Date.IsZero() {
		d := x.Date
		d.Timed = true // M-18: always with a minute, 00:00 when none is known
		t.add("PubDate", d.ISO())
	}
	source := x.Source.Name
	if source == "" {
		source = strings.Join(x.Organs, ",")
	}
	t.add("ContentSource", source)
	t.add("Keywords", strings.Join(x.Keywords, ","))
	t.add("Description", x.Summary)
	t.add("Url", r.absolute(x.URL))
	return t
}

type tagList []Tag

func (t *tagList) add(name, content string) {
	if content != "" {
		*t = append(*t, Tag{name, content})
	}
}

// graph are the Open Graph properties of a page.
func (r *Renderer) graph(p Page, kind string) []Tag {
	t := tagList{}
	t.add("og:title", p.Heading)
	t.add("og:type", kind)
	t.add("og:site_name", r.config.Name)
	t.add("og:locale", strings.ReplaceAll(r.config.Language, "-", "_"))
	t.add("og:url", p.Canonical)
	return t
}
