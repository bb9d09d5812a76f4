package document

import (
	"fmt"
	"os"
	"testing"
)

// TestDump is a scratch.
func TestDump(t *testing.T) {
	name := os.Getenv("DUMP")
	if name == "" {
		t.Skip()
	}
	opt := Options{Accept: true}
	if os.Getenv("PURE") != "" {
		opt.Look = func(string) (string, error) { return "", os.ErrNotExist }
	}
	doc, _ := readFile(t, name, opt)
	if doc == nil {
		return
	}
	fmt.Println(doc.Format, doc.Via, doc.Encoding, doc.Pages, doc.Meta)
	dumpBlocks(doc.Blocks, "")
	for _, n := range doc.Notes {
		fmt.Println("NOTE", n.ID, n.Text())
	}
	for _, d := range doc.Dropped {
		fmt.Printf("DROP %s x%d %+v %s\n", d.Reason, d.Count, d.Place, d.Text)
	}
}

func dumpBlocks(bs []Block, in string) {
	for _, b := range bs {
		fmt.Printf("%s%s L%d p%d/%d n=%q st=%s b=%v al=%s sz=%g f=%s ind=%.1f box=%v runs=%d | %s\n", in, b.Kind, b.Level, b.Place.Page, b.Place.Line, b.Number, b.Style, b.Bold, b.Align, b.Size, b.Font, b.Indent, b.Box, len(b.Runs), b.Text)
		if b.Picture != nil {
			fmt.Println(in, "  pic", *b.Picture)
		}
		if b.Table != nil {
			for _, c := range b.Table.Cells {
				fmt.Printf("%s  [%d,%d %dx%d] %q\n", in, c.Row, c.Col, c.RowSpan, c.ColSpan, c.Text())
			}
		}
	}
}
