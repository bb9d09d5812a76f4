package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	older := source{"older 1", map[string]string{
		"610000": "陕西省", "610100": "西安市", "610112": "未央区", "610125": "户县", "610171": "某开发区", "419000": "省直辖县级行政区划",
		"620201": "嘉峪关市", "460321": "西沙群岛", "110100": "市辖区",
	}}
	newer := source{"newer 2", map[string]string{
		"610000": "陕西省", "610100": "西安市", "610112": "未央区", "610191": "某示范区", "710000": "台湾省", "710101": "中正区",
		"620201": "市辖区", "441901": "中堂镇", "320150": "某新区", "110100": "北京市",
	}}
	changes := []change{{"610125", "户县", "", "2016", "610118"}, {"610118", "鄠邑区", "2016", "", ""}}
	m := merge(older, newer, changes)
	if len(m.faults) != 0 {
		t.Fatal(m.faults)
	}
	var b bytes.Buffer
	m.write(&b)
	_, rows, _ := strings.Cut(b.String(), "Columns: code, name.\n")
	if want := "610000,陕西省\n610100,西安市\n610112,未央区\n610118,鄠邑区\n710000,台湾省\n"; rows != want {
		t.Errorf("table:\n%swant:\n%s", rows, want)
	}
	for reason, want := range map[string]string{
		virtual: "110100 市辖区/北京市, 419000 省直辖县级行政区划", functional: "610171 某开发区, 610191 某示范区", notCounty: "441901 中堂镇",
		beyond: "710101 中正区", withdrawn: "610125 户县", onlyOlder: "460321 西沙群岛", onlyNewer: "320150 某新区", unlike: "620201 嘉峪关市/市辖区",
	} {
		if got := strings.Join(m.left[reason], ", "); got != want {
			t.Errorf("%s: %s, want %s", reason, got, want)
		}
	}
}

func TestContradictions(t *testing.T) {
	names := map[string]string{"610000": "陕西省", "610112": "未央区"}
	m := merge(source{"older", names}, source{"newer", names}, []change{
		{"610112", "末央区", "2001", "", ""}, {"610125", "户县", "", "2016", "610199"}, {"630106", "湟中区", "2019", "", ""},
	})
	if got := len(m.faults); got != 3 { // another name, unknown successor, no province
		t.Errorf("%d contradictions %q, want 3", got, m.faults)
	}
}
