package document

import (
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
)

// xlsx reads one workbook.
type xlsx struct {
	d       *docx // the package: parts, relations, pictures, flaws
	shared  []string
	formats []string // by style of a cell
	is1904  bool
	cells   int
}

// readXLSX reads every sheet as a heading (its name) and a table of what its cells show. Only cells with a text are in the table.
func (r *reader) readXLSX(data []byte) {
	z, err := openZip(data)
	if err != nil {
		r.partFault("ZIP", err)
		return
	}
	d := &docx{r: r, z: z, rels: map[string]map[string]rel{}, files: map[string]string{}, comms: map[string]*node{}, part: "xl/workbook.xml"}
	book, ok := d.load(d.part, true)
	if !ok {
		return
	}
	x := &xlsx{d: d}
	x.is1904 = truth(childOr(book, "workbookPr").attr("date1904"))
	rels := d.relations(d.part)
	for _, to := range sorted(rels) {
		switch to.kind {
		case "sharedStrings":
			n, _ := d.load(resolve(d.part, to.target), false)
			x.readShared(n)
		case "styles":
			n, _ := d.load(resolve(d.part, to.target), false)
			x.readFormats(n)
		}
	}
	sheets := 0
	for n := range book.all("sheet") {
		if r.ctx.Err() != nil || r.list.AtLeast(diag.Error) > 0 {
			return
		}
		if sheets++; sheets > maxSheets {
			r.tooMuch(diag.Say("工作表超过 %d 张", "there are more than %d sheets", maxSheets))
			return
		}
		to, known := rels[n.attr("r:id")]
		if !known || to.kind == "chartsheet" {
			r.warn("document-loss", Place{Part: n.attr("name")}, diag.Say("图表没有读入", "a chart is not read"), diag.Say("请另附图片或表格", "attach a picture or a table"))
			continue
		}
		d.part = resolve("xl/workbook.xml", to.target)
		root, ok := d.load(d.part, true)
		if !ok {
			return
		}
		state := n.attr("state")
		x.sheet(n.attr("name"), root, state == "hidden" || state == "veryHidden")
	}
	d.part = "xl/workbook.xml"
	d.readTitle()
	d.report()
}

func truth(s string) bool { return s == "1" || s == "true" || s == "on" }

func (x *xlsx) readShared(root *node) {
	for si := range root.all("si") {
		x.shared = append(x.shared, richText(si))
	}
}

// richText joins the runs of a cell's text; the readings of phonetic runs are no part of it.
func richText(n *node) string {
	var b strings.Builder
	for _, k := range n.kids {
		switch k.name {
		case "t":
			b.WriteString(k.words())
		case "r":
			b.WriteString(childOr(k, "t").words())
		}
	}
	return strings.ReplaceAll(unescapeX(b.String()), "\r\n", "\n")
}

// unescapeX resolves the _x000D_ by which spreadsheets write control characters.
func unescapeX(s string) string {
	for {
		i := strings.Index(s, "_x00")
		if i < 0 || i+7 > len(s) || s[i+6] != '_' {
			return s
		}
		code, err := strconv.ParseUint(s[i+4:i+6], 16, 8)
		if err != nil {
			return s
		}
		with := ""
		if code == '\n' || code == '\t' || code >= ' ' {
			with = string(rune(code))
		}
		s = s[:i] + with + s[i+7:]
	}
}

func (x *xlsx) readFormats(root *node) {
	custom := map[string]string{}
	for n := range childOr(orEmpty(root), "numFmts").all("numFmt") {
		custom[n.attr("numFmtId")] = n.attr("formatCode")
	}
	for xf := range childOr(orEmpty(root), "cellXfs").all("xf") {
		id := xf.attr("numFmtId")
		code, own := custom[id]
		if !own {
			code = builtinFormats[id]
		}
		x.formats = append(x.formats, code)
	}
}

func orEmpty(n *node) *node {
	if n == nil {
		return &node{}
	}
	return n
}

// sheetCell is a cell before the table is cut to what is used.
type sheetCell struct {
	row, col int
	text     string
}

func (x *xlsx) sheet(name string, root *node, concealed bool) {
	hiddenCols := map[int]bool{}
	for c := range childOr(root, "cols").all("col") {
		if lo, ok := c.num("min"); ok && truth(c.attr("hidden")) {
			hi, _ := c.num("max")
			for i := lo; i <= min(hi, lo+maxColumns); i++ {
				hiddenCols[i-1] = true
			}
		}
	}
	var cells []sheetCell
	row := -1
	for tr := range childOr(root, "sheetData").all("row") {
		row++
		if n, ok := tr.num("r"); ok && n > 0 {
			row = n - 1
		}
		col := -1
		for c := range tr.all("c") {
			col++
			if _, at, ok := cellRef(c.attr("r")); ok {
				col = at
			}
			text := x.text(c)
			if strings.TrimSpace(text) == "" {
				continue
			}
			at := Place{Part: name, Line: row + 1}
			if concealed || truth(tr.attr("hidden")) || hiddenCols[col] {
				x.d.flaw("document-hidden", at, text)
				x.d.r.drop(at, text, ReasonHidden)
				continue
			}
			if x.cells++; x.cells > maxCells || col >= 16_384 || row >= 1_048_576 {
				x.d.r.tooMuch(diag.Say("工作表超过 %d 格", "the sheets have more than %d cells", maxCells))
				return
			}
			cells = append(cells, sheetCell{row, col, text})
		}
	}
	x.put(name, root, cells)
	x.asides(name, root)
}

// put makes the blocks of a sheet: its name, and the table from its first to its last used row and column.
func (x *xlsx) put(name string, root *node, cells []sheetCell) {
	doc := x.d.r.doc
	if len(cells) == 0 {
		return
	}
	top, left := cells[0].row, cells[0].col
	t := &Table{}
	for _, c := range cells {
		top, left = min(top, c.row), min(left, c.col)
		t.Rows, t.Cols = max(t.Rows, c.row+1), max(t.Cols, c.col+1)
	}
	merged := x.merged(root)
	t.Rows, t.Cols = t.Rows-top, t.Cols-left
	if t.Rows*t.Cols > maxCells*4 {
		x.d.r.tooMuch(diag.Say("工作表“%s”有 %d 行 %d 列", "the sheet %q has %d rows and %d columns", name, t.Rows, t.Cols))
		return
	}
	cells = x.uncovered(name, cells, merged)
	for _, c := range cells {
		span := [2]int{1, 1}
		if m, ok := merged[[2]int{c.row, c.col}]; ok {
			span = m
		}
		at := Place{Part: name, Line: c.row + 1}
		t.Cells = append(t.Cells, Cell{Row: c.row - top, Col: c.col - left, RowSpan: span[0], ColSpan: span[1], Blocks: []Block{{Kind: KindParagraph, Text: c.text, Place: at}}})
	}
	slices.SortStableFunc(t.Cells, func(a, b Cell) int { return (a.Row-b.Row)*(1<<20) + a.Col - b.Col })
	t.Cells = slices.CompactFunc(t.Cells, func(a, b Cell) bool { return a.Row == b.Row && a.Col == b.Col })
	t.fit()
	doc.Blocks = append(doc.Blocks,
		Block{Kind: KindHeading, Level: 1, Text: name, Style: "sheet", Place: Place{Part: name}},
		Block{Kind: KindTable, Table: t, Place: Place{Part: name, Line: top + 1}})
}

// merged lists the ranges of merged cells: rows and columns, by the first cell.
func (x *xlsx) merged(root *node) map[[2]int][2]int {
	found := map[[2]int][2]int{}
	for m := range childOr(root, "mergeCells").all("mergeCell") {
		from, to, _ := strings.Cut(m.attr("ref"), ":")
		r1, c1, ok1 := cellRef(from)
		r2, c2, ok2 := cellRef(to)
		if ok1 && ok2 && r2 >= r1 && c2 >= c1 {
			found[[2]int{r1, c1}] = [2]int{r2 - r1 + 1, c2 - c1 + 1}
		}
	}
	return found
}

// uncovered drops the cells that a merged one covers: nobody sees them.
func (x *xlsx) uncovered(name string, cells []sheetCell, merged map[[2]int][2]int) []sheetCell {
	bottom, right := 0, 0
	for _, c := range cells {
		bottom, right = max(bottom, c.row), max(right, c.col)
	}
	covered := map[[2]int]bool{}
	for at, size := range merged {
		for row := at[0]; row < at[0]+size[0] && row <= bottom && len(covered) < maxCells; row++ {
			for col := at[1]; col < at[1]+size[1] && col <= right && len(covered) < maxCells; col++ {
				if row > at[0] || col > at[1] {
					covered[[2]int{row, col}] = true
				}
			}
		}
	}
	return slices.DeleteFunc(cells, func(c sheetCell) bool {
		gone := covered[[2]int{c.row, c.col}]
		if gone {
			x.d.r.drop(Place{Part: name, Line: c.row + 1}, c.text, ReasonHidden)
		}
		return gone
	})
}

// asides reads what belongs to a sheet but stands elsewhere: comments, pictures, page heads.
func (x *xlsx) asides(name string, root *node) {
	d, at := x.d, Place{Part: name}
	for _, to := range sorted(d.relations(d.part)) {
		switch {
		case to.external:
		case to.kind == "comments":
			if n, _ := d.load(resolve(d.part, to.target), false); n != nil {
				for c := range n.all("comment") {
					row, _, _ := cellRef(c.attr("ref"))
					text := richText(childOr(c, "text"))
					d.flaw("document-comment", Place{Part: name, Line: row + 1}, text)
					d.r.drop(Place{Part: name, Line: row + 1}, text, ReasonComment)
				}
			}
		case to.kind == "drawing":
			if n, _ := d.load(resolve(d.part, to.target), false); n != nil {
				was := d.part
				d.part = resolve(d.part, to.target)
				p := &para{d: d, base: Block{Place: at}}
				d.pictures(p, n, "")
				d.r.doc.Blocks = append(d.r.doc.Blocks, p.after...)
				if first(n, "c:chart") != nil {
					d.r.warn("document-loss", at, diag.Say("图表没有读入", "a chart is not read"), diag.Say("请另附图片或表格", "attach a picture or a table"))
				}
				d.part = was
			}
		}
	}
	for _, k := range childOr(root, "headerFooter").kids {
		reason := ReasonFooter
		if strings.Contains(k.name, "Header") {
			reason = ReasonHeader
		}
		d.r.drop(at, k.words(), reason)
	}
}

// cellRef reads "AB12": row and column from 0.
func cellRef(s string) (row, col int, ok bool) {
	s = strings.ReplaceAll(s, "$", "")
	i := 0
	for ; i < len(s) && i < 4 && s[i] >= 'A' && s[i] <= 'Z'; i++ {
		col = col*26 + int(s[i]-'A') + 1
	}
	row, err := strconv.Atoi(s[i:])
	return row - 1, col - 1, err == nil && i > 0 && row > 0 && row <= 1_048_576 && col <= 16_384
}

// text is what a cell shows.
func (x *xlsx) text(c *node) string {
	v := childOr(c, "v").words()
	format := ""
	if i, ok := c.num("s"); ok && i >= 0 && i < len(x.formats) {
		format = x.formats[i]
	}
	switch c.attr("t") {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(v)); err == nil && i >= 0 && i < len(x.shared) {
			return x.shared[i]
		}
		if v != "" {
			x.d.r.damaged("sharedStrings", errMissing)
		}
		return ""
	case "inlineStr":
		return richText(childOr(c, "is"))
	case "str", "d":
		return unescapeX(v)
	case "e":
		return v
	case "b":
		if truth(v) {
			return "TRUE"
		}
		return "FALSE"
	}
	if v == "" {
		return ""
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil {
		return v
	}
	return formatCell(f, format, x.is1904)
}
