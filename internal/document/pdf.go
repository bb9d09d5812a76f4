package document

import (
	"bytes"
	"context"
	"errors"
	"html"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gongkai/internal/diag"
)

// word is a piece of text at its place on a page, in points from the top left corner. One glyph may be a word.
type word struct {
	x0, y0, x1, y1 float64
	text           string
	size           float64 // of the font; 0 is not known
}

// printed is a page of a pdf or ofd with what is printed on it.
type printed struct {
	width, height float64
	words         []word
	pictures      bool // holds a picture; known by our own reader only
}

// readPDF reads by poppler when it is there, else by our own reader, and believes neither without a look at the text.
func (r *reader) readPDF() error {
	var pages []printed
	if program := r.look("pdftotext"); program != "" {
		var err error
		if pages, err = r.poppler(program); err != nil || r.list.AtLeast(diag.Error) > 0 {
			return err
		}
		r.doc.Via = "pdftotext"
		pages = r.halfWidth(pages)
	} else {
		var err error
		if pages, err = readPDFPages(r.ctx, r.data); err != nil {
			r.pdfFault(err)
			return nil
		}
	}
	if r.trusted(pages) {
		r.layout(pages)
	}
	return nil
}

var (
	errLocked = errors.New("it is encrypted")
	errPages  = errors.New("too many pages")
)

// withPoppler is the hint for whatever our own reader cannot do.
func withPoppler() diag.Text {
	return diag.Say("请安装 poppler-utils（pdftotext）后再试，或改用 Word、网页原件", "install poppler-utils (pdftotext) and try again, or use the Word file or web page")
}

func (r *reader) pdfFault(err error) {
	switch {
	case r.ctx.Err() != nil:
	case errors.Is(err, errLocked):
		r.refuse("document-locked", Place{}, diag.Say("PDF 设有密码或限制，读不出文字", "the PDF is protected; its text cannot be read"), withPoppler())
	case errors.Is(err, errLimit), errors.Is(err, errPages):
		r.tooMuch(diag.Say("PDF 超过 %d 页，或解开后过大", "the PDF has more than %d pages or unpacks to too much", maxPages))
	default:
		r.refuse("document-damaged", Place{}, diag.Say("PDF 已损坏（%v）", "the PDF is damaged (%v)", err), withPoppler())
	}
}

// poppler runs pdftotext, which writes every word with its box.
func (r *reader) poppler(program string) ([]printed, error) {
	out, stderr, err := r.external(pdfLimit, "in.pdf", "", func(ctx context.Context, in string) *exec.Cmd {
		return exec.CommandContext(ctx, program, "-bbox", "-enc", "UTF-8", in, "-")
	})
	if err != nil {
		return nil, err
	}
	if r.list.AtLeast(diag.Error) > 0 {
		return nil, nil
	}
	if strings.Contains(stderr, "Incorrect password") {
		r.pdfFault(errLocked)
		return nil, nil
	}
	pages := parseBoxes(out)
	if len(pages) == 0 {
		first, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
		r.refuse("document-damaged", Place{}, diag.Say("PDF 已损坏，没有一页能读（%s）", "the PDF is damaged: not one page can be read (%s)", first),
			diag.Say("请重新取得这份文件", "obtain the file again"))
		return nil, nil
	}
	if len(pages) > maxPages {
		r.pdfFault(errPages)
	}
	if i := strings.Index(stderr, "Syntax Error"); i >= 0 {
		first, _, _ := strings.Cut(stderr[i:], "\n")
		r.warn("document-damaged", Place{}, diag.Say("PDF 有损坏之处（%s），文字可能不全", "the PDF is damaged in places (%s): text may be missing", first),
			diag.Say("请与原件核对，或重新取得这份文件", "compare with the original, or obtain the file again"))
	}
	return pages, nil
}

var (
	boxPage = regexp.MustCompile(`<page width="([-0-9.]+)" height="([-0-9.]+)"`)
	boxWord = regexp.MustCompile(`<word xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" yMax="([-0-9.]+)">(.*?)</word>`)
)

// parseBoxes reads the output of pdftotext -bbox, line by line: it is not always well-formed XML.
func parseBoxes(out []byte) []printed {
	var pages []printed
	num := func(b []byte) float64 {
		f, _ := strconv.ParseFloat(string(b), 64)
		return f
	}
	for line := range bytes.Lines(out) {
		if m := boxPage.FindSubmatch(line); m != nil {
			pages = append(pages, printed{width: num(m[1]), height: num(m[2])})
		} else if m := boxWord.FindSubmatch(line); m != nil && len(pages) > 0 {
			p := &pages[len(pages)-1]
			p.words = append(p.words, word{x0: num(m[1]), y0: num(m[2]), x1: num(m[3]), y1: num(m[4]), text: unradical(html.UnescapeString(string(m[5])))})
		}
	}
	return pages
}

// halfWidth takes the pages of our own reader when poppler's differ in the width of figures only: for one of the old Chinese encodings it
// names full-width ones where half-width ones are printed.
func (r *reader) halfWidth(pages []printed) []printed {
	const figures = "０１２３４５６７８９"
	if !strings.ContainsAny(wordsOf(pages), figures) {
		return pages
	}
	own, err := readPDFPages(r.ctx, r.data)
	if err != nil || strings.ContainsAny(wordsOf(own), figures) || !sameLetters(wordsOf(own), wordsOf(pages)) {
		return pages
	}
	return own
}

func wordsOf(pages []printed) string {
	var b strings.Builder
	for _, p := range pages {
		for _, w := range p.words {
			b.WriteString(w.text)
		}
	}
	return b.String()
}

// sameLetters compares two readings as heaps of characters, since they may differ in order: width and white space aside.
func sameLetters(a, b string) bool {
	heap := map[rune]int{}
	for _, c := range norm.NFKC.String(a) {
		heap[c]++
	}
	for _, c := range norm.NFKC.String(b) {
		heap[c]--
	}
	for c, n := range heap {
		if n != 0 && !unicode.IsSpace(c) {
			return false
		}
	}
	return true
}

// trusted looks whether the text is one: pages without text are scans, and text of the wrong characters is garbled.
func (r *reader) trusted(pages []printed) bool {
	var all strings.Builder
	var blank []string
	for i, p := range pages {
		before := all.Len()
		for _, w := range p.words {
			all.WriteString(w.text)
		}
		if all.Len() == before {
			blank = append(blank, strconv.Itoa(i+1))
		}
	}
	n := survey(all.String())
	hint := withPoppler()
	if r.doc.Via != "" || r.doc.Format == "ofd" {
		hint = diag.Say("请改用 Word、网页原件，或先做文字识别（OCR）", "use the Word file or web page, or run OCR first")
	}
	switch {
	case n.all < 8*len(pages) && n.all < 200:
		if r.doc.Via == "" && r.doc.Format == "pdf" && n.all > 0 {
			r.refuse("document-garbled", Place{}, diag.Say("%d 页里只读出 %d 个字，多半是内置读取器不认识这种字体", "only %d pages with %d characters: most likely the fonts are not understood", len(pages), n.all), hint)
			return false
		}
		r.refuse("document-scan", Place{}, diag.Say("%d 页里只有 %d 个字，是扫描件", "%d pages hold %d characters: it is a scan", len(pages), n.all),
			diag.Say("请先做文字识别（OCR）并校对，或改用 Word、网页原件", "run OCR and proofread, or use the Word file or web page"))
		return false
	case n.odd():
		r.refuse("document-garbled", Place{}, diag.Say("读出的 %d 个字里有 %d 个不是文字（字体没有对照表）", "of %d characters, %d are none (a font has no table of its characters)", n.all, n.private), hint)
		return false
	case n.han*10 < n.all:
		r.refuse("document-garbled", Place{}, diag.Say("读出的 %d 个字里只有 %d 个汉字，多半是乱码", "of %d characters only %d are Chinese: it is most likely garbled", n.all, n.han), hint)
		return false
	case !n.plausible():
		r.refuse("document-garbled", Place{}, diag.Say("读出的字不像中文（常用字只占 %d%%），多半是乱码", "the text does not look like Chinese (%d%% common characters): it is most likely garbled", n.commonShare()), hint)
		return false
	}
	if len(blank) > 0 {
		r.warn("document-scan", Place{}, diag.Say("第 %s 页没有文字，可能是图片", "no text on page %s, perhaps a picture", strings.Join(blank, "、")),
			diag.Say("请对照原件补上这些页的内容", "compare with the original and add what is missing"))
	}
	return true
}

// pageNumber finds "12", "- 12 -", "—12—", "第 3 页 共 10 页", "3/10".
var pageNumber = regexp.MustCompile(`^[-—–―－~·•\s\x{3000}]*(第?\s*[0-9０-９]{1,4}\s*页?(\s*([/／,，、]\s*共?|共)\s*[0-9０-９]{1,4}\s*页?)?|[ivxlc]{1,6})[-—–―－~·•\s\x{3000}]*$`)

func isPageNumber(s string) bool { return pageNumber.MatchString(strings.TrimSpace(s)) }
