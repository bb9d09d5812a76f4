package document

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/diag"
)

// sketch writes a document in one line a block, for comparison: "kind level number | text", bold in *…*, notes as [f1], links as <…>.
func sketch(doc *Document) string {
	var b strings.Builder
	sketchBlocks(&b, doc.Blocks, "")
	for _, n := range doc.Notes {
		fmt.Fprintf(&b, "note %s\n", n.ID)
		sketchBlocks(&b, n.Blocks, "  ")
	}
	for _, d := range doc.Dropped {
		fmt.Fprintf(&b, "drop %s x%d | %s\n", d.Reason, d.Count, d.Text)
	}
	keys := make([]string, 0, len(doc.Meta))
	for k := range doc.Meta {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "meta %s = %s\n", k, doc.Meta[k])
	}
	return b.String()
}

func sketchBlocks(b *strings.Builder, blocks []Block, in string) {
	for _, k := range blocks {
		fmt.Fprintf(b, "%s%s", in, k.Kind)
		if k.Level > 0 {
			fmt.Fprintf(b, " %d", k.Level)
		}
		if k.Box {
			b.WriteString(" box")
		}
		if k.Align != "" {
			fmt.Fprintf(b, " %s", k.Align)
		}
		if k.Number != "" {
			fmt.Fprintf(b, " (%s)", k.Number)
		}
		switch {
		case k.Picture != nil:
			fmt.Fprintf(b, " | %s %s %s\n", k.Picture.File, k.Picture.Address, k.Picture.Alt)
		case k.Table != nil:
			fmt.Fprintf(b, " | %s\n", strings.TrimSpace(fmt.Sprintf("%d×%d head %d %s", k.Table.Rows, k.Table.Cols, k.Table.HeadRows, k.Table.Caption)))
			for _, c := range k.Table.Cells {
				fmt.Fprintf(b, "%s  %d,%d %d×%d %s\n", in, c.Row, c.Col, c.RowSpan, c.ColSpan, strings.ReplaceAll(c.Text(), "\n", "⏎"))
			}
		case k.Kind == KindPageBreak:
			fmt.Fprintf(b, " → %d\n", k.Place.Page)
		default:
			fmt.Fprintf(b, " | %s\n", strings.NewReplacer("\n", "⏎", "\t", "→").Replace(sketchRuns(k)))
		}
	}
}

func sketchRuns(k Block) string {
	if len(k.Runs) == 0 {
		return k.Text
	}
	var b strings.Builder
	for _, run := range k.Runs {
		s := run.Text
		if run.Bold {
			s = "*" + s + "*"
		}
		if run.Italic {
			s = "/" + s + "/"
		}
		if run.Super {
			s = "^" + s
		}
		if run.Sub {
			s = "_" + s
		}
		if run.Link != "" {
			s = "[" + s + "](" + run.Link + ")"
		}
		if run.Note != "" {
			s = "[" + run.Note + "]"
		}
		b.WriteString(s)
	}
	return b.String()
}

// mustRead reads bytes that must be read, and holds the laws of every document.
func mustRead(t testing.TB, name string, data []byte, opt Options) (*Document, diag.List) {
	t.Helper()
	doc, list, err := Read(context.Background(), name, data, opt)
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil {
		t.Fatalf("refused: %v", list)
	}
	laws(t, doc)
	return doc, list
}

// laws hold of every document: Text is the runs' text, cells stand within their table and do not overlap, pictures exist, notes exist.
func laws(t testing.TB, doc *Document) {
	t.Helper()
	files, notes := map[string]bool{}, map[string]bool{}
	for _, f := range doc.Files {
		if files[f.Name] || strings.ContainsAny(f.Name, "/\\") {
			t.Errorf("file name %q", f.Name)
		}
		files[f.Name] = true
	}
	for _, n := range doc.Notes {
		notes[n.ID] = true
	}
	var walk func(blocks []Block)
	walk = func(blocks []Block) {
		for _, b := range blocks {
			text := ""
			for _, run := range b.Runs {
				text += run.Text
				if run.Note != "" && !notes[run.Note] {
					t.Errorf("no note %q", run.Note)
				}
			}
			if len(b.Runs) > 0 && text != b.Text {
				t.Errorf("text %q, runs %q", b.Text, text)
			}
			if (b.Kind == KindTable) != (b.Table != nil) || (b.Kind == KindPicture) != (b.Picture != nil) {
				t.Errorf("kind %s without its content", b.Kind)
			}
			if b.Picture != nil && b.Picture.File != "" && !files[b.Picture.File] {
				t.Errorf("no file %q", b.Picture.File)
			}
			if b.Table == nil {
				continue
			}
			taken := map[[2]int]bool{}
			for _, c := range b.Table.Cells {
				for r := c.Row; r < c.Row+c.RowSpan; r++ {
					for col := c.Col; col < c.Col+c.ColSpan; col++ {
						if r >= b.Table.Rows || col >= b.Table.Cols || taken[[2]int{r, col}] {
							t.Errorf("cell %d,%d %d×%d overlaps or leaves the table of %d×%d", c.Row, c.Col, c.RowSpan, c.ColSpan, b.Table.Rows, b.Table.Cols)
						}
						taken[[2]int{r, col}] = true
					}
				}
				walk(c.Blocks)
			}
		}
	}
	walk(doc.Blocks)
	for _, n := range doc.Notes {
		walk(n.Blocks)
	}
	for _, d := range doc.Dropped {
		if d.Count < 1 || strings.TrimSpace(d.Text) == "" {
			t.Errorf("dropped %+v", d)
		}
	}
}

func wantSketch(t *testing.T, doc *Document, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimSpace(want)+"\n", strings.TrimSpace(sketch(doc))+"\n"); diff != "" {
		t.Error(diff)
	}
}

// wantRefused reads bytes that must be refused by a rule, with words in the Chinese message.
func wantRefused(t *testing.T, name string, data []byte, opt Options, rule, words string) {
	t.Helper()
	doc, list, err := Read(context.Background(), name, data, opt)
	if err != nil {
		t.Fatal(err)
	}
	if doc != nil {
		t.Fatalf("not refused:\n%s", sketch(doc))
	}
	for _, d := range list {
		if d.Severity == diag.Error && d.Rule == rule && strings.Contains(d.Message.ZH, words) {
			if d.Message.EN == "" {
				t.Errorf("no English: %v", d)
			}
			return
		}
	}
	t.Errorf("findings %v, want %s with %q", list, rule, words)
}
