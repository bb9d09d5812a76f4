package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// asPage puts a body into what is needed of a page.
func asPage(b *Body) string {
	return `<!doctype html><title>题</title><script type="application/ld+json">{"a":"<div class=body>"}</script><article><h1>文本校验码</h1><div class="body">` + string(b.HTML) +
		`</div><section class="record"><ul><li>更正次数：0</li><li>文本校验码：<code>` + b.TextSHA256[:shownDigits] + `</code></li></ul></section></article><pre>尾</pre>`
}

// sameText compares a page that was read with the body that it was made from.
func sameText(b *Body, page *PageText) error {
	if page.TextSHA256 != b.TextSHA256 {
		for i, p := range b.Paragraphs {
			if i >= len(page.Paragraphs) || page.Paragraphs[i].Text != p.Text || page.Paragraphs[i].ID != p.ID {
				return fmt.Errorf("paragraph %d is %+v, read back %+v", i, p, page.Paragraphs[min(i, len(page.Paragraphs)):min(i+1, len(page.Paragraphs))])
			}
		}
		return fmt.Errorf("%d paragraphs, read back %d: %+v", len(b.Paragraphs), len(page.Paragraphs), page.Paragraphs[len(b.Paragraphs):])
	}
	if !page.Genuine() || len(page.Misfits) > 0 || len(page.Paragraphs) != len(b.Paragraphs) {
		return fmt.Errorf("genuine %v, misfits %+v, %d of %d paragraphs", page.Genuine(), page.Misfits, len(page.Paragraphs), len(b.Paragraphs))
	}
	return nil
}

// FuzzReadPage: whatever a report holds, its page gives the same text back.
func FuzzReadPage(f *testing.F) {
	for _, s := range []string{
		"", "## 一、总体\n\n**（1）甲。**乙\n丙\\\n丁  \n戊\n\n某局\n\n2021年1月2日\n",
		"- 甲\n  - 乙\n\n    丙\n\n- 丁\n\n  > 己\n\n  表1 辛\n\n  |a|b|c|\n  |:-|-:|-|\n  |`\\|`|<br>||\n  |||\n",
		"文[^1][^2]![^1]，再[^1]\n\n[^1]: 注[^2]\n\n    续\n[^2]: - 注\n[^3]: 余&#32;\n[^4]: |a|\n    |-|\n",
		"```\na\n\n b \n```\n\n    c\n\n```\n```\n\n```\nz", "![甲](a.png \"乙\")\n\n![](b.png) 丙\n\n[丁](x.md) <b>&lt;</b> &nbsp; &amp;lt; `<p id=\"p-1\">`\n",
		"# 一\n\n> # 二\n\n- ### 三\n\n|a|\n|-|\n||\n\n|&nbsp;|\n|-|\n|\t|\n",
	} {
		f.Add(s)
	}
	for _, b := range bombs() {
		if !strings.HasPrefix(b.name, "edge") {
			f.Add(b.text(60))
		}
	}
	p := NewParser()
	f.Fuzz(func(t *testing.T, s string) {
		b, _ := p.Text(aReport, []byte(s))
		page, err := ReadPage(strings.NewReader(asPage(b)))
		if err != nil {
			t.Fatal(err)
		}
		if err := sameText(b, page); err != nil {
			t.Fatalf("%v\n%s", err, b.HTML)
		}
	})
}

// FuzzReadAnyPage: no page makes reading fail otherwise than by saying so.
func FuzzReadAnyPage(f *testing.F) {
	for _, s := range []string{
		"", "<div class=body>", "</div><div class=body></p></div>文本校验码<code>1", "<div class=body><tr id=p-1><td><td></tr><pre id=p-2></pre><sup class=noteref><a class=backref>x",
		"<textarea><div class=body>", "<div class=body id=p-1/><br><td><br></div>", "文本校验码<code>\xff</code><p class='a body'>\x00&#0;",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		page, err := ReadPage(strings.NewReader(s))
		if err == nil && (len(page.TextSHA256) != 64 || page.Shown == "") {
			t.Fatalf("%+v", page)
		}
	})
}

const reread = "## 一、总体情况\n\n全年办理 12 件[^1]，比上年多 **3** 件。\n\n### 小结\n\n- 甲\n- 乙\n\n| 项目 | 数 | |\n|-|-:|-|\n| 义诊 | 12 | |\n\n```\n甲\n```\n\n![图](a.png \"图题\")\n\n[^1]: 按月统计。\n"

// TestEachChangedCharacterIsFound: every character that a reader sees in the body, changed, left out or doubled, is found.
func TestEachChangedCharacterIsFound(t *testing.T) {
	b, _ := NewParser().Text(aReport, []byte(reread))
	page := asPage(b)
	start := strings.Index(page, `<div class="body">`) + len(`<div class="body">`)
	end := strings.Index(page, `</div><section class="record">`)
	inTag, n := false, 0
	for i := start; i < end; {
		c, size := utf8.DecodeRuneInString(page[i:end])
		if c == '<' {
			inTag = true
		}
		if !inTag && !strings.HasPrefix(page[i:], ` <a class="backref"`) {
			for _, with := range []string{"", string(c) + string(c), "某"} {
				changed := page[:i] + with + page[i+size:]
				got, err := ReadPage(strings.NewReader(changed))
				if err != nil || got.Genuine() {
					t.Errorf("%q for %q at %s passes: %v", with, c, page[i:min(i+40, end)], err)
				}
			}
			n++
		}
		if c == '>' {
			inTag = false
		}
		i += size
	}
	t.Logf("%d characters, three changes each", n)
}

// TestMisfits: the paragraph that was changed is named.
func TestMisfits(t *testing.T) {
	b, _ := NewParser().Text(aReport, []byte(reread))
	for _, test := range []struct{ from, to, want string }{
		{"办理 12 件", "办理 13 件", "全年办理 13 件，比上年多 3 件。"},
		{"小结", "总结", "总结"},
		{"义诊</td>", "义诊 </td>", ""}, // an id does not depend on white space
		{"按月统计", "按年统计", "按年统计。"},
		{"<h3", "外加一句<h3", "外加一句"},
	} {
		page, err := ReadPage(strings.NewReader(strings.Replace(asPage(b), test.from, test.to, 1)))
		if err != nil || page.Genuine() {
			t.Fatalf("%s: %v", test.to, err)
		}
		var got []string
		for _, p := range page.Misfits {
			got = append(got, p.Text)
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s: %q, want %q", test.to, got, test.want)
		}
	}
}

// TestReadPageRefuses pages that are no report's, and says which of two things is missing.
func TestReadPageRefuses(t *testing.T) {
	for _, test := range []struct {
		page string
		want error
	}{
		{"", ErrNoBody}, {"<p>文本校验码：<code>0123456789abcdef</code>", ErrNoBody}, {`<div class="body">甲</div>`, ErrNoChecksum},
		{`<div class="body"><p>文本校验码：<code>0123456789abcdef</code></p></div>`, ErrNoChecksum}, // said by the text itself
		{`<div class="body">甲</div>文本校验码：<b>0123456789abcdef</b>`, ErrNoChecksum},
		{"\x00\xff", ErrNoBody},
	} {
		if _, err := ReadPage(strings.NewReader(test.page)); !errors.Is(err, test.want) {
			t.Errorf("%q: %v, want %v", test.page, err, test.want)
		}
	}
	if page, err := ReadPage(strings.NewReader(`<div class="body"></div>文本校验码：<code>e3b0</code>`)); err != nil || page.Genuine() {
		t.Errorf("four digits pass: %v", err)
	}
	deep := `<div class="body">` + strings.Repeat("<b>", 100_000) + "甲"
	if _, err := ReadPage(strings.NewReader(deep)); err == nil || errors.Is(err, ErrNoChecksum) {
		t.Errorf("a deep page: %v", err)
	}
	if _, err := readPage(&endless{}, 1<<20); err == nil || errors.Is(err, ErrNoBody) {
		t.Errorf("a page without end: %v", err)
	}
}

type endless struct{}

func (*endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = "<p>"[i%3]
	}
	return len(b) - len(b)%3, nil
}

// TestReadPagesOfFixtures reads the Markdown of every fixture and shared report, and its text back from the HTML.
func TestReadPagesOfFixtures(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../build/testdata/*/content/*/*/*/*.md", "../build/testdata/*/content/*/*/*/*/index.md", "../../content/*/*/*/*.md", "../../../shared/reports/content/*/*/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	p := NewParser()
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(strings.TrimPrefix(string(src), "---\n"), "\n---\n")
		b, _ := p.Text(aReport, []byte(text))
		page, err := ReadPage(strings.NewReader(asPage(b)))
		if err == nil {
			err = sameText(b, page)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(files) < 20 {
		t.Errorf("only %d reports", len(files))
	}
	t.Logf("%d reports", len(files))
}

func BenchmarkReadPage(b *testing.B) {
	body, _ := NewParser().Text(aReport, []byte(strings.Repeat(reread, 20)))
	page := asPage(body)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadPage(strings.NewReader(page)); err != nil {
			b.Fatal(err)
		}
	}
}
