package han

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slowNormalise is the definition: NFKC, then no white space.
func slowNormalise(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"": "",
		"（一）　科学 防控，成效\t明显。":      "(一)科学防控,成效明显。",
		"２０２１年ＡＢ％":               "2021年AB%",
		"①“十四五”——规划…":            "1“十四五”——规划...",
		"e\u0301 \u2003ﷺ":        slowNormalise("e\u0301 \u2003ﷺ"),
		"全角～：；！？":                "全角~:;!?",
		"\u3001\u3010〇\u3011《法》": "、【〇】《法》",
	} {
		if got := Normalise(in); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("（一）科学防控，成效 明显。")
	f.Add("A\u0301é①ﷺ〇々")
	f.Add("\xff。\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		got := Normalise(s)
		if want := slowNormalise(s); got != want {
			t.Fatalf("Normalise(%q) = %q, want %q", s, got, want)
		}
	})
}

func BenchmarkNormalise(b *testing.B) {
	text := []byte(strings.Repeat("全年（2021年）开展培训 12 次，覆盖 3 个街道。", 200))
	var buf []byte
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		buf = AppendNormalised(buf[:0], text)
	}
}
