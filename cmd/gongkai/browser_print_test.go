package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"rsc.io/qr"

	"gongkai/internal/sitetest"
)

// Paper by GB/T 9704 (standards P-01…P-20), in points.
const (
	mm     = 72 / 25.4
	em     = 15.75       // 3号
	pitch  = 10.227 * mm // 22 lines in 225 mm
	top    = 37 * mm
	left   = 28 * mm
	right  = 184 * mm // 28 + 156
	bottom = 262 * mm // 37 + 225

	along = 2 // how exact widths are: figures are not all half as wide as a character
	down  = 4 // how exact heights are: pdftotext gives the box of the font, whose middle is not quite the line's
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// print prints pages as Chromium does and measures the paper.
func (r *reading) print(t *testing.T) {
	sitetest.Require(t, "poppler")
	tab := r.tab(t)
	pdf := func(path string) []sitetest.PDFPage {
		tab.Go(t, r.root+path)
		return sitetest.ReadPDF(t, tab.PDF(t))
	}
	t.Run("22 lines of 28 characters", func(t *testing.T) { printedFiller(t, pdf("official/110101/wjw/2020/ban.html")) })
	long, short := pdf(everything), pdf("official/110101/mz/2024/zongjie.html")
	t.Run("an organ longer than the date", func(t *testing.T) {
		organ, date := word(t, long, "示例市东城区疾病预防控制局"), word(t, long, "2025年1月8日")
		if !near(organ.Right, right-2*em, along) || !near(date.Left, organ.Left+2*em, along) || !near(date.Middle(), organ.Middle()+pitch, down) {
			t.Errorf("P-13: organ %.1f…%.1f, date %.1f…%.1f, type area to %.1f", organ.Left, organ.Right, date.Left, date.Right, right)
		}
		t.Logf("organ ends %.2f characters from the right, date begins %.2f right of it", (right-organ.Right)/em, (date.Left-organ.Left)/em)
	})
	t.Run("an organ shorter than the date", func(t *testing.T) {
		organ, date := word(t, short, "区民政局"), word(t, short, "2025年1月6日")
		if !near(date.Right, right-2*em, along) || !near(date.Left, organ.Left+2*em, along) {
			t.Errorf("P-13: organ %.1f…%.1f, date %.1f…%.1f, type area to %.1f", organ.Left, organ.Right, date.Left, date.Right, right)
		}
		t.Logf("date ends %.2f characters from the right, begins %.2f right of the organ", (right-date.Right)/em, (date.Left-organ.Left)/em)
	})
	t.Run("page numbers", func(t *testing.T) {
		for i, page := range long {
			lines := page.Lines()
			number := lines[len(lines)-1]
			if number.Text != fmt.Sprintf("—%d—", i+1) || !near(number.Middle(), bottom+7*mm, 2*down) {
				t.Errorf("P-17: page %d ends with %q, %.1f mm below the type area", i+1, number.Text, (number.Middle()-bottom)/mm)
			}
			if odd := i%2 == 0; odd && !near(number.Right, right-14, along) || !odd && !near(number.Left, left+14, along) {
				t.Errorf("P-17: the number of page %d stands at %.1f…%.1f", i+1, number.Left, number.Right)
			}
		}
	})
	t.Run("end", func(t *testing.T) { printedEnd(t, long) })
	t.Run("nothing outside of the type area", func(t *testing.T) {
		for _, doc := range [][]sitetest.PDFPage{long, short} {
			for i, page := range doc {
				for _, w := range page.Words {
					if w.Left < left-along || w.Right > right+along {
						t.Errorf("page %d: %q stands at %.1f…%.1f, the type area is %.1f…%.1f", i+1, w.Text, w.Left, w.Right, left, right)
					}
				}
			}
		}
	})
	t.Run("long table", func(t *testing.T) {
		heads, pages := 0, 0
		for _, page := range pdf("official/110101/wjw/2019/changbiao.html") {
			text := text(page)
			if strings.Contains(text, "第1日") || strings.Contains(text, "第60日") || strings.Contains(text, "第30日") {
				pages++
				heads += strings.Count(text, "日期件数") // the head's two cells stand on one line
			}
		}
		if pages < 2 || heads != pages {
			t.Errorf("a table on %d pages has its head %d times", pages, heads)
		}
	})
	t.Run("faces", func(t *testing.T) { r.printedFaces(t, tab) })
	t.Run("real reports", r.printedReports)
	t.Run("elder", func(t *testing.T) {
		r.elder(t, tab, true)
		sitetest.Eval[any](t, tab, `localStorage.setItem("gongkai.size", "large"); localStorage.setItem("gongkai.face", "song")`)
		printedFiller(t, pdf("official/110101/wjw/2020/ban.html"))
		sitetest.Eval[any](t, tab, `localStorage.clear()`)
	})
	r.quiet(t, tab)
}

// printedReports prints the reports beside the checkout: none leaves the type area or has more than 22 lines of text on a page.
func (r *reading) printedReports(t *testing.T) {
	dest := built(t, reportsSite(t), "--fail-on", "none")
	root := sitetest.Serve(t, dest)
	tab := sitetest.OpenTab(t, r.browser, root)
	site, err := sitetest.Load(dest)
	if err != nil {
		t.Fatal(err)
	}
	printed := 0
	for _, p := range site.Pages {
		if p.Type != sitetest.Content {
			continue
		}
		printed++
		tab.Go(t, root+p.Path)
		pages := sitetest.ReadPDF(t, tab.PDF(t))
		most := 0
		for i, page := range pages {
			lines := 0
			for _, line := range page.Lines() {
				edge := right + along
				if strings.ContainsAny(line.Text[max(0, len(line.Text)-3):], "，。、；：》）”") {
					edge += em / 2 // the browser cuts the blank half of a mark at the end of a line, which pdftotext counts
				}
				if line.Left < left-along || line.Right > edge {
					t.Errorf("%s, page %d: %q stands at %.1f…%.1f", p.Path, i+1, line.Text, line.Left, line.Right)
				}
				if line.Middle() > top && line.Middle() < bottom && line.Bottom-line.Top > 1.2*em {
					lines++
				}
			}
			most = max(most, lines)
		}
		if most > 22 {
			t.Errorf("%s: %d lines on a page", p.Path, most)
		}
		text := p.Text()
		over := zipped(p.Raw) - zipped([]byte(text))
		if n := utf8.RuneCountInString(text); over > budgetHTML*max(1, n/5000) {
			t.Errorf("%s: %d B of HTML over the text", p.Path, over)
		}
		t.Logf("%s: %d pages, at most %d lines; HTML %d B over its text", p.Path, len(pages), most, over)
	}
	if printed != 5 {
		t.Errorf("%d reports printed, want 5", printed)
	}
	r.quiet(t, tab)
}

// printedFiller counts a page that holds nothing but one paragraph.
func printedFiller(t *testing.T, pages []sitetest.PDFPage) {
	if len(pages) < 4 || !near(pages[1].Width, 210*mm, along) || !near(pages[1].Height, 297*mm, along) {
		t.Fatalf("%d pages of %.0f × %.0f points", len(pages), pages[1].Width, pages[1].Height)
	}
	for n, page := range pages[1:3] {
		var lines []sitetest.PDFWord
		for _, line := range page.Lines() {
			if strings.Contains(line.Text, "工") {
				lines = append(lines, line)
			}
		}
		if len(lines) != 22 {
			t.Errorf("P-04: page %d has %d lines, want 22", n+2, len(lines))
		}
		for i, line := range lines {
			middle := top + (float64(i)+.5)*pitch
			if got := utf8.RuneCountInString(line.Text); got != 28 || !near(line.Left, left, along) || !near(line.Right, right, along) || !near(line.Middle(), middle, down) {
				t.Errorf("P-04: page %d, line %d: %d characters from %.1f to %.1f at %.1f; want 28 from %.1f to %.1f at %.1f", n+2, i+1, got, line.Left, line.Right, line.Middle(), left, right, middle)
			}
		}
		t.Logf("page %d: %d lines × %d characters, %.1f to %.1f mm, first line at %.1f mm", n+2, len(lines), utf8.RuneCountInString(lines[0].Text), lines[0].Left/mm, lines[0].Right/mm, lines[0].Middle()/mm)
	}
}

// printedEnd reads the end of a printed report, and sees that what leads elsewhere is not printed.
func printedEnd(t *testing.T, pages []sitetest.PDFPage) {
	all := ""
	for _, page := range pages {
		all += text(page)
	}
	address := base("official") + "110101/wjw/2024/quan.html"
	end := strings.ReplaceAll(all[strings.LastIndex(all, "网址："):], "\n", "")
	if !strings.HasPrefix(end, "网址："+address) || !strings.Contains(end, "首次发布：2025年1月20日") {
		t.Errorf("the paper ends with %q", end)
	}
	for _, screen := range []string{"长辈版", "关于本站", "当前位置", "站点地图", "本节", "上一份", "我要纠错", "下载", "返回", "跳到正文"} {
		if strings.Contains(all, screen) {
			t.Errorf("%q is printed", screen)
		}
	}
	for _, paper := range []string{"索引号", "发布日期", "更正记录", "文本校验码", "本报告于2025年3月1日补充"} {
		if !strings.Contains(all, paper) {
			t.Errorf("%q is not printed", paper)
		}
	}
}

// printedFaces asks the browser for the faces of P-05, P-07 and P-10: those of them that the machine has not are replaced by its own.
func (r *reading) printedFaces(t *testing.T, tab *sitetest.Tab) {
	tab.Media(t, "print")
	tab.Go(t, r.root+everything)
	for selector, want := range map[string]string{
		"h1": "FZXiaoBiaoSong", ".body > p": "FangSong", ".body .n1": "SimHei", ".body .n2": "KaiTi", ".body .n3": "FangSong", ".body strong": "FangSong",
	} {
		style := sitetest.Eval[[]string](t, tab, fmt.Sprintf(`(s => [s.fontFamily, s.fontSize, s.color, s.fontWeight])(getComputedStyle(document.querySelector(%q)))`, selector))
		size := fmt.Sprint(em/.75) + "px"
		if selector == "h1" {
			size = "29.3333px"
		}
		if !strings.HasPrefix(strings.TrimPrefix(style[0], `"`), want) || style[1] != size || style[2] != "rgb(0, 0, 0)" || style[3] != "400" && selector != ".body strong" {
			t.Errorf("%s is set in %v; want %s, %s, black, not bold", selector, style, want, size)
		}
	}
	code := sitetest.Eval[[]float64](t, tab, `(b => [b.width, b.height])(document.querySelector(".qr svg").getBoundingClientRect())`)
	if !near(code[0]*.75, 25*mm, along) || !near(code[1]*.75, 25*mm, along) {
		t.Errorf("the code is %.0f × %.0f px", code[0], code[1])
	}
	path := sitetest.Eval[string](t, tab, `document.querySelector(".qr path").getAttribute("d")`)
	if problem := wrongCode(path, base("official")+"110101/wjw/2024/quan.html"); problem != "" {
		t.Error(problem)
	}
	tab.Media(t, "")
}

// stroke is a run of dark modules: from a place, or so far behind the one before.
var stroke = regexp.MustCompile(`(?:M(\d+) (\d+)|m(\d+) 0)h(\d+)`)

// wrongCode compares the dark modules of an SVG path with those of a code for the address.
func wrongCode(path, address string) string {
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		return err.Error()
	}
	dark := map[[2]int]bool{}
	var x, y int
	for _, m := range stroke.FindAllStringSubmatch(path, -1) {
		number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
		if m[3] == "" {
			x, y = number(1), number(2)
		}
		x += number(3)
		for range number(4) {
			dark[[2]int{x - 4, y - 4}] = true
			x++
		}
	}
	if strings.TrimSpace(stroke.ReplaceAllString(path, "")) != "" {
		return "the code's path draws more than modules"
	}
	for y := range code.Size {
		for x := range code.Size {
			if dark[[2]int{x, y}] != code.Black(x, y) {
				return fmt.Sprintf("the code of %s differs at %d, %d", address, x, y)
			}
			delete(dark, [2]int{x, y})
		}
	}
	if len(dark) > 0 {
		return fmt.Sprintf("%d modules stand outside of the code", len(dark))
	}
	return ""
}

func text(page sitetest.PDFPage) string {
	var b strings.Builder
	for _, line := range page.Lines() {
		b.WriteString(line.Text + "\n")
	}
	return b.String()
}

// word finds a line of the pages, the last if there are several.
func word(t *testing.T, pages []sitetest.PDFPage, want string) (found sitetest.PDFWord) {
	t.Helper()
	for _, page := range pages {
		for _, line := range page.Lines() {
			if line.Text == want {
				found = line
			}
		}
	}
	if found.Text == "" {
		t.Fatalf("%q is not on paper", want)
	}
	return found
}
