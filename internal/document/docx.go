package document

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"gongkai/internal/diag"
)

// docx reads one .docx file: the main part in order, with the styles, numbers, notes and pictures that it refers to.
type docx struct {
	r      *reader
	z      *archive
	part   string                    // the part being read: relations are seen from it
	rels   map[string]map[string]rel // by part, then id
	styles *styles
	nums   *numbering
	notes  map[string]*node  // by "f"+id or "e"+id
	seen   map[string]bool   // notes that are already in doc.Notes or on their way
	files  map[string]string // part → name in doc.Files
	flaws  []flaw
	comms  map[string]*node // comments by id

	paragraph int // counts every w:p of the main part
	page      int
	rendered  bool // the file tells where Word broke its pages
	fields    []field
	noFields  bool // begin and end do not match: field characters are ignored
	nesting   int
	cells     int
	blocks    int
	carry     *para // a paragraph whose mark was deleted: its text belongs to the next one
}

type rel struct {
	kind     string // the last word of the type: "image", "hyperlink"
	target   string
	external bool
}

// field is a complex field that is open: its instruction comes first, then what it shows.
type field struct {
	instruction strings.Builder
	showing     bool
	link        string
}

func (r *reader) readDOCX(data []byte) {
	z, err := openZip(data)
	if err != nil {
		r.partFault("ZIP", err)
		return
	}
	d := &docx{r: r, z: z, rels: map[string]map[string]rel{}, notes: map[string]*node{}, seen: map[string]bool{}, files: map[string]string{}, comms: map[string]*node{}, page: 1}
	d.part = "word/document.xml"
	for _, to := range sorted(d.relations("")) {
		if to.kind == "officeDocument" && !to.external {
			d.part = resolve("", to.target)
		}
	}
	root, ok := d.load(d.part, true)
	if !ok {
		return
	}
	body := root.kid("w:body")
	if body == nil {
		d.r.damaged(d.part, errors.New("no w:body"))
		return
	}
	if !d.loadParts() {
		return
	}
	for range body.all("w:lastRenderedPageBreak") {
		d.rendered = true
		break
	}
	d.noFields = !fieldsMatch(body)
	r.doc.Blocks = d.story(body, story{})
	r.doc.Pages = d.page
	d.readTitle()
	d.dropHeads()
	d.unusedNotes()
	d.report()
}

// loadParts reads the parts that the main one refers to, as far as they are there.
func (d *docx) loadParts() bool {
	good := true
	load := func(kind string) *node {
		for _, to := range sorted(d.relations(d.part)) {
			if to.kind == kind && !to.external {
				n, ok := d.load(resolve(d.part, to.target), false)
				good = good && ok
				return n
			}
		}
		return nil
	}
	d.styles = newStyles(load("styles"))
	d.nums = newNumbering(load("numbering"), d.styles)
	for _, of := range []struct{ kind, item, key string }{{"footnotes", "w:footnote", "f"}, {"endnotes", "w:endnote", "e"}} {
		if n := load(of.kind); n != nil {
			for item := range n.all(of.item) {
				if kind := item.attr("w:type"); kind == "" || kind == "normal" {
					d.notes[of.key+item.attr("w:id")] = item
				}
			}
		}
	}
	if n := load("comments"); n != nil {
		for item := range n.all("w:comment") {
			d.comms[item.attr("w:id")] = item
		}
	}
	return good
}

// load parses a part; a missing one that is not needed gives nil and true.
func (d *docx) load(name string, needed bool) (*node, bool) {
	data, err := d.z.read(name, maxPart)
	if errors.Is(err, fs.ErrNotExist) && !needed {
		return nil, true
	}
	var n *node
	if err == nil {
		n, err = parseXML(data)
	}
	if err != nil {
		d.r.partFault(name, err)
		return nil, false
	}
	return n, true
}

// partFault tells what cannot be unpacked for its size from what cannot be read at all.
func (r *reader) partFault(name string, err error) {
	if errors.Is(err, errLimit) {
		r.tooMuch(diag.Say("%s 解开后过大、过多或嵌套过深", "%s unpacks to more, or nests deeper, than is sensible", name))
		return
	}
	r.damaged(name, err)
}

// relations returns what a part refers to; "" is the package itself. A damaged list refuses the file.
func (d *docx) relations(part string) map[string]rel {
	if known, ok := d.rels[part]; ok {
		return known
	}
	found, err := readRelations(d.z, part)
	if err != nil {
		d.r.partFault(part+".rels", err)
	}
	d.rels[part] = found
	return found
}

func readRelations(z *archive, part string) (map[string]rel, error) {
	found := map[string]rel{}
	dir, base := "", part
	if i := strings.LastIndexByte(part, '/'); i >= 0 {
		dir, base = part[:i+1], part[i+1:]
	}
	data, err := z.read(dir+"_rels/"+base+".rels", maxPart)
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	n, err := parseXML(data)
	if err != nil {
		return found, err
	}
	for item := range n.all("Relationship") {
		kind := item.attr("Type")
		found[item.attr("Id")] = rel{kind[strings.LastIndexByte(kind, '/')+1:], item.attr("Target"), item.attr("TargetMode") == "External"}
	}
	return found, nil
}

// sorted lists relations in the order of their targets, for those that are sought by kind.
func sorted(rels map[string]rel) []rel {
	var l []rel
	for _, to := range rels {
		l = append(l, to)
	}
	slices.SortFunc(l, func(a, b rel) int { return strings.Compare(a.kind+a.target, b.kind+b.target) })
	return l
}

func fieldsMatch(body *node) bool {
	depth := 0
	for c := range body.all("w:fldChar") {
		switch c.attr("w:fldCharType") {
		case "begin":
			depth++
		case "end":
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

// readTitle passes on the title in the file's properties and nothing else of them.
func (d *docx) readTitle() {
	if data, err := d.z.read("docProps/core.xml", maxSmall); err == nil {
		if n, err := parseXML(data); err == nil {
			if title := strings.TrimSpace(n.kid("title").words()); title != "" {
				d.r.doc.Meta["Title"] = title
			}
		}
	}
}

// dropHeads hands over the texts of headers and footers, equal ones once.
func (d *docx) dropHeads() {
	type key struct {
		part string
		text string
	}
	at := map[key]int{}
	for _, to := range sorted(d.relations(d.part)) {
		if to.kind != "header" && to.kind != "footer" || to.external {
			continue
		}
		n, ok := d.load(resolve(d.part, to.target), false)
		if !ok || n == nil {
			continue
		}
		for p := range n.all("w:p") {
			text := strings.TrimSpace(plainWords(p))
			if text == "" {
				continue
			}
			reason := ReasonFooter
			if to.kind == "header" {
				reason = ReasonHeader
			}
			if isPageNumber(text) {
				reason = ReasonPageNumber
			}
			if i, twice := at[key{to.kind, text}]; twice {
				d.r.doc.Dropped[i].Count++
				continue
			}
			at[key{to.kind, text}] = len(d.r.doc.Dropped)
			d.r.drop(Place{Part: to.kind}, text, reason)
		}
	}
}

// plainWords is the text within an element, deleted or not, without the second writing of AlternateContent.
func plainWords(n *node) string {
	switch n.name {
	case "w:t", "w:delText":
		return wordText(n)
	case "mc:Fallback", "w:pPr", "w:rPr":
		return ""
	case "w:tab":
		return "\t"
	}
	var b strings.Builder
	for _, k := range n.kids {
		b.WriteString(plainWords(k))
	}
	return b.String()
}
