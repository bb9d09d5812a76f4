package document

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
)

// page is a web page while it is read.
type page struct {
	r         *reader
	body      *html.Node
	facts     map[*html.Node]*mass
	main      *html.Node
	title     *html.Node          // the element before the main text that holds the title
	fields    map[*html.Node]bool // tables of 索引号 and the like
	notes     webNotes
	paragraph int
	lists     []list
	cells     int
	deep      bool // nests deeper than maxDepth
}

func (r *reader) readHTML(data []byte) {
	text, encoding, err := decode(data)
	if err != nil {
		r.badEncoding(err)
		return
	}
	if declared := declaredCharset(data); encoding == "gb18030" && declared != "" && !strings.HasPrefix(declared, "gb") && declared != "utf-8" {
		r.refuse("document-encoding", Place{}, diag.Say("网页声明的编码是 %s，本程序只读 UTF-8、UTF-16 和 GB18030", "the page declares the encoding %s; only UTF-8, UTF-16 and GB18030 are read", declared),
			diag.Say("请在浏览器中打开后另存为 UTF-8", "open it in a browser and save it as UTF-8"))
		return
	}
	if len(data) > maxHTML {
		r.tooMuch(diag.Say("网页有 %d MB，超过 %d MB", "the page has %d MB, more than %d MB", len(data)>>20, maxHTML>>20))
		return
	}
	if n := strings.Count(text, "<"); n > maxTags {
		r.tooMuch(diag.Say("网页有 %d 个标记，超过 %d 个", "the page has %d tags, more than %d", n, maxTags))
		return
	}
	r.doc.Encoding = encoding
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		r.tooMuch(diag.Say("网页嵌套超过 512 层", "the page nests more than 512 deep"))
		return
	}
	p := &page{r: r, facts: map[*html.Node]*mass{}, fields: map[*html.Node]bool{}}
	p.body = find(root, "body")
	if p.body == nil {
		r.damaged("body", io.ErrUnexpectedEOF)
		return
	}
	p.readTags(root)
	if m := savedFrom.FindStringSubmatch(text[:min(len(text), 8192)]); m != nil {
		r.doc.Meta["SavedFrom"] = m[1]
	}
	p.weigh(p.body, 0)
	if p.deep {
		r.tooMuch(diag.Say("网页嵌套超过 %d 层", "the page nests more than %d deep", maxDepth))
		return
	}
	p.readFields(p.body)
	if p.main = p.findMain(); p.main == nil {
		r.refuse("document-main-text", Place{}, diag.Say("网页里找不到正文（成句的字只有 %d 个）", "no main text is found in the page (%d characters in sentences)", p.facts[p.body].prose),
			diag.Say("请在浏览器中待正文出现后另存，或把正文复制到文本文件", "save the page when its text has appeared, or copy the text into a file"))
		return
	}
	p.findTitle()
	p.findNotes()
	p.read()
	p.readLine()
}

var (
	savedFrom   = regexp.MustCompile(`<!--\s*saved from url=\(\d+\)(\S+)\s*-->`)
	charsetDecl = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?\s*([a-z0-9_-]+)`)
)

func declaredCharset(data []byte) string {
	if m := charsetDecl.FindSubmatch(data[:min(len(data), 4096)]); m != nil {
		return strings.ToLower(string(m[1]))
	}
	return ""
}

// pageTags are the names of GB-style page tags and of HTML in their standard spelling; a page's own spelling varies.
var pageTags = []string{
	"SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType",
	"ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description", "Image", "Url", "Generator",
}

func (p *page) readTags(root *html.Node) {
	meta := p.r.doc.Meta
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "meta":
			name, value := attr(n, "name"), strings.TrimSpace(attr(n, "content"))
			for _, known := range pageTags {
				if strings.EqualFold(name, known) && value != "" && meta[known] == "" && known != "Generator" {
					meta[known] = value
				}
			}
		case "title":
			if meta["Title"] == "" && n.Parent != nil && n.Parent.Data == "head" {
				meta["Title"] = squeeze(textOf(n))
			}
		case "link":
			if strings.EqualFold(attr(n, "rel"), "canonical") && meta["Canonical"] == "" {
				meta["Canonical"] = attr(n, "href")
			}
		}
	}
	for key, value := range meta {
		if value == "" {
			delete(meta, key)
		}
	}
}

// readFields finds tables and lists that hold at least three labelled fields, or 索引号 and one more, and not much else. It tells whether
// it has taken one within n, since the inner element is the one to take.
func (p *page) readFields(n *html.Node) (taken bool) {
	for k := range n.ChildNodes() {
		if k.Type == html.ElementNode && !skipped(k) && p.readFields(k) {
			taken = true
		}
	}
	m := p.facts[n]
	if taken || n == p.body || m == nil || m.labels < 2 || m.all > 6000 || m.prose > 400 || !slices.Contains([]string{"table", "ul", "dl", "div", "section"}, n.Data) {
		return taken
	}
	found, more := pairs(n)
	if _, indexed := found["索引号"]; len(found) < 2 || len(found) < 3 && !indexed {
		return false
	}
	p.fields[n] = true
	for _, of := range [...]map[string]string{found, more} {
		for label, value := range of {
			if p.r.doc.Meta[label] == "" && value != "" {
				p.r.doc.Meta[label] = value
			}
		}
	}
	return true
}

// pairs reads label and value from neighbouring cells, or from one that holds both ("索引号：……"); more are further ones in such a cell,
// which a line of publication has too.
func pairs(n *html.Node) (found, more map[string]string) {
	found, more = map[string]string{}, map[string]string{}
	var leaves []string
	var collect func(n *html.Node)
	collect = func(n *html.Node) {
		inner, whole := false, textOf(n)
		for k := range n.ChildNodes() {
			if k.Type != html.ElementNode || skipped(k) {
				continue
			}
			if textOf(k) == whole && whole != "" {
				collect(k)
				return
			}
			inner = inner || strings.TrimSpace(textOf(k)) != ""
		}
		if !inner {
			if s := squeeze(whole); s != "" {
				leaves = append(leaves, s)
			} else if n.Data == "td" || n.Data == "dd" {
				leaves = append(leaves, "")
			}
			return
		}
		if whole = squeeze(whole); len([]rune(whole)) < 60 { // <li><b>索引号：</b>……</li>
			if label, value, ok := strings.Cut(strings.ReplaceAll(whole, ":", "："), "："); ok && FieldLabel(label) != "" && strings.Count(whole, "：") == 1 {
				found[FieldLabel(label)] = strings.TrimSpace(value)
				return
			}
		}
		for k := range n.ChildNodes() {
			switch {
			case k.Type == html.ElementNode && !skipped(k):
				collect(k)
			case k.Type == html.TextNode && strings.TrimSpace(k.Data) != "":
				leaves = append(leaves, squeeze(k.Data))
			}
		}
	}
	collect(n)
	for i, s := range leaves {
		if label := FieldLabel(s); label != "" {
			if i+1 < len(leaves) && FieldLabel(leaves[i+1]) == "" && found[label] == "" {
				found[label] = leaves[i+1]
			}
			continue
		}
		for i, f := range ReadFields(s) {
			switch {
			case !f.Colon || f.Value == "" || slices.Contains(counters, f.Label):
			case i > 0:
				more[f.Label] = f.Value
			case found[f.Label] == "":
				found[f.Label] = f.Value
			}
		}
	}
	return found, more
}

var (
	stampDate   = regexp.MustCompile(`(?:发布时间|发布日期|发表时间|日期|时间)\s*[：:]\s*(\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}日?)`)
	stampSource = regexp.MustCompile(`(?:信息来源|来源|稿件来源)\s*[：:]\s*([^\s|｜　】\]]{2,40})`)
)

// readLine reads the line of date and source that stands under a title, from what was dropped, where no table says the same.
func (p *page) readLine() {
	for _, d := range p.r.doc.Dropped {
		if d.Reason != ReasonPortal || len(d.Text) > 600 {
			continue
		}
		if m := stampDate.FindStringSubmatch(d.Text); m != nil && p.r.doc.Meta["发布日期"] == "" {
			p.r.doc.Meta["发布日期"] = m[1]
		}
		if m := stampSource.FindStringSubmatch(d.Text); m != nil && p.r.doc.Meta["来源"] == "" {
			p.r.doc.Meta["来源"] = m[1]
		}
	}
}

// readMHT unpacks a page saved in one file (RFC 2557) and reads its first HTML part.
func (r *reader) readMHT() {
	message, err := mail.ReadMessage(bytes.NewReader(bytes.TrimLeft(r.data, "\ufeff\r\n ")))
	if err != nil {
		r.damaged("MIME", err)
		return
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		r.damaged("MIME", err)
		return
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for range maxParts {
		part, err := parts.NextRawPart()
		if err != nil {
			r.damaged("MIME", err)
			return
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind != "text/html" {
			continue
		}
		var in io.Reader = part
		switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			in = quotedprintable.NewReader(part)
		case "base64":
			in = base64.NewDecoder(base64.StdEncoding, part)
		}
		data, err := io.ReadAll(io.LimitReader(in, maxPart))
		if err != nil {
			r.damaged("MIME", err)
			return
		}
		r.doc.Format = "html"
		r.readHTML(data)
		if at := part.Header.Get("Content-Location"); at != "" && r.doc.Meta["SavedFrom"] == "" {
			r.doc.Meta["SavedFrom"] = at
		}
		return
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func find(root *html.Node, name string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			return n
		}
	}
	return nil
}

// textOf is all text within a node that a browser may show.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for k := range n.ChildNodes() {
			if !skipped(k) {
				walk(k)
			}
		}
	}
	walk(n)
	return b.String()
}

// skipped elements hold no text of the page.
func skipped(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return n.Type != html.TextNode
	}
	switch n.Data {
	case "script", "style", "noscript", "template", "iframe", "object", "svg", "head", "link", "meta", "textarea", "select", "input", "canvas", "video", "audio":
		return true
	}
	return false
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
