// Package diag is the language of findings. A Diagnostic (检查结果) says what is wrong with content, where, and what to do next;
// everything wrong with the machine is an error instead.
//
// A finding is printed as
//
//	path:line:col: severity: message [rule]
//	  the source line, clipped round the span
//	  ^^^^
//	  hint: the one next action
//
// or as JSON, SARIF 2.1.0 or GitHub annotations (see the print files). Lines and columns count from 1, columns in Unicode code
// points, ends are exclusive. A finding holds its words in Chinese and English; the printer chooses.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says what a finding means for publishing.
type Severity uint8

// Severities, weakest first; None is only a threshold ("--fail-on none").
const (
	Info Severity = iota
	Warning
	Error
	None
)

var severityNames = [...]string{Info: "info", Warning: "warning", Error: "error", None: "none"}

// String returns info, warning, error or none; these words are not translated.
func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads the words that String writes.
func ParseSeverity(word string) (Severity, bool) {
	i := slices.Index(severityNames[:], word)
	return Severity(max(i, 0)), i >= 0
}

// Text is a message in the languages that gongkai speaks.
type Text struct{ ZH, EN string }

// Say formats a Text: both formats receive the same arguments.
func Say(zh, en string, args ...any) Text {
	if len(args) == 0 {
		return Text{zh, en}
	}
	return Text{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}
}

// In returns the text in a language, "zh" or "en".
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ZH
}

// Pos is a place in a file: line and column from 1, the column in code points. The zero Pos means the file as a whole.
type Pos struct{ Line, Column int }

// Edit replaces a range of the source by Text.
type Edit struct {
	Start, End Pos
	Text       string
}

// Diagnostic (检查结果) is one finding in one file.
type Diagnostic struct {
	Rule     string // kebab-case, never translated: "frontmatter-unknown-key"
	Severity Severity
	Path     string // slash-separated, as given on the command line
	Start    Pos
	End      Pos    // exclusive; equal to Start or zero when only a place is known
	Span     string // the source text between Start and End
	Message  Text   // the fact, with its numbers
	Hint     Text   // one next action; may be empty
	Fix      []Edit // nil when there is no safe repair
	Waived   string // the reason of the waiver; such a finding does not count
}

// List is the findings of a run.
type List []Diagnostic

// Sort puts findings into the one order in which they are ever shown: path, line, column, rule; then whatever tells two of them apart, so
// that the order in which they were found never shows.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Start.Line, b.Start.Line),
			cmp.Compare(a.Start.Column, b.Start.Column),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message.ZH, b.Message.ZH),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.End.Line, b.End.Line),
			cmp.Compare(a.End.Column, b.End.Column),
			cmp.Compare(a.Message.EN, b.Message.EN),
			cmp.Compare(a.Hint.ZH, b.Hint.ZH),
			cmp.Compare(a.Waived, b.Waived),
		)
	})
}

// AtLeast counts the findings at or above a severity that no waiver covers.
func (l List) AtLeast(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity >= s && d.Waived == "" {
			n++
		}
	}
	return n
}

// Count returns the number of findings of exactly this severity that no waiver covers.
func (l List) Count(s Severity) int { return l.AtLeast(s) - l.AtLeast(s+1) }
