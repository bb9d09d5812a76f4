package division

import (
	"regexp"
	"strings"
	"testing"
)

// TestCounts holds the counts that scripts/divisions printed; 333 and 2,845 are also what the Ministry of Civil Affairs counts.
func TestCounts(t *testing.T) {
	count := map[Level]int{}
	former := 0
	for _, d := range National().All() {
		if d.Former() {
			former++
			continue
		}
		count[d.Level]++
	}
	for level, want := range map[Level]int{Country: 1, Province: 34, Prefecture: 333, County: 2845} {
		if count[level] != want {
			t.Errorf("%v: %d districts, want %d", level, count[level], want)
		}
	}
	if former < 900 {
		t.Errorf("%d former codes, want the changes since 2000", former)
	}
}

func TestLookup(t *testing.T) {
	tests := []struct {
		code, name, parent, full string
		level                    Level
	}{
		{"guojia", "全国", "", "全国", Country},
		{"610000", "陕西省", "", "陕西省", Province},
		{"610100", "西安市", "610000", "陕西省西安市", Prefecture},
		{"610112", "未央区", "610100", "陕西省西安市未央区", County},
		{"640500", "中卫市", "640000", "宁夏回族自治区中卫市", Prefecture},
		{"640502", "沙坡头区", "640500", "宁夏回族自治区中卫市沙坡头区", County},
		{"110102", "西城区", "110000", "北京市西城区", County},
		{"310115", "浦东新区", "310000", "上海市浦东新区", County},
		{"500157", "两江新区", "500000", "重庆市两江新区", County},
		{"500229", "城口县", "500000", "重庆市城口县", County},
		{"419001", "济源市", "410000", "河南省济源市", County},
		{"429021", "神农架林区", "420000", "湖北省神农架林区", County},
		{"469021", "定安县", "460000", "海南省定安县", County},
		{"659001", "石河子市", "650000", "新疆维吾尔自治区石河子市", County},
		{"653228", "和康县", "653200", "新疆维吾尔自治区和田地区和康县", County},
		{"150702", "海拉尔区", "150700", "内蒙古自治区呼伦贝尔市海拉尔区", County},
		{"441900", "东莞市", "440000", "广东省东莞市", Prefecture},
		{"460400", "儋州市", "460000", "海南省儋州市", Prefecture},
		{"710000", "台湾省", "", "台湾省", Province},
		{"810000", "香港特别行政区", "", "香港特别行政区", Province},
		{"820000", "澳门特别行政区", "", "澳门特别行政区", Province},
		{"610125", "户县", "610100", "陕西省西安市户县", County},
		{"542421", "那曲县", "542400", "西藏自治区那曲地区那曲县", County},
	}
	for _, test := range tests {
		d, ok := National().Lookup(test.code)
		if !ok || d.Name != test.name || d.Parent != test.parent || d.Level != test.level || d.Local {
			t.Errorf("Lookup(%s) = %+v, %v; want %s under %q, %v", test.code, d, ok, test.name, test.parent, test.level)
		}
		if full := National().FullName(test.code); full != test.full {
			t.Errorf("FullName(%s) = %s, want %s", test.code, full, test.full)
		}
	}
	for _, code := range []string{"", "1", "110100", "110200", "419000", "130171", "130390", "999999", "GUOJIA"} {
		if d, ok := National().Lookup(code); ok {
			t.Errorf("Lookup(%q) = %+v, want nothing", code, d)
		}
	}
	for _, province := range []string{"441900", "442000", "460400", "620200"} {
		for _, d := range National().All() {
			if d.Parent == province && !d.Former() {
				t.Errorf("%s %s below %s, which has no counties", d.Code, d.Name, province)
			}
		}
	}
}

func TestFormer(t *testing.T) {
	tests := []struct{ code, name, to, successor, successorName string }{
		{"530321", "马龙县", "2018", "530304", "马龙区"},
		{"330103", "下城区", "2021", "330105", "拱墅区"},
		{"330104", "江干区", "2021", "330102", "上城区"},
		{"110103", "崇文区", "2010", "110101", "东城区"},
		{"110104", "宣武区", "2010", "110102", "西城区"},
		{"310103", "卢湾区", "2011", "310101", "黄浦区"},
		{"310108", "闸北区", "2015", "310106", "静安区"},
		{"310119", "南汇区", "2009", "310115", "浦东新区"},
		{"120225", "蓟县", "2016", "120119", "蓟州区"},
		{"610125", "户县", "2016", "610118", "鄠邑区"},
		{"610126", "高陵县", "2014", "610117", "高陵区"},
		{"610721", "南郑县", "2017", "610703", "南郑区"},
		{"640321", "中卫县", "2003", "640502", "沙坡头区"},
		{"152101", "海拉尔市", "2001-10", "150702", "海拉尔区"},
		{"371200", "莱芜市", "2018", "370100", "济南市"},
		{"500112", "渝北区", "2025-11", "500157", "两江新区"},
		{"341400", "巢湖市", "2011", "", ""},
	}
	for _, test := range tests {
		d, ok := National().Lookup(test.code)
		if !ok || !d.Former() || d.Name != test.name || d.To != test.to || d.Successor != test.successor {
			t.Errorf("Lookup(%s) = %+v, %v; want %+v", test.code, d, ok, test)
		}
		if s, _ := National().Lookup(test.successor); s.Name != test.successorName {
			t.Errorf("successor of %s is %q, want %q", test.code, s.Name, test.successorName)
		}
	}
	if d, _ := National().Lookup("530304"); d.From != "2018" || d.Former() {
		t.Errorf("530304 is %+v, want in force since 2018", d)
	}
}

func TestHistory(t *testing.T) {
	var names []string
	for _, d := range National().History("530802") {
		names = append(names, d.From+"–"+d.To+" "+d.Name)
	}
	if got := strings.Join(names, ", "); got != "2003–2007 翠云区, 2007– 思茅区" {
		t.Errorf("History(530802) = %s", got)
	}
	if h := National().History("999999"); len(h) != 0 {
		t.Errorf("History(999999) = %v", h)
	}
}

func TestByName(t *testing.T) {
	codes := func(name string) string {
		var list []string
		for _, d := range National().ByName(name) {
			list = append(list, d.Code)
		}
		return strings.Join(list, " ")
	}
	for name, want := range map[string]string{
		"未央区": "610112", "襄樊市": "420600", "马龙县": "530321", "全国": "guojia", "": "", "无此县": "",
		"巢湖市": "340181 341400", // in force before former
	} {
		if got := codes(name); got != want {
			t.Errorf("ByName(%s) = %s, want %s", name, got, want)
		}
	}
	if got := codes("新城区"); !strings.HasPrefix(got, "150102 610102") {
		t.Errorf("ByName(新城区) = %s", got)
	}
}

// TestLaws holds what every caller may rely on.
func TestLaws(t *testing.T) {
	table := National()
	form := regexp.MustCompile(`^(\d{6}|guojia)$`)
	when := regexp.MustCompile(`^((19|20)\d\d(-(0[1-9]|1[0-2]))?)?$`)
	seen := map[string]bool{}
	for _, d := range table.rows {
		if !form.MatchString(d.Code) || strings.TrimSpace(d.Name) == "" || d.Local {
			t.Errorf("%+v: no district of the table", d)
		}
		if !when.MatchString(d.From) || !when.MatchString(d.To) || d.From != "" && d.To != "" && d.From >= d.To {
			t.Errorf("%+v: times", d)
		}
		if key := d.Code + d.To; seen[key] {
			t.Errorf("%+v stands twice", d)
		} else {
			seen[key] = true
		}
		if d.Level > Province {
			parent, ok := table.Lookup(d.Parent)
			if !ok || parent.Level >= d.Level || parent.Former() && !d.Former() {
				t.Errorf("%s %s: parent %q is %+v", d.Code, d.Name, d.Parent, parent)
			}
		} else if d.Parent != "" {
			t.Errorf("%s %s stands below %s", d.Code, d.Name, d.Parent)
		}
		if _, ok := table.Lookup(d.Successor); d.Successor != "" && !ok {
			t.Errorf("%s %s: successor %s is unknown", d.Code, d.Name, d.Successor)
		}
		if d.Successor != "" && !d.Former() {
			t.Errorf("%s %s is in force and has a successor", d.Code, d.Name)
		}
	}
	for _, d := range table.All() { // successors end at a district in force, or at one that was divided
		for steps := 0; d.Former() && d.Successor != ""; steps++ {
			if d, _ = table.Lookup(d.Successor); steps > 10 {
				t.Fatalf("%s: endless successors", d.Code)
			}
		}
	}
}

func TestLevelNames(t *testing.T) {
	for level, want := range map[Level]string{Country: "全国", Province: "省级", Prefecture: "地级", County: "县级", Local: "自设", 99: ""} {
		if got := level.String(); got != want {
			t.Errorf("Level(%d) = %q, want %q", level, got, want)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parse(tableCSV, changesCSV)
	}
}
