package deploy

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// FuzzLedger: whatever a part of the ledger holds, what is read of it can be written and read again.
func FuzzLedger(f *testing.F) {
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, seed := range []string{
		"", "\n", sum + " v a.html\n", sum + " 12-34 110100/wjw/2015/a/表 一.pdf\n" + sum + " x b", sum + " a\n", sum + "  a\n", strings.ToUpper(sum) + " v a\n", sum[:63] + " v a\n",
		sum + " v a\r\n", "\x00" + sum + " v a\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := ledger{}
		once.read([]byte(text))
		var written []byte
		for _, name := range slices.Sorted(maps.Keys(once)) {
			written = once[name].appendTo(written, name)
		}
		again := ledger{}
		again.read(written)
		if !maps.Equal(once, again) {
			t.Errorf("%q is read as %v and, written, as %v", text, once, again)
		}
	})
}

func TestLedger(t *testing.T) {
	sum := sumOfBytes([]byte("a"))
	l := ledger{}
	l.read([]byte(sum.String() + " v1 a b.html\nnonsense\n" + sum.String()[1:] + " v1 c\n" + sum.String() + " v2 a b.html\n"))
	if len(l) != 1 || l["a b.html"] != (fact{sum: sum, version: "v2"}) {
		t.Errorf("%v", l)
	}
}

// TestRank: each file comes after those that it links to.
func TestRank(t *testing.T) {
	for _, order := range [][]string{
		{"assets/site.0123456789.css", "110100/wjw/2015/a/表.pdf", "110100/wjw/2015/a.html", "index.html"},
		{"search/shard-1.0123456789.json", "110100/wjw/2015/a.json", "about.html", "search/index.json"},
		{"assets/site.0123456789.css.gz", "images/logo.png", "110100/wjw/2015/a.html.br", "110100/wjw/index.html"},
		{"assets/icon.png", "favicon.ico", "guide.html", "years/2015/page/2.html"},
		{"assets/a.js", "notes.txt", "110100/wjw/2015/a.html", "110100/feed.xml"},
		{"assets/a.js", "notes.txt", "110100/wjw/2015/a.html", "old/list.jsp"},
		{"assets/a.js", "notes.txt", "110100/wjw/2015/a.html", "sitemap.xml"},
	} {
		for i := 1; i < len(order); i++ {
			if a, b := rank(order[i-1], false), rank(order[i], false); a >= b {
				t.Errorf("%s (%d) is not sent before %s (%d)", order[i-1], a, order[i], b)
			}
		}
	}
	if rank("110100/wjw/2015/a.html", true) >= rank("110100/wjw/2015/a.html", false) {
		t.Error("a changed page may link to a new one")
	}
}
