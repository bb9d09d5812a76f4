package document

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// matrix is the first two columns of a transformation: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

var identity = matrix{1, 0, 0, 1, 0, 0}

// readPDFPages reads the words of every page with our own reader: no encryption, fonts with a ToUnicode table, a Chinese encoding that
// is known by name, or an embedded TrueType table. What a font does not tell comes out as U+FFFD, which trusted refuses.
func readPDFPages(ctx context.Context, data []byte) ([]printed, error) {
	f, err := openPDF(ctx, data)
	if err != nil {
		return nil, err
	}
	root := f.dict(f.trailer["Root"])
	w := &pdfWalker{f: f, fonts: map[any]*pdfFont{}, seen: map[int]bool{}}
	if err := w.tree(root["Pages"], pdfDict{}, 0); err != nil {
		return nil, err
	}
	if len(w.pages) == 0 {
		return nil, fmt.Errorf("no pages: %w", errPDF)
	}
	return w.pages, ctx.Err()
}

type pdfWalker struct {
	f     *pdfFile
	fonts map[any]*pdfFont
	seen  map[int]bool
	pages []printed
	ops   int
}

// tree walks the tree of pages; resources and sizes are inherited.
func (w *pdfWalker) tree(v any, inherited pdfDict, depth int) error {
	if ref, ok := v.(pdfRef); ok {
		if w.seen[ref.num] {
			return nil
		}
		w.seen[ref.num] = true
	}
	d := w.f.dict(v)
	if d == nil {
		return fmt.Errorf("page %d is not there: %w", len(w.pages)+1, errPDF)
	}
	if depth > maxPDFDepth || len(w.pages) >= maxPages {
		return errPages
	}
	own := pdfDict{}
	for _, key := range []pdfName{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if own[key] = inherited[key]; d[key] != nil {
			own[key] = d[key]
		}
	}
	if kids, ok := w.f.resolve(d["Kids"]).([]any); ok {
		for _, kid := range kids {
			if err := w.tree(kid, own, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return w.page(d, own)
}

func (w *pdfWalker) page(d, own pdfDict) error {
	box := [4]float64{0, 0, 595, 842}
	if list, _ := w.f.resolve(own["MediaBox"]).([]any); len(list) == 4 {
		for i, v := range list {
			box[i], _ = w.f.number(v)
		}
	}
	x0, y0, x1, y1 := math.Min(box[0], box[2]), math.Min(box[1], box[3]), math.Max(box[0], box[2]), math.Max(box[1], box[3])
	p := printed{width: x1 - x0, height: y1 - y0}
	base := matrix{1, 0, 0, -1, -x0, y1} // the top left corner is the origin
	turn, _ := w.f.number(own["Rotate"])
	switch int(turn) % 360 {
	case 90, -270:
		base = matrix{0, 1, 1, 0, -y0, -x0}
		p.width, p.height = p.height, p.width
	case 180, -180:
		base = matrix{-1, 0, 0, 1, x1, -y0}
	case 270, -90:
		base = matrix{0, -1, -1, 0, y1, x1}
		p.width, p.height = p.height, p.width
	}
	var content []byte
	parts, ok := w.f.resolve(d["Contents"]).([]any)
	if !ok {
		parts = []any{d["Contents"]}
	}
	for _, part := range parts {
		s, ok := w.f.resolve(part).(*pdfStream)
		if !ok {
			if part != nil {
				return fmt.Errorf("the text of page %d is not there: %w", len(w.pages)+1, errPDF)
			}
			continue
		}
		data, err := w.f.unpack(s)
		if err != nil {
			return fmt.Errorf("page %d: %w", len(w.pages)+1, err)
		}
		content = append(append(content, data...), '\n')
	}
	r := &pdfRun{w: w, page: &p}
	if err := r.run(content, w.f.dict(own["Resources"]), base, 0); err != nil {
		return err
	}
	w.pages = append(w.pages, p)
	return nil
}

// pdfState is the graphics state, as far as text goes.
type pdfState struct {
	ctm                    matrix
	font                   *pdfFont
	size, char, word, lead float64
	scale, rise            float64
}

// pdfRun carries out a content stream.
type pdfRun struct {
	w        *pdfWalker
	page     *printed
	s        pdfState
	stack    []pdfState
	tm, line matrix
	marked   []markedText
}

// maxPDFOps bounds the operators of a file: a page of text has some thousands.
const maxPDFOps = 30_000_000

func (r *pdfRun) run(content []byte, resources pdfDict, base matrix, depth int) error {
	if depth > 12 {
		return nil
	}
	r.s.ctm, r.s.scale = base, 1
	l := &pdfLexer{data: content}
	var args []any
	for {
		v, err := l.next()
		if errors.Is(err, errLimit) {
			return err
		}
		if err != nil {
			return nil
		}
		op, isOp := v.(pdfOp)
		if !isOp {
			if args = append(args, v); len(args) > 64 {
				args = args[32:]
			}
			continue
		}
		if r.w.ops++; r.w.ops > maxPDFOps {
			return errLimit
		}
		if r.w.ops%4096 == 0 && r.w.f.ctx.Err() != nil {
			return r.w.f.ctx.Err()
		}
		switch op {
		case "BI":
			r.page.pictures = true
			skipInline(l)
		case "Do":
			if err := r.do(args, resources, depth); err != nil {
				return err
			}
		default:
			r.operate(string(op), args, resources)
		}
		args = args[:0]
	}
}

// skipInline passes over an inline picture.
func skipInline(l *pdfLexer) {
	i := strings.Index(string(l.data[l.at:min(len(l.data), l.at+1<<20)]), "EI")
	for i >= 0 {
		at := l.at + i
		if at > 0 && pdfSpace(l.data[at-1]) && (at+2 >= len(l.data) || pdfSpace(l.data[at+2])) {
			l.at = at + 2
			return
		}
		l.at = at + 2
		i = strings.Index(string(l.data[l.at:min(len(l.data), l.at+1<<20)]), "EI")
	}
	l.at = len(l.data)
}

// do shows a picture or carries out a form.
func (r *pdfRun) do(args []any, resources pdfDict, depth int) error {
	if len(args) == 0 {
		return nil
	}
	name, _ := args[len(args)-1].(pdfName)
	s, ok := r.w.f.resolve(r.w.f.dict(resources["XObject"])[name]).(*pdfStream)
	if !ok {
		return nil
	}
	if r.w.f.resolve(s.dict["Subtype"]) == pdfName("Image") {
		r.page.pictures = true
		return nil
	}
	if r.w.f.resolve(s.dict["Subtype"]) != pdfName("Form") {
		return nil
	}
	data, err := r.w.f.unpack(s)
	if err != nil {
		return fmt.Errorf("page %d: %w", len(r.w.pages)+1, err)
	}
	m := identity
	if list, _ := r.w.f.resolve(s.dict["Matrix"]).([]any); len(list) == 6 {
		for i, v := range list {
			m[i], _ = r.w.f.number(v)
		}
	}
	own := r.w.f.dict(s.dict["Resources"])
	if own == nil {
		own = resources
	}
	inner := &pdfRun{w: r.w, page: r.page, s: r.s}
	return inner.run(data, own, m.times(r.s.ctm), depth+1)
}

func (r *pdfRun) operate(op string, args []any, resources pdfDict) {
	num := func(i int) float64 { // from the end: 0 is the last
		if i < len(args) {
			n, _ := args[len(args)-1-i].(float64)
			return n
		}
		return 0
	}
	str := func() pdfString {
		if len(args) == 0 {
			return ""
		}
		s, _ := args[len(args)-1].(pdfString)
		return s
	}
	six := func() matrix { return matrix{num(5), num(4), num(3), num(2), num(1), num(0)} }
	switch op {
	case "q":
		if len(r.stack) < 512 {
			r.stack = append(r.stack, r.s)
		}
	case "Q":
		if n := len(r.stack); n > 0 {
			r.s, r.stack = r.stack[n-1], r.stack[:n-1]
		}
	case "cm":
		r.s.ctm = six().times(r.s.ctm)
	case "BMC", "BDC":
		r.mark(args, resources)
	case "EMC":
		r.endMark()
	case "BT":
		r.tm, r.line = identity, identity
	case "Tf":
		if len(args) >= 2 {
			if name, ok := args[len(args)-2].(pdfName); ok {
				r.s.font = r.w.font(r.w.f.dict(resources["Font"])[name])
			}
		}
		r.s.size = num(0)
	case "Tc":
		r.s.char = num(0)
	case "Tw":
		r.s.word = num(0)
	case "Tz":
		r.s.scale = num(0) / 100
	case "TL":
		r.s.lead = num(0)
	case "Ts":
		r.s.rise = num(0)
	case "Td", "TD":
		if op == "TD" {
			r.s.lead = -num(0)
		}
		r.move(num(1), num(0))
	case "Tm":
		r.tm = six()
		r.line = r.tm
	case "T*":
		r.move(0, -r.s.lead)
	case "Tj":
		r.show(str())
	case "'":
		r.move(0, -r.s.lead)
		r.show(str())
	case "\"":
		r.s.word, r.s.char = num(2), num(1)
		r.move(0, -r.s.lead)
		r.show(str())
	case "TJ":
		if len(args) > 0 {
			list, _ := args[len(args)-1].([]any)
			for _, v := range list {
				switch v := v.(type) {
				case pdfString:
					r.show(v)
				case float64:
					r.tm = matrix{1, 0, 0, 1, -v / 1000 * r.s.size * r.s.scale, 0}.times(r.tm)
				}
			}
		}
	}
}

func (r *pdfRun) move(x, y float64) {
	r.line = matrix{1, 0, 0, 1, x, y}.times(r.line)
	r.tm = r.line
}

// font reads a font once.
func (w *pdfWalker) font(v any) *pdfFont {
	ref, isRef := v.(pdfRef)
	if isRef {
		if known := w.fonts[ref]; known != nil {
			return known
		}
	}
	d := w.f.dict(v)
	if d == nil {
		return nil
	}
	made := w.f.newPDFFont(d)
	if isRef {
		w.fonts[ref] = made
	}
	return made
}

// show puts the glyphs of a string on the page, one word each. Text that is turned is left out: it is a watermark or a margin note.
func (r *pdfRun) show(s pdfString) {
	if len(r.page.words) > 1<<20 {
		return
	}
	if r.s.font == nil { // the font is not there: so the reading is refused
		r.page.words = append(r.page.words, word{x1: 10, y1: 10, text: strings.Repeat(string(utf8.RuneError), min(len(s), 64)), size: 10})
		return
	}
	for _, g := range r.s.font.glyphs(s) {
		m := matrix{r.s.size * r.s.scale, 0, 0, r.s.size, 0, r.s.rise}.times(r.tm).times(r.s.ctm)
		size := math.Hypot(m[2], m[3])
		if text := strings.TrimSpace(strings.ReplaceAll(g.text, "\x00", "")); text != "" && math.Abs(m[1]) < 0.3*math.Abs(m[0])+1e-9 && size > 0.5 && size < 2000 {
			x := m[4]
			w := word{x0: x, x1: x + g.width*m[0], y0: m[5] - 0.88*size, y1: m[5] + 0.12*size, text: unradical(text), size: size}
			if text == string(utf8.RuneError) {
				w.x1 = x + size/2
			}
			if w.x1 < w.x0 {
				w.x0, w.x1 = w.x1, w.x0
			}
			r.page.words = append(r.page.words, w)
		}
		step := g.width*r.s.size + r.s.char
		if g.space {
			step += r.s.word
		}
		r.tm = matrix{1, 0, 0, 1, step * r.s.scale, 0}.times(r.tm)
	}
}
