package han

import "golang.org/x/text/width"

// Cells is the number of terminal columns that a text takes: a 汉字 or a full-width mark takes two, others one.
// Ambiguous characters (“ ” … —) count two, as Chinese terminals and fonts draw them.
func Cells(s string) int {
	n := 0
	for _, r := range s {
		n += RuneCells(r)
	}
	return n
}

// RuneCells is Cells of one character; control characters take none.
func RuneCells(r rune) int {
	if r < 0x20 || r == 0x7f {
		return 0
	}
	if r < 0x80 {
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
		return 2
	}
	return 1
}
