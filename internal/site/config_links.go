package site

import (
	"net/url"
	"path"
	"strings"

	"gongkai/internal/diag"
)

// LinkAddress is the address below the site's root that a link of the configuration names, with its query and fragment; a folder's is
// that of its index.html, since links of pages name files. ok is false for a web address or a mailbox.
func LinkAddress(link string) (address string, ok bool) {
	if link == "" || strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return link, false
	}
	address, tail := strings.TrimPrefix(link, "/"), ""
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address, tail = address[:i], address[i:]
	}
	folder := strings.HasSuffix(address, "/")
	if address = path.Clean("/" + address)[1:]; address == "" || folder { // ./about.html is a way to write about.html
		address = path.Join(address, "index.html")
	}
	return address + tail, true
}

// configLinks reports the links and the picture that stand on every page and lead nowhere.
func (a *assembler) configLinks() {
	for _, m := range a.Config.Menu {
		a.configLink(m.URL, m.At)
	}
	at, _ := a.Config.At("report_error")
	a.configLink(a.Config.ReportError, at.Value)
	at, _ = a.Config.At("badge")
	a.configLink(a.Config.Badge.Image, at.Value)
}

func (a *assembler) configLink(link string, at diag.Pos) {
	address, ok := LinkAddress(link)
	if !ok {
		return
	}
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	if plain, err := url.PathUnescape(address); err == nil && a.site.Has(plain) {
		return
	}
	a.add(diag.Diagnostic{
		Rule: "broken-link", Severity: diag.Error, Path: a.ConfigPath, Start: at, Span: link,
		Message: diag.Say("每一页上的链接“%s”指向的页面或文件不存在：/%s", "the link %q, which stands on every page, leads to nothing: /%s", link, address),
		Hint:    diag.Say("请核对路径；图片放在 static/ 里", "check the path; pictures belong into static/"),
	})
}
