package report

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"gongkai/internal/diag"
)

// reserved are the first segments of addresses that the site uses itself: contract §1.
var reserved = []string{"years", "topics", "kinds", "agencies", "search", "compare", "indicators", "data", "feeds", "assets", "page", "_gongkai"}

var (
	keyForm      = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)
	fourDigits   = regexp.MustCompile(`^\d{4}$`)
	onlyDigits   = regexp.MustCompile(`^\d+$`)
	districtCode = regexp.MustCompile(`^\d{6}$`)
	notKey       = regexp.MustCompile(`[^a-z0-9]+`)
)

// maxName is the longest name of a folder or file, in bytes; data files add up to 13 to it, and file systems end at 255.
const maxName = 200

// IsPlain reports whether the place is that of a plain page, content/<page>.md: it has a slug alone.
func (p Place) IsPlain() bool { return p.District == "" && p.Slug != "" }

// IsKey reports whether a text has the form of keys in addresses: [a-z0-9-]+, no hyphen at its ends or beside another.
func IsKey(text string) bool { return keyForm.MatchString(text) && len(text) <= maxName }

// ParsePath reads district, agency, year and slug from a path below content/: <district>/<agency>/<year>/<slug>.md, or
// …/<slug>/index.md (bundle). A plain page, <page>.md, has a slug alone. Findings stand at the file as a whole; the place is to be
// used only when there are none. Whether a district exists is for the site to ask.
//
// Rules path-form, path-reserved, path-district, path-agency, path-year, path-slug.
func ParsePath(file, rel string) (place Place, bundle bool, findings diag.List) {
	p := pathReader{file: file}
	segments := strings.Split(rel, "/")
	name := segments[len(segments)-1]
	stem, isMarkdown := strings.CutSuffix(name, ".md")
	switch {
	case !isMarkdown || slices.Contains(segments, "") || slices.Contains(segments, ".") || slices.Contains(segments, ".."):
		p.form(rel)
	case len(segments) == 1:
		place.Slug = p.page(stem)
	case len(segments) == 4:
		place = p.report(segments, stem)
	case len(segments) == 5 && stem == "index":
		bundle = true
		place = p.report(segments[:4], segments[3])
	case len(segments) == 5:
		p.add("path-form", diag.Say("“%s/”里只能有 index.md 一个 Markdown 文件，这里还有“%s”", "the folder %q holds one Markdown file, index.md, not %q", segments[3], name),
			diag.Say("另一份报告请移到 %s/ 下", "move another report up into %s/", strings.Join(segments[:3], "/")))
	default:
		p.form(rel)
	}
	return place, bundle, p.found
}

type pathReader struct {
	file  string
	found diag.List
}

func (p *pathReader) add(rule string, say, hint diag.Text) {
	p.found = append(p.found, diag.Diagnostic{Rule: rule, Severity: diag.Error, Path: p.file, Message: say, Hint: hint})
}

func (p *pathReader) form(rel string) {
	depth := strings.Count(rel, "/") + 1
	say := diag.Say("路径有 %d 层，报告应为 4 层", "the path has %d levels; a report's has 4", depth)
	if depth == 4 || depth == 5 || depth == 1 {
		say = diag.Say("“%s”不是报告的路径", "%q is not a report's path", rel)
	}
	p.add("path-form", say, diag.Say("应为 content/<地区>/<机构>/<年份>/<短名>.md，例如 content/610112/wjj/2021/weijian-zongjie.md",
		"content/<district>/<agency>/<year>/<slug>.md is wanted, e.g. content/610112/wjj/2021/weijian-zongjie.md"))
}

func (p *pathReader) page(stem string) string {
	switch {
	case IsReserved(stem) || stem == "index" || stem == "404":
		p.reserved(stem, diag.Say("请为页面换一个名字", "give the page another name"))
	case !IsKey(stem):
		p.key("path-slug", stem, diag.Say("页面文件名", "a page's file name"))
	}
	return stem
}

func (p *pathReader) report(segments []string, slug string) Place {
	place := Place{District: segments[0], Agency: segments[1], Slug: slug}
	p.district(segments[0])
	switch agency := segments[1]; {
	case fourDigits.MatchString(agency):
		p.reserved(agency, diag.Say("四位数字留给年份，请为机构换一个代号，例如 wjj", "four digits are for years: give the agency another key, e.g. wjj"))
	case !IsKey(agency):
		p.key("path-agency", agency, diag.Say("机构代号", "an agency's key"))
	}
	place.Year = p.year(segments[2])
	switch {
	case slug == "index" || strings.HasSuffix(slug, "-compare"):
		p.reserved(slug, diag.Say("请为报告换一个短名", "give the report another slug"))
	case !IsKey(slug):
		p.key("path-slug", slug, diag.Say("报告短名", "a report's slug"))
	}
	return place
}

func (p *pathReader) district(d string) {
	switch {
	case IsReserved(d):
		p.reserved(d, diag.Say("请改用行政区划代码，或在 gongkai.yaml 里另定代号", "use the GB/T 2260 code, or declare another key in gongkai.yaml"))
	case onlyDigits.MatchString(d) && !districtCode.MatchString(d):
		p.add("path-district", diag.Say("行政区划代码应为六位数字，这里是“%s”", "a GB/T 2260 code has six digits, not %q", d),
			diag.Say("请核对代码，例如 610112", "check the code, e.g. 610112"))
	case !IsKey(d):
		p.key("path-district", d, diag.Say("地区代号", "a district's key"))
	}
}

func (p *pathReader) year(y string) int {
	n, err := strconv.Atoi(y)
	if fourDigits.MatchString(y) && err == nil && n >= FirstYear && n <= LastYear {
		return n
	}
	say := diag.Say("年份文件夹应为四位数字，这里是“%s”", "a year's folder has four digits, not %q", y)
	if fourDigits.MatchString(y) {
		say = diag.Say("年份 %s 不在 %d—%d 之间", "the year %s is not between %d and %d", y, FirstYear, LastYear)
	}
	hint := diag.Say("例如 2021", "for example 2021")
	if digits := strings.TrimSuffix(width.Narrow.String(y), "年"); digits != y && fourDigits.MatchString(digits) {
		hint = diag.Say("请改为 %s", "name it %s", digits)
	}
	p.add("path-year", say, hint)
	return 0
}

func (p *pathReader) reserved(name string, hint diag.Text) {
	p.add("path-reserved", diag.Say("“%s”是本站保留的名字", "the name %q is reserved", name), hint)
}

// key reports a name that is no key, with a legal form of it where its letters give one.
func (p *pathReader) key(rule, name string, what diag.Text) {
	say := diag.Text{ZH: what.ZH + "“" + name + "”只能用小写字母、数字和连字符", EN: what.EN + " holds only a-z, 0-9 and single hyphens: " + strconv.Quote(name)}
	if len(name) > maxName {
		say = diag.Text{ZH: what.ZH + "超过 " + strconv.Itoa(maxName) + " 个字节", EN: what.EN + " is longer than " + strconv.Itoa(maxName) + " bytes"}
		p.add(rule, say, diag.Say("请改短", "shorten it"))
		return
	}
	hint := diag.Say("请用拼音或英文，例如 weijian-zongjie", "use pinyin or English, e.g. weijian-zongjie")
	if legal := Keyed(name); legal != "" {
		hint = diag.Say("请改为 %s", "name it %s", legal)
	}
	p.add(rule, say, hint)
}

// Keyed makes a key from a name: lower case, full-width letters folded, anything else a hyphen. It is "" where the name holds letters
// that no folding gives (汉字): a key made from the rest would say something else.
func Keyed(name string) string {
	folded := strings.ToLower(width.Narrow.String(path.Clean(name)))
	if strings.ContainsFunc(folded, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) }) {
		return ""
	}
	key := strings.Trim(notKey.ReplaceAllString(folded, "-"), "-")
	if len(key) > maxName {
		return ""
	}
	return key
}

// IsReserved reports whether the site uses a name itself as the first segment of addresses: contract §1.
func IsReserved(name string) bool { return slices.Contains(reserved, name) }
