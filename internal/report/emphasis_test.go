package report

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// differs lists the cases of the CommonMark specification that the Chinese rule decides differently, and why.
var differs = map[int]string{
	356: "5*6*78: one * between digits is a multiplication sign",
}

// TestCommonMark runs the specification's cases, which goldmark's module carries, through goldmark with nothing of ours but the rule
// of emphasis.
func TestCommonMark(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/goldmark").Output()
	if err != nil {
		t.Skip("goldmark's module folder cannot be found")
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "_test", "spec.json"))
	if err != nil {
		t.Skip("goldmark's module is vendored without its tests")
	}
	var cases []struct {
		Markdown, HTML string
		Example        int
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 600 {
		t.Fatalf("only %d cases", len(cases))
	}
	md := goldmark.New(
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(emphasisParser{}, 450))),
		goldmark.WithRendererOptions(html.WithXHTML(), html.WithUnsafe()),
	)
	for _, c := range cases {
		var got bytes.Buffer
		if err := md.Convert([]byte(c.Markdown), &got); err != nil {
			t.Fatal(err)
		}
		same := strings.TrimSpace(got.String()) == strings.TrimSpace(c.HTML)
		if reason, listed := differs[c.Example]; listed == same {
			t.Errorf("example %d (%s): same %v\n%q\n got %q\nwant %q", c.Example, reason, same, c.Markdown, got.String(), c.HTML)
		}
	}
}
