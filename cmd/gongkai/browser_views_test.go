package main

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"gongkai/internal/sitetest"
)

// looks are the ways in which every page is looked at; the widths follow within each.
var looks = []struct {
	name    string
	scripts bool
	elder   bool
}{
	{"without scripts", false, false},
	{"with scripts", true, false},
	{"elder", true, true},
}

// widths are those of issue 3, the narrowest that WCAG 1.4.10 asks for first.
var widths = []int{320, 375, 768, 1280}

// layout is what measure.js returns.
type layout struct {
	Over    int
	Out     []string
	Covered []string
	Styled  bool
}

func (l layout) problems() []string {
	var p []string
	if l.Over > 0 {
		p = append(p, fmt.Sprintf("the page is %d px wider than the window", l.Over))
	}
	for _, o := range l.Out {
		p = append(p, "sticks out: "+o)
	}
	for _, c := range l.Covered {
		p = append(p, "one covers the other: "+c)
	}
	if !l.Styled {
		p = append(p, "not styled")
	}
	return p
}

// everyPageIsDrawn holds the list of views against the layouts: a new kind of page must be looked at too.
func (r *reading) everyPageIsDrawn(t *testing.T) {
	site, err := sitetest.Load(r.dir + "/official")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range site.Check(sitetest.Options{Mode: sitetest.Complete, BaseURL: base("official"), Exempt: []string{"110101/wjw/2022/jiancha.html"}}) {
		t.Error(problem)
	}
	for _, p := range site.Pages {
		kind := p.Kind()
		if !slices.ContainsFunc(views, func(v view) bool { return v.kind == kind }) {
			t.Errorf("%s: no view of the kind %q is tested", p.Path, kind)
		}
	}
}

// valid asks the Nu checker.
func (r *reading) valid(t *testing.T) { sitetest.VNUErrors(t, r.dir) }

// Words that are not Chinese stand on a page only in what the site was given and in the names of file types.
var (
	latin   = regexp.MustCompile(`[A-Za-z]{2,}`)
	notOurs = regexp.MustCompile(`https?://[\x21-\x7e]+|[0-9a-f]{16}|PDF|CSV|TXT|JSON|KB|ICP`)
)

// views looks at every page at every width: nothing sticks out or is covered, no console message, no request outside of the site, no
// breach of the policies, every word there; without JavaScript too.
func (r *reading) views(t *testing.T) {
	tab := r.tab(t)
	type words struct{ Seen, Held string }
	plain := map[string]string{} // what is read without scripts
	for _, look := range looks {
		tab.Scripts(t, look.scripts)
		if look.elder {
			r.elder(t, tab, true)
		}
		for _, v := range views {
			tab.Go(t, r.root+v.path)
			for _, width := range widths {
				tab.Size(t, width, 900)
				for _, problem := range sitetest.Eval[layout](t, tab, script(t, "measure", "")).problems() {
					t.Errorf("%s, %s, %d px: %s", v, look.name, width, problem)
				}
			}
			w := sitetest.Eval[words](t, tab, script(t, "words", ""))
			if !look.elder && w.Seen != w.Held {
				t.Errorf("%s, %s: words are missing: %s", v, look.name, difference(w.Held, w.Seen))
			}
			if !look.scripts {
				plain[v.path] = w.Seen
			} else if w.Held != plain[v.path] {
				t.Errorf("%s, %s: the words differ from those without scripts: %s", v, look.name, difference(plain[v.path], w.Held))
			}
			if foreign := latin.FindAllString(notOurs.ReplaceAllString(w.Held, "，"), -1); len(foreign) > 0 {
				t.Errorf("%s, %s: not Chinese: %q", v, look.name, foreign)
			}
			for _, c := range tab.Complaints() {
				t.Errorf("%s, %s: %s", v, look.name, c)
			}
		}
	}
	r.elder(t, tab, false)
}

// elder switches 长辈版 on or off for all pages, as its button does.
func (r *reading) elder(t testing.TB, tab *sitetest.Tab, on bool) {
	t.Helper()
	value := ""
	if on {
		value = "yes"
	}
	tab.Go(t, r.root+views[0].path)
	sitetest.Eval[any](t, tab, fmt.Sprintf("localStorage.setItem('gongkai.elder', %q)", value))
}

// difference shows where two texts part.
func difference(want, got string) string {
	a, b := []rune(want), []rune(got)
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	around := func(r []rune) string { return string(r[max(0, at-8):min(len(r), at+16)]) }
	return fmt.Sprintf("%q, not %q (%d and %d characters)", around(a), around(b), len(a), len(b))
}
