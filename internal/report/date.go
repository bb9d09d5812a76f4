package report

import (
	"cmp"
	"strconv"
	"time"
)

// Date is a calendar day, with or without a minute, as written in front matter. Its zone is the site's. The zero Date is unset.
// It is eight bytes: a report has a dozen, most of them unset, and a site keeps those of all its reports.
type Date struct {
	Year                     int16
	Month, Day, Hour, Minute int8
	Timed                    bool // hour and minute were written
}

// Day is the date of a calendar day. Numbers that no calendar has (a year beyond 9999, a month of 300) give the zero Date.
func Day(year, month, day int) Date {
	if year < 0 || year > 9999 || month < 0 || month > 99 || day < 0 || day > 99 {
		return Date{}
	}
	return Date{Year: int16(year), Month: int8(month), Day: int8(day)}
}

// Real reports whether the calendar has the day.
func (d Date) Real() bool {
	return d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && int(d.Day) <= daysIn(int(d.Year), int(d.Month))
}

// IsZero reports whether no date was written.
func (d Date) IsZero() bool { return d == Date{} }

// In returns the instant in a zone; without a minute, the day's first.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day), int(d.Hour), int(d.Minute), 0, 0, zone)
}

// Compare orders dates; a day without a minute equals its midnight.
func (d Date) Compare(e Date) int { return cmp.Compare(d.Order(), e.Order()) }

// Order is a number that is higher for later dates and equal where Compare is 0; that is all it is good for.
func (d Date) Order() int {
	return (((int(d.Year)*13+int(d.Month))*32+int(d.Day))*24+int(d.Hour))*60 + int(d.Minute)
}

// DayCompare orders dates by day alone.
func (d Date) DayCompare(e Date) int {
	d.Hour, d.Minute, e.Hour, e.Minute = 0, 0, 0, 0
	return d.Compare(e)
}

// ISO is 2021-11-03, or 2021-11-03 09:30 when a minute was written; "" when unset.
func (d Date) ISO() string {
	if d.IsZero() {
		return ""
	}
	b := append(pad(make([]byte, 0, 20), d.Year, 4), '-')
	b = append(pad(b, d.Month, 2), '-')
	return string(d.minute(pad(b, d.Day, 2)))
}

// Chinese is 2021年11月3日, or with 09:30 behind it when a minute was written (standards P-14).
func (d Date) Chinese() string {
	if d.IsZero() {
		return ""
	}
	b := append(pad(make([]byte, 0, 32), d.Year, 0), "年"...)
	b = append(pad(b, d.Month, 0), "月"...)
	return string(d.minute(append(pad(b, d.Day, 0), "日"...)))
}

// minute appends the time of day if it was written.
func (d Date) minute(b []byte) []byte {
	if !d.Timed {
		return b
	}
	b = append(pad(append(b, ' '), d.Hour, 2), ':')
	return pad(b, d.Minute, 2)
}

// pad appends a number with zeros before it up to a width. Dates stand by the dozen on every page: fmt would take a tenth of a rebuild.
func pad[N int8 | int16](b []byte, n N, width int) []byte {
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if int(n) < limit {
			b = append(b, '0')
		}
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// Period (期间) is the time that a report looks back on or plans for. The zero Period is unset.
type Period struct {
	Text     string // as written: "2021", "2021-H1", "2021-Q3", "2021..2025"
	From, To Date   // first and last day
}

// IsZero reports whether no period was written.
func (p Period) IsZero() bool { return p.Text == "" }
