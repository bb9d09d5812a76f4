package importer

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gongkai/internal/report"
)

// seedCase is what a raw text must become. The transcriptions beside the seeds are the target.
type seedCase struct {
	file, transcription        string
	headings, joined, setApart int
	rel, title, agency         string
	inferred                   bool
	kind                       report.Kind
	period, plan               string
	differ                     []string // lines of the transcription that come out otherwise, and why
}

func seedCases() []seedCase {
	return []seedCase{
		{file: "000", transcription: "610112/wjj/2021/weijian-zongjie.md", headings: 19, joined: 5, setApart: 2, rel: "610112/wjj/2021/weijian-zongjie.md",
			title: "西安市未央区卫生健康局2021年工作总结及2022年工作计划", agency: "西安市未央区卫生健康局", inferred: true, kind: report.SummaryAndPlan, period: "2021", plan: "2022"},
		{file: "001", transcription: "mouqu/wjj/2021/weijian-shuzhi.md", headings: 14, rel: "mouqu/wjj/2021/weijian-zongjie.md",
			title: "xx市xx区卫生健康局2021年工作情况报告", agency: "xx市xx区卫生健康局", inferred: true, kind: report.Summary, period: "2021"},
		{file: "002", transcription: "610102/wjj/2024/weijian-jihua.md", headings: 27, joined: 1, rel: "610102/wjj/2024/weijian-jihua.md",
			title: "2024年西安市新城区卫生健康工作计划", agency: "西安市新城区卫生健康局", kind: report.Plan, plan: "2024"},
		{file: "003", transcription: "640500/wjw/2021/weijian-shangbannian.md", headings: 14, joined: 3, rel: "640500/wjw/2021/weijian-shangbannian.md",
			title: "2021年上半年卫生健康工作总结暨下半年工作思路", agency: "中卫市卫生健康委员会", kind: report.SummaryAndPlan, period: "2021-H1", plan: "2021-H2",
			// the transcription keeps the ### that the file writes; the written number 三、 decides here
			differ: []string{"### 三、存在的问题", "### 四、下半年工作重点"}},
		{file: "004", transcription: "shifanqu/wjj/2021/weijian-zongjie.md", headings: 10, setApart: 33, rel: "shifanqu/wjj/2021/weijian-zongjie.md",
			title: "示范区卫生健康局2021年工作总结及2022年工作计划", agency: "示范区卫生健康局", kind: report.SummaryAndPlan, period: "2021", plan: "2022"},
	}
}

func TestSeeds(t *testing.T) {
	dir := shared(t, "seeds")
	im := New(Options{})
	for _, c := range seedCases() {
		t.Run(c.file, func(t *testing.T) {
			names, _ := filepath.Glob(filepath.Join(dir, c.file+"*"))
			if len(names) != 1 {
				t.Fatalf("seeds %s: %v", c.file, names)
			}
			r := importFile(t, im, names[0])
			if r.Markdown == nil {
				t.Fatalf("refused: %v", r.Found)
			}
			t.Logf("%d headings, %d joined, %d set apart, %s", len(r.Headings), len(r.Joined), len(r.Dropped), r.Rel)
			if len(r.Headings) != c.headings || len(r.Joined) != c.joined || len(r.Dropped) != c.setApart {
				t.Errorf("%d headings, %d joined, %d set apart; want %d, %d, %d", len(r.Headings), len(r.Joined), len(r.Dropped), c.headings, c.joined, c.setApart)
			}
			h := r.Head
			if r.Rel != c.rel || h.Title != c.title || h.Agency != c.agency || h.Kind != c.kind || h.Period != c.period || h.PlanPeriod != c.plan || h.Date != "" {
				t.Errorf("%s: %+v", r.Rel, h)
			}
			if (len(r.Added) == 1) != c.inferred {
				t.Errorf("added %v", r.Added)
			}
			compareTranscription(t, r, c)
		})
	}
}

// compareTranscription holds the body against the transcription, block by block.
func compareTranscription(t *testing.T, r *Result, c seedCase) {
	text, err := os.ReadFile(filepath.Join(shared(t, "reports", "content"), filepath.FromSlash(c.transcription)))
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(strings.TrimPrefix(string(text), "---\n"), "\n---\n")
	got := blocks(string(r.Body))
	differences := 0
	for i, b := range blocks(want) {
		if i >= len(got) || got[i] != b {
			if differences < len(c.differ) && c.differ[differences] == b {
				differences++
				continue
			}
			t.Fatalf("block %d: got %q, the transcription has %q", i, clip(at(got, i), 60), clip(b, 60))
		}
	}
	if len(got) != len(blocks(want)) || differences != len(c.differ) {
		t.Errorf("%d blocks, %d differ; want %d, %d", len(got), differences, len(blocks(want)), len(c.differ))
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func blocks(s string) []string {
	var list []string
	for _, b := range regexp.MustCompile(`\n\s*\n`).Split(s, -1) {
		if b = strings.TrimSpace(b); b != "" {
			list = append(list, b)
		}
	}
	return list
}

// TestSeedsSetApart: of the fifth text's first 36 lines, a saved web page with its catalogue, nothing but the title is left.
func TestSeedsSetApart(t *testing.T) {
	names, _ := filepath.Glob(filepath.Join(shared(t, "seeds"), "004*"))
	r := importFile(t, New(Options{}), names[0])
	for _, h := range r.Headings {
		if h.Line < 38 {
			t.Errorf("line %d is a heading", h.Line)
		}
	}
	for i, d := range r.Dropped {
		if d.Line > 36 {
			t.Errorf("set apart %d: line %d %q", i, d.Line, d.Text)
		}
	}
	if !hasRule(r, "import-section-missing") || !hasRule(r, "import-incomplete") || !hasRule(r, "import-district-local") {
		t.Errorf("found %v", r.Found)
	}
}

func hasRule(r *Result, rule string) bool {
	for _, d := range r.Found {
		if d.Rule == rule {
			return true
		}
	}
	return false
}
