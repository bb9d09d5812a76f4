package report

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"gongkai/internal/diag"
)

// aReport is where the texts of these tests stand: a report with a folder of its own.
var aReport = Origin{Path: "content/610112/wjj/2021/zongjie/index.md", Dir: "610112/wjj/2021/zongjie", Page: "610112/wjj/2021/zongjie.html", Line: 1}

func parse(t testing.TB, markdown string) (*Body, diag.List) {
	t.Helper()
	b, findings := NewParser().Text(aReport, []byte(markdown))
	if err := invariants(b); err != nil {
		t.Fatalf("%v\n%.300s\n---\n%.1000s", err, markdown, b.HTML)
	}
	return b, findings
}

// rules lists findings as line:column rule.
func rules(l diag.List) []string {
	var s []string
	for _, d := range l {
		s = append(s, fmt.Sprintf("%d:%d %s", d.Start.Line, d.Start.Column, d.Rule))
	}
	return s
}

// allowed are the elements that a body may hold, with their attributes.
var allowed = map[string]string{
	"p": "id class", "h2": "id class", "h3": "id class", "h4": "id class", "h5": "id class", "h6": "id class", "ul": "", "ol": "start", "li": "id", "blockquote": "",
	"strong": "id class", "em": "", "code": "", "pre": "id", "br": "", "hr": "", "a": "href title rel class role aria-label",
	"img": "src alt loading decoding title", "figure": "id", "figcaption": "", "sup": "class id",
	"div":   "class tabindex role aria-label aria-labelledby",
	"table": "", "caption": "id", "thead": "", "tbody": "", "tr": "id", "th": "scope class", "td": "class",
}

// invariants checks what must hold for every body whatsoever: the HTML is well formed and holds only allowed elements, attributes and
// schemes; ids are unique; its text is that of the paragraphs.
func invariants(b *Body) error {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(bytes.NewReader(b.HTML), body)
	if err != nil {
		return err
	}
	var again, words strings.Builder
	ids := map[string]bool{}
	for _, n := range nodes {
		if err := checkNode(n, ids, &words); err != nil {
			return err
		}
		if err := html.Render(&again, n); err != nil {
			return err
		}
	}
	if got, want := canonical(again.String()), canonical(string(b.HTML)); got != want {
		return fmt.Errorf("a browser reads the HTML differently:\n got %s\nwant %s", around(got, want), around(want, got))
	}
	var texts []string
	for _, p := range b.Paragraphs {
		if !ids[p.ID] && p.ID != "" {
			return fmt.Errorf("paragraph %s is not on the page", p.ID)
		}
		if p.Section != "" && !ids[p.Section] {
			return fmt.Errorf("section %s is not on the page", p.Section)
		}
		if strings.TrimSpace(p.Text) == "" && strings.Trim(p.Text, "\u00a0 \t\n\u3000") != "" {
			return fmt.Errorf("empty paragraph %q", p.Text)
		}
		texts = append(texts, p.Text)
	}
	if got, want := squeeze(words.String()), squeeze(strings.Join(texts, "")); got != want {
		return fmt.Errorf("text of the HTML and of the paragraphs differ:\nhtml %s\ntext %s", around(got, want), around(want, got))
	}
	for _, e := range b.Outline {
		if !ids[e.ID] {
			return fmt.Errorf("outline entry %s is not on the page", e.ID)
		}
	}
	return nil
}

func checkNode(n *html.Node, ids map[string]bool, words *strings.Builder) error {
	switch n.Type {
	case html.TextNode:
		words.WriteString(n.Data)
		return nil
	case html.ElementNode:
	default:
		return fmt.Errorf("node of type %d", n.Type)
	}
	attributes, ok := allowed[n.Data]
	if !ok {
		return fmt.Errorf("element %s", n.Data)
	}
	for _, a := range n.Attr {
		switch {
		case !slices.Contains(strings.Fields(attributes), a.Key):
			return fmt.Errorf("attribute %s of %s", a.Key, n.Data)
		case a.Key == "id":
			if ids[a.Val] || a.Val == "" || strings.ContainsAny(a.Val, " \t\n") {
				return fmt.Errorf("id %q twice or unfit", a.Val)
			}
			ids[a.Val] = true
		case a.Key == "href" || a.Key == "src":
			u, err := url.Parse(a.Val)
			if err != nil {
				return err
			}
			schemes := []string{"", "http", "https", "mailto", "tel"}
			if !slices.Contains(schemes, u.Scheme) || a.Key == "src" && u.Scheme != "" || u.Scheme == "" && (u.Host != "" || strings.HasPrefix(a.Val, "//")) {
				return fmt.Errorf("%s=%q", a.Key, a.Val)
			}
			if strings.ContainsFunc(a.Val, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }) {
				return fmt.Errorf("unencoded %s=%q", a.Key, a.Val)
			}
		}
	}
	for _, a := range n.Attr { // marks of notes are no text
		if a.Key == "class" && (a.Val == "noteref" || a.Val == "backref") {
			return nil
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if err := checkNode(c, ids, words); err != nil {
			return err
		}
	}
	return nil
}

// canonical takes out the differences between two ways of writing the same HTML: the order of attributes, references, "/>".
func canonical(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		t := z.Token()
		if t.Type == html.SelfClosingTagToken {
			t.Type = html.StartTagToken
		}
		slices.SortFunc(t.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
		b.WriteString(t.String())
	}
	return b.String()
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// around cuts the neighbourhood of the first difference.
func around(s, other string) string {
	i := 0
	for i < len(s) && i < len(other) && s[i] == other[i] {
		i++
	}
	return fmt.Sprintf("%q", s[max(0, i-60):min(len(s), i+60)])
}

// sharedReports finds the real reports beside the checkout.
func sharedReports(t testing.TB) map[string]string {
	t.Helper()
	files, _ := filepath.Glob("../../../shared/reports/content/*/*/*/*.md")
	if len(files) == 0 {
		if strings.Contains(os.Getenv("GONGKAI_REQUIRE"), "shared") {
			t.Fatal("the shared reports are required, and not there")
		}
		t.Skip("the shared reports are not there")
	}
	reports := map[string]string{}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(src[4:]), "\n---\n")
		reports[strings.Split(filepath.ToSlash(f), "/")[6]] = body
	}
	return reports
}

func TestSharedReports(t *testing.T) {
	reports := sharedReports(t)
	for place, want := range map[string]struct{ entries, runIns int }{
		"610112": {19, 0}, "mouqu": {14, 0}, "610102": {27, 0}, "640500": {14, 10}, "shifanqu": {10, 0},
	} {
		t.Run(place, func(t *testing.T) {
			b, findings := parse(t, reports[place])
			runIns := 0
			for _, e := range b.Outline {
				if e.RunIn {
					runIns++
				}
				if e.Number == "" || !strings.HasPrefix(e.ID, "s") {
					t.Errorf("%+v", e)
				}
			}
			if len(b.Outline) != want.entries || runIns != want.runIns || len(findings) > 0 {
				t.Errorf("%d entries, %d run in, %v", len(b.Outline), runIns, rules(findings))
			}
			if hasSignature := b.Signature.DateText != ""; hasSignature != (place == "610112") {
				t.Errorf("signature %+v", b.Signature)
			}
			// Every character of the Markdown, markup aside, stands in the text, in order.
			source := squeeze(markup.Replace(reports[place]))
			var texts strings.Builder
			for _, p := range b.Paragraphs {
				texts.WriteString(p.Text)
			}
			if place == "shifanqu" {
				source = strings.ReplaceAll(source, "\x00", "*")
			}
			if got := squeeze(texts.String()); got != source {
				t.Errorf("text differs:\n got %s\nwant %s", around(got, source), around(source, got))
			}
		})
	}
}

// markup takes the few kinds of markup out of the real reports.
var markup = strings.NewReplacer("\\*", "\x00", "\\_", "_", "\\.", ".", "#", "", "*", "")

func TestEmphasis(t *testing.T) {
	for markdown, want := range map[string]string{
		"**（一）重点工作。**全年推进":                  `<strong id="s1" class="n2">（一）重点工作。</strong>全年推进`,
		"抓好**（一）重点工作。**全年":                  `抓好<strong>（一）重点工作。</strong>全年`,
		"**“示范单位”**建设":                      `<strong>“示范单位”</strong>建设`,
		"加强**“一站式、一次办”**监管":                 `加强<strong>“一站式、一次办”</strong>监管`,
		"达到**30%**以上":                       `达到<strong>30%</strong>以上`,
		"共**1240人**，其中":                     `共<strong>1240人</strong>，其中`,
		"共**1240**人":                        `共<strong>1240</strong>人`,
		"**注意：**2021年起":                     `<strong>注意：</strong>2021年起`,
		"**《条例》**、**《办法》**":                 `<strong>《条例》</strong>、<strong>《办法》</strong>`,
		"推进**“一网通办”……**等":                   `推进<strong>“一网通办”……</strong>等`,
		"**（试行）**":                          `<strong>（试行）</strong>`,
		"*强调。*后文":                           `<em>强调。</em>后文`,
		"***加重。***后文":                       `<em><strong>加重。</strong></em>后文`,
		`\*\*区中医院`:                          `**区中医院`,
		`某\_\_区`:                            `某__区`,
		"snake_case_名_称":                    `snake_case_名_称`,
		"** 不是粗体 **":                        `** 不是粗体 **`,
		"外形60*40*30厘米":                      `外形60*40*30厘米`,
		"3*甲*4":                             `3<em>甲</em>4`,
		"a * b * c":                         `a * b * c`,
		"第一行\n第二行":                          `第一行第二行`,
		"第一行，\n**第二行**":                     `第一行，<strong>第二行</strong>`,
		"第一行\nABC":                          `第一行 ABC`,
		"完成 ABC\n**DEF**":                   `完成 ABC <strong>DEF</strong>`,
		"第一行  \n第二行":                        `第一行<br>第二行`,
		"第一行\\\n第二行":                        `第一行<br>第二行`,
		"“甲”\n的":                            `“甲”的`,
		"A &amp; B &lt;c&gt; &":             `A &amp; B &lt;c&gt; &amp;`,
		"&copy;&#x4e2d;&notit;&nosuch;&#0;": "©中&amp;notit;&amp;nosuch;\uFFFD",
		"　　首行缩进":                            `首行缩进`,
		"    首行缩进":                          `首行缩进`,
		"`**代码**`字":                         `<code>**代码**</code>字`,
	} {
		b, _ := parse(t, markdown)
		got := string(b.HTML)
		_, got, _ = strings.Cut(got, ">")
		if got = strings.TrimSuffix(got, "</p>"); got != want {
			t.Errorf("%q:\n got %s\nwant %s", markdown, got, want)
		}
	}
}
