package document

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// mass is how much text an element holds, and of what kind.
type mass struct {
	han   int // 汉字
	links int // 汉字 within links
	prose int // 汉字 in sentences: in stretches that hold a comma or a stop, outside links
	all   int // characters but white space

	labels int // texts that are, or begin with, a label (FieldLabel)
}

// weigh reckons the mass of every element from its texts upward.
func (p *page) weigh(n *html.Node, depth int) *mass {
	m := &mass{}
	p.facts[n] = m
	if depth > maxDepth {
		p.deep = true
		return m
	}
	for k := range n.ChildNodes() {
		switch {
		case k.Type == html.TextNode:
			han, all, sentence := 0, 0, false
			for _, c := range k.Data {
				if unicode.Is(unicode.Han, c) {
					han++
				}
				if !unicode.IsSpace(c) {
					all++
				}
				sentence = sentence || strings.ContainsRune("，。；", c)
			}
			m.han += han
			m.all += all
			if label, _, _ := strings.Cut(strings.Replace(k.Data, ":", "：", 1), "："); all > 0 && len(label) < 60 && FieldLabel(label) != "" {
				m.labels++
			}
			if sentence || han >= 30 {
				m.prose += han
			}
		case k.Type == html.ElementNode && !skipped(k):
			sub := p.weigh(k, depth+1)
			m.han += sub.han
			m.all += sub.all
			m.labels += sub.labels
			m.links += sub.links
			m.prose += sub.prose
		}
	}
	if n.Data == "a" {
		m.links, m.prose = m.han, 0
	}
	if chrome(n) || hidden(n) {
		m.prose /= 8 // a footer has sentences too
	}
	return m
}

// mainMarks are the names that editors and templates of government sites give to the element of the main text, most telling first.
var mainMarks = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^(ucap-content|trs_?editor(_view)?|trs_ueditor|view trs_ueditor.*|zoom|js_content|vsb_content.*|v_news_content|j-fontcontent|(div_)?zhengwen)$`),
	regexp.MustCompile(`(?i)(trs_?u?editor|ucap-content|pages?_content|article[-_]?(con|content|body|text|main)|artical|news[-_]?(con|content|text|body)|con[-_]?(text|txt)|content[-_]?(text|txt|main|body|article|detail)|detail[-_]?(con|content|text|main)|xxgk[-_]?(con|content)|zw[-_]?(con|content|nr)|wz[-_]?(con|content|nr)|text[-_]?con|main[-_]?(con|text|article)|gk_?content|info[-_]?content|bt_content|easysite-news-content)`),
	regexp.MustCompile(`(?i)^(content|article|artibody|text|con|zw|nr|wenzhang|main|txt|xxgk|newscontent|contentbox|arc)$`),
}

// markOf returns how telling an element's id or classes are: 0 most, len(mainMarks) not at all.
func markOf(n *html.Node) int {
	names := append(strings.Fields(attr(n, "class")), attr(n, "id"))
	best := len(mainMarks)
	if n.Data == "article" {
		best--
	}
	for i, mark := range mainMarks {
		for _, name := range names {
			if name != "" && mark.MatchString(name) {
				return min(best, i)
			}
		}
	}
	return best
}

// weight is how much an element counts as text: sentences thrice, other words outside links once.
func (m *mass) weight() int { return 2*m.prose + m.han - m.links }

// shares say which part of the page's text an element of a mark must hold at least: the surer the mark, the less.
var shares = [...]int{12, 4, 2}

// findMain returns the element of the main text, or nil: a marked element that holds enough of the page's text, else the smallest
// element that holds nearly all its sentences.
func (p *page) findMain() *html.Node {
	whole := p.facts[p.body]
	best := p.marked()
	if best == nil { // a short text on a busy page
		for n := range p.body.Descendants() {
			if m := p.facts[n]; m != nil && n.Type == html.ElementNode && m.weight() >= 30 && markOf(n) == 0 && !chromeWithin(n, p.body) && (best == nil || m.weight() > p.facts[best].weight()) {
				best = n
			}
		}
	}
	if best != nil {
		return p.widen(best)
	}
	if whole.prose == 0 {
		// Perhaps a page of a title and a table only; a page of menus has little but links.
		if whole.han > 0 && whole.links*2 < whole.han {
			return p.body
		}
		return nil
	}
	n := p.body
	for {
		var next *html.Node
		for k := range n.ChildNodes() {
			if m := p.facts[k]; m != nil && m.prose*100 >= p.facts[n].prose*90 && isBox(k) {
				next = k
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
}

// marked returns the best of the elements that bear a mark and hold enough text, or nil.
func (p *page) marked() *html.Node {
	whole := p.facts[p.body]
	var best *html.Node
	bestMark := len(mainMarks)
	for n := range p.body.Descendants() {
		m := p.facts[n]
		if m == nil || n.Type != html.ElementNode || m.weight()*shares[0] < whole.weight() {
			continue
		}
		mark := markOf(n)
		if mark == len(mainMarks) || m.weight()*shares[mark] < whole.weight() || m.weight() == 0 || chromeWithin(n, p.body) {
			continue
		}
		// A surer mark wins unless it holds far less; of equal ones the one with more text, the inner one when it lacks none.
		if best == nil || mark < bestMark && m.weight()*10 >= p.facts[best].weight()*6 || mark <= bestMark && m.weight() >= p.facts[best].weight() {
			best, bestMark = n, mark
		}
	}
	return best
}

// widen goes from an element to an ancestor that holds several of the same mark and little else: an editor's element may occur many times
// in one text.
func (p *page) widen(n *html.Node) *html.Node {
	mark, best := markOf(n), n
	up := n
	for range 6 { // higher up stands the whole page
		up = up.Parent
		if up == nil || up == p.body.Parent || chrome(up) {
			break
		}
		m := p.facts[up]
		if m == nil || m.weight() > 40*p.facts[n].weight()+2000 {
			break
		}
		if sum := p.sameMark(up, mark); sum*5 >= p.facts[n].weight()*6 && sum*5 >= m.weight()*4 {
			best = up
		}
	}
	return best
}

// sameMark adds up the elements of a mark within n, the outermost ones.
func (p *page) sameMark(n *html.Node, mark int) int {
	sum := 0
	for k := range n.ChildNodes() {
		if m := p.facts[k]; m == nil || m.weight() == 0 || chrome(k) {
			continue
		} else if markOf(k) == mark {
			sum += m.weight()
		} else {
			sum += p.sameMark(k, mark)
		}
	}
	return sum
}

// isBox holds for elements that contain blocks; the paragraph of a one-paragraph page is not the page.
func isBox(n *html.Node) bool {
	switch n.Data {
	case "div", "section", "article", "main", "td", "tr", "tbody", "table", "center", "form", "font", "span", "body", "dd", "dl", "ul", "li", "blockquote":
		return true
	}
	return false
}

var (
	chromeNames = regexp.MustCompile(`(?i)(^|[-_ ])(nav|navbar|navigation|menu|footer?|foot|header|crumbs?|breadcrumb|position|dqwz|share|bdshare\w*|bshare\w*|social|print|tools?|toolbar|fontsize|relate[ds]?|related|recommend|hot|side|sidebar|aside|copyright|links|friend|search|page-?nav|pagination|pager|prev|next|ewm|qrcode|comment|login|banner|top-?bar|back-?top|logo|weixin|print-btn|zrbj|gb|closed?|toc|outline|mulu|qr|qr-?code)([-_ ]|$)`)
	displayNone = regexp.MustCompile(`(?i)(display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)`)
)

// chrome holds for elements that belong to the portal by their kind or name.
func chrome(n *html.Node) bool {
	switch n.Data {
	case "nav", "footer", "aside", "button", "form", "header":
		return n.Data != "form" || attr(n, "id") == "" && strings.Contains(strings.ToLower(attr(n, "action")), "search")
	case "body", "html", "article", "main", "p", "h1", "h2", "h3", "h4", "td", "tr", "table", "tbody":
		return false
	}
	class, id := attr(n, "class"), attr(n, "id")
	return class != "" && chromeNames.MatchString(class) || id != "" && chromeNames.MatchString(id)
}

func chromeWithin(n, top *html.Node) bool {
	for ; n != nil && n != top; n = n.Parent {
		if chrome(n) || hidden(n) {
			return true
		}
	}
	return false
}

// hidden holds for elements that a browser does not show.
func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		switch {
		case a.Key == "hidden", a.Key == "style" && displayNone.MatchString(a.Val):
			return true
		case a.Key == "color" && white.MatchString(a.Val), a.Key == "style" && whiteStyle.MatchString(a.Val):
			return !coloured(n) && len(textOf(n)) < 300
		}
	}
	return false
}

// Text as white as its paper is how sites mark what others copy from them.
var (
	white      = regexp.MustCompile(`(?i)^\s*(?:#fff|#ffffff|white)\s*$`)
	whiteStyle = regexp.MustCompile(`(?i)(?:^|;)\s*color\s*:\s*(?:#fff|#ffffff|white|rgb\(255,\s*255,\s*255\))\s*(?:;|!|$)`)
	background = regexp.MustCompile(`(?i)background`)
)

// coloured reports whether an element, or one round it, has a ground of its own, as cells of tables may have it by a style sheet.
func coloured(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if attr(n, "bgcolor") != "" || background.MatchString(attr(n, "style")) || attr(n, "background") != "" || n.Data == "th" || n.Data == "td" && len(textOf(n)) < 300 {
			return true
		}
	}
	return false
}

// findTitle looks before the main text for the element that repeats the article's title.
func (p *page) findTitle() {
	want := key(p.r.doc.Meta["ArticleTitle"])
	page := key(p.r.doc.Meta["Title"])
	for n := range p.body.Descendants() {
		if n == p.main {
			return
		}
		if n.Type != html.ElementNode || p.facts[n] == nil || p.facts[n].all == 0 || p.facts[n].all > 120 || p.fields[n] || inside(n, p.fields) {
			continue
		}
		text := key(textOf(n))
		// The outermost element of just these words; breadcrumbs repeat the title as a link.
		if inLink(n) || len([]rune(text)) < 4 {
			continue
		}
		exact := want != "" && text == want
		asPage := want == "" && len([]rune(text)) >= 6 && strings.HasPrefix(page, text) && (n.Data == "h1" || n.Data == "h2" || strings.Contains(strings.ToLower(attr(n, "class")+attr(n, "id")), "title"))
		if exact || asPage {
			p.title = n
			if n.Data == "h1" || exact {
				return
			}
		}
	}
}

func inLink(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.Data == "a" {
			return true
		}
	}
	return false
}

func inside(n *html.Node, set map[*html.Node]bool) bool {
	for ; n != nil; n = n.Parent {
		if set[n] {
			return true
		}
	}
	return false
}

// key is a title without the white space that sites put into it.
func key(s string) string { return strings.Join(strings.Fields(s), "") }
