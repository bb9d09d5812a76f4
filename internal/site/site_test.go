package site

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

func day(y, m, d int) report.Date { return report.Day(y, m, d) }

// head is a complete report at a path below content/; its agency's name follows from the path.
func head(t testing.TB, rel string, change ...func(*report.Head)) *report.Head {
	t.Helper()
	place, bundle, found := report.ParsePath("content/"+rel, rel)
	if len(found) > 0 {
		t.Fatal(found)
	}
	h := &report.Head{Path: "content/" + rel, Rel: rel, Bundle: bundle, Place: place}
	h.Title = strconv.Itoa(place.Year) + "年工作总结"
	h.FrontMatter.Agency = []string{place.District + "的" + place.Agency}
	h.Kind, h.Date = report.Summary, day(place.Year+1, 1, 5)
	if h.Plain() {
		h.FrontMatter = report.FrontMatter{Title: place.Slug}
	}
	for _, c := range change {
		c(h)
	}
	return h
}

func input(heads ...*report.Head) Input {
	in := Input{Config: DefaultConfig(), ConfigPath: "gongkai.yaml", AsOf: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	for _, h := range heads {
		if h.Plain() {
			in.Plain = append(in.Plain, h)
		} else {
			in.Heads = append(in.Heads, h)
		}
	}
	return in
}

// said writes findings as "path:line rule severity".
func said(found diag.List) []string {
	found.Sort()
	list := []string{}
	for _, d := range found {
		list = append(list, fmt.Sprintf("%s:%d %s %v", strings.TrimPrefix(d.Path, "content/"), d.Start.Line, d.Rule, d.Severity))
	}
	return list
}

func wantSaid(t *testing.T, found diag.List, want ...string) {
	t.Helper()
	if got := said(found); !slices.Equal(got, want) {
		t.Errorf("findings %q\nwant %q", got, want)
	}
	for _, d := range found {
		for _, lang := range []string{"zh", "en"} {
			if m := d.Message.In(lang); m == "" || strings.Contains(m+d.Hint.In(lang), "%!") {
				t.Errorf("%s says %q in %s, hint %q", d.Rule, m, lang, d.Hint.In(lang))
			}
		}
	}
}

func assemble(t *testing.T, in Input, want ...string) *Site {
	t.Helper()
	s, found := Assemble(in)
	wantSaid(t, found, want...)
	return s
}

func urls(list []*Report) []string {
	out := []string{}
	for _, r := range list {
		out = append(out, r.URL)
	}
	return out
}

func wantURLs(t *testing.T, what string, list []*Report, want ...string) {
	t.Helper()
	if got := urls(list); !slices.Equal(got, want) {
		t.Errorf("%s: %q\nwant %q", what, got, want)
	}
}

func codes(list []*District) string {
	var out []string
	for _, d := range list {
		out = append(out, d.Code)
	}
	return strings.Join(out, " ")
}

func TestDistrictTree(t *testing.T) {
	in := input(
		head(t, "110102/wjw/2023/zongjie.md"), head(t, "110000/wjw/2023/zongjie.md"), head(t, "419001/wjw/2023/zongjie.md"),
		head(t, "530304/wjj/2019/zongjie.md"), head(t, "530321/wjj/2016/zongjie.md"), head(t, "guojia/wjw/2023/gongbao.md"),
		head(t, "610112/wjj/2021/zongjie.md"), head(t, "610112/wjj/2022/zongjie.md"),
		head(t, "gaoxin/wjj/2021/zongjie.md"), head(t, "gaoxin-dong/wjj/2021/zongjie.md"), head(t, "610112-jingkai/wjj/2021/zongjie.md"),
	)
	in.Config.Districts = []DistrictEntry{
		{Key: "gaoxin", Name: "高新区", Parent: "610100"}, {Key: "gaoxin-dong", Name: "东片", Parent: "gaoxin"}, {Key: "610112-jingkai", Name: "经开区"},
	}
	s := assemble(t, in)
	if got := codes(s.Tops); got != "110000 410000 530000 610000 guojia" {
		t.Errorf("tops %s", got)
	}
	for code, want := range map[string]struct {
		path, down string
		own, all   int
	}{
		"110000":         {"", "110102", 1, 2},
		"110102":         {"110000", "", 1, 1},
		"410000":         {"", "419001", 0, 1},
		"419001":         {"410000", "", 1, 1},
		"530000":         {"", "530300", 0, 2},
		"530300":         {"530000", "530304 530321", 0, 2},
		"530304":         {"530000 530300", "", 1, 2}, // and its predecessor's
		"530321":         {"530000 530300", "", 1, 1},
		"610000":         {"", "610100", 0, 5},
		"610100":         {"610000", "610112 gaoxin", 0, 5},
		"610112":         {"610000 610100", "610112-jingkai", 2, 3},
		"610112-jingkai": {"610000 610100 610112", "", 1, 1},
		"gaoxin":         {"610000 610100", "gaoxin-dong", 1, 2},
		"gaoxin-dong":    {"610000 610100 gaoxin", "", 1, 1},
		"guojia":         {"", "", 1, 1},
	} {
		d := s.District(code)
		if d == nil {
			t.Errorf("%s is missing", code)
			continue
		}
		if got := codes(d.Path()); got != want.path {
			t.Errorf("%s stands under %q, want %q", code, got, want.path)
		}
		if got := codes(d.Down); got != want.down {
			t.Errorf("%s has %q below it, want %q", code, got, want.down)
		}
		if d.Own != want.own || len(d.Reports) != want.all {
			t.Errorf("%s has %d of %d, want %d of %d", code, d.Own, len(d.Reports), want.own, want.all)
		}
		if d.URL != code+"/index.html" {
			t.Errorf("%s is at %s", code, d.URL)
		}
		sum := 0
		for _, y := range d.Years {
			sum += len(y.Reports)
			if y.URL != code+"/"+y.Key+"/index.html" {
				t.Errorf("%s in %s is at %s", code, y.Key, y.URL)
			}
		}
		if sum != len(d.Reports) || !slices.IsSortedFunc(d.Years, func(a, b *Index) int { return b.Year - a.Year }) {
			t.Errorf("%s: years hold %d of %d reports: %v", code, sum, len(d.Reports), d.Years)
		}
	}
	if len(s.Districts) != 15 || !slices.IsSortedFunc(s.Districts, func(a, b *District) int { return strings.Compare(a.Code, b.Code) }) {
		t.Errorf("districts %s", codes(s.Districts))
	}
	if heir := s.District("530304"); codes(heir.Former) != "530321" || heir.FullName != "云南省曲靖市马龙区" {
		t.Errorf("530304: former %q, name %s", codes(heir.Former), heir.FullName)
	}
	wantURLs(t, "530304", s.District("530304").Reports, "530304/wjj/2019/zongjie.html", "530321/wjj/2016/zongjie.html")
	if got := s.District("gaoxin-dong").FullName; !strings.HasSuffix(got, "高新区东片") {
		t.Errorf("name of a local district: %s", got)
	}
}

// TestFormerChain: 452626 became 451025, which became 451081: the report must be found under the name of today.
func TestFormerChain(t *testing.T) {
	s := assemble(t, input(head(t, "452626/wjj/2001/zongjie.md")))
	for _, code := range []string{"452626", "452600", "451025", "451081", "451000", "450000"} {
		d := s.District(code)
		if d == nil {
			t.Fatalf("%s is missing", code)
		}
		wantURLs(t, code, d.Reports, "452626/wjj/2001/zongjie.html")
		if !s.Has(code+"/2001/index.html") || !s.Has(code+"/index.html") {
			t.Errorf("%s has no page", code)
		}
	}
	// A code whose name changed is its own successor, and must not list its reports twice.
	s = assemble(t, input(head(t, "440203/wjj/2010/zongjie.md")))
	wantURLs(t, "440203", s.District("440203").Reports, "440203/wjj/2010/zongjie.html")
}

func TestUnknownDistrict(t *testing.T) {
	s := assemble(t, input(head(t, "610199/wjj/2021/zongjie.md"), head(t, "mouqu/wjj/2021/zongjie.md")),
		"610199/wjj/2021/zongjie.md:1 district-unknown error", "mouqu/wjj/2021/zongjie.md:1 district-unknown error")
	if len(s.Reports) != 2 || s.District("mouqu") == nil { // the rest of the site is still checked
		t.Errorf("reports %q", urls(s.Reports))
	}
	in := input(head(t, "gaoxin/wjj/2021/zongjie.md"))
	in.Config.Districts = []DistrictEntry{
		{Key: "gaoxin", Name: "高新区", Parent: "yuan", At: diag.Pos{Line: 3, Column: 5}},
		{Key: "yuan", Name: "圈", Parent: "gaoxin", At: diag.Pos{Line: 4, Column: 5}}, {Key: "wu", Name: "无", Parent: "999999", At: diag.Pos{Line: 5, Column: 5}},
	}
	s, found := Assemble(in)
	if got := said(found); len(got) < 2 || !slices.Contains(got, "gongkai.yaml:5 config-district error") {
		t.Errorf("findings %q", got)
	}
	if len(s.District("gaoxin").Path()) > 2 {
		t.Error("a circle of parents")
	}
}

func TestListsAndOrder(t *testing.T) {
	jan := func(d int) func(*report.Head) { return func(h *report.Head) { h.Date = day(2022, 1, d) } }
	s := assemble(t, input(
		head(t, "610112/wjj/2021/b.md", jan(5)), head(t, "610112/wjj/2021/a.md", jan(5)), head(t, "610112/wjj/2020/c.md", jan(9)),
		head(t, "610112/jyj/2021/d.md", jan(1)), head(t, "610102/wjj/2021/e.md", jan(2)),
		head(t, "610112/wjj/2019/f.md", func(h *report.Head) { h.Date, h.Collected = report.Date{}, day(2022, 1, 7) }),
		head(t, "610112/wjj/2021/g.md", func(h *report.Head) { h.Date = report.Date{Year: 2022, Month: 1, Day: 5, Hour: 9, Timed: true} }),
	))
	wantURLs(t, "newest first", s.Reports, "610112/wjj/2020/c.html", "610112/wjj/2019/f.html", "610112/wjj/2021/g.html",
		"610112/wjj/2021/a.html", "610112/wjj/2021/b.html", "610102/wjj/2021/e.html", "610112/jyj/2021/d.html")
	wantURLs(t, "a year by place", s.Year(2021).Reports, "610102/wjj/2021/e.html", "610112/jyj/2021/d.html",
		"610112/wjj/2021/g.html", "610112/wjj/2021/a.html", "610112/wjj/2021/b.html")
	var order []string
	for _, ag := range s.Agencies {
		order = append(order, ag.District+"/"+ag.Key)
	}
	if got := strings.Join(order, " "); got != "610102/wjj 610112/jyj 610112/wjj" {
		t.Errorf("agencies %s", got)
	}
	wjj := s.Agencies[2]
	wantURLs(t, "an agency by year", wjj.Reports, "610112/wjj/2021/g.html", "610112/wjj/2021/a.html", "610112/wjj/2021/b.html",
		"610112/wjj/2020/c.html", "610112/wjj/2019/f.html")
	for i, r := range wjj.Reports {
		if i > 0 && (r.Next != wjj.Reports[i-1] || wjj.Reports[i-1].Prev != r) {
			t.Errorf("%s: neighbours", r.URL)
		}
	}
	if wjj.Reports[0].Next != nil || wjj.Reports[4].Prev != nil || s.Report("610102/wjj/2021/e.html").Prev != nil {
		t.Error("neighbours beyond the ends, or of another agency")
	}
	var years []string
	for _, y := range s.Years {
		years = append(years, y.Key+y.Name+y.URL)
	}
	if got := strings.Join(years, " "); got != "20212021年years/2021/index.html 20202020年years/2020/index.html 20192019年years/2019/index.html" {
		t.Errorf("years %s", got)
	}
}

func TestTopicsAndKinds(t *testing.T) {
	topic := func(s string) func(*report.Head) { return func(h *report.Head) { h.Topic = s } }
	in := input(
		head(t, "610112/wjj/2021/a.md", topic(`卫生、体育\卫生`)), head(t, "610112/wjj/2021/b.md", topic("综合政务")),
		head(t, "610112/wjj/2021/c.md", func(h *report.Head) { h.Kind = report.Plan }), head(t, "610112/wjj/2021/d.md", func(h *report.Head) { h.Kind = report.Other }),
	)
	in.Config.Topics = []TopicEntry{{Key: "zonghe", Name: "综合政务"}, {Key: "unused", Name: "无"}}
	s := assemble(t, in)
	var got []string
	for _, x := range append(slices.Clone(s.Topics), s.Kinds...) {
		got = append(got, x.URL+" "+x.Name)
	}
	want := []string{`topics/t-dde70ea4/index.html 卫生、体育\卫生`, "topics/zonghe/index.html 综合政务",
		"kinds/summary/index.html 工作总结", "kinds/plan/index.html 工作计划", "kinds/other/index.html 其他"}
	if !slices.Equal(got, want) {
		t.Errorf("indexes %q\nwant %q", got, want)
	}
}

func TestPages(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 49: 1, 50: 1, 51: 2, 100: 2, 101: 3} {
		if got := Pages(n); got != want {
			t.Errorf("%d reports take %d pages, want %d", n, got, want)
		}
		var heads []*report.Head
		for i := range n {
			heads = append(heads, head(t, fmt.Sprintf("610112/wjj/2021/r%d.md", i)))
		}
		s := assemble(t, input(heads...))
		for _, dir := range []string{"610112", "610100", "610112/wjj", "610112/2021", "years/2021", "kinds/summary"} {
			for p := 2; p <= 4; p++ {
				if got := s.Has(fmt.Sprintf("%s/page/%d.html", dir, p)); got != (p <= want) {
					t.Errorf("%d reports: page %d of %s: %v", n, p, dir, got)
				}
			}
			if got := s.Has(dir + "/index.html"); got != (n > 0) {
				t.Errorf("%d reports: %s: %v", n, dir, got)
			}
		}
	}
	for n, want := range map[int]string{1: "610112/wjj/index.html", 2: "610112/wjj/page/2.html", 11: "610112/wjj/page/11.html"} {
		if got := PageURL("610112/wjj/index.html", n); got != want {
			t.Errorf("page %d is %s, want %s", n, got, want)
		}
	}
}

// TestOrderOfInputDoesNotShow is house law 5, and that heads stay as they were parsed (law 2).
func TestOrderOfInputDoesNotShow(t *testing.T) {
	in := input(plenty(t, 300)...)
	in.Heads = append(in.Heads, head(t, "610112/wjj/2021/zongjie.md"), head(t, "610112/wjj/2021/zongjie/index.md"), head(t, "mouqu/a/2021/a.md"),
		head(t, "530321/wjj/2016/zongjie.md"), head(t, "530304/wjj/2019/zongjie.md"))
	in.Plain = []*report.Head{head(t, "b.md"), head(t, "a.md")}
	for _, h := range in.Heads[:20] {
		h.IndexNumber, h.Aliases, h.Topic = "X", []string{"/old.html"}, "主题"
	}
	in.Defaults = map[string]*report.FrontMatter{"": {Department: "办公室"}}
	before := fmt.Sprintf("%+v", *in.Heads[0])
	s, found := Assemble(in)
	found.Sort()
	want := dump(s)
	for range 5 {
		rand.Shuffle(len(in.Heads), func(i, j int) { in.Heads[i], in.Heads[j] = in.Heads[j], in.Heads[i] })
		slices.Reverse(in.Plain)
		s2, again := Assemble(in)
		again.Sort()
		if diff := cmp.Diff(want, dump(s2)); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(found, again); diff != "" {
			t.Fatal(diff)
		}
	}
	i := slices.IndexFunc(in.Heads, func(h *report.Head) bool { return strings.HasPrefix(before, "{Path:"+h.Path+" ") })
	if after := fmt.Sprintf("%+v", *in.Heads[i]); after != before {
		t.Errorf("a head was changed:\n%s\n%s", before, after)
	}
}

// TestBeforeDoesNotShow is that what is taken over from the last assembly is what a first one would make: whatever has changed between them.
func TestBeforeDoesNotShow(t *testing.T) {
	in := input(plenty(t, 200)...)
	in.Defaults = map[string]*report.FrontMatter{"": {Department: "办公室"}, "610112": {Source: report.Source{Name: "某网"}}}
	in.Before, _ = Assemble(in)
	edits := []func(){
		func() {},
		func() {
			changed := *in.Heads[7]
			changed.Title, changed.Kind, changed.Date = "新题", "", day(2031, 1, 1)
			in.Heads[7] = &changed
		},
		func() { in.Heads = slices.Delete(in.Heads, 20, 40) },
		func() {
			in.Heads = slices.Insert(in.Heads, 0, head(t, "610112/a/2021/a.md"), head(t, "610112/zz/2021/z.md"))
		},
		func() {
			rand.Shuffle(len(in.Heads), func(i, j int) { in.Heads[i], in.Heads[j] = in.Heads[j], in.Heads[i] })
		},
		func() {
			in.Defaults = map[string]*report.FrontMatter{"": {Department: "秘书科", Draft: true}}
			in.Drafts = true
		},
		func() { in.Drafts = false },
		func() { in.Defaults = nil },
		func() { in.AsOf = in.AsOf.AddDate(-5, 0, 0) },
		func() { in.Config.Agencies = []AgencyEntry{{Key: "ju1", Name: "某局"}} },
	}
	for i, edit := range edits {
		edit()
		s, found := Assemble(in)
		fresh := in
		fresh.Before = nil
		want, wantFound := Assemble(fresh)
		if diff := cmp.Diff(dump(want), dump(s)); diff != "" {
			t.Errorf("edit %d: %s", i, diff)
		}
		if diff := cmp.Diff(wantFound, found); diff != "" {
			t.Errorf("edit %d: %s", i, diff)
		}
		if i == 0 && s.Reports[0].FrontMatter != in.Before.Reports[0].FrontMatter {
			t.Error("nothing is taken over")
		}
		in.Before = s
	}
}

// dump writes everything of a site that pages are made from.
func dump(s *Site) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	name := func(r *Report) string {
		if r == nil {
			return "-"
		}
		return r.Head.Path
	}
	for _, r := range slices.Concat(s.Reports, s.Removed) {
		add("%s %v %s %s %s in %s by %s %+v %q", name(r), r.URL, name(r.Prev), name(r.Next), name(r.Newer), r.In.Code, r.By.Name, *r.FrontMatter, r.Organs)
	}
	for _, d := range s.Districts {
		add("%s %s %v %v %d %s", d.Code, codes(d.Path()), codes(d.Down), urls(d.Reports), d.Own, codes(d.Former))
	}
	for _, ag := range s.Agencies {
		add("%s %s %v", ag.URL, ag.Name, urls(ag.Reports))
	}
	for _, x := range slices.Concat(s.Years, s.Topics, s.Kinds) {
		add("%s %s %v", x.URL, x.Name, urls(x.Reports))
	}
	for _, p := range s.Plain {
		add("%s", p.URL)
	}
	for _, a := range s.Aliases {
		add("%+v", a.URL)
	}
	add("%d pages %v", len(s.pages), len(s.Held))
	return out
}

// plenty makes n reports of hundreds of agencies in real districts and ten years.
func plenty(t testing.TB, n int) []*report.Head {
	t.Helper()
	places := strings.Fields("610112 610102 610103 610104 110101 110102 310115 440305 530304 419001 429004 650102 230102 150702 640502 210102 370102 330106 320104 420102")
	var heads []*report.Head
	for i := range n {
		rel := fmt.Sprintf("%s/ju%d/%d/r%d.md", places[i%len(places)], i/len(places)%25, 2012+i/500%10, i)
		heads = append(heads, head(t, rel, func(h *report.Head) {
			h.Date = day(h.Year+1, 1+i%12, 1+i%28)
			h.Kind = report.Kinds()[i%8]
			h.Topic = "主题" + strconv.Itoa(i%30)
			h.IndexNumber = "N-" + strconv.Itoa(i)
		}))
	}
	return heads
}

func BenchmarkAssemble(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			in := input(plenty(b, n)...)
			for _, again := range []bool{false, true} {
				b.Run(map[bool]string{false: "first", true: "again"}[again], func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						s, _ := Assemble(in)
						if len(s.Reports) != n {
							b.Fatal(len(s.Reports))
						}
						if again {
							in.Before = s
						}
					}
				})
			}
		})
	}
}
