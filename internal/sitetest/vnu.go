package sitetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"testing"
)

// Finding is a message of the Nu checker, which knows the HTML standard.
type Finding struct {
	Type    string // error, info or non-document-error
	SubType string // warning or fatal, or nothing
	Path    string
	Line    int
	Column  int
	Message string
	Extract string
}

// String is the finding on one line.
func (f Finding) String() string {
	kind := f.Type
	if f.SubType != "" {
		kind += "/" + f.SubType
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s (%q)", f.Path, f.Line, f.Column, kind, f.Message, f.Extract)
}

// VNU runs the Nu checker once over whole folders and returns all that it says, nothing left out: errors, warnings and infos. It
// needs Java and vnu.jar (Require). One start takes seconds, so give it all folders at once.
func VNU(t testing.TB, dirs ...string) []Finding {
	t.Helper()
	java, jar := Require(t, "java"), Require(t, "vnu")
	args := append([]string{"-Dfile.encoding=UTF-8", "-jar", jar, "--skip-non-html", "--exit-zero-always", "--format", "json"}, dirs...)
	cmd := exec.CommandContext(t.Context(), java, args...)
	var out, report bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &report
	if err := cmd.Run(); err != nil {
		t.Fatalf("vnu: %v\n%s%s", err, out.String(), report.String())
	}
	found, err := parseVNU(report.Bytes())
	if err != nil {
		t.Fatalf("vnu: %v\n%s", err, report.String())
	}
	return found
}

// VNUErrors fails the test for every finding that is no mere info: errors, warnings, documents that could not be read. What the
// checker says of a page's Content Security Policy is left out.
func VNUErrors(t testing.TB, dirs ...string) {
	t.Helper()
	for _, f := range VNU(t, dirs...) {
		switch {
		case strings.Contains(f.Message, "Content Security Policy"):
			// read from disk a page has no origin that 'self' could mean; the browser tests run under the policy, over http
		case f.Type == "info" && f.SubType == "":
			t.Log(f)
		default:
			t.Error(f)
		}
	}
}

func parseVNU(report []byte) ([]Finding, error) {
	// The runtime may print a line of its own before the report.
	if i := bytes.IndexByte(report, '{'); i > 0 {
		report = report[i:]
	}
	var doc struct {
		Messages []struct {
			Type, SubType, URL, Message, Extract string
			FirstLine, LastLine, FirstColumn     int
		}
	}
	if err := json.Unmarshal(report, &doc); err != nil {
		return nil, fmt.Errorf("its report: %w", err)
	}
	found := make([]Finding, 0, len(doc.Messages))
	for _, m := range doc.Messages {
		path := m.URL
		if u, err := url.Parse(m.URL); err == nil && u.Scheme == "file" {
			path = u.Path
			if path == "" {
				path = u.Opaque
			}
		}
		line := m.FirstLine
		if line == 0 {
			line = m.LastLine
		}
		found = append(found, Finding{m.Type, m.SubType, path, line, m.FirstColumn, m.Message, m.Extract})
	}
	return found, nil
}
