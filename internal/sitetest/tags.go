package sitetest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Mode says how much a site must carry of what only its operator can supply.
type Mode int

const (
	// Partial lets tags and footer items be missing; those that are there must be right.
	Partial Mode = iota
	// Complete demands all of them: a site with "official: true".
	Complete
)

// The page tags (页面标签): seven for every page, three more for content, and those that may be there (M-01…M-14).
var (
	siteTags    = []string{"SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"}
	articleTags = []string{"ArticleTitle", "PubDate", "ContentSource"}
	otherTags   = []string{"Keywords", "Author", "Description", "Image", "Url"}
)

// tagForms are the forms of tags that have one (M-02, M-03, M-14, M-18).
var tagForms = map[string]*regexp.Regexp{
	"SiteDomain": regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`),
	"SiteIDCode": regexp.MustCompile(`^(\d{10}|bm\d{8})$`),
	"PubDate":    regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d$`),
	"Image":      regexp.MustCompile(`^https?://`),
	"Url":        regexp.MustCompile(`^https?://`),
}

var emptyValues = []string{"", "null", "undefined", "<no value>", "none", "nil", "-"}

// PageTags checks the page tags of every page but redirects and 404 (M-17, M-18, M-19). Pages named in exempt may lack
// the article's tags.
func (s *Site) PageTags(mode Mode, exempt ...string) []string {
	var l problems
	for _, p := range s.Pages {
		if p.Type == Redirect || p.Type == NotFound {
			continue
		}
		p.repeatedMeta(&l)
		p.tagValues(&l)
		if mode == Complete {
			want := siteTags
			if p.Type == Content && !slices.Contains(exempt, p.Path) {
				want = slices.Concat(siteTags, articleTags)
			}
			for _, name := range want {
				if len(p.Meta(name)) == 0 {
					l.add(p.Path, "M-17: no %s", name)
				}
			}
		}
		if p.Type == Content {
			p.article(&l)
		}
	}
	return l
}

// repeatedMeta finds names that stand twice, compared as HTML compares them (M-17, M-19), and known tags in another case.
func (p *Page) repeatedMeta(l *problems) {
	seen := map[string]bool{}
	// keywords, description and author are HTML's own names in this case; the tags serve for both (M-19).
	known := slices.Concat(siteTags, articleTags, []string{"Image", "Url"})
	for m := range elements(p.Root, "meta") {
		name, ok := attr(m, "name")
		if !ok {
			continue
		}
		media, _ := attr(m, "media")
		key := strings.ToLower(name) + " " + media
		if seen[key] {
			l.add(p.Path, "M-19: meta %s twice", name)
		}
		seen[key] = true
		for _, tag := range known {
			if strings.EqualFold(tag, name) && tag != name {
				l.add(p.Path, "M-18: meta %s, want %s", name, tag)
			}
		}
	}
}

func (p *Page) tagValues(l *problems) {
	for _, name := range slices.Concat(siteTags, articleTags, otherTags) {
		for _, v := range p.Meta(name) {
			if slices.Contains(emptyValues, strings.ToLower(strings.TrimSpace(v))) || strings.Contains(v, "{{") {
				l.add(p.Path, "M-17: %s is %q", name, v)
			} else if form := tagForms[name]; form != nil && !form.MatchString(v) {
				l.add(p.Path, "M-18: %s %q is not of the form %s", name, v, form)
			}
			if slices.Contains(articleTags, name) && (p.Type == Home || p.Type == Column) {
				l.add(p.Path, "M-17: %s on a page that is no article", name)
			}
		}
	}
}

// article compares the tags of a content page with what its reader sees (M-08, N-03).
func (p *Page) article(l *problems) {
	for _, title := range p.Meta("ArticleTitle") {
		if h := first(p.Root, "h1"); h != nil && squeeze(Text(h)) != squeeze(title) {
			l.add(p.Path, "M-08: ArticleTitle %q, h1 %q", title, squeeze(Text(h)))
		}
	}
	for _, date := range p.Meta("PubDate") {
		shown := false
		for t := range elements(p.Root, "time") {
			v, _ := attr(t, "datetime")
			shown = shown || len(v) >= 10 && len(date) >= 10 && v[:10] == date[:10]
		}
		if !shown {
			l.add(p.Path, "N-03: PubDate %q stands in no time element", date)
		}
	}
}

var (
	icpNumber      = regexp.MustCompile(`^[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀贵黔云滇藏陕甘陇青宁新]ICP备\d{6,10}号(-\d+)?$`)
	securityNumber = regexp.MustCompile(`公网安备 ?(\d{14})号`)
	icpInText      = regexp.MustCompile(`\p{Han}ICP备\d+号(-\d+)?`)
	siteIDInText   = regexp.MustCompile(`bm\d{8}|\d{10}`)
)

// FooterItems are the items of the footer that a government site must show.
var FooterItems = [...]string{"F-01", "F-02", "F-03", "F-04", "F-05", "F-06", "F-07", "F-08"}

// Footer checks the footer of every page but redirects (F-01…F-08).
func (s *Site) Footer(mode Mode) []string {
	var l problems
	for _, p := range s.Pages {
		if p.Type == Redirect {
			continue
		}
		items := map[string][]*html.Node{}
		for f := range elements(p.Root, "footer") {
			for n := range elements(f) {
				if id, ok := attr(n, "data-f"); ok {
					items[id] = append(items[id], n)
				}
			}
		}
		for _, id := range FooterItems {
			switch found := items[id]; {
			case len(found) > 1:
				l.add(p.Path, "%s stands %d times", id, len(found))
			case len(found) == 1:
				if why := p.footerItem(id, found[0]); why != "" {
					l.add(p.Path, "%s: %s", id, why)
				}
			case mode == Complete:
				l.add(p.Path, "%s is missing", id)
			}
		}
	}
	return l
}

// footerItem returns what is wrong with an item, or "".
func (p *Page) footerItem(id string, n *html.Node) string {
	text := squeeze(Text(n))
	href := ""
	link := n
	if n.Data != "a" {
		link = first(n, "a")
	}
	if link != nil {
		href, _ = attr(link, "href")
	}
	switch {
	case accessibleName(n) == "":
		return "empty"
	case slices.Contains([]string{"F-04", "F-05", "F-06", "F-07", "F-08"}, id) && href == "":
		return "no link"
	}
	switch id {
	case "F-03":
		code := siteIDInText.FindString(text)
		if code == "" {
			return "no site code in " + text
		}
		if tag := p.Meta("SiteIDCode"); len(tag) == 1 && tag[0] != code {
			return "site code " + code + ", the tag says " + tag[0]
		}
	case "F-04":
		if number := icpInText.FindString(text); !icpNumber.MatchString(number) {
			return "no ICP number in " + text
		}
	case "F-05":
		m := securityNumber.FindStringSubmatch(text)
		if m == nil {
			return "no public-security number in " + text
		}
		if !regexp.MustCompile(`[?&](recordcode|code)=` + m[1] + `(\D|$)`).MatchString(href) {
			return "the link does not name the record " + m[1]
		}
	case "F-06":
		if img := first(n, "img"); img == nil {
			return "no image"
		} else if alt, _ := attr(img, "alt"); alt == "" {
			return "the image has no alt text"
		}
	}
	return ""
}

// Unofficial wants every page but redirects of a site that is no government's to say so, to stay out of search engines and to carry no
// number that only a government site has (I-04).
func (s *Site) Unofficial() []string {
	var l problems
	for _, p := range s.Pages {
		if p.Type == Redirect {
			continue
		}
		if !strings.Contains(p.Text(), "非官方") {
			l.add(p.Path, "does not say 非官方")
		}
		if !strings.Contains(strings.Join(p.Meta("robots"), ","), "noindex") {
			l.add(p.Path, "no robots noindex")
		}
		if len(p.Meta("SiteIDCode")) > 0 {
			l.add(p.Path, "I-04: SiteIDCode on an unofficial site")
		}
		for n := range elements(p.Root) {
			if id, _ := attr(n, "data-f"); id == "F-03" || id == "F-06" {
				l.add(p.Path, "I-04: %s on an unofficial site", id)
			}
		}
	}
	return l
}

// Breadcrumbs wants 当前位置 on every page below home (N-02).
func (s *Site) Breadcrumbs() []string {
	var l problems
	for _, p := range s.Pages {
		if p.Type != Redirect && p.Type != Home && p.Type != NotFound {
			p.breadcrumb(&l)
		}
	}
	return l
}

func (p *Page) breadcrumb(l *problems) {
	var trail []*html.Node
	navs := 0
	for n := range elements(p.Root, "nav") {
		if label, _ := attr(n, "aria-label"); label != "当前位置" {
			continue
		}
		navs++
		for list := range children(n, "ol") {
			trail = slices.AppendSeq(trail, children(list, "li"))
		}
	}
	if navs != 1 || len(trail) < 2 {
		l.add(p.Path, "N-02: %d breadcrumbs, %d steps; want one with at least two", navs, len(trail))
		return
	}
	for i, step := range trail {
		current := false
		for n := range elements(step) {
			v, _ := attr(n, "aria-current")
			current = current || v == "page"
		}
		own, _ := attr(step, "aria-current")
		current = current || own == "page"
		switch last := i == len(trail)-1; {
		case last && !current:
			l.add(p.Path, "N-02: the last step lacks aria-current=page")
		case !last && current:
			l.add(p.Path, "N-02: step %d has aria-current=page", i+1)
		case !last && first(step, "a") == nil:
			l.add(p.Path, "N-02: step %d is no link", i+1)
		case squeeze(Text(step)) == "":
			l.add(p.Path, "N-02: step %d is empty", i+1)
		}
	}
}

var datetimeForm = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?)?)?$`)

// ListDates wants every entry of a list of reports to show its date (N-05).
func (s *Site) ListDates() []string {
	var l problems
	for _, p := range s.Pages {
		for list := range elements(p.Root, "ol", "ul") {
			if !hasClass(list, "reports") {
				continue
			}
			for li := range children(list, "li") {
				t := first(li, "time")
				if t == nil {
					l.add(p.Path, "N-05: no date with %q", clip(squeeze(Text(li))))
					continue
				}
				if v, _ := attr(t, "datetime"); !datetimeForm.MatchString(v) || squeeze(Text(t)) == "" {
					l.add(p.Path, "N-05: date %q shown as %q", v, squeeze(Text(t)))
				}
			}
		}
	}
	return l
}
