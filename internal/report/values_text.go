package report

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/strictyaml"
)

// maxSummary is the length of 内容概述 in characters beyond which readers are warned (standards X-03).
const maxSummary = 300

func summaryType() strictyaml.Type[string] {
	return strictyaml.Line().Then(func(v strictyaml.Value, s *string) {
		if n := utf8.RuneCountInString(*s); n > maxSummary {
			v.Warn("summary-length", diag.Say("内容概述有 %d 字，超过 %d 字", "the summary has %d characters, more than %d", n, maxSummary),
				diag.Say("请压缩", "shorten it"))
		}
	})
}

// KeywordsType is a list of words, or one text in which 、，,；; separate them. In a list a word with a comma is an error: page tags
// separate words by it (standards M-20). Rules keyword-comma, repeated-word.
func KeywordsType() strictyaml.Type[[]string] {
	word := strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		if i := strings.IndexAny(*s, ",，;；"); i >= 0 {
			_, n := utf8.DecodeRuneInString((*s)[i:])
			v.ErrorIn((*s)[i:i+n], "keyword-comma", diag.Say("关键词“%s”里有逗号或分号", "the keyword %q holds a comma or a semicolon", strictyaml.Clip(*s)),
				diag.Say("请拆成两个关键词", "split it into two keywords"))
		}
	})
	text := strictyaml.Scalar(textSchema(), func(_ strictyaml.Value, s string) ([]string, bool) {
		words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；;", r) })
		for i, w := range words {
			words[i] = strings.TrimSpace(w)
		}
		return slices.DeleteFunc(words, func(w string) bool { return w == "" }), true
	})
	return strictyaml.Either(text, strictyaml.List(word)).Then(once)
}

// once keeps one of the words that a list holds twice, and warns of the first. Rule repeated-word.
func once(v strictyaml.Value, list *[]string) {
	seen := make(map[string]bool, len(*list))
	repeated := ""
	kept := slices.DeleteFunc(*list, func(w string) bool {
		if seen[w] && repeated == "" {
			repeated = w
		}
		again := seen[w]
		seen[w] = true
		return again
	})
	if repeated != "" {
		v.Warn("repeated-word", diag.Say("“%s”重复", "%q is repeated", strictyaml.Clip(repeated)), diag.Say("请删去一个", "delete one"))
	}
	*list = kept
}

func textSchema() strictyaml.Schema {
	return strictyaml.Schema{"type": []string{"string", "number", "null"}}
}

var sha256Form = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

func sha256Type() strictyaml.Type[string] {
	return strictyaml.Matching(sha256Form, "sha256", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是 SHA-256 校验值", "%q is not a SHA-256 sum", text),
			diag.Say("应为 64 位十六进制数字，可用 sha256sum 求得", "64 hexadecimal digits, as sha256sum prints them")
	})
}

// URLType is an absolute http or https address. Rule url.
func URLType() strictyaml.Type[string] {
	return strictyaml.Scalar(strictyaml.Schema{"type": []string{"string", "null"}, "pattern": "^https?://"}, func(v strictyaml.Value, text string) (string, bool) {
		if IsWebAddress(text) {
			return text, true
		}
		v.Error("url", diag.Say("“%s”不是完整的网址", "%q is not a complete web address", strictyaml.Clip(text)), diag.Say("应以 http:// 或 https:// 开头", "it begins with http:// or https://"))
		return "", false
	})
}

// IsWebAddress reports whether a text is an absolute http or https URL.
func IsWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && !strings.ContainsAny(text, " \"<>\\")
}

// PublishableTypes are the endings of files that may be published beside a report: contract §1.
func PublishableTypes() []string {
	return []string{"pdf", "ofd", "doc", "docx", "xls", "xlsx", "wps", "et", "ppt", "pptx", "csv", "txt", "zip", "png", "jpg", "jpeg", "gif", "webp"}
}

// checkFileName wants the name of a file beside the report: no folder, and of a type that may be published. Rules file-name,
// attachment-type.
func checkFileName(v strictyaml.Value, name string) bool {
	if strings.ContainsAny(name, "/\\:*?\"<>|") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") {
		v.Error("file-name", diag.Say("附件“%s”应为报告所在文件夹里的文件名", "the attachment %q must be a file name in the report's own folder", strictyaml.Clip(name)),
			diag.Say("请把文件放在报告旁边，这里只写文件名", "put the file beside the report and write its name alone"))
		return false
	}
	if ending := strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")); !slices.Contains(PublishableTypes(), ending) {
		v.Error("attachment-type", diag.Say("附件不能是这种文件：“%s”", "an attachment cannot be of this type: %q", strictyaml.Clip(name)),
			diag.Say("可用的类型：%s", "types allowed: %s", strings.Join(PublishableTypes(), " ")))
		return false
	}
	return true
}

// successorType is the path of a report of the site, or a web address. Rule successor.
func successorType() strictyaml.Type[string] {
	return strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		scheme, _, _ := strings.Cut(*s, ":")
		if IsWebAddress(*s) || scheme == *s && !strings.HasPrefix(*s, "//") && !strings.ContainsAny(*s, " \\\"<>") {
			return
		}
		v.Error("successor", diag.Say("“%s”不是本站报告的路径，也不是网址", "%q is neither the path of a report nor a web address", strictyaml.Clip(*s)),
			diag.Say("例如 610112/wjj/2022/weijian-zongjie.md", "for example 610112/wjj/2022/weijian-zongjie.md"))
	})
}

// aliasFault says what is wrong with an old address written in a report's front matter; base is the folder of the report's own address.
// An old address is a path of this site, absolute or relative to that folder, to a page (.html, .htm, .shtml) or a folder.
func aliasFault(base, written string) (say, hint diag.Text, wrong bool) {
	hint = diag.Say("请写本站的旧路径，例如 /old/2021/zongjie.html", "write an old path of this site: /old/2021/zongjie.html")
	decoded, err := url.PathUnescape(written)
	shown := strictyaml.Clip(written)
	switch {
	case strings.HasPrefix(written, "//") || strings.Contains(written, ":"):
		return diag.Say("旧地址“%s”带有网站域名", "the old address %q names a host", shown), hint, true
	case err != nil || !utf8.ValidString(decoded) || strings.ContainsAny(decoded, "\\?#*\"<>|\x00\n\t"):
		return diag.Say("旧地址“%s”含有不能用作文件名的字符", "the old address %q holds characters that no file name can have", shown), hint, true
	}
	depth := 0
	if !strings.HasPrefix(decoded, "/") && base != "" {
		depth = strings.Count(base, "/") + 1
	}
	for segment := range strings.SplitSeq(strings.Trim(decoded, "/"), "/") {
		switch {
		case segment == "..":
			depth--
		case segment == "." || segment == "":
		case strings.HasPrefix(segment, ".") || strings.HasSuffix(segment, ".") || strings.TrimSpace(segment) != segment:
			return diag.Say("旧地址“%s”里有不能用的文件夹名“%s”", "the old address %q holds the unusable name %q", shown, segment), hint, true
		default:
			depth++
		}
		if depth < 0 {
			return diag.Say("旧地址“%s”指到了网站之外", "the old address %q leads out of the site", shown), hint, true
		}
	}
	full := decoded
	if !strings.HasPrefix(full, "/") {
		full = "/" + base + "/" + full
	}
	full = strings.TrimPrefix(path.Clean(full), "/")
	first, _, _ := strings.Cut(full, "/")
	ending := strings.ToLower(path.Ext(full))
	switch {
	case full == "" || full == "index.html":
		return diag.Say("旧地址不能是网站首页", "the home page cannot be an old address"), hint, true
	case IsReserved(first):
		return diag.Say("旧地址“%s”以本站保留的“%s”开头", "the old address %q begins with the reserved %q", shown, first), hint, true
	case ending != "" && !slices.Contains([]string{".html", ".htm", ".shtml"}, ending) && !strings.HasSuffix(decoded, "/"):
		return diag.Say("旧地址“%s”不是网页", "the old address %q is not a page", shown),
			diag.Say("只能写 .html、.htm、.shtml 或文件夹", "only .html, .htm, .shtml or a folder can be redirected"), true
	}
	return diag.Text{}, diag.Text{}, false
}
