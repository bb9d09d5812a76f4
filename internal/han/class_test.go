package han

import "testing"

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		runes           string
		han, punct, cjk bool
	}{
		{"一龥㐀𠀀〇々豈", true, false, true},
		{"，。、；：？！“”‘’…—《》（）【】～·％．", false, true, true},
		{"ぁカ한ㄅＡ９", false, false, true},
		{"aZ0 \t,.!\"'-éß\u3000", false, false, false},
	} {
		for _, r := range c.runes {
			if IsHan(r) != c.han || IsCJKPunct(r) != c.punct || IsCJK(r) != c.cjk {
				t.Errorf("%q: han %v, mark %v, cjk %v", r, IsHan(r), IsCJKPunct(r), IsCJK(r))
			}
		}
	}
}

func TestJoinsLines(t *testing.T) {
	for pair, want := range map[string]bool{
		"工作": true, "，工": true, "”的": true, "的“": true, "——": false, "工a": false, "1工": false, "”a": false, "“”": false, "한국": false, "カナ": true, "）（": true,
	} {
		r := []rune(pair)
		if JoinsLines(r[0], r[1]) != want {
			t.Errorf("%s: %v", pair, !want)
		}
	}
}
