package laws

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const maxLines = 500

func sizeLaw(name, text string) []string {
	var l []string
	if n := strings.Count(text, "\n"); n > maxLines {
		breach(&l, name, "%d lines, at most %d: split it by theme", n, maxLines)
	}
	return l
}

func TestFilesAreShort(t *testing.T) {
	for name, text := range texts(t) {
		if path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") {
			report(t, sizeLaw(name, text))
		}
	}
	wantBreaches(t, sizeLaw("a.go", strings.Repeat("\n", maxLines)))
	wantBreaches(t, sizeLaw("a.go", strings.Repeat("\n", maxLines+1)), "501 lines")
}

// unfinished and the patterns of elsewhere are put together from pieces, so that this file obeys the laws that it states.
var unfinished = regexp.MustCompile(`\b(` + "TO" + `DO|` + "FIX" + `ME)\b`)

// elsewhere finds what ties the repository to the machine or the network where somebody worked on it: hosts of package registries and
// their mirrors, absolute paths, names of the workplace.
var elsewhere = regexp.MustCompile(strings.Join([]string{
	`(?i)\b(pro` + `xy\.golang|sum\.golang|registry\.` + `npmjs|registry\.` + `yarnpkg|deb\.` + `debian|security\.` + `debian|goproxy\.|npm` + `mirror|` + `pypi\.org|` + `mirrors?\.[a-z0-9-]+\.(com|cn|org|net))`,
	`(^|[^\p{L}\p{N}._/-])/(wo` + `rk|ro` + `ot|ho` + `me|tm` + `p|Us` + `ers)/`,
	`\bfa` + `rm-[a-z0-9]`,
	`\.li` + `brary/`,
}, "|"))

func wordLaw(name, text string, pattern *regexp.Regexp, why string) []string {
	var l []string
	for i, line := range strings.Split(text, "\n") {
		if m := pattern.FindString(line); m != "" {
			breach(&l, name, "line %d: %q: %s", i+1, strings.TrimSpace(m), why)
		}
	}
	return l
}

func TestNothingIsLeftUnfinished(t *testing.T) {
	for name, text := range texts(t) {
		report(t, wordLaw(name, text, unfinished, "do it, or file an issue"))
	}
	wantBreaches(t, wordLaw("a", "x\n// TO"+"DO: y", unfinished, ""), "line 2")
}

func TestNothingNamesAnotherPlace(t *testing.T) {
	for name, text := range texts(t) {
		report(t, wordLaw(name, text, elsewhere, "the repository must work anywhere"))
	}
	for _, bad := range []string{"GOPROXY=https://pro" + "xy.golang.org", "cd /wo" + "rk/main", "\"/tm" + "p/x\"", "/ho" + "me/me", "https://mirrors." + "example.com/x", "fa" + "rm-3"} {
		if len(wordLaw("a", bad, elsewhere, "")) != 1 {
			t.Errorf("%q passes", bad)
		}
	}
	for _, good := range []string{"https://www.example.gov.cn/home/a", "../work/a", "a/tmp/b", "farming", "content/root/x", "https://pkg.go.dev/fmt"} {
		wantBreaches(t, wordLaw("a", good, elsewhere, ""))
	}
}

// top is what stands at the top of the repository. A file or folder marked optional appears when it has something to hold.
var top = map[string]struct{ optional bool }{
	"cmd": {}, "content": {}, "layouts": {}, "static": {}, "internal": {}, "docs": {}, "bench": {optional: true}, "scripts": {optional: true}, ".ci": {}, ".github": {},
	"assets.go": {}, "gongkai.yaml": {}, "go.mod": {}, "go.sum": {}, ".gitignore": {}, ".gitattributes": {},
	"README.md": {}, "README.zh.md": {}, "CHANGELOG.md": {}, "LICENSE": {}, "CONTRIBUTING.md": {},
}

func topLaw(names []string) []string {
	var l []string
	seen := map[string]bool{}
	for _, name := range names {
		first, _, _ := strings.Cut(name, "/")
		if _, known := top[first]; !known && !seen[first] {
			breach(&l, first, "does not belong at the top of the repository")
		}
		seen[first] = true
	}
	for first, kind := range top {
		if !seen[first] && !kind.optional {
			breach(&l, first, "is missing")
		}
	}
	slices.Sort(l)
	return l
}

func TestTopLevel(t *testing.T) {
	report(t, topLaw(tracked(t)))
}

func TestTopLawCanFail(t *testing.T) {
	var all []string
	for name := range top {
		all = append(all, name)
	}
	wantBreaches(t, topLaw(all))
	without := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return n == "LICENSE" })
	wantBreaches(t, topLaw(append(without, "vendor/x", "vendor/y", "public/index.html")), "LICENSE: is missing", "public", "vendor")
}
