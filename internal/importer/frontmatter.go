package importer

import (
	"bytes"
	"strings"
	"unicode"

	"gongkai/internal/han"
	"gongkai/internal/report"
)

// FrontMatter is what the importer writes between the lines of ---. Empty values are left out, but for date.
type FrontMatter struct {
	Title, Agency      string
	Kind               report.Kind
	Date, Written      string
	Period, PlanPeriod string
	IndexNumber        string
	DocumentNumber     string
	Topic, Summary     string
	Source             report.Source
	Attachments        []report.Attachment
}

// with writes the whole file: front matter and body.
func (f *FrontMatter) with(body []byte) []byte {
	var b bytes.Buffer
	line := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + quote(value) + "\n")
		}
	}
	b.WriteString("---\n")
	line("title", f.Title)
	line("agency", f.Agency)
	line("kind", string(f.Kind))
	if line("date", f.Date); f.Date == "" {
		b.WriteString("date:\n") // left for a person to fill
	}
	line("written", f.Written)
	line("period", f.Period)
	line("plan_period", f.PlanPeriod)
	line("index_number", f.IndexNumber)
	line("document_number", f.DocumentNumber)
	line("topic", f.Topic)
	line("summary", f.Summary)
	if f.Source != (report.Source{}) {
		b.WriteString("source:\n")
		line("  name", f.Source.Name)
		line("  url", f.Source.URL)
		line("  file", f.Source.File)
		line("  sha256", f.Source.SHA256)
	}
	if len(f.Attachments) > 0 {
		b.WriteString("attachments:\n")
		for _, a := range f.Attachments {
			b.WriteString("  - file: " + quote(a.File) + "\n    title: " + quote(a.Title) + "\n")
		}
	}
	b.WriteString("---\n\n")
	b.Write(body)
	return b.Bytes()
}

// Rewrite makes Markdown anew, for callers that have added attachments to Head.
func (r *Result) Rewrite() {
	if r.Markdown != nil {
		r.Markdown = r.Head.with(r.Body)
	}
}

// quote writes a scalar so that YAML reads it back as it is: plain when it is words alone, else in single quotes.
func quote(s string) string {
	s = squeeze(s)
	special := strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !han.IsHan(r) && !strings.ContainsRune("、，。；（）《》〔〕“”‘’—…·-_./ ％%", r)
	})
	first := strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '《' })
	if s != "" && !special && first == 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
