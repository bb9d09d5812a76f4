package document

import (
	"fmt"
	"strings"
	"testing"
)

// TestHostileNotes: thousands of links, long notes and notes of notes take no longer than other pages of their
// size: looked for anew for every link, these took minutes.
func TestHostileNotes(t *testing.T) {
	const n = 8000
	var cell, chain strings.Builder
	cell.WriteString(`<table><tr><td>`)
	for i := range n {
		cell.WriteString(`治水见效<a href="#n">1</a>`)
		fmt.Fprintf(&chain, `<p><a id="n%d" href="#r%d">回去</a>水清<a id="r%d" href="#n%d">1</a></p>`, i, i, i+1, i+1)
	}
	cell.WriteString(`</td></tr></table><p id="n">水清。</p>`)
	for _, c := range []struct{ name, in string }{
		{"links in a cell", cell.String()},
		{"links to a long note", strings.Repeat(`<a href="#n">1</a>`, n) + `<p id="n">` + strings.Repeat(`<b>水</b><i>清</i>`, n) + `</p>`},
		{"notes of notes", `<p>治水<a id="r0" href="#n0">1</a></p>` + chain.String()},
	} {
		doc := readPage(t, c.in)
		if c.name == "notes of notes" && len(doc.Notes) != n {
			t.Errorf("%s: %d notes", c.name, len(doc.Notes))
		}
	}
}
