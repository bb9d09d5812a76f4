package report

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"gongkai/internal/diag"
)

// A destination is what a link or picture leads to, checked. Rules of this file: link-scheme, link-invalid, link-outside, link-empty,
// image-external, image-type; broken-fragment in links_page.go.
type destination struct {
	href     string // for the attribute, percent-encoded; "" when the link is refused
	internal bool
	target   string // site path of an internal link; "" for this page
	fragment string
	// Why the link is refused.
	rule          string
	message, hint diag.Text
}

func refuse(rule string, message, hint diag.Text) destination {
	return destination{rule: rule, message: message, hint: hint}
}

// resolve checks a destination as it stands in the text, backslashes and character references already replaced. Relative ones start
// from the file's folder and are rewritten to start from the page, which for a bundle lies one folder higher.
func (s Origin) resolve(dest string, picture bool) destination {
	shown := clip(dest)
	switch {
	case dest == "":
		return refuse("link-empty", diag.Say("链接没有地址", "the link has no address"), diag.Say("请写成 [文字](地址)", "write [text](address)"))
	case len(dest) > maxDest:
		return refuse("link-invalid", diag.Say("链接地址长 %d 字节，超过上限 %d", "the address has %d bytes, more than %d", len(dest), maxDest), diag.Say("请改用较短的地址", "use a shorter address"))
	case strings.ContainsFunc(dest, isForbiddenInURL) || strings.TrimSpace(dest) != dest:
		return refuse("link-invalid", diag.Say("链接地址“%s”含有控制字符或首尾空格", "the address “%s” holds control characters or spaces at its ends", printable(shown)), diag.Say("请重新输入地址", "type the address again"))
	}
	if scheme := schemeOf(dest); scheme != "" {
		return external(scheme, dest, shown, picture)
	}
	if strings.HasPrefix(dest, "//") || strings.ContainsRune(dest, '\\') {
		return refuse("link-invalid", diag.Say("链接地址“%s”以 // 开头或含有反斜杠", "the address “%s” begins with // or holds a backslash", shown),
			diag.Say("外部地址请写全 https://，站内路径用 /", "write https:// in full; separate folders by /"))
	}
	return s.internal(dest, shown, picture)
}

func isForbiddenInURL(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) || r == '\u200b' || r == '\ufeff'
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if isForbiddenInURL(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// schemeOf is the scheme in lower case, "" for a relative address.
func schemeOf(dest string) string {
	for i, c := range []byte(dest) {
		switch {
		case isLetter(c):
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(dest[:i])
		default:
			return ""
		}
	}
	return ""
}

func external(scheme, dest, shown string, picture bool) destination {
	rest := dest[len(scheme)+1:]
	if picture {
		return refuse("image-external", diag.Say("图片“%s”不在本站", "the picture “%s” is not the site's own", shown),
			diag.Say("请把图片放在报告的文件夹里，写文件名", "put the picture into the report's folder and write its name"))
	}
	switch scheme {
	case "http", "https":
		u, err := url.Parse(escapeURL(scheme + ":" + rest))
		if err != nil || u.Hostname() == "" || u.Opaque != "" {
			return refuse("link-invalid", diag.Say("链接地址“%s”不完整", "the address “%s” is not complete", shown), diag.Say("请写成 https://域名/路径", "write https://host/path"))
		}
		host, err := idna.Lookup.ToASCII(u.Hostname())
		if err != nil && strings.ContainsFunc(u.Hostname(), func(r rune) bool { return r >= utf8.RuneSelf }) {
			return refuse("link-invalid", diag.Say("链接地址“%s”的域名不成立", "the host of “%s” cannot be", shown), diag.Say("请核对域名", "check the host"))
		}
		if err == nil && host != u.Hostname() {
			u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
		}
		return destination{href: u.String()}
	case "mailto", "tel":
		if rest == "" || rest[0] == '/' { // mailto://host is nobody's mailbox
			return refuse("link-invalid", diag.Say("链接地址“%s”不是邮箱或电话", "the address “%s” is neither a mailbox nor a number", shown), diag.Say("请写全邮箱或电话号码", "write the whole mailbox or number"))
		}
		return destination{href: scheme + ":" + escapeURL(rest)}
	}
	return refuse("link-scheme", diag.Say("不支持 %s: 开头的链接", "links that begin with %s: are not supported", clip(scheme)),
		diag.Say("请用 https://、http://、mailto:、tel: 或站内路径", "use https://, http://, mailto:, tel: or a path within the site"))
}

var pictureTypes = [...]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}

func (s Origin) internal(dest, shown string, picture bool) destination {
	rest, fragment, hasFragment := strings.Cut(dest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	name, err := url.PathUnescape(rest)
	if err != nil || !utf8.ValidString(name) || strings.ContainsFunc(name, isForbiddenInURL) || strings.ContainsRune(name, '\\') {
		return refuse("link-invalid", diag.Say("链接地址“%s”的 %% 编码不成立", "the %% codes of “%s” do not hold", shown), diag.Text{ZH: "请直接写中文，百分号写成 %25", EN: "write the characters themselves, and %25 for a percent sign"})
	}
	if decoded, err := url.PathUnescape(fragment); err == nil && utf8.ValidString(decoded) {
		fragment = decoded
	}
	d := destination{internal: true, fragment: fragment, target: s.Page}
	if name != "" {
		var ok bool
		if d.target, ok = s.sitePath(name); !ok {
			return refuse("link-outside", diag.Say("链接地址“%s”超出了网站", "the address “%s” leads out of the site", shown), diag.Say("请减少“../”", "use fewer ../"))
		}
	}
	if picture && !slices.Contains(pictureTypes[:], strings.ToLower(path.Ext(d.target))) {
		return refuse("image-type", diag.Say("“%s”不是可用的图片", "“%s” is not a picture that pages can show", shown), diag.Say("请用 png、jpg、gif 或 webp", "use png, jpg, gif or webp"))
	}
	own := d.target == s.Page
	if !own || !hasFragment && !hasQuery {
		d.href = escapePath(relativePath(s.Page, d.target))
	}
	if hasQuery {
		d.href += "?" + escapeURL(query)
	}
	if hasFragment {
		d.href += "#" + escape(fragment, "/-_.~!$&'()*+,;=@:?", true)
	}
	if own && hasFragment {
		d.target = ""
	}
	return d
}

// sitePath turns a path as an author writes it into a site path: from the file's folder or, with a leading slash, from content/;
// x.md and x/index.md are the page x.html, a folder x/ is x/index.html.
func (s Origin) sitePath(name string) (string, bool) {
	var segments []string
	if !strings.HasPrefix(name, "/") && s.Dir != "" {
		segments = strings.Split(s.Dir, "/")
	}
	folder := true
	for part := range strings.SplitSeq(name, "/") {
		folder = false
		switch part {
		case "", ".":
			folder = true
		case "..":
			if len(segments) == 0 {
				return "", false
			}
			segments, folder = segments[:len(segments)-1], true
		default:
			segments = append(segments, part)
		}
	}
	full := strings.Join(segments, "/")
	switch {
	case folder && full == "":
		return "index.html", true
	case folder:
		return full + "/index.html", true
	case strings.HasSuffix(full, "/index.md"):
		return strings.TrimSuffix(full, "/index.md") + ".html", true
	case strings.HasSuffix(full, ".md"):
		return strings.TrimSuffix(full, ".md") + ".html", true
	}
	return full, true
}

// relativePath leads from a page to a target, both site paths.
func relativePath(page, target string) string {
	from, to := strings.Split(page, "/"), strings.Split(target, "/")
	from = from[:len(from)-1]
	common := 0
	for common < len(from) && common < len(to)-1 && from[common] == to[common] {
		common++
	}
	return strings.Repeat("../", len(from)-common) + strings.Join(to[common:], "/")
}

// escapePath percent-encodes a relative path; ":" too, lest the first segment read as a scheme.
func escapePath(p string) string { return escape(p, "/-_.~!$&'()*+,;=@", false) }

// escapeURL percent-encodes what must not stand in a URL and leaves the rest, codes included, as it is.
func escapeURL(u string) string { return escape(u, "/-_.~!$&'()*+,;=@:?#", true) }

func escape(s, safe string, keepCodes bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		code := c == '%' && keepCodes && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		if code || isLetter(c) || '0' <= c && c <= '9' || strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }
