package site

import (
	"errors"
	"path"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// Redirect (旧地址) is a row of redirects.csv that holds.
type Redirect struct {
	From   Address
	Status int    // 301, 302 or 410
	To     string // the file below the site's root; "" with 410
}

// redirects holds the rows of redirects.csv against the site. A row with a fault is left out. An old address that is a page's name below the
// site, without a query, gets a redirect page as an alias does, for hosts whose server cannot be configured.
func (a *assembler) redirects() {
	r := redirects{assembler: a, rows: map[Address]RedirectRow{}}
	for _, row := range a.Redirects {
		r.take(row)
	}
	for _, row := range a.Redirects {
		r.resolve(row)
	}
	slices.SortFunc(a.site.Redirects, func(x, y Redirect) int {
		if c := strings.Compare(x.From.Path, y.From.Path); c != 0 {
			return c
		}
		return strings.Compare(y.From.Query, x.From.Query) // with a query first: it is the narrower
	})
	r.drawPages()
}

// redirects is the resolution of one file.
type redirects struct {
	*assembler
	rows map[Address]RedirectRow // by old address; the first of two
}

func (r *redirects) fault(rule string, c Cell, say, hint diag.Text) {
	r.add(redirectFault(r.RedirectsPath, rule, c, say, hint))
}

// address reads a field.
func (r *redirects) address(c Cell) (Address, bool) {
	at, err := r.Config.Address(c.Text)
	p, _, _ := strings.Cut(c.Text, "?")
	switch {
	case errors.Is(err, ErrForeignHost):
		r.fault("redirect-host", c, diag.Say("“%s”不是本站的网址", "%q is not on this site's host", c.Text),
			diag.Say("只能写本站的地址，从域名后面的斜杠写起", "write addresses of this site only, from the slash behind the host"))
	case err != nil || strings.Contains(c.Text, "#") || slices.Contains(strings.Split(p, "/"), "..") || strings.Contains(strings.ToLower(p), "%2e"):
		r.fault("redirect-address", c, diag.Say("地址“%s”写得不对", "the address %q is written wrongly", c.Text),
			diag.Say("请照浏览器地址栏写，不带 #，不带 ..，编码须是 UTF-8", "write it as the browser shows it, without # and .., escapes being UTF-8"))
	default:
		return at, true
	}
	return Address{}, false
}

// take notes an old address, once.
func (r *redirects) take(row RedirectRow) {
	from, ok := r.address(row.From)
	if !ok {
		return
	}
	if first, twice := r.rows[from]; twice {
		r.fault("redirect-twice", row.From, diag.Say("旧地址“%s”在第 %d 行已经写过", "the old address %q stands on line %d already", row.From.Text, first.From.At.Line),
			diag.Say("请删去一行", "remove one of the two"))
		return
	}
	if rel, inside := r.Config.inside(from.Path); inside && from.Query == "" && !r.free(row, rel) {
		return
	}
	r.rows[from] = row
}

// free reports whether an old address below the site is none of the site's own.
func (r *redirects) free(row RedirectRow, rel string) bool {
	for _, file := range []string{rel, path.Join(rel, "index.html")} {
		if i, alias := r.site.alias(file); alias {
			r.fault("redirect-twice", row.From, diag.Say("旧地址“%s”已经是 /%s 的旧地址（aliases）", "the old address %q is already an alias of /%s", row.From.Text, r.site.Aliases[i].To),
				diag.Say("请删去其中之一", "remove one of the two"))
			return false
		}
		if r.site.Has(file) || strings.HasPrefix(rel, "assets/") {
			r.fault("redirect-taken", row.From, diag.Say("“%s”是本站现有的页面或文件", "%q is a page or file of this site", row.From.Text),
				diag.Say("请删去这一行", "remove this line"))
			return false
		}
	}
	return true
}

// resolve finds where a row leads.
func (r *redirects) resolve(row RedirectRow) {
	from, err := r.Config.Address(row.From.Text)
	if known, ok := r.rows[from]; err != nil || !ok || known != row {
		return // reported already
	}
	if row.Status == 410 {
		r.site.Redirects = append(r.site.Redirects, Redirect{From: from, Status: 410})
		return
	}
	to, ok := r.address(row.To)
	if !ok {
		return
	}
	if to == from || r.loops(from, to) {
		r.fault("redirect-loop", row.To, diag.Say("“%s”最终转回自己", "%q leads back to itself", row.From.Text), diag.Say("请改为现有的页面", "name a page that exists"))
		return
	}
	if next, ok := r.next(to); ok {
		r.fault("redirect-chain", row.To, diag.Say("新地址“%s”又要转到“%s”", "the new address %q leads on to %q", row.To.Text, next),
			diag.Say("请直接写最终的地址", "write the final address"))
		return
	}
	if file, ok := r.file(row.To, to); ok {
		r.site.Redirects = append(r.site.Redirects, Redirect{From: from, Status: row.Status, To: file})
	}
}

// next is where an address is sent on to.
func (r *redirects) next(at Address) (string, bool) {
	if row, ok := r.rows[at]; ok && row.Status != 410 {
		return row.To.Text, true
	}
	rel, inside := r.Config.inside(at.Path)
	if !inside || at.Query != "" {
		return "", false
	}
	for _, file := range []string{rel, path.Join(rel, "index.html")} {
		if i, ok := r.site.alias(file); ok {
			return r.site.Aliases[i].To, true
		}
	}
	return "", false
}

// loops follows the rows from an address and reports whether they lead back to the first.
func (r *redirects) loops(first, at Address) bool {
	for range len(r.rows) {
		row, ok := r.rows[at]
		if !ok || row.Status == 410 {
			return false
		}
		next, err := r.Config.Address(row.To.Text)
		if err != nil {
			return false
		}
		if next == first {
			return true
		}
		at = next
	}
	return false
}

// file is the file of the site that a new address names.
func (r *redirects) file(c Cell, to Address) (string, bool) {
	rel, inside := r.Config.inside(to.Path)
	switch {
	case !inside && to.Path+"/" == r.Config.Root():
		rel, inside = "", true
	case !inside:
		r.fault("redirect-target", c, diag.Say("“%s”不在本站之内：本站从 %s 开始", "%q lies outside the site, which begins at %s", c.Text, r.Config.Root()),
			diag.Say("请写 %s", "write %s", r.Config.Root()+strings.TrimPrefix(to.Path, "/")))
		return "", false
	case to.Query != "":
		r.fault("redirect-address", c, diag.Say("新地址“%s”带有问号；本站的页面没有参数", "the new address %q has a query; the site's pages have none", c.Text), diag.Say("请删去问号以后的部分", "remove the query"))
		return "", false
	}
	for _, file := range []string{rel, path.Join(rel, "index.html")} {
		if x := r.site.Report(file); x != nil && x.Gone() {
			r.fault("redirect-target", c, diag.Say("新地址“%s”的报告已撤下", "the report at the new address %q was withdrawn", c.Text), diag.Say("请把状态改为 410，删去新地址", "make the status 410 and remove the new address"))
			return "", false
		}
		if r.site.Has(file) && !strings.HasSuffix(file, "/") {
			return file, true
		}
	}
	r.fault("redirect-target", c, diag.Say("新地址“%s”在本站不存在", "the new address %q does not exist in this site", c.Text), diag.Say("请核对；草稿和未到日期的报告要等公开以后再写", "check it; drafts and future reports must be published first"))
	return "", false
}

// drawPages gives redirect pages to the old addresses that a file can stand at.
func (r *redirects) drawPages() {
	var more []Alias
	for _, x := range r.site.Redirects {
		if rel, ok := r.Config.inside(x.From.Path); ok && x.From.Query == "" && x.Status != 410 && path.Ext(x.To) == ".html" {
			if file, ok := pageName(rel); ok && !r.site.Has(file) {
				more = append(more, Alias{URL: file, To: x.To, Title: r.title(x.To)})
			}
		}
	}
	slices.SortFunc(more, func(x, y Alias) int { return strings.Compare(x.URL, y.URL) })
	// /old and /old/ are one file: the first of them by address has it
	more = slices.CompactFunc(more, func(x, y Alias) bool { return x.URL == y.URL })
	for _, x := range more {
		r.site.pages[x.URL] = true
	}
	r.site.Aliases = append(r.site.Aliases, more...)
	slices.SortFunc(r.site.Aliases, func(x, y Alias) int { return strings.Compare(x.URL, y.URL) })
}

// pageName is the file of a redirect page for an old address below the site's root; ok is false when no file can stand there that a server
// would send as a page.
func pageName(rel string) (file string, ok bool) {
	file = rel
	if strings.HasSuffix(rel, "/") || path.Ext(rel) == "" {
		file = path.Join(rel, "index.html")
	}
	first, _, _ := strings.Cut(file, "/")
	if file == "index.html" || report.IsReserved(first) || strings.ContainsAny(file, "\\?#*\"<>|:") {
		return "", false
	}
	for segment := range strings.SplitSeq(file, "/") {
		if segment == "" || strings.HasPrefix(segment, ".") || strings.HasSuffix(segment, ".") || strings.TrimSpace(segment) != segment {
			return "", false
		}
	}
	return file, slices.Contains([]string{".html", ".htm", ".shtml"}, strings.ToLower(path.Ext(file)))
}

// title names a page of the site for a link.
func (r *redirects) title(url string) string {
	if x := r.site.Report(url); x != nil {
		return x.Title
	}
	for _, p := range r.site.Plain {
		if p.URL == url {
			return p.Title
		}
	}
	for _, d := range r.site.Districts {
		if d.URL == url {
			return d.Name
		}
	}
	for _, ag := range r.site.Agencies {
		if ag.URL == url {
			return ag.Name
		}
	}
	for _, x := range slices.Concat(r.site.Years, r.site.Topics, r.site.Kinds) {
		if x.URL == url {
			return x.Name
		}
	}
	if url == "index.html" && r.Config.Name != "" {
		return r.Config.Name
	}
	return "/" + strings.TrimSuffix(url, "index.html")
}
