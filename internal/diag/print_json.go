package diag

import (
	"encoding/json"
	"io"
)

type jsonEdit struct {
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Text      string `json:"text"`
}

type jsonDiagnostic struct {
	Rule      string     `json:"rule"`
	Severity  string     `json:"severity"`
	Path      string     `json:"path"`
	Line      int        `json:"line"`
	Column    int        `json:"column"`
	EndLine   int        `json:"end_line"`
	EndColumn int        `json:"end_column"`
	Text      string     `json:"text"`
	Message   string     `json:"message"`
	Hint      string     `json:"hint"`
	Fix       []jsonEdit `json:"fix"`
	Waived    string     `json:"waived,omitempty"`
}

// span returns start and end with the whole-file place spelt out: lines and columns count from 1.
func (d Diagnostic) span() (start, end Pos) {
	start, end = d.Start, d.End
	start.Line, start.Column = max(start.Line, 1), max(start.Column, 1)
	if end.Line < start.Line || end.Line == start.Line && end.Column < start.Column {
		end = start
	}
	end.Column = max(end.Column, 1)
	return start, end
}

// WriteJSON prints the list of contract §4: an array, "[]" when there is nothing.
func WriteJSON(w io.Writer, list List, lang string) error {
	out := make([]jsonDiagnostic, 0, len(list))
	for _, d := range list {
		start, end := d.span()
		j := jsonDiagnostic{
			Rule: d.Rule, Severity: d.Severity.String(), Path: d.Path,
			Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column,
			Text: d.Span, Message: d.Message.In(lang), Hint: d.Hint.In(lang), Waived: d.Waived,
		}
		for _, e := range d.Fix {
			j.Fix = append(j.Fix, jsonEdit{e.Start.Line, e.Start.Column, e.End.Line, e.End.Column, e.Text})
		}
		out = append(out, j)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
