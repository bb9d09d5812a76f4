package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"testing/quick"
)

func TestInfoRoundTrip(t *testing.T) {
	err := quick.Check(func(i Info) bool {
		i.Tree[0] |= 1
		if len(i.Waived) == 0 {
			i.Waived = []Waived{}
		}
		text, err := i.Bytes()
		if err != nil {
			return false
		}
		back, err := ParseInfo(text)
		return err == nil && reflect.DeepEqual(back, i)
	}, nil)
	if err != nil {
		t.Error(err)
	}
}

func TestInfoRefuses(t *testing.T) {
	const tree = `"tree": "0000000000000000000000000000000000000000000000000000000000000001"`
	if _, err := ParseInfo([]byte(`{` + tree + `, "findings": {"error": 1}, "later": {}}`)); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"", "[]", "{}", "{" + tree + "}", `{"findings": {}}`, `{"tree": "1", "findings": {}}`, `{` + tree + `, "findings": {"error": "none"}}`,
		`{"tree": "000000000000000000000000000000000000000000000000000000000000000A", "findings": {}}`, `{"tree": "00000000000000000000000000000000000000000000000000000000000000xx", "findings": {}}`} {
		if i, err := ParseInfo([]byte(text)); err == nil {
			t.Errorf("%s is read as %+v", text, i)
		}
	}
}

// TestFoundIsWritten: the findings go beside the folder, also when the folder itself need not change, and are found through a link.
func TestFoundIsWritten(t *testing.T) {
	dir := t.TempDir()
	opt := Options{Destination: filepath.Join(dir, "public"), Generator: Info{Version: "1"}}
	waived := []Waived{{Path: "content/a.md", Rule: "raw-html", Reason: "原文如此 <u>", By: "王某", Date: "2024-01-04"}}
	for round, findings := range []Findings{{Warning: 2, Info: 1}, {}} {
		s, err := Open(t.Context(), opt)
		must(t, err)
		_, err = s.Write("index.html", []byte("x"))
		must(t, err)
		s.Found(Info{Version: "none", Drafts: round, Findings: findings, Waived: waived[:1-round]})
		r, err := s.Commit(t.Context())
		must(t, err)
		if r.Switched != (round == 0) {
			t.Errorf("round %d: %+v", round, r)
		}
		link := filepath.Join(dir, "link")
		if round == 0 {
			must(t, os.Symlink("public", link))
		}
		info, name, err := ReadInfo(link)
		must(t, err)
		if info.Version != "1" || info.Tree != r.Tree || info.Findings != findings || info.Drafts != round || !slices.Equal(info.Waived, waived[:1-round]) || filepath.Base(name) != "public.manifest.json" {
			t.Errorf("%s: %+v", name, info)
		}
	}
	must(t, os.WriteFile(opt.Destination+infoSuffix, []byte("{}"), 0o644))
	var pathErr *fs.PathError
	if _, _, err := ReadInfo(opt.Destination); !errors.As(err, &pathErr) {
		t.Errorf("a strange file: %v", err)
	}
	must(t, os.Remove(opt.Destination+infoSuffix))
	if _, _, err := ReadInfo(opt.Destination); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
