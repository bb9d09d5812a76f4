package division

import (
	"cmp"
	"strings"
)

// Suggest guesses which district an unknown key means, for "did you mean": a name typed as key (西安市未央区, 未央), a code that is too
// long or too short (610112000000, 6101), a level that exists only in the numbering (110100, 610101), a slip of one digit, or a
// declared key with up to two slips. It says nothing rather than choose among equals; a code in force is preferred to a former one.
func (t *Table) Suggest(key string) (District, bool) {
	key = strings.ToLower(strings.Map(narrow, strings.TrimSpace(key)))
	if key == "" || len(key) > 100 {
		return District{}, false
	}
	if d, ok := t.Lookup(key); ok {
		return d, true
	}
	for _, guess := range []func(string) (District, bool){t.suggestName, t.suggestCode, t.suggestKey} {
		if d, ok := guess(key); ok {
			return d, true
		}
	}
	return District{}, false
}

// narrow turns full-width digits and letters into ASCII and drops spaces within.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == ' ', r == '　', r == '\t':
		return -1
	}
	return r
}

// endings are what a name may be typed without; the order decides between 吉林市 and 吉林省.
var endings = [...]string{"", "市", "区", "县", "省", "旗", "自治州", "地区", "盟", "自治区", "特别行政区", "自治县"}

func (t *Table) suggestName(name string) (District, bool) {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= 0x3400 }) {
		return District{}, false
	}
	for _, former := range []bool{false, true} {
		for _, ending := range endings {
			d, ok := t.only(func(d District) bool { return d.Former() == former && t.named(d, name+ending) })
			if ok {
				return d, true
			}
		}
	}
	return District{}, false
}

// named reports whether a name as written is the district's own, alone or with names above it.
func (t *Table) named(d District, written string) bool {
	above, ok := strings.CutSuffix(written, d.Name)
	if !ok {
		return false
	}
	ancestors := t.Ancestors(d.Code)
	for i := len(ancestors) - 1; i >= 0 && above != ""; i-- {
		above = strings.TrimSuffix(above, ancestors[i].Name)
	}
	return above == ""
}

// only returns the district that fits, if there is exactly one.
func (t *Table) only(fits func(District) bool) (found District, ok bool) {
	for _, d := range t.rows {
		if !fits(d) {
			continue
		}
		if ok {
			return District{}, false
		}
		found, ok = d, true
	}
	return found, ok
}

// suggestCode reads runs of digits, with the letters that are mistaken for digits.
func (t *Table) suggestCode(code string) (District, bool) {
	code = strings.NewReplacer("o", "0", "l", "1", "i", "1").Replace(code)
	if len(code) < 2 || strings.Trim(code, "0123456789") != "" {
		return District{}, false
	}
	if len(code) > 7 { // with the digits of a township and a village
		return t.Lookup(code[:6])
	}
	if len(code) == 2 || len(code) == 4 {
		if d, ok := t.Lookup((code + "0000")[:6]); ok {
			return d, true
		}
	}
	if len(code) == 6 && (code[4:] == "00" || code[4:] == "01") {
		if d, ok := t.Lookup(t.parentOf(code)); ok {
			return d, true
		}
	}
	return t.nearest(code, 1, func(d District) bool { return !d.Local && d.Level != Country })
}

func (t *Table) suggestKey(key string) (District, bool) {
	return t.nearest(key, max(0, min(2, len(key)/3)), func(d District) bool { return d.Local || d.Level == Country })
}

// nearest returns the closest fitting code within a number of slips; among equals the one with the longest common beginning, then
// one in force, then the first.
func (t *Table) nearest(key string, slips int, fits func(District) bool) (best District, ok bool) {
	rank := func(d District) (int, int, int) {
		former := 0
		if d.Former() {
			former = 1
		}
		return distance(key, d.Code), -common(key, d.Code), former
	}
	for _, d := range t.rows {
		if !fits(d) || abs(len(d.Code)-len(key)) > slips || distance(key, d.Code) > slips {
			continue
		}
		if !ok {
			best, ok = d, true
			continue
		}
		a1, a2, a3 := rank(d)
		b1, b2, b3 := rank(best)
		if cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2), cmp.Compare(a3, b3)) < 0 {
			best = d
		}
	}
	return best, ok
}

func abs(n int) int { return max(n, -n) }

func common(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// distance counts the slips between two keys, bytewise: a letter wrong, missing, added, or two neighbours exchanged.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			slip := 1
			if a[i-1] == b[j-1] {
				slip = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+slip)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
