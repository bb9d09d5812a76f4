package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/division"
)

// District is a place of the site's tree: one with reports, or an ancestor of one.
type District struct {
	division.District
	FullName string // 陕西省西安市未央区
	URL      string // 610112/index.html
	Up       *District
	Down     []*District // by code
	Agencies []*Agency   // of the district itself, by key
	Years    []*Index    // of the district and all below it, newest first
	Reports  []*Report   // of the district and all below it, by year
	Own      int         // how many of them are the district's own
	Former   []*District // predecessors with reports, which are listed here too (standards R-06)
}

// Path lists the ancestors from the top down to the district's parent.
func (d *District) Path() []*District {
	var up []*District
	for p := d.Up; p != nil; p = p.Up {
		up = append(up, p)
	}
	slices.Reverse(up)
	return up
}

// Skipped reports whether navigation passes over the district: it has one child and nothing of its own, so its list is the child's.
func (d *District) Skipped() bool { return d.Own == 0 && len(d.Down) == 1 && len(d.Former) == 0 }

// indexDistricts grows the tree from the districts that have reports up to the provinces.
func (a *assembler) indexDistricts() {
	for _, ag := range a.site.Agencies {
		ag.In = a.district(ag.District)
		ag.In.Own += len(ag.Reports)
		ag.In.Agencies = append(ag.In.Agencies, ag)
	}
	for _, r := range a.byYear {
		r.In = r.By.In
		for at := r.In; at != nil; at = at.Up {
			at.Reports = append(at.Reports, r)
		}
	}
	a.adoptFormer()
	for _, code := range sortedKeys(a.site.districts) {
		d := a.site.districts[code]
		a.site.Districts = append(a.site.Districts, d)
		if d.Up == nil {
			a.site.Tops = append(a.site.Tops, d)
		} else {
			d.Up.Down = append(d.Up.Down, d)
		}
		d.Years = yearsOf(d.Reports, func(y int) string { return d.Code + "/" + strconv.Itoa(y) + "/" })
	}
}

// district returns the node of a code, making it and its ancestors when they are first met.
func (a *assembler) district(code string) *District {
	if d := a.site.districts[code]; d != nil {
		return d
	}
	known, ok := a.table.Lookup(code)
	if !ok {
		known = division.District{Code: code, Name: code, Local: true}
	}
	d := &District{District: known, FullName: a.table.FullName(code), URL: code + "/index.html"}
	if d.FullName == "" {
		d.FullName = known.Name
	}
	a.site.districts[code] = d
	if up := a.table.Ancestors(code); len(up) > 0 {
		d.Up = a.district(up[len(up)-1].Code)
	}
	return d
}

// adoptFormer lists the reports of an abolished district on its successors' pages as well: on each of them, since the first heir may
// itself have been abolished, and on those above them, where they do not stand already.
func (a *assembler) adoptFormer() {
	for _, code := range sortedKeys(a.site.districts) {
		old := a.site.districts[code]
		if old.Own == 0 {
			continue
		}
		heirs, listed := []*District{old}, append(old.Path(), old)
		for next := old.Successor; next != ""; next = heirs[len(heirs)-1].Successor {
			heir := a.district(next)
			if slices.Contains(heirs, heir) {
				break // its own successor: only the name changed
			}
			heirs = append(heirs, heir)
			heir.Former = append(heir.Former, old)
			for at := heir; at != nil && !slices.Contains(listed, at); at = at.Up {
				at.adopt(old)
				listed = append(listed, at)
			}
		}
	}
}

func (d *District) adopt(old *District) {
	for _, r := range old.Reports {
		if r.In == old {
			d.Reports = append(d.Reports, r)
		}
	}
	slices.SortFunc(d.Reports, byAddress)
	d.Reports = arranged(d.Reports, byYear)
}

// Agency (发布机构) is an organ that publishes reports in a district.
type Agency struct {
	District string
	Key      string
	Name     string // full official name, the current one
	Short    string // "" when none is registered
	Former   []FormerName
	Contact  string
	URL      string // 610112/wjj/index.html
	In       *District
	Reports  []*Report // by year
	Years    []*Index  // newest first; their lists stand on the agency's page
}

// indexAgencies gathers the agencies from the registry and the reports, and lets them agree.
func (a *assembler) indexAgencies() {
	var agencies []*Agency
	for _, r := range a.site.addresses { // those of one agency stand together
		if r.Gone() {
			continue
		}
		ag := last(agencies)
		if ag == nil || ag.District != r.District || ag.Key != r.Place.Agency {
			ag = &Agency{District: r.District, Key: r.Place.Agency, URL: r.District + "/" + r.Place.Agency + "/index.html"}
			agencies = append(agencies, ag)
		}
		r.By = ag
	}
	for _, r := range a.byYear {
		r.By.Reports = append(r.By.Reports, r)
	}
	slices.SortFunc(agencies, byPlace)
	for _, ag := range agencies {
		for i, r := range ag.Reports {
			if i > 0 {
				r.Next = ag.Reports[i-1]
			}
			if i+1 < len(ag.Reports) {
				r.Prev = ag.Reports[i+1]
			}
		}
		ag.Years = yearsOf(ag.Reports, nil)
		a.nameAgency(ag)
		a.site.Agencies = append(a.site.Agencies, ag)
	}
}

func last[T any](list []*T) *T {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// Index is a list of reports with an address of its own: a year, a year of a district, a topic, a kind.
type Index struct {
	Key     string // "2021", topic key, kind
	Name    string // 2021年, 卫生、体育\卫生, 工作总结
	Year    int    // of a year's index
	URL     string // years/2021/index.html; "" when the list stands on another page
	Reports []*Report
}

// yearsOf splits reports that are sorted by year; dir gives a year's folder, nil means without addresses.
func yearsOf(reports []*Report, dir func(int) string) []*Index {
	var list []*Index
	for i := 0; i < len(reports); {
		j := i
		for j < len(reports) && reports[j].Year == reports[i].Year {
			j++
		}
		y := strconv.Itoa(reports[i].Year)
		x := &Index{Key: y, Name: y + "年", Year: reports[i].Year, Reports: reports[i:j:j]}
		if dir != nil {
			x.URL = dir(x.Year) + "index.html"
		}
		list = append(list, x)
		i = j
	}
	return list
}

// byPlace orders agencies, and so the list of a year: by district code and key.
func byPlace(x, y *Agency) int {
	return cmp.Or(strings.Compare(x.District, y.District), strings.Compare(x.Key, y.Key))
}
