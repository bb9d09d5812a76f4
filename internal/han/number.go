package han

import "strings"

// ParseNumeral reads a whole number written in Chinese (二十一, 一百零三, 一万二千, 两千), digit by digit (二〇二一, ○ and 零 for 〇)
// or in Arabic digits of either width (21, ２１). ok is false for anything else, for units out of order (十百) and for numbers of ten
// digits and more.
func ParseNumeral(s string) (n int, ok bool) {
	if s == "" {
		return 0, false
	}
	if strings.ContainsAny(s, "十百千万") {
		return parseUnits(s)
	}
	digits := 0
	for _, r := range s {
		d, isDigit := digit(r)
		if digits++; !isDigit || digits > 9 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// digit is the value of one digit, Arabic or Chinese.
func digit(r rune) (int, bool) {
	switch {
	case '0' <= r && r <= '9':
		return int(r - '0'), true
	case '０' <= r && r <= '９':
		return int(r - '０'), true
	}
	return hanDigit(r)
}

func hanDigit(r rune) (int, bool) {
	switch r {
	case '〇', '零', '○':
		return 0, true
	case '一':
		return 1, true
	case '二', '两':
		return 2, true
	case '三':
		return 3, true
	case '四':
		return 4, true
	case '五':
		return 5, true
	case '六':
		return 6, true
	case '七':
		return 7, true
	case '八':
		return 8, true
	case '九':
		return 9, true
	}
	return 0, false
}

// parseUnits reads a number with 十, 百, 千 or 万: units fall, a digit stands before each (十 may begin without one), 零 is skipped.
func parseUnits(s string) (int, bool) {
	total, section, current := 0, 0, -1
	last, lastBig := 10000, false
	for _, r := range s {
		unit := 0
		switch r {
		case '十':
			unit = 10
		case '百':
			unit = 100
		case '千':
			unit = 1000
		case '万':
			if lastBig || section == 0 && current < 1 {
				return 0, false
			}
			total, section, current = (section+max(current, 0))*10000, 0, -1
			last, lastBig = 10000, true
			continue
		case '〇', '零', '○':
			if current >= 0 {
				return 0, false
			}
			continue
		default:
			d, ok := hanDigit(r)
			if !ok || current >= 0 {
				return 0, false
			}
			current = d
			continue
		}
		if unit >= last || current < 0 && (unit != 10 || section != 0) {
			return 0, false
		}
		section += max(current, 1) * unit
		last, current = unit, -1
	}
	return total + section + max(current, 0), true
}
