package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/division"
)

// gazetteer finds names of districts in a text. It is made once and never changes.
type gazetteer struct {
	table *division.Table
	named map[string][]division.District // those in force first
	reach map[rune]int                   // first character → length of the longest name in characters
}

func newGazetteer(t *division.Table) *gazetteer {
	g := &gazetteer{table: t, named: map[string][]division.District{}, reach: map[rune]int{}}
	all := t.All()
	slices.SortStableFunc(all, func(a, b division.District) int { return strings.Compare(end(a), end(b)) })
	for _, d := range all {
		if d.Level == division.Country || utf8.RuneCountInString(d.Name) < 2 || areaKeys[d.Name] != "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(d.Name)
		g.reach[first] = max(g.reach[first], utf8.RuneCountInString(d.Name))
		g.named[d.Name] = append(g.named[d.Name], d)
		if m := wing.FindStringSubmatch(d.Name); m != nil {
			g.named[m[1]+m[2]+m[3]] = append(g.named[m[1]+m[2]+m[3]], d)
		}
	}
	return g
}

// wing finds the banners that everybody names by four characters: 科尔沁右翼前旗 is 科右前旗.
var wing = regexp.MustCompile(`^(\p{Han})\p{Han}*(左|右)翼(前旗|中旗|后旗)$`)

// end sorts districts in force before former ones.
func end(d division.District) string {
	if d.Former() {
		return "1"
	}
	return "0"
}

// at is the longest name that a text begins with.
func (g *gazetteer) at(s string) string {
	first, _ := utf8.DecodeRuneInString(s)
	reach := g.reach[first]
	if reach == 0 {
		return ""
	}
	best, runes := "", 0
	for i, r := range s {
		if runes > reach {
			break
		}
		if runes >= 2 && g.named[s[:i]] != nil {
			best = s[:i]
		}
		runes++
		_ = r
	}
	if runes <= reach && g.named[s] != nil {
		best = s
	}
	return best
}

// common are names of districts that are words of every report: 城区 is one of 晋城市 and the town anywhere.
const common = " 城区 郊区 矿区 东区 西区 南区 北区 "

// bare reports whether a name of two characters may be part of other words where it stands: 范县 in 示范县, 和县 in 市和县.
func bare(before, name string) bool {
	if utf8.RuneCountInString(name) > 2 {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(before)
	return strings.Contains(common, " "+name+" ") || unicode.Is(unicode.Han, r) && !strings.ContainsRune("在从到向赴于由对为是", r)
}

// count counts the districts that a text names. An ambiguous name counts for each that bears it.
func (g *gazetteer) count(s string, weight int, into map[string]int) {
	behind := -1 // where the last name ended
	for i := 0; i < len(s); {
		if name := g.at(s[i:]); name != "" && (i == behind || !bare(s[:i], name)) {
			for _, d := range g.named[name] {
				into[d.Code] += weight
			}
			i += len(name)
			behind = i
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
}

// chain reads the names that a text begins with, outermost first, and returns the district that they lead to: 西安市未央区. It is ""
// without a name, and when the last name means several districts that nothing tells apart.
func (g *gazetteer) chain(s string, score map[string]int) (d division.District, size int, found bool) {
	var names []string
	for {
		name := g.at(s[size:])
		if name == "" || len(names) > 3 {
			break
		}
		names = append(names, name)
		size += len(name)
	}
	if len(names) == 0 {
		return d, 0, false
	}
	d, found = g.resolve(names[len(names)-1], names[:len(names)-1], score)
	return d, size, found
}

// resolve picks the district that a name means: the one below the names before it, or the one whose ancestors the text names most.
func (g *gazetteer) resolve(name string, above []string, score map[string]int) (division.District, bool) {
	var fit []division.District
	best, tie := 0, false
	for _, d := range g.named[name] {
		var ancestors []string
		points := 0
		for _, a := range g.table.Ancestors(d.Code) {
			ancestors = append(ancestors, a.Name)
			points += score[a.Code]
		}
		if slices.ContainsFunc(above, func(n string) bool { return !slices.Contains(ancestors, n) }) {
			continue
		}
		if d.Former() && len(fit) > 0 && !fit[0].Former() {
			continue
		}
		switch {
		case len(fit) == 0 || points > best:
			fit, best, tie = []division.District{d}, points, false
		case points == best && d.Code != fit[0].Code:
			tie = true
		}
	}
	if len(fit) == 0 || tie {
		return division.District{}, false
	}
	return fit[0], true
}

var (
	maskedPlace = regexp.MustCompile(`^(?:(?:[xXｘＸ×*＊○_]{1,4}|某{1,2})(?:省|市|区|县|州|旗|镇|乡))+`)
	areaPlace   = regexp.MustCompile(`^\p{Han}{0,8}?(经济技术开发区|高新技术产业开发区|经开区|高新区|开发区|示范区|新区|管理区|度假区|保税区|工业园区|产业园区|园区|合作区|试验区)`)
)

// areaKeys are the words for districts that have no code, in pinyin.
var areaKeys = map[string]string{
	"经济技术开发区": "jingkaiqu", "经开区": "jingkaiqu", "高新技术产业开发区": "gaoxinqu", "高新区": "gaoxinqu", "开发区": "kaifaqu", "示范区": "shifanqu", "新区": "xinqu",
	"管理区": "guanliqu", "度假区": "dujiaqu", "保税区": "baoshuiqu", "工业园区": "gongyeyuanqu", "产业园区": "chanyeyuanqu", "园区": "yuanqu", "合作区": "hezuoqu", "试验区": "shiyanqu",
}

// maskKeys are the keys of masked places by their last character.
var maskKeys = map[string]string{"省": "mousheng", "市": "moushi", "区": "mouqu", "县": "mouxian", "州": "mouzhou", "旗": "mouqi", "镇": "mouzhen", "乡": "mouxiang"}

// seat is where an organ sits: a district of the table, or a local one to be declared.
type seat struct {
	district division.District
	local    *Local
	size     int  // bytes of the organ's name that name the place
	known    bool // one of both is set
}

// seat reads the place that an organ's name begins with.
func (im *importing) seat(name string) seat {
	if mask := maskedPlace.FindString(name); mask != "" {
		last := mask[len(mask)-3:]
		return seat{local: im.local(maskKeys[last], mask, ""), size: len(mask), known: true}
	}
	if strings.HasPrefix(name, "国务院") || strings.HasPrefix(name, "全国") || strings.HasPrefix(name, "中华人民共和国") {
		d, ok := im.opt.Districts.Lookup(division.Guojia)
		return seat{district: d, known: ok}
	}
	d, size, ok := im.names.chain(name, im.score)
	if m := areaPlace.FindStringSubmatchIndex(name[size:]); m != nil {
		area, parent := name[size:size+m[1]], ""
		key := areaKeys[name[size+m[2]:size+m[3]]]
		if ok {
			parent, key = d.Code, d.Code+"-"+key
		}
		return seat{local: im.local(key, area, parent), size: size + m[1], known: true}
	}
	return seat{district: d, size: size, known: ok}
}

// local is a district to be declared, under the key that the configuration already gives that name when it does.
func (im *importing) local(key, name, parent string) *Local {
	for _, d := range im.opt.Districts.All() {
		if d.Local && d.Name == name && (parent == "" || d.Parent == parent) {
			return &Local{Key: d.Code, Name: d.Name, Parent: d.Parent}
		}
	}
	return &Local{key, name, parent}
}

// key is the first segment of the path.
func (s seat) key() string {
	if s.local != nil {
		return s.local.Key
	}
	return s.district.Code
}

// title is the place's name as an organ's full name begins with it: a district of a city has the city before it.
func (im *importing) placeName(s seat) string {
	if s.local != nil {
		if d, ok := im.opt.Districts.Lookup(s.local.Parent); ok {
			return d.Name + s.local.Name
		}
		return s.local.Name
	}
	d := s.district
	if d.Level == division.County && strings.HasSuffix(d.Name, "区") {
		if above, ok := im.opt.Districts.Lookup(d.Parent); ok && strings.HasSuffix(above.Name, "市") {
			return above.Name + d.Name
		}
	}
	return d.Name
}

// ownLevel is the level at which the text speaks of itself: 全市, 我区.
func ownLevel(s string) (level division.Level, word string) {
	best := 0
	for _, w := range [...]struct {
		word  string
		level division.Level
	}{{"省", division.Province}, {"市", division.Prefecture}, {"县", division.County}, {"区", division.County}, {"旗", division.County}, {"州", division.Prefecture}} {
		if n := strings.Count(s, "全"+w.word) + strings.Count(s, "我"+w.word) + strings.Count(s, w.word+"委、") + strings.Count(s, w.word+"政府"); n > best {
			best, level, word = n, w.level, w.word
		}
	}
	return level, word
}

// guessDistrict takes the district that the text names most, with those below it, among those of the level at which it speaks.
func (im *importing) guessDistrict(text string) (division.District, bool) {
	level, word := ownLevel(text)
	if word == "" {
		return division.District{}, false
	}
	points := map[string]int{}
	for code, n := range im.score {
		d, ok := im.opt.Districts.Lookup(code)
		if !ok || len(im.names.named[d.Name]) > 1 && n < 3 {
			continue
		}
		points[code] += 2 * n
		for _, a := range im.opt.Districts.Ancestors(code) {
			points[a.Code] += n
		}
	}
	var best division.District
	top, second := 0, 0
	for _, d := range im.opt.Districts.All() { // in order of code: equal input, equal answer
		if im.score[d.Code] == 0 || d.Level != level || !strings.HasSuffix(d.Name, word) || d.Former() {
			continue
		}
		switch n := points[d.Code]; {
		case n > top:
			best, top, second = d, n, top
		case n > second:
			second = n
		}
	}
	return best, top >= 3 && top > second
}
