package site

import (
	"cmp"
	"slices"
	"strings"
)

// The lists of a site have two orders: newestFirst and byYear, both by address where days are the same. All reports are put in order of
// their addresses once, and then into these two by numbers held beside them; what is cut from a list keeps its order. A sort of 100,000
// reports that looks into each of them for every comparison takes ten times as long.

// keyed is a report with what it is sorted by.
type keyed struct {
	first, second int // higher comes first
	rank          int
	report        *Report
}

// arranged returns reports, which are ordered by address, in the order of two of their numbers, highest first.
func arranged(reports []*Report, numbers func(*Report) (first, second int)) []*Report {
	keys := make([]keyed, len(reports))
	for i, r := range reports {
		keys[i] = keyed{rank: i, report: r}
		keys[i].first, keys[i].second = numbers(r)
	}
	slices.SortFunc(keys, func(x, y keyed) int {
		if c := cmp.Compare(y.first, x.first); c != 0 { // cmp.Or would compare everything each time
			return c
		}
		if c := cmp.Compare(y.second, x.second); c != 0 {
			return c
		}
		return cmp.Compare(x.rank, y.rank)
	})
	list := make([]*Report, len(keys))
	for i, k := range keys {
		list[i] = k.report
	}
	return list
}

// newestFirst orders lists of recent reports: by day, then year.
func newestFirst(r *Report) (first, second int) { return r.order, r.Year }

// byYear orders the lists of a place: by year, then day.
func byYear(r *Report) (first, second int) { return r.Year, r.order }

// byAddress is the order of addresses, and of files that would have the same one.
func byAddress(x, y *Report) int {
	if c := strings.Compare(x.URL, y.URL); c != 0 {
		return c
	}
	return strings.Compare(x.Head.Rel, y.Head.Rel)
}

// Report returns the report at an address, removed ones too; nil when there is none.
func (s *Site) Report(url string) *Report {
	i, ok := slices.BinarySearchFunc(s.addresses, url, func(r *Report, url string) int { return strings.Compare(r.URL, url) })
	if !ok {
		return nil
	}
	return s.addresses[i]
}
