package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gongkai/internal/han"
)

// clipCells is how much of a source line is shown: longer ones are clipped round the span, marked by ….
const clipCells = 100

// TextOptions say how WriteText prints.
type TextOptions struct {
	Lang   string                   // "zh" or "en"
	Color  bool                     // ANSI colours for the severity and the caret
	Source func(path string) []byte // a file's text for the excerpt; nil result: no excerpt
}

// WriteText prints findings for people (house law 6).
func WriteText(w io.Writer, list List, opt TextOptions) error {
	b := bufio.NewWriter(w)
	var path string
	var lines []string
	for _, d := range list {
		if opt.Source != nil && d.Path != path {
			path, lines = d.Path, splitLines(opt.Source(d.Path))
		}
		writeOne(b, d, lines, opt)
	}
	return b.Flush()
}

func splitLines(src []byte) []string {
	if len(src) == 0 {
		return nil
	}
	return strings.Split(strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n"), "\n")
}

func writeOne(b *bufio.Writer, d Diagnostic, lines []string, opt TextOptions) {
	fmt.Fprintf(b, "%s: %s: %s [%s]\n", place(d), paint(d.Severity.String(), d.Severity, opt.Color), harmless(d.Message.In(opt.Lang)), d.Rule)
	if n := d.Start.Line; n >= 1 && n <= len(lines) {
		excerpt, caret := clip(lines[n-1], d)
		if strings.TrimSpace(excerpt) != "" {
			fmt.Fprintf(b, "  %s\n  %s\n", excerpt, paint(caret, d.Severity, opt.Color))
		}
	}
	if hint := d.Hint.In(opt.Lang); hint != "" {
		for i, line := range strings.Split(hint, "\n") { // only a hint may have several lines: front matter written out
			label := "hint: "
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(b, "  %s%s\n", label, harmless(line))
		}
	}
	if d.Waived != "" {
		fmt.Fprintf(b, "  %s\n", harmless(Say("已核实例外：%s", "waived: %s", d.Waived).In(opt.Lang)))
	}
}

func place(d Diagnostic) string {
	if d.Start.Line == 0 {
		return harmless(d.Path)
	}
	return fmt.Sprintf("%s:%d:%d", harmless(d.Path), d.Start.Line, max(d.Start.Column, 1))
}

func paint(s string, sev Severity, color bool) string {
	if !color || s == "" {
		return s
	}
	code := map[Severity]string{Error: "31", Warning: "33", Info: "36"}[sev]
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// clip returns at most clipCells of a line round the finding's span, and the line of carets under it.
func clip(line string, d Diagnostic) (excerpt, caret string) {
	runes := []rune(harmless(line))
	start := min(max(d.Start.Column-1, 0), len(runes))
	end := start + 1
	switch {
	case d.End.Line > d.Start.Line: // goes on below: all of this line
		end = len(runes)
	case d.End.Line == d.Start.Line && d.End.Column > d.Start.Column:
		end = d.End.Column - 1
	}
	end = min(max(end, start), len(runes))
	from, to := window(runes, start, end)
	var head, tail string
	if from > 0 {
		head = "…"
	}
	if to < len(runes) {
		tail = "…"
	}
	shown := min(end, to)
	under := max(han.Cells(string(runes[start:max(shown, start)])), 1)
	return head + string(runes[from:to]) + tail, strings.Repeat(" ", han.Cells(head+string(runes[from:start]))) + strings.Repeat("^", under)
}

// window widens the span [start, end) to both sides, a little more behind than before, until clipCells are used.
func window(runes []rune, start, end int) (from, to int) {
	from, to, used := start, start, 0
	for to < end && used < clipCells {
		used += han.RuneCells(runes[to])
		to++
	}
	before := 0
	for from > 0 && before < clipCells*2/5 && used < clipCells {
		from--
		before += han.RuneCells(runes[from])
		used += han.RuneCells(runes[from])
	}
	for to < len(runes) && used < clipCells {
		used += han.RuneCells(runes[to])
		to++
	}
	for from > 0 && used < clipCells {
		from--
		used += han.RuneCells(runes[from])
	}
	return from, to
}

// harmless is a text as it may be printed: a source line, a file's name or a value that a message quotes.
func harmless(s string) string { return strings.Map(printable, s) }

// printable keeps hostile text from steering the terminal: control and bidirectional characters and line ends become blanks.
func printable(r rune) rune {
	switch {
	case r == '\t', r < 0x20, r >= 0x7f && r < 0xa0:
		return ' '
	case r == 0x061c, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
		return ' '
	}
	return r
}
