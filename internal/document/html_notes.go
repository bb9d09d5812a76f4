package document

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// webNotes are the footnotes of a page: a link to an anchor in the page, by a number, whose target links back to it, as Word and writers
// of Markdown save them (#_ftn1 and #_ftnref1, #fn1 and #fnref1). One link alone proves nothing: tables of contents have such, too.
type webNotes struct {
	refs   map[*html.Node]string // link in the text → ID
	bodies map[*html.Node]string // element that holds a note → ID
	back   map[*html.Node]bool   // links from the notes to the text
	body   map[string]*html.Node // by ID
	read   map[string]bool       // notes that are in Document.Notes
	anchor map[string]*html.Node // elements by their id or name
	queue  []int                 // notes of Document.Notes whose text is still to be read, the first of them just now

	// what thousands of links may ask for again
	short map[*html.Node]bool                  // cells with few words
	ways  map[*html.Node]map[string]*html.Node // links within an element, by the anchor that they lead to
}

var (
	noteNumber = regexp.MustCompile(`^[\[［(（【〔]?[ ]*(?:\d{1,3}|[ivx]{1,5}|\*{1,3})[ ]*[\]］)）】〕]?$|^[①-⑳↩^]$|^(?:↑|返回)$`)
	noteBox    = regexp.MustCompile(`(?i)^(?:_?ftn|_?edn|fn|footnote|endnote|note)[-_:]?\d+$`)
)

// findNotes pairs the links of a page with their notes.
func (p *page) findNotes() {
	n := &p.notes
	*n = webNotes{
		refs: map[*html.Node]string{}, bodies: map[*html.Node]string{}, back: map[*html.Node]bool{}, body: map[string]*html.Node{}, read: map[string]bool{},
		anchor: map[string]*html.Node{}, short: map[*html.Node]bool{}, ways: map[*html.Node]map[string]*html.Node{},
	}
	var links []*html.Node
	for k := range p.body.Descendants() {
		if k.Type != html.ElementNode {
			continue
		}
		for _, name := range [...]string{attr(k, "id"), attr(k, "name")} {
			if name != "" && n.anchor[name] == nil {
				n.anchor[name] = k
			}
		}
		if k.Data == "a" && strings.HasPrefix(attr(k, "href"), "#") && noteNumber.MatchString(squeeze(textOf(k))) {
			links = append(links, k)
		}
	}
	held := map[*html.Node]*html.Node{} // element of a note → its anchor; nil when it has several, which stay as they are
	for _, ref := range links {
		if at := n.target(ref); at != nil {
			box := noteElement(at)
			if known, ok := held[box]; ok && known != at {
				at = nil
			}
			held[box] = at
		}
	}
	for _, ref := range links {
		at := n.target(ref)
		if at == nil || n.back[ref] || !containsNode(p.main, ref) || n.inTable(ref) {
			continue
		}
		box := noteElement(at)
		if n.bodies[box] != "" && held[box] == at && !containsNode(box, ref) {
			n.refs[ref] = n.bodies[box] // a further reference
			continue
		}
		if held[box] != at || containsNode(box, ref) || containsNode(box, p.main) {
			continue
		}
		back := n.backLink(box, ref)
		if back == nil {
			continue
		}
		id := "w" + strconv.Itoa(len(n.body)+1)
		n.refs[ref], n.bodies[box], n.body[id], n.back[back] = id, id, box, true
	}
}

// target is the element that a link within the page leads to.
func (n *webNotes) target(a *html.Node) *html.Node {
	return n.anchor[strings.TrimPrefix(attr(a, "href"), "#")]
}

// lostNotes drops the notes whose reference stands in a part of the page that is not read.
func (p *page) lostNotes() {
	for k := range p.body.Descendants() {
		if id := p.notes.bodies[k]; id != "" && !p.notes.read[id] {
			p.put(squeeze(textOf(k)), ReasonPortal)
		}
	}
}

func (n *webNotes) inTable(k *html.Node) bool {
	for ; k != nil; k = k.Parent {
		if k.Data == "td" || k.Data == "th" {
			short, known := n.short[k]
			if !known { // portals set whole texts in a cell: a table of data has short ones
				short = utf8.RuneCountInString(textOf(k)) < 400
				n.short[k] = short
			}
			return short
		}
	}
	return false
}

// noteElement is the element that holds a whole note: a division that is named as one, else the paragraph or item of its anchor.
func noteElement(at *html.Node) *html.Node {
	paragraph := at
	for k := at; k != nil && k.Data != "body"; k = k.Parent {
		if noteBox.MatchString(attr(k, "id")) && blockElement(k.Data) {
			return k
		}
		if !blockElement(paragraph.Data) && blockElement(k.Data) {
			paragraph = k
		}
	}
	return paragraph
}

// backLink is the link in a note that leads back to its reference, nil when there is none.
func (n *webNotes) backLink(box, ref *html.Node) *html.Node {
	names := []string{attr(ref, "id"), attr(ref, "name")}
	if up := ref.Parent; up != nil && (up.Data == "sup" || up.Data == "span") {
		names = append(names, attr(up, "id"), attr(up, "name"))
	}
	ways := n.ways[box]
	if ways == nil {
		ways = map[string]*html.Node{}
		for k := range box.Descendants() {
			to, ok := strings.CutPrefix(attr(k, "href"), "#")
			if k.Data == "a" && ok && to != "" && ways[to] == nil {
				ways[to] = k
			}
		}
		n.ways[box] = ways
	}
	for _, name := range names {
		if k := ways[name]; k != nil {
			return k
		}
	}
	return nil
}

// note refers to a note at this point of the text, and reads it when this is its first reference. The notes of a note are read after it:
// a page may have them tens of thousands deep.
func (f *flow) note(ref *html.Node) {
	n, doc := &f.p.notes, f.p.r.doc
	id := n.refs[ref]
	f.runs = append(f.runs, Run{Note: id})
	if n.read[id] {
		return
	}
	n.read[id] = true
	n.queue = append(n.queue, len(doc.Notes))
	doc.Notes = append(doc.Notes, Note{ID: id})
	if len(n.queue) > 1 {
		return
	}
	for ; len(n.queue) > 0; n.queue = n.queue[1:] {
		at := n.queue[0]
		g := &flow{p: f.p}
		g.block(n.body[doc.Notes[at].ID], Run{})
		g.end(KindParagraph, "note")
		doc.Notes[at].Blocks = g.out
	}
}
