package division

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWith(t *testing.T) {
	tests := []struct {
		name     string
		local    []District
		full     map[string]string // key → full name
		problems []string          // index field kind value
	}{
		{"nothing", nil, map[string]string{"610112": "陕西省西安市未央区"}, nil},
		{"top and below",
			[]District{{Code: "mouqu", Name: "某区"}, {Code: "shifanqu", Name: "示范区", Parent: "mouqu"}},
			map[string]string{"mouqu": "某区", "shifanqu": "某区示范区"}, nil},
		{"below a code, parent declared later",
			[]District{{Code: "yuanqu", Name: "园区", Parent: "kaifaqu"}, {Code: "kaifaqu", Name: "开发区", Parent: "610100"}},
			map[string]string{"yuanqu": "陕西省西安市开发区园区"}, nil},
		{"host in the key",
			[]District{{Code: "610112-jingkai", Name: "经开区"}, {Code: "999999-x", Name: "无主区"}, {Code: "guojia-x", Name: "司"}},
			map[string]string{"610112-jingkai": "陕西省西安市未央区经开区", "999999-x": "无主区", "guojia-x": "司"}, nil},
		{"table overruled",
			[]District{{Code: "610112", Name: "未央"}, {Code: "130171", Name: "高新区", Parent: "130100"}, {Code: "610113", Name: "雁塔", Parent: "610112"}},
			map[string]string{"610112": "陕西省西安市未央", "130171": "河北省石家庄市高新区", "610113": "陕西省西安市未央雁塔"}, nil},
		{"keys",
			[]District{{Name: "无键"}, {Code: "Mouqu", Name: "某区"}, {Code: "某区", Name: "某区"}, {Code: "a", Name: "甲"}, {Code: "a", Name: "乙"}, {Code: "b"}},
			map[string]string{"a": "甲", "b": "b", "Mouqu": ""},
			[]string{"0 key 0 ", "1 key 1 Mouqu", "2 key 1 某区", "4 key 2 a", "5 name 3 "}},
		{"unknown parent",
			[]District{{Code: "a", Name: "甲", Parent: "nirgends"}, {Code: "b", Name: "乙", Parent: "a"}},
			map[string]string{"a": "甲", "b": "甲乙"}, []string{"0 parent 4 nirgends"}},
		{"own parent", []District{{Code: "a", Name: "甲", Parent: "a"}}, map[string]string{"a": "甲"}, []string{"0 parent 5 a"}},
		{"circle with a tail",
			[]District{{Code: "z", Name: "尾", Parent: "a"}, {Code: "a", Name: "甲", Parent: "b"}, {Code: "b", Name: "乙", Parent: "c"}, {Code: "c", Name: "丙", Parent: "a"}},
			map[string]string{"a": "甲", "z": "甲尾", "c": "甲丙", "b": "甲丙乙"}, []string{"1 parent 5 b"}},
		{"circle through the table",
			[]District{{Code: "610000", Name: "陕西省", Parent: "610112"}},
			map[string]string{"610112": "陕西省西安市未央区"}, []string{"0 parent 5 610112"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := len(National().rows)
			table, problems := National().With(test.local)
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%d %s %d %s", p.Index, p.Field, p.Kind, p.Value))
			}
			if !slices.Equal(got, test.problems) {
				t.Errorf("problems %q, want %q", got, test.problems)
			}
			for key, want := range test.full {
				if full := table.FullName(key); full != want {
					t.Errorf("FullName(%s) = %s, want %s", key, full, want)
				}
			}
			if len(National().rows) != before || National().FullName("610112") != "陕西省西安市未央区" {
				t.Error("the national table has changed")
			}
		})
	}
}

func TestWithKeepsWhatTheTableKnows(t *testing.T) {
	table, problems := National().With([]District{{Code: "530321", Name: "马龙"}, {Code: "mouqu", Name: "某区", Parent: "guojia"}})
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	want := District{Code: "530321", Name: "马龙", Level: County, Parent: "530300", To: "2018", Successor: "530304", Local: true}
	if d, _ := table.Lookup("530321"); d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
	if d, _ := table.Lookup("mouqu"); d.Level != Local || !d.Local || table.FullName("mouqu") != "某区" {
		t.Errorf("%+v %s", d, table.FullName("mouqu"))
	}
}

func TestSuggest(t *testing.T) {
	table, _ := National().With([]District{{Code: "mouqu", Name: "某区"}, {Code: "shifanqu", Name: "示范区"}})
	for key, want := range map[string]string{
		"610112":      "610112",
		"６１０１１２":      "610112",
		" 610112 ":    "610112",
		"610112003":   "610112",
		"61011200000": "610112",
		"61":          "610000",
		"6101":        "610100",
		"610101":      "610100", // 市辖区
		"110100":      "110000",
		"110200":      "110000",
		"419000":      "410000",
		"61o112":      "610112",
		"610121":      "610112", // exchanged, and a former code itself: see below
		"未央区":         "610112",
		"未央":          "610112",
		"西安市未央区":      "610112",
		"西安市未央":       "610112",
		"陕西省西安市未央区":   "610112",
		"陕西":          "610000",
		"西安":          "610100",
		"海拉尔":         "150702",
		"户县":          "610125",
		"西安市新城区":      "610102",
		"全国":          "guojia",
		"guojai":      "guojia",
		"moqu":        "mouqu",
		"shifangqu":   "shifanqu",
		"示范区":         "shifanqu",
		"朝阳区":         "", // in several cities
		"新城区":         "",
		"":            "",
		"xyz":         "",
		"999999":      "",
		"不存在的地方":      "",
	} {
		if want == "610112" && key == "610121" {
			want = "610121" // 长安县 until 2002: a key that exists is its own suggestion
		}
		d, ok := table.Suggest(key)
		if d.Code != want || ok != (want != "") {
			t.Errorf("Suggest(%q) = %s %s, want %s", key, d.Code, d.Name, want)
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"610112", "guojia", "未央区", "6101", "\xff\xfe", "110100", "mouqu", strings.Repeat("1", 200), "０１２３４５", "-", "a\x00b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		table := National()
		d, ok := table.Lookup(key)
		if ok && d.Code != key {
			t.Errorf("Lookup(%q) = %+v", key, d)
		}
		if s, found := table.Suggest(key); found {
			if _, known := table.Lookup(s.Code); !known {
				t.Errorf("Suggest(%q) = %+v, which is unknown", key, s)
			}
		} else if ok {
			t.Errorf("Suggest(%q) finds nothing", key)
		}
		table.ByName(key)
		if (table.FullName(key) != "") != ok || !ok && len(table.Ancestors(key)) > 0 {
			t.Errorf("FullName(%q) = %q", key, table.FullName(key))
		}
		with, problems := table.With([]District{{Code: key, Name: "甲", Parent: "610112"}, {Code: "b", Name: "乙", Parent: key}})
		if _, known := with.Lookup(key); !known && len(problems) == 0 {
			t.Errorf("With(%q): lost without a problem", key)
		}
	})
}
