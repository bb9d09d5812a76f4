package document

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// builtinFormats are the number formats that a workbook names by number alone, as a Chinese Excel shows them.
var builtinFormats = map[string]string{
	"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00",
	"14": "yyyy/m/d", "15": "d-mmm-yy", "16": "d-mmm", "17": "mmm-yy", "18": "h:mm AM/PM", "19": "h:mm:ss AM/PM", "20": "h:mm", "21": "h:mm:ss", "22": "yyyy/m/d h:mm",
	"27": `yyyy"年"m"月"`, "28": `m"月"d"日"`, "29": `m"月"d"日"`, "30": "m-d-yy", "31": `yyyy"年"m"月"d"日"`, "32": `h"时"mm"分"`, "33": `h"时"mm"分"ss"秒"`,
	"34": `AM/PMh"时"mm"分"`, "35": `AM/PMh"时"mm"分"ss"秒"`, "36": `yyyy"年"m"月"`,
	"37": "#,##0;-#,##0", "38": "#,##0;-#,##0", "39": "#,##0.00;-#,##0.00", "40": "#,##0.00;-#,##0.00",
	"41": "#,##0;-#,##0;-", "42": `"¥"#,##0;"¥"-#,##0`, "43": "#,##0.00;-#,##0.00", "44": `"¥"#,##0.00;"¥"-#,##0.00`,
	"45": "mm:ss", "46": "[h]:mm:ss", "47": "mm:ss.0", "48": "##0.0E+0",
	"50": `yyyy"年"m"月"`, "51": `m"月"d"日"`, "52": `yyyy"年"m"月"`, "53": `m"月"d"日"`, "54": `m"月"d"日"`, "55": `AM/PMh"时"mm"分"`, "56": `AM/PMh"时"mm"分"ss"秒"`,
	"57": `yyyy"年"m"月"`, "58": `m"月"d"日"`,
}

// piece is a part of a number format: a sign of the format, or a text that is shown as it is.
type piece struct {
	sign rune // 0: literal; digits are '0' '#' '?'; 'E' exponent; dates 'y' 'm' 'd' 'h' 's' 'a' (AM/PM); 'H' 'M' 'S' elapsed
	text string
	n    int // how many times the sign stands
}

// formatCell shows a number as its format says. A format that is not understood gives the number itself.
func formatCell(v float64, code string, is1904 bool) string {
	sections := splitFormat(code)
	i := 0
	switch {
	case len(sections) >= 3 && v == 0:
		i = 2
	case len(sections) >= 2 && v < 0:
		i = 1
	}
	pieces, dbnum := parseFormat(sections[i])
	if i == 1 {
		v = -v // the section writes the sign itself
	}
	switch {
	case isDate(pieces):
		return showDate(v, pieces, is1904, dbnum)
	case dbnum && v == math.Trunc(v) && v >= 0 && v < 100_000:
		return drawNumber("chineseCounting", int(v))
	case len(pieces) == 0:
		return general(v)
	}
	return showNumber(v, pieces)
}

// general is a number with at most 15 digits, as spreadsheets keep it.
func general(v float64) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "#NUM!"
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if a := math.Abs(v); a != 0 && (a >= 1e15 || a < 1e-9) {
		return strings.ToUpper(strconv.FormatFloat(v, 'e', -1, 64))
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func splitFormat(code string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(code); i++ {
		switch {
		case code[i] == '"':
			quoted = !quoted
		case code[i] == '\\' && !quoted:
			i++
		case code[i] == ';' && !quoted:
			out = append(out, code[start:i])
			start = i + 1
		}
	}
	return append(out, code[start:])
}

var (
	bracket = regexp.MustCompile(`^\[([^\]]*)\]`)
	ampm    = regexp.MustCompile(`^(?i)(AM/PM|A/P|上午/下午)`)
)

// parseFormat reads one section; no pieces means General.
func parseFormat(code string) (pieces []piece, dbnum bool) {
	if strings.EqualFold(strings.TrimSpace(code), "general") || code == "" || code == "@" {
		return nil, false
	}
	literal := func(s string) {
		if n := len(pieces); n > 0 && pieces[n-1].sign == 0 {
			pieces[n-1].text += s
		} else {
			pieces = append(pieces, piece{text: s})
		}
	}
	sign := func(c rune) {
		if n := len(pieces); n > 0 && pieces[n-1].sign == c && strings.ContainsRune("ymdhs", c) {
			pieces[n-1].n++
		} else {
			pieces = append(pieces, piece{sign: c, n: 1})
		}
	}
	for s := code; s != ""; {
		if m := bracket.FindStringSubmatch(s); m != nil {
			inner := strings.ToLower(m[1])
			switch {
			case strings.HasPrefix(inner, "$"):
				symbol, _, _ := strings.Cut(m[1][1:], "-")
				if symbol != "" {
					literal(symbol)
				}
			case strings.HasPrefix(inner, "dbnum"):
				dbnum = true
			case inner == "h" || inner == "hh":
				sign('H')
			case inner == "m" || inner == "mm":
				sign('M')
			case inner == "s" || inner == "ss":
				sign('S')
			}
			s = s[len(m[0]):]
			continue
		}
		if m := ampm.FindString(s); m != "" {
			sign('a')
			s = s[len(m):]
			continue
		}
		r := []rune(s[:min(len(s), 4)])[0]
		size := len(string(r))
		switch {
		case r == '"':
			text, rest, _ := strings.Cut(s[1:], `"`)
			literal(text)
			s = rest
			continue
		case r == '\\' || r == '_' || r == '*':
			rest := []rune(s[1:])
			if len(rest) > 0 && r == '\\' {
				literal(string(rest[0]))
			}
			if len(rest) > 0 {
				size += len(string(rest[0]))
			}
		case strings.ContainsRune("0#?.,%", r):
			sign(r)
		case (r == 'E' || r == 'e') && len(s) > 1 && (s[1] == '+' || s[1] == '-'):
			sign('E')
			size = 2
		case strings.ContainsRune("ymdhsYDHS", r):
			sign([]rune(strings.ToLower(string(r)))[0])
		case r == 'G' && strings.HasPrefix(s, "General"):
			return nil, dbnum
		case r == '@' || r == 'b' || r == 'e' || r == 'g':
		default:
			literal(string(r))
		}
		s = s[min(size, len(s)):]
	}
	return pieces, dbnum
}

func isDate(pieces []piece) bool {
	for _, p := range pieces {
		if strings.ContainsRune("ymdhsaHMS", p.sign) && p.sign != 0 {
			return true
		}
	}
	return false
}

// showNumber shows digits, separators, per cent and exponents; the texts before and after them stay where they are.
func showNumber(v float64, pieces []piece) string {
	whole, least, most, leastWhole := true, 0, 0, 0
	group, percent, scale, exponent, digits := false, 0, 0, false, false
	var before, after strings.Builder
	for i, p := range pieces {
		switch p.sign {
		case 0:
			if digits {
				after.WriteString(p.text)
			} else {
				before.WriteString(p.text)
			}
		case '0', '#', '?':
			digits = true
			switch {
			case exponent:
			case whole && p.sign == '0':
				leastWhole++
			case !whole:
				most++
				if p.sign == '0' {
					least = most
				}
			}
		case '.':
			whole = false
		case ',':
			if next := i + 1; next < len(pieces) && strings.ContainsRune("0#?", pieces[next].sign) && pieces[next].sign != 0 {
				group = true
			} else {
				scale++
			}
		case '%':
			percent++
			if digits {
				after.WriteString("%")
			} else {
				before.WriteString("%")
			}
		case 'E':
			exponent = true
		}
	}
	if !digits {
		return before.String()
	}
	if strings.Contains(after.String(), "/") { // a fraction
		return general(v)
	}
	v *= math.Pow(100, float64(percent))
	v /= math.Pow(1000, float64(scale))
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if exponent {
		return before.String() + strings.ToUpper(strconv.FormatFloat(v, 'e', most, 64)) + after.String()
	}
	s := roundHalfUp(math.Abs(v), most)
	integer, fraction, _ := strings.Cut(s, ".")
	for len(fraction) > least && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if integer == "0" && leastWhole == 0 {
		integer = ""
	}
	for len(integer) < leastWhole {
		integer = "0" + integer
	}
	if group {
		for i := len(integer) - 3; i > 0; i -= 3 {
			integer = integer[:i] + "," + integer[i:]
		}
	}
	if fraction != "" {
		integer += "." + fraction
	}
	if v < 0 && strings.Trim(integer, "0.,") != "" {
		integer = "-" + integer
	}
	return before.String() + integer + after.String()
}

// roundHalfUp rounds the decimal writing of a number, as spreadsheets do: 0.125 to two places is 0.13.
func roundHalfUp(v float64, places int) string {
	if v >= 1e15 || places > 15 {
		return strconv.FormatFloat(v, 'f', min(places, 30), 64)
	}
	exact := strconv.FormatFloat(v, 'f', -1, 64)
	integer, fraction, _ := strings.Cut(exact, ".")
	if len(fraction) <= places {
		s := integer + "." + fraction + strings.Repeat("0", places-len(fraction))
		return strings.TrimSuffix(s, ".")
	}
	up := fraction[places] >= '5'
	digits := []byte(integer + fraction[:places])
	for i := len(digits) - 1; up && i >= 0; i-- {
		if digits[i] == '9' {
			digits[i] = '0'
		} else {
			digits[i]++
			up = false
		}
	}
	s := string(digits)
	if up {
		s = "1" + s
	}
	if places == 0 {
		return s
	}
	return s[:len(s)-places] + "." + s[len(s)-places:]
}

// showDate shows a serial number of days as date and time.
func showDate(v float64, pieces []piece, is1904, chineseDigits bool) string {
	if v < 0 || v > 2_958_466 {
		return general(v)
	}
	day := math.Floor(v)
	seconds := int(math.Round((v - day) * 86400))
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case is1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case v < 60: // before the 29 February 1900 that never was
		base = base.AddDate(0, 0, 1)
	}
	t := base.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second)
	half := false
	for _, p := range pieces {
		half = half || p.sign == 'a'
	}
	pad := func(n, width int) string {
		if chineseDigits {
			return drawNumber("chineseCounting", n)
		}
		s := strconv.Itoa(n)
		if width >= 2 && n < 10 {
			s = "0" + s
		}
		return s
	}
	var b strings.Builder
	for i, p := range pieces {
		switch p.sign {
		case 0:
			b.WriteString(p.text)
		case 'y':
			if p.n <= 2 {
				b.WriteString(pad(t.Year()%100, 2))
			} else if chineseDigits {
				b.WriteString(drawNumber("ideographDigital", t.Year()))
			} else {
				b.WriteString(strconv.Itoa(t.Year()))
			}
		case 'm':
			switch {
			case minutes(pieces, i):
				b.WriteString(pad(t.Minute(), p.n))
			case p.n == 3:
				b.WriteString(t.Format("Jan"))
			case p.n >= 4:
				b.WriteString(t.Format("January"))
			default:
				b.WriteString(pad(int(t.Month()), p.n))
			}
		case 'd':
			switch {
			case p.n == 3:
				b.WriteString(t.Format("Mon"))
			case p.n >= 4:
				b.WriteString(t.Format("Monday"))
			default:
				b.WriteString(pad(t.Day(), p.n))
			}
		case 'h':
			h := t.Hour()
			if half {
				if h %= 12; h == 0 {
					h = 12
				}
			}
			b.WriteString(pad(h, p.n))
		case 's':
			b.WriteString(pad(t.Second(), p.n))
		case 'a':
			if t.Hour() < 12 {
				b.WriteString("上午")
			} else {
				b.WriteString("下午")
			}
		case 'H':
			b.WriteString(strconv.Itoa(int(day)*24 + seconds/3600))
		case 'M':
			b.WriteString(strconv.Itoa(int(day)*1440 + seconds/60))
		case 'S':
			b.WriteString(strconv.Itoa(int(day)*86400 + seconds))
		case '.', ',', '%':
			b.WriteRune(p.sign)
		}
	}
	return b.String()
}

// minutes tells m for minutes, which follows hours or goes before seconds, from m for months.
func minutes(pieces []piece, i int) bool {
	for j := i - 1; j >= 0; j-- {
		if s := pieces[j].sign; s != 0 && s != '.' {
			if s == 'h' || s == 'H' {
				return true
			}
			break
		}
	}
	for j := i + 1; j < len(pieces); j++ {
		if s := pieces[j].sign; s != 0 && s != '.' {
			return s == 's' || s == 'S'
		}
	}
	return false
}
