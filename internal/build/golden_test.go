package build

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden are the outputs of testdata/official that are kept as they should be: one of each kind.
var golden = []string{
	"index.html", "404.html", "about.html", "robots.txt", "sitemap.xml", "feed.xml", "catalog.json", "catalog.csv",
	"110102/index.html", "110102/2024/index.html", "110102/wjw/index.html", "110102/feed.xml", "530304/index.html",
	"years/index.html", "years/2024/index.html", "topics/index.html", "topics/weisheng/index.html", "kinds/summary/index.html",
	"110102/wjw/2024/zongjie.html", "110102/wjw/2024/zongjie.json", "110102/wjw/2024/zongjie.txt",
	"110102/wjw/2024/yaodian.html", "110102/wjw/2024/zhuanxiang.html", "110102/wjw/2023/zongjie.html", "old/2023/zongjie.shtml", "n123/index.html",
}

// assetHash stands in golden files without its digits, so that a change of the style sheet touches none of them.
var assetHash = regexp.MustCompile(`assets/(\w+)\.[0-9a-f]{10}\.(\w+)`)

// TestGolden compares outputs with testdata/golden; go test ./internal/build -update writes them anew, to be read before they are committed.
func TestGolden(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustBuild(t, options(t, "testdata/official", dest))
	if *update {
		if err := os.RemoveAll("testdata/golden"); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range golden {
		got, err := os.ReadFile(filepath.Join(dest, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
			continue
		}
		got = assetHash.ReplaceAll(got, []byte("assets/$1.HASH.$2"))
		file := filepath.Join("testdata", "golden", filepath.FromSlash(name))
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		} else if string(got) != string(want) {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			t.Errorf("%s differs from its golden file at byte %d:\n got …%.120q\nwant …%.120q", name, at, got[max(0, at-40):], want[max(0, at-40):])
		}
	}
}
