package main

import (
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gongkai"
)

// The baseline is Chromium 86, Firefox 78 and Safari 14: what they do not know must not be needed. Newer features may stand behind @supports,
// or be of those in harmless, which the old browsers leave out without loss (the test old browsers draws every page without them).
var (
	newerCSS = regexp.MustCompile(`@layer|@container|@scope|@starting-style|:has\(|:is\(|:where\(|:not\([^)]*,|\binset\b|aspect-ratio|accent-color|` +
		`(?:margin|padding|border|inset)-(?:inline|block)\s*:|\d(?:dvh|svh|lvh|dvw|cqw|cqi)\b|color-mix\(|oklch\(|light-dark\(|subgrid|overflow:\s*clip|\bd?translate\s*:|\brotate\s*:|\bscale\s*:`)
	newerJS = regexp.MustCompile(`\?\.[^\d]|\?\?|\|\|=|&&=|\d_\d|\bimport\b|\bexport\b|\bBigInt\b|\.replaceAll\(|\.at\(|\.flatMap\(.*\)\.at|structuredClone|Promise\.any|Object\.hasOwn|` +
		`\.hasOwn\(|\.findLast|\.toSorted|WeakRef|randomUUID|showPopover|checkVisibility|\.replaceChildren\(|\.matchAll\(|allSettled|globalThis`)
	dangerousJS = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|document\.cookie|createContextualFragment|\bfetch\(|XMLHttpRequest|sendBeacon|\.style\.`)

	comment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	rule       = regexp.MustCompile(`([^{}]*)\{([^{}]*)\}`)
	supports   = regexp.MustCompile(`(?s)@supports[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}`)
	harmless   = regexp.MustCompile(`([;{]\s*)(?:text-wrap|text-underline-offset|text-decoration-thickness|color-scheme|forced-color-adjust|content-visibility|scroll-behavior)\s*:[^;}]*`)
	newerRules = regexp.MustCompile(`[^{}]*(?:::details-content|:focus-visible)[^{}]*\{[^{}]*\}`)
	newerMedia = regexp.MustCompile(`(?s)@media \((?:scripting|forced-colors)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}`)
)

// asset returns the text of an own style sheet or script, without comments.
func asset(t testing.TB, name string) string {
	t.Helper()
	b, err := fs.ReadFile(gongkai.Static, "static/assets/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return comment.ReplaceAllString(string(b), "")
}

// TestBaselineStyles holds the style sheets to what old browsers know.
func TestBaselineStyles(t *testing.T) {
	for _, name := range assets(t, ".css") {
		css := supports.ReplaceAllString(asset(t, name), "")
		for _, found := range newerCSS.FindAllString(css, -1) {
			t.Errorf("%s: %q is newer than the baseline", name, found)
		}
		if strings.Contains(css, "&") {
			t.Errorf("%s: nesting", name)
		}
		depth := 0
		for _, c := range css {
			if c == '{' {
				depth++
			} else if c == '}' {
				depth--
			}
			if depth > 2 {
				t.Fatalf("%s: a rule within a rule", name)
			}
		}
		for _, m := range rule.FindAllStringSubmatch(css, -1) {
			selector, body := strings.TrimSpace(m[1]), m[2]
			if strings.Contains(body, "gap:") && !strings.Contains(body, "grid") && !strings.Contains(body, "columns:") {
				t.Errorf("%s: %s has a gap outside of a grid", name, selector)
			}
			if newerRules.MatchString(m[0]) && strings.Contains(selector, ",") {
				t.Errorf("%s: an old browser drops the whole list %s", name, selector)
			}
		}
	}
	for _, bad := range []string{"a:has(b) {}", "margin-inline: 1em", "a:not(b, c)", "inset: 0", "height: 100dvh"} {
		if !newerCSS.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
}

// TestBaselineScripts holds the scripts to ES2019 and to text alone.
func TestBaselineScripts(t *testing.T) {
	for _, name := range assets(t, ".js") {
		js := asset(t, name)
		for i, line := range strings.Split(js, "\n") {
			code, _, _ := strings.Cut(line, "// ")
			if found := newerJS.FindString(code); found != "" {
				t.Errorf("%s: %q is newer than ES2019 (line %d without comments)", name, found, i+1)
			}
			if found := dangerousJS.FindString(code); found != "" {
				t.Errorf("%s: %q (line %d without comments)", name, found, i+1)
			}
		}
	}
	for _, bad := range []string{"a?.b", "a ?? b", "'a'.replaceAll(b, c)", "list.at(-1)"} {
		if !newerJS.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	if newerJS.MatchString("a ? .5 : 1") || newerJS.MatchString("x?.5:1") {
		t.Error("a conditional is taken for a chain")
	}
}

func assets(t testing.TB, ending string) (names []string) {
	t.Helper()
	entries, err := fs.ReadDir(gongkai.Static, "static/assets")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if path.Ext(e.Name()) == ending {
			names = append(names, e.Name())
		}
	}
	if len(names) < 2 {
		t.Fatalf("only %q end in %s", names, ending)
	}
	return names
}

var token = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{3,6});`)

// TestContrast computes the contrast of every colour on its ground from the tokens: 7 to 1 for the text, 4.5 for what else is read, 3 for
// the borders of controls. The figures are those of the design.
func TestContrast(t *testing.T) {
	site, elder := asset(t, "site.css"), asset(t, "elder.css")
	light, dark, found := strings.Cut(site[:strings.Index(site, "*, ::before")], "@media")
	if !found {
		t.Fatal("site.css has no dark tokens")
	}
	elder, _, _ = strings.Cut(elder, "}")
	want := map[string][3]float64{ // light, dark, 长辈版
		"ink": {16.5, 14.4, 21}, "ink-2": {7.5, 7.9, 21}, "link": {8.4, 9.6, 12}, "seal": {7.0, 7.3, 10}, "rule": {3.3, 3, 21},
	}
	for i, tokens := range []string{light, dark, elder} {
		colour := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(tokens, -1) {
			colour[m[1]] = m[2]
		}
		look := []string{"light", "dark", "elder"}[i]
		for name, figures := range want {
			least := map[string]float64{"ink": 7, "rule": 3}[name]
			if least == 0 {
				least = 4.5
			}
			got := contrast(t, colour[name], colour["ground"])
			if got < least || got < figures[i]-0.1 {
				t.Errorf("%s: %s on the ground has %.2f, want %.1f (at least %.1f)", look, name, got, figures[i], least)
			}
			t.Logf("%s: %s %s on %s: %.1f", look, name, colour[name], colour["ground"], got)
		}
		for _, name := range []string{"ink", "link"} {
			if got := contrast(t, colour[name], colour["mark"]); got < 4.5 {
				t.Errorf("%s: %s on the mark has %.2f", look, name, got)
			}
		}
	}
}

// contrast is WCAG's ratio of two colours.
func contrast(t testing.TB, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(t testing.TB, colour string) float64 {
	t.Helper()
	hex := strings.TrimPrefix(colour, "#")
	if len(hex) == 3 {
		hex = fmt.Sprintf("%c%c%c%c%c%c", hex[0], hex[0], hex[1], hex[1], hex[2], hex[2])
	}
	n, err := strconv.ParseUint(hex, 16, 24)
	if err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	sum := 0.0
	for i, weight := range []float64{.0722, .7152, .2126} {
		v := float64(n>>(8*i)&255) / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
