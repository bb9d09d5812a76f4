package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// gitLabIssue is a finding in GitLab's form of a Code Quality report, which it shows on the lines of a merge request.
type gitLabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"` // info, minor, major, critical or blocker
	Location    gitLabLocation `json:"location"`
}

type gitLabLocation struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
		End   int `json:"end"`
	} `json:"lines"`
}

// WriteGitLab prints a Code Quality report. Findings are told apart by rule, file, words and number, not by line: one that only moves is not
// a new one.
func WriteGitLab(w io.Writer, list List, lang string) error {
	issues := []gitLabIssue{}
	seen := map[string]int{}
	for _, d := range list {
		if d.Waived != "" {
			continue
		}
		i := gitLabIssue{Description: d.Message.In(lang), CheckName: d.Rule}
		i.Severity = map[Severity]string{Error: "major", Warning: "minor", Info: "info"}[d.Severity]
		if hint := d.Hint.In(lang); hint != "" {
			i.Description += " hint: " + hint
		}
		key := fmt.Sprintf("%q %q %q", d.Rule, d.Path, d.Message.ZH)
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", key, seen[key]))
		i.Fingerprint = hex.EncodeToString(sum[:])
		start, end := d.span()
		i.Location.Path, i.Location.Lines.Begin, i.Location.Lines.End = d.Path, start.Line, end.Line
		issues = append(issues, i)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(issues)
}
