package report

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/strictyaml"
)

// The years that a date or a path may name: from the founding of the republic to a year that is a slip of the pen.
const (
	FirstYear = 1949
	LastYear  = 2100
)

var dateForm = regexp.MustCompile(`^(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$`)

// DateType is a date as people write it: 2021-11-03, 2021/11/3 or 2021年11月3日, with a time (09:30, 09:30:00) or without one.
// Rules date (not a date) and date-impossible (30 February, 25 o'clock, a year out of reach).
func DateType() strictyaml.Type[Date] {
	schema := strictyaml.Schema{"type": []string{"string", "null"}, "pattern": dateForm.String()}
	return strictyaml.Scalar(schema, readDate)
}

func readDate(v strictyaml.Value, text string) (Date, bool) {
	m := dateForm.FindStringSubmatch(text)
	if m == nil {
		name := v.Name()
		say := diag.Say("应为年月日，这里是“%s”", "must be a date, not %q", strictyaml.Clip(text))
		v.Error("date", diag.Text{ZH: name.ZH + say.ZH, EN: name.EN + " " + say.EN}, dateHint(text))
		return Date{}, false
	}
	n := make([]int, len(m))
	for i, digits := range m[1:] {
		n[i+1], _ = strconv.Atoi(digits) // digits by the form, "" is 0
	}
	d := Day(n[1], n[2]+n[4]+n[6], n[3]+n[5]+n[7])
	d.Hour, d.Minute, d.Timed = int8(n[8]), int8(n[9]), m[8] != "" // two digits each, by the form
	if say, wrong := impossible(d, n[10]); wrong {
		v.Error("date-impossible", say, diag.Say("请核对后改正", "check and correct it"))
		return Date{}, false
	}
	return d, true
}

// dateHint tells what a text lacks that is nearly a date.
func dateHint(text string) diag.Text {
	switch {
	case nearDate[0].MatchString(text):
		return diag.Say("缺少日，请写全，例如 2021-11-03", "the day is missing: write 2021-11-03")
	case nearDate[1].MatchString(text):
		return diag.Say("请去掉时区，时间按网站的时区", "leave the time zone out: times are in the site's")
	case nearDate[2].MatchString(text):
		return diag.Say("请用半角阿拉伯数字，例如 2021-11-03", "use ASCII digits: 2021-11-03")
	}
	return diag.Say("例如 2021-11-03、2021年11月3日 或 2021-11-03 09:30", "for example 2021-11-03 or 2021-11-03 09:30")
}

var nearDate = [...]*regexp.Regexp{
	regexp.MustCompile(`^\d{4}([-/年.])\d{1,2}月?$`),
	regexp.MustCompile(`^\d{4}.*\d:\d{2}.*([zZ]|[+-]\d{2}:?\d{2})$`),
	regexp.MustCompile(`^[０-９〇零一二三四五六七八九]{4}`),
}

// impossible says why a date cannot be.
func impossible(d Date, second int) (diag.Text, bool) {
	switch {
	case d.Year < FirstYear || d.Year > LastYear:
		return diag.Say("年份 %d 不在 %d—%d 之间", "the year %d is not between %d and %d", d.Year, FirstYear, LastYear), true
	case d.Month < 1 || d.Month > 12:
		return diag.Say("%d年没有%d月", "%d has no month %d", d.Year, d.Month), true
	case !d.Real():
		return diag.Say("%d年%d月没有%d日", "%d-%02d has no day %d", d.Year, d.Month, d.Day), true
	case d.Hour > 23 || d.Minute > 59 || second > 59:
		return diag.Say("没有 %d:%02d 这个时刻", "there is no time %d:%02d", d.Hour, d.Minute), true
	}
	return diag.Text{}, false
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

var (
	periodYear    = regexp.MustCompile(`^(\d{4})年?$`)
	periodHalf    = regexp.MustCompile(`^(\d{4})(?:-[Hh]([12])|年([上下])半年)$`)
	periodQuarter = regexp.MustCompile(`^(\d{4})(?:-[Qq]([1-4])|年第?([1-4一二三四])季度)$`)
	periodYears   = regexp.MustCompile(`^(\d{4})年?(?:\.\.|-|—|——|–|~|～|至)(\d{4})年?$`)
)

// periodType is a year, a half, a quarter or a run of years: 2021, 2021-H1, 2021-Q3, 2021..2025, or the same in Chinese
// (2021年上半年, 2021年第三季度, 2021—2025年). Its Text is always the first of these ways. Rule period.
func periodType() strictyaml.Type[Period] {
	schema := strictyaml.Schema{"type": []string{"string", "integer", "null"}}
	return strictyaml.Scalar(schema, func(v strictyaml.Value, text string) (Period, bool) {
		p, ok := parsePeriod(text)
		name := v.Name()
		switch {
		case !ok:
			v.Error("period", diag.Text{ZH: name.ZH + "不能是“" + strictyaml.Clip(text) + "”", EN: name.EN + " cannot be " + strconv.Quote(strictyaml.Clip(text))},
				diag.Say("可写 2021、2021-H1（上半年）、2021-Q3（第三季度）、2021..2025", "write 2021, 2021-H1, 2021-Q3 or 2021..2025"))
		case p.From.Year < FirstYear || p.To.Year > LastYear:
			v.Error("period", diag.Text{ZH: name.ZH + "“" + text + "”的年份不合理", EN: name.EN + ": the year of " + strconv.Quote(text) + " is out of reach"},
				diag.Say("年份应在 %d—%d 之间", "years from %d to %d are possible", FirstYear, LastYear))
			ok = false
		case p.From.Year > p.To.Year:
			v.Error("period", diag.Text{ZH: name.ZH + "的起始年晚于终止年", EN: name.EN + " ends before it begins"}, diag.Say("请对调", "swap the years"))
			ok = false
		}
		return p, ok
	})
}

func parsePeriod(text string) (Period, bool) {
	span := func(text, from, to string, first, last int) (Period, bool) {
		a, _ := strconv.Atoi(from) // four digits by the form
		b, _ := strconv.Atoi(to)
		return Period{Text: text, From: Day(a, first, 1), To: Day(b, last, daysIn(b, last))}, true
	}
	if m := periodYear.FindStringSubmatch(text); m != nil {
		return span(m[1], m[1], m[1], 1, 12)
	}
	if m := periodHalf.FindStringSubmatch(text); m != nil {
		half := 1
		if m[2] == "2" || m[3] == "下" {
			half = 2
		}
		return span(m[1]+"-H"+strconv.Itoa(half), m[1], m[1], half*6-5, half*6)
	}
	if m := periodQuarter.FindStringSubmatch(text); m != nil {
		quarter := 1
		for i, names := range []string{"1一", "2二", "3三", "4四"} {
			if strings.Contains(names, m[2]+m[3]) {
				quarter = i + 1
			}
		}
		return span(m[1]+"-Q"+strconv.Itoa(quarter), m[1], m[1], quarter*3-2, quarter*3)
	}
	if m := periodYears.FindStringSubmatch(text); m != nil {
		return span(m[1]+".."+m[2], m[1], m[2], 1, 12)
	}
	return Period{}, false
}
