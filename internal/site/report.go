package site

import (
	"strconv"
	"strings"

	"gongkai/internal/report"
)

// Report is a report with its address and everything that defaults, the registry and its neighbours give it.
type Report struct {
	Head *report.Head // as parsed
	report.Place
	*report.FrontMatter // with defaults applied; later assemblies may share it

	URL    string    // 610112/wjj/2021/zongjie.html
	Organs []string  // 发布机构: as written, else the agency's name of the time; the first leads
	In     *District // nil for a report that is not listed
	By     *Agency
	Files  []File  // beside the report, to be published with it, by name
	Prev   *Report // of the same agency, older
	Next   *Report // of the same agency, newer
	Newer  *Report // superseded: the report that replaces this one
	Future bool    // dated after AsOf and built because of --drafts

	order int // of its Day: a large site compares it a million times
}

// Day is the day under which the report is listed: 发布日期, or 收录日期 where none is known.
func (r *Report) Day() report.Date {
	if r.Date.IsZero() {
		return r.Collected
	}
	return r.Date
}

// Stem is the address without its ending: attachments stand below it, data files beside it.
func (r *Report) Stem() string { return strings.TrimSuffix(r.URL, ".html") }

// Withdrawn reports whether the report is 已撤下, in either mode.
func (r *Report) Withdrawn() bool { return r.Status.State == "withdrawn" }

// Gone reports whether nothing of the report may remain but a notice.
func (r *Report) Gone() bool { return r.Withdrawn() && r.Status.Mode == "removed" }

// Modified is the day of the last change on record: the last revision or withdrawal, else the day of publication.
func (r *Report) Modified() report.Date {
	day := r.Day()
	for _, v := range r.Revisions {
		if v.Date.Compare(day) > 0 {
			day = v.Date
		}
	}
	if r.Status.Date.Compare(day) > 0 {
		day = r.Status.Date
	}
	return day
}

// Span is what the report is about in time, for one line: 报告期, else 计划期, else the year.
func (r *Report) Span() string {
	switch {
	case !r.Period.IsZero():
		return PeriodName(r.Period)
	case !r.PlanPeriod.IsZero():
		return PeriodName(r.PlanPeriod)
	}
	return strconv.Itoa(r.Year) + "年"
}

// PeriodName writes a period for readers: 2021年, 2021年上半年, 2021年第三季度, 2021—2025年.
func PeriodName(p report.Period) string {
	if p.IsZero() {
		return ""
	}
	year := strconv.Itoa(int(p.From.Year))
	if p.From.Year != p.To.Year {
		return year + "—" + strconv.Itoa(int(p.To.Year)) + "年"
	}
	switch [2]int8{p.From.Month, p.To.Month} {
	case [2]int8{1, 6}:
		return year + "年上半年"
	case [2]int8{7, 12}:
		return year + "年下半年"
	case [2]int8{1, 3}:
		return year + "年第一季度"
	case [2]int8{4, 6}:
		return year + "年第二季度"
	case [2]int8{7, 9}:
		return year + "年第三季度"
	case [2]int8{10, 12}:
		return year + "年第四季度"
	}
	return year + "年"
}

func wholeYear(y int) report.Period {
	return report.Period{
		Text: strconv.Itoa(y),
		From: report.Day(y, 1, 1),
		To:   report.Day(y, 12, 31),
	}
}

// defaultPeriods gives what contract §2 says of a kind in year y where a period is not written.
func defaultPeriods(k report.Kind, y int) (period, plan report.Period) {
	switch k {
	case report.SummaryAndPlan:
		return wholeYear(y), wholeYear(y + 1)
	case report.Plan, report.WorkPoints:
		return report.Period{}, wholeYear(y)
	case report.GovernmentWorkReport:
		return wholeYear(y - 1), wholeYear(y)
	}
	return wholeYear(y), report.Period{}
}
