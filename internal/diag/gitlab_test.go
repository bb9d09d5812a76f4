package diag

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

func gitLab(t *testing.T, list List) []gitLabIssue {
	t.Helper()
	var b bytes.Buffer
	if err := WriteGitLab(&b, list, "zh"); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	var issues []gitLabIssue
	if err := d.Decode(&issues); err != nil || issues == nil {
		t.Fatal(err, issues)
	}
	return issues
}

func TestGitLab(t *testing.T) {
	issues := gitLab(t, sample())
	if len(issues) != 3 { // the waived one does not count
		t.Fatalf("%d issues", len(issues))
	}
	for i, want := range []struct {
		path, severity, description string
		begin, end                  int
	}{
		{"content/甲 乙.md", "major", "未知字段“发布日起” hint: 是否为 date？", 4, 4}, {"a.md", "minor", "整个文件 <b>&", 1, 1}, {"b.md", "major", "跨行", 7, 9},
	} {
		got := issues[i]
		if got.Location.Path != want.path || got.Severity != want.severity || got.Description != want.description || got.Location.Lines.Begin != want.begin || got.Location.Lines.End != want.end || len(got.Fingerprint) != 64 {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if len(gitLab(t, nil)) != 0 {
		t.Error("something of nothing")
	}
}

// TestGitLabFingerprints: the same finding further down is the same; two alike in one file are two.
func TestGitLabFingerprints(t *testing.T) {
	prints := func(list List) (l []string) {
		for _, i := range gitLab(t, list) {
			l = append(l, i.Fingerprint)
		}
		return l
	}
	one := Diagnostic{Rule: "static", Path: "a.md", Start: Pos{1, 1}, Message: Say("甲", "a")}
	moved, other := one, one
	moved.Start, other.Path = Pos{9, 1}, "b.md"
	two := prints(List{one, moved, other})
	if two[0] == two[1] || two[0] == two[2] || !slices.Equal(prints(List{moved}), two[:1]) {
		t.Errorf("%q", two)
	}
}
