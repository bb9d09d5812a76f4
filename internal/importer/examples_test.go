package importer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// example is an entry of the shared list of fragments; its README says how results agree.
type example struct {
	ID, Kind, Polarity, Text string
	Expect                   []struct {
		Kind, Span string
		Occurrence int
		RunIn      bool `json:"run_in"`
	}
}

func examples(t *testing.T, kind string) []example {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(shared(t, "examples"), "proofing-examples.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all, list []example
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	if len(list) < 4 {
		t.Fatalf("only %d entries of kind %s", len(list), kind)
	}
	return list
}

func TestExamplesOfCutParagraphs(t *testing.T) {
	im := New(Options{})
	for _, e := range examples(t, "paragraph-split") {
		r := importText(t, im, e.Text)
		for _, x := range e.Expect {
			whole := strings.ReplaceAll(x.Span, "\n", "")
			if len(r.Joined) != 1 || !strings.Contains(string(r.Body), whole) {
				t.Errorf("%s: joined %v, want %q in %s", e.ID, r.Joined, whole, r.Body)
			}
		}
		if len(e.Expect) == 0 && len(r.Joined) > 0 {
			t.Errorf("%s: falsely joined: %s", e.ID, r.Body)
		}
	}
}

func TestExamplesOfHeadings(t *testing.T) {
	im := New(Options{})
	for _, e := range examples(t, "heading-form") {
		r := importText(t, im, e.Text)
		wanted := 0
		for _, x := range e.Expect {
			if x.Kind == "item" {
				continue
			}
			wanted++
			text := strings.TrimRight(strings.Trim(strings.Trim(x.Span, "*"), "# "), "。")
			found := false
			for _, h := range r.Headings {
				if h.Number+h.Text == text {
					found = true
					if level := int(x.Kind[len("heading-")] - '0'); h.Level != level || h.RunIn != x.RunIn {
						t.Errorf("%s: %q is level %d, run in %v; want %s, %v", e.ID, text, h.Level, h.RunIn, x.Kind, x.RunIn)
					}
				}
			}
			if !found {
				t.Errorf("%s: %q is no heading: %v", e.ID, text, r.Headings)
			}
		}
		if len(r.Headings) != wanted {
			t.Errorf("%s: %d headings, want %d: %v", e.ID, len(r.Headings), wanted, r.Headings)
		}
	}
}
