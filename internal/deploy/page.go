package deploy

import (
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/publish"
)

// What a page can be, as its body element says; other classes are indexes, which may come and go.
const (
	kindReport   = "report"
	kindPlain    = "plain"
	kindRemoved  = "removed"
	kindRedirect = "redirect"
)

// maxPage bounds what is read of a page. A report of a million characters has 3 MB.
const maxPage = 32 << 20

// page is what a published page says of itself: enough to name it in a plan and to see whether its text changed on record.
type page struct {
	kind      string // class of body; by the form of the path where a layout of the site's own has another
	title     string // the heading
	sum       string // 文本校验码
	revisions int    // 更正次数
	withdrawn bool   // under a banner, its text still there
	to        string // of a redirect: the page it leads to, a path below the site
}

// address reports whether readers know the page by its address: it must not go without a word.
func (p page) address() bool {
	switch p.kind {
	case kindReport, kindPlain, kindRemoved, kindRedirect:
		return true
	}
	return false
}

// article reports whether a plan names the page: it holds a text.
func (p page) article() bool { return p.kind == kindReport || p.kind == kindPlain }

// Places of a page's facts, whether or not the page was minified.
var (
	bodyClass  = regexp.MustCompile(`<body(?:\s+class="?([^">]*))?[^>]*>`)
	heading    = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	tag        = regexp.MustCompile(`(?s)<[^>]*>`)
	record     = regexp.MustCompile(`更正次数：\s*([0-9]{1,6})\s*(?:</li>)?\s*<li>\s*文本校验码：\s*<code>([0-9a-f]{16,64})</code>`)
	withdrawn  = regexp.MustCompile(`<p class="?banner withdrawn"?[\s>]`)
	notice     = regexp.MustCompile(`这份材料已(?:[^。]{0,80})撤下，不再公开`)
	refresh    = regexp.MustCompile(`(?i)<meta\s+http-equiv="?refresh"?\s+content="0;\s*url=([^">]*)"`)
	reportPath = regexp.MustCompile(`^[^/]+/[^/]+/[0-9]{4}/[^/]+\.html$`)
	slugFolder = regexp.MustCompile(`^([^/]+/[^/]+/[0-9]{4}/[^/]+)/.`)
	plainPath  = regexp.MustCompile(`^[^/]+\.html$`)
	hashedName = regexp.MustCompile("^" + publish.Hashed + "$")
)

// classes are those that the layouts give to body.
var classes = []string{
	kindReport, kindPlain, kindRemoved, kindRedirect, "home", "district", "district-year", "agency", "years", "year", "topics", "topic", "kind", "404",
}

// readPage reads the page at a path.
func readPage(name string, r io.Reader) (page, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPage))
	if err != nil {
		return page{}, err
	}
	var p page
	head, rest := text, text
	if m := bodyClass.FindSubmatchIndex(text); m != nil {
		head, rest = text[:m[0]], text[m[1]:]
		if m[2] >= 0 {
			p.kind = kindByClass(string(text[m[2]:m[3]]))
		}
	}
	if p.kind == "" {
		p.kind = kindByPath(name)
		if p.kind != "" && notice.Match(rest) && !record.Match(rest) {
			p.kind = kindRemoved
		}
	}
	if m := heading.FindSubmatchIndex(rest); m != nil {
		p.title = plainText(rest[m[2]:m[3]])
		rest = rest[m[1]:]
	}
	switch p.kind {
	case kindRedirect:
		if m := refresh.FindSubmatch(head); m != nil {
			p.to = path.Join(path.Dir("/"+name), html.UnescapeString(string(m[1])))[1:]
		}
	case kindReport:
		p.withdrawn = withdrawn.Match(text)
		if all := record.FindAllSubmatch(rest, -1); all != nil { // a text could quote the words: the last are 公开记录
			last := all[len(all)-1]
			p.revisions, _ = strconv.Atoi(string(last[1]))
			p.sum = string(last[2])
		}
	}
	return p, nil
}

// plainText is what a heading reads.
func plainText(inner []byte) string {
	text := html.UnescapeString(string(tag.ReplaceAll(inner, nil)))
	return strings.Join(strings.Fields(text), " ")
}

// kindByClass finds the class that a layout gives among others.
func kindByClass(list string) string {
	for class := range strings.FieldsSeq(list) {
		if slices.Contains(classes, class) {
			return class
		}
	}
	return ""
}

// kindByPath guesses from a page's address.
func kindByPath(name string) string {
	switch base := path.Base(name); {
	case base == "index.html" || base == "404.html" || strings.HasSuffix(base, ".fragment.html") || strings.HasSuffix(base, "-compare.html"):
		return ""
	case reportPath.MatchString(name):
		return kindReport
	case plainPath.MatchString(name):
		return kindPlain
	}
	return ""
}

// mayBePage tells what could be a page, an alias of any ending among them, from what is a file by its ending.
func mayBePage(name string) bool {
	if strings.HasPrefix(name, "assets/") || strings.HasSuffix(name, ".fragment.html") {
		return false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".txt", ".csv", ".xml", ".md", ".css", ".js", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".pdf", ".ofd", ".doc",
		".docx", ".xls", ".xlsx", ".wps", ".et", ".ppt", ".pptx", ".zip", ".gz", ".br", ".woff2", ".sha256":
		return false
	}
	return true
}

// stem is what the files of a report share: its page's path without the ending.
func stem(page string) string { return strings.TrimSuffix(page, path.Ext(page)) }

// belongs reports whether a file is a report's besides its page: data, other forms of the text, attachments. The compressed forms of the
// page are what the page is, a notice perhaps.
func belongs(name, stem string) bool {
	rest, ok := strings.CutPrefix(name, stem)
	return ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".") && !strings.Contains(rest, "/") && uncompressed(rest) != ".html")
}

// uncompressed is the file of which build --precompress has made this one, or the name itself.
func uncompressed(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".br")
}

// harmless are assets that hold no word of any report: what else is hashed may be a shard of the search index.
func harmless(name string) bool {
	switch path.Ext(name) {
	case ".css", ".js", ".woff2", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico":
		return true
	}
	return false
}
