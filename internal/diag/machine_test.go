package diag

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func sample() List {
	return List{
		{
			Rule: "frontmatter-unknown-key", Severity: Error, Path: "content/甲 乙.md", Start: Pos{4, 1}, End: Pos{4, 5}, Span: "发布日起",
			Message: Say("未知字段“%s”", "unknown key %q", "发布日起"), Hint: Say("是否为 date？", "date?"),
			Fix: []Edit{{Pos{4, 1}, Pos{4, 5}, "发布日期"}},
		},
		{Rule: "static", Severity: Warning, Path: "a.md", Message: Say("整个文件 <b>&", "whole file")},
		{Rule: "sum-mismatch", Severity: Info, Path: "a.md", Start: Pos{2, 3}, Message: Say("和", "sum"), Waived: "已核实"},
		{Rule: "static", Severity: Error, Path: "b.md", Start: Pos{7, 2}, End: Pos{9, 4}, Message: Say("跨行", "lines")},
	}
}

func TestJSONToTheLetter(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, sample(), "zh"); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	row := func(rule, sev, path string, l, c, el, ec float64, text, message, hint string, fix any) map[string]any {
		return map[string]any{"rule": rule, "severity": sev, "path": path, "line": l, "column": c, "end_line": el, "end_column": ec, "text": text, "message": message, "hint": hint, "fix": fix}
	}
	want := []map[string]any{
		row("frontmatter-unknown-key", "error", "content/甲 乙.md", 4, 1, 4, 5, "发布日起", "未知字段“发布日起”", "是否为 date？",
			[]any{map[string]any{"line": 4.0, "column": 1.0, "end_line": 4.0, "end_column": 5.0, "text": "发布日期"}}),
		row("static", "warning", "a.md", 1, 1, 1, 1, "", "整个文件 <b>&", "", nil),
		row("sum-mismatch", "info", "a.md", 2, 3, 2, 3, "", "和", "", nil),
		row("static", "error", "b.md", 7, 2, 9, 4, "", "跨行", "", nil),
	}
	want[2]["waived"] = "已核实"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if s := b.String(); !strings.Contains(s, `"fix": null`) || !strings.Contains(s, "<b>&") || strings.Contains(s, `\u`) {
		t.Errorf("written as %s", s)
	}
}

func TestJSONOfNothing(t *testing.T) {
	for _, list := range []List{nil, {}} {
		var b bytes.Buffer
		if err := WriteJSON(&b, list, "zh"); err != nil || b.String() != "[]\n" {
			t.Errorf("%q, %v", b.String(), err)
		}
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, List{{Rule: "r", Fix: []Edit{}}}, "en"); err != nil || !strings.Contains(b.String(), `"fix": null`) {
		t.Errorf("an empty repair: %s, %v", b.String(), err)
	}
}

// TestSpanIsARange: whatever a finding holds, start and end are places that exist, and the end is not before the start.
func TestSpanIsARange(t *testing.T) {
	values := []int{-1, 0, 1, 2, 9}
	for _, a := range values {
		for _, b := range values {
			for _, c := range values {
				for _, d := range values {
					start, end := Diagnostic{Start: Pos{a, b}, End: Pos{c, d}}.span()
					if start.Line < 1 || start.Column < 1 || end.Column < 1 || end.Line < start.Line || end.Line == start.Line && end.Column < start.Column {
						t.Errorf("%v-%v becomes %v-%v", Pos{a, b}, Pos{c, d}, start, end)
					}
				}
			}
		}
	}
}

func TestSARIF(t *testing.T) {
	for _, list := range []List{sample(), nil} {
		var b bytes.Buffer
		if err := WriteSARIF(&b, list, "en", "1.2.3"); err != nil {
			t.Fatal(err)
		}
		checkSARIF(t, b.Bytes(), list)
	}
}

// checkSARIF is the part of the SARIF 2.1.0 schema that we use, written by hand.
func checkSARIF(t *testing.T, raw []byte, list List) {
	t.Helper()
	var log struct {
		Schema, Version string
		Runs            []struct {
			Tool struct {
				Driver struct {
					Name, Version string
					Rules         []struct{ ID string }
				}
			}
			ColumnKind string
			Results    []struct {
				RuleID    string
				RuleIndex *int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
				Suppressions []struct{ Kind, Justification string }
			}
		}
	}
	if err := json.Unmarshal(raw, &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || !bytes.Contains(raw, []byte(`"results": [`)) || !bytes.Contains(raw, []byte(`"rules": [`)) {
		t.Fatalf("%s", raw)
	}
	run := log.Runs[0]
	if run.Tool.Driver.Name != "gongkai" || run.Tool.Driver.Version != "1.2.3" || run.ColumnKind != "unicodeCodePoints" || len(run.Results) != len(list) {
		t.Errorf("%+v", run)
	}
	seen := map[string]bool{}
	for _, r := range run.Tool.Driver.Rules {
		if seen[r.ID] {
			t.Errorf("rule %s twice", r.ID)
		}
		seen[r.ID] = true
	}
	for i, r := range run.Results {
		d := list[i]
		if r.RuleIndex == nil || *r.RuleIndex < 0 || *r.RuleIndex >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[*r.RuleIndex].ID != r.RuleID || r.RuleID != d.Rule {
			t.Errorf("result %d: rule %s at %v", i, r.RuleID, r.RuleIndex)
		}
		if want := map[Severity]string{Error: "error", Warning: "warning", Info: "note"}[d.Severity]; r.Level != want {
			t.Errorf("result %d: level %s, want %s", i, r.Level, want)
		}
		if !strings.HasPrefix(r.Message.Text, d.Message.EN) || len(r.Locations) != 1 {
			t.Errorf("result %d: %+v", i, r)
			continue
		}
		at := r.Locations[0].PhysicalLocation
		if strings.ContainsAny(at.ArtifactLocation.URI, " 甲") || at.ArtifactLocation.URI == "" {
			t.Errorf("result %d: URI %q", i, at.ArtifactLocation.URI)
		}
		if (at.Region == nil) != (d.Start == Pos{}) {
			t.Errorf("result %d: region %v of %v", i, at.Region, d.Start)
		} else if g := at.Region; g != nil && (g.StartLine < 1 || g.StartColumn < 1 || g.EndLine < g.StartLine || g.EndColumn < 1) {
			t.Errorf("result %d: region %+v", i, *g)
		}
		if (d.Waived != "") != (len(r.Suppressions) == 1 && r.Suppressions[0].Kind == "inSource" && r.Suppressions[0].Justification == d.Waived) {
			t.Errorf("result %d: suppressions %v", i, r.Suppressions)
		}
	}
}

func TestSARIFAddresses(t *testing.T) {
	for path, want := range map[string]string{
		"content/甲 乙.md": "content/%E7%94%B2%20%E4%B9%99.md",
		"a:b.md":         "./a:b.md", // else "a" would be a scheme
		"../x/a%20#?.md": "../x/a%2520%23%3F.md",
	} {
		var b bytes.Buffer
		if err := WriteSARIF(&b, List{{Rule: "r", Path: path}}, "zh", ""); err != nil || !strings.Contains(b.String(), `"uri": "`+want+`"`) {
			t.Errorf("%s: want %s in %s, %v", path, want, b.String(), err)
		}
	}
}

func TestGitHub(t *testing.T) {
	list := List{
		{Rule: "r", Severity: Error, Path: "a,b:c%\n.md", Start: Pos{2, 3}, End: Pos{2, 5}, Message: Text{ZH: "百分之 5%\r\n::error::假"}, Hint: Say("改: 它", "mend")},
		{Rule: "r", Severity: Warning, Path: "a.md", Message: Say("整", "whole")},
		{Rule: "r", Severity: Info, Path: "a.md", Start: Pos{1, 1}, Message: Say("知", "known")},
		{Rule: "r", Severity: Error, Path: "a.md", Waived: "已核实", Message: Say("免", "waived")},
	}
	var b bytes.Buffer
	if err := WriteGitHub(&b, list, "zh"); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac%25%0A.md,line=2,col=3,endLine=2,endColumn=5,title=r::百分之 5%25%0D%0A::error::假%0Ahint: 改: 它\n" +
		"::warning file=a.md,line=1,col=1,endLine=1,endColumn=1,title=r::整\n" +
		"::notice file=a.md,line=1,col=1,endLine=1,endColumn=1,title=r::知\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestSortIsOneOrder(t *testing.T) {
	want := List{
		{Path: "a.md", Rule: "z"},
		{Path: "a.md", Start: Pos{1, 1}, Rule: "b"},
		{Path: "a.md", Start: Pos{1, 2}, Rule: "a", Message: Say("一", "2"), Severity: Info},
		{Path: "a.md", Start: Pos{1, 2}, Rule: "a", Message: Say("一", "2"), Severity: Error},
		{Path: "a.md", Start: Pos{1, 2}, Rule: "a", Message: Say("一", "2"), Severity: Error, End: Pos{1, 9}},
		{Path: "a.md", Start: Pos{1, 2}, Rule: "a", Message: Say("丁", "1")},
		{Path: "a.md", Start: Pos{1, 2}, Rule: "b", Message: Say("一", "1")},
		{Path: "a.md", Start: Pos{10, 1}, Rule: "a"},
		{Path: "a/b.md", Rule: "a"},
		{Path: "b.md", Rule: "a"},
	}
	for range 200 {
		got := slices.Clone(want)
		rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		got.Sort()
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v", got)
		}
	}
}

func TestCounts(t *testing.T) {
	list := List{{Severity: Error}, {Severity: Error, Waived: "x"}, {Severity: Warning}, {Severity: Warning}, {Severity: Info}, {Severity: Info, Waived: "x"}}
	for _, tt := range []struct {
		s                Severity
		atLeast, exactly int
	}{{Error, 1, 1}, {Warning, 3, 2}, {Info, 4, 1}} {
		if a, n := list.AtLeast(tt.s), list.Count(tt.s); a != tt.atLeast || n != tt.exactly {
			t.Errorf("%v: %d at least, %d exactly", tt.s, a, n)
		}
	}
	if n := list.AtLeast(None); n != 0 {
		t.Errorf("--fail-on none counts %d", n)
	}
}

func TestSeverities(t *testing.T) {
	for _, s := range []Severity{Info, Warning, Error, None} {
		if got, ok := ParseSeverity(s.String()); got != s || !ok {
			t.Errorf("%v: %v, %v", s, got, ok)
		}
	}
	if _, ok := ParseSeverity("fatal"); ok {
		t.Error("fatal is a severity")
	}
}
