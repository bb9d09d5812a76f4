package diag

import (
	"strings"
	"testing"

	"gongkai/internal/han"
)

func text(t testing.TB, d Diagnostic, src string, opt TextOptions) []string {
	t.Helper()
	var b strings.Builder
	opt.Source = func(string) []byte { return []byte(src) }
	if err := WriteText(&b, List{d}, opt); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// underlined is the part of an excerpt over the carets, found by cells as a terminal lays them out.
func underlined(excerpt, carets string) string {
	from, to := strings.IndexByte(carets, '^'), len(carets)
	var b strings.Builder
	at := 0
	for _, r := range excerpt {
		if at >= from && at < to {
			b.WriteRune(r)
		}
		at += han.RuneCells(r)
	}
	return b.String()
}

func at(line, from, to int) Diagnostic {
	return Diagnostic{Rule: "r", Severity: Error, Path: "a.md", Start: Pos{line, from}, End: Pos{line, to}, Message: Say("事", "fact")}
}

func TestCaret(t *testing.T) {
	long := strings.Repeat("前文", 120) + "案件 156 件" + strings.Repeat("后文", 120)
	for _, tt := range []struct {
		name, src string
		d         Diagnostic
		excerpt   string // "" is not compared
		under     string
	}{
		{"ASCII", "title: x", at(1, 1, 6), "title: x", "title"},
		{"Han take two cells", "发布日起: 2021", at(1, 1, 5), "发布日起: 2021", "发布日起"},
		{"behind Han", "发布日期：2021-13-01", at(1, 6, 16), "", "2021-13-01"},
		{"only a place", "发布日期", at(1, 3, 3), "", "日"},
		{"no end", "发布日期", Diagnostic{Path: "a.md", Start: Pos{1, 2}}, "", "布"},
		{"end of the line", "件数", at(1, 2, 3), "", "数"},
		{"behind the end of the line", "ab", at(1, 3, 3), "ab", ""},
		{"far behind the end", "ab", at(1, 30, 40), "ab", ""},
		{"the whole line", "一二三", at(1, 1, 4), "", "一二三"},
		{"several lines: to the end of the first", "甲乙丙\n丁戊", Diagnostic{Path: "a.md", Start: Pos{1, 2}, End: Pos{2, 2}}, "甲乙丙", "乙丙"},
		{"second line", "甲\n乙丙\n丁", at(2, 2, 3), "乙丙", "丙"},
		{"CRLF", "甲\r\n乙丙\r\n", at(2, 1, 3), "乙丙", "乙丙"},
		{"byte order mark", "\ufeff甲乙", at(1, 2, 3), "甲乙", "乙"},
		{"tab is a blank", "\ta: 1", at(1, 2, 3), " a: 1", "a"},
		{"clipped on both sides", long, at(1, 244, 249), "", "156 件"},
		{"clipped at the start", long, at(1, 1, 3), "", "前文"},
		{"clipped at the end", long, at(1, 487, 489), "", "后文"},
		{"beyond the basic plane", "𠮷野家x", at(1, 4, 5), "", "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := text(t, tt.d, tt.src, TextOptions{Lang: "zh"})
			if len(lines) != 3 {
				t.Fatalf("%d lines: %q", len(lines), lines)
			}
			excerpt, carets := lines[1], lines[2]
			if tt.excerpt != "" && excerpt != "  "+tt.excerpt {
				t.Errorf("excerpt %q, want %q", excerpt, tt.excerpt)
			}
			if strings.Trim(carets, " ^") != "" || strings.Contains(strings.TrimSpace(carets), " ") || !strings.Contains(carets, "^") {
				t.Errorf("carets %q", carets)
			}
			if got := underlined(excerpt, carets); got != tt.under {
				t.Errorf("%q\n%q\nunderlined %q, want %q", excerpt, carets, got, tt.under)
			}
			if n := han.Cells(excerpt); n > clipCells+8 {
				t.Errorf("the excerpt takes %d cells", n)
			}
		})
	}
}

func TestClipMarks(t *testing.T) {
	long := strings.Repeat("字", 300)
	for _, tt := range []struct {
		column       int
		before, tail bool
	}{{1, false, true}, {150, true, true}, {300, true, false}} {
		excerpt := strings.TrimPrefix(text(t, at(1, tt.column, tt.column+1), long, TextOptions{})[1], "  ")
		if strings.HasPrefix(excerpt, "…") != tt.before || strings.HasSuffix(excerpt, "…") != tt.tail {
			t.Errorf("column %d: %q", tt.column, excerpt)
		}
	}
	whole := strings.TrimPrefix(text(t, at(1, 1, 301), long, TextOptions{})[2], "  ")
	if n := len(whole); n > clipCells+2 {
		t.Errorf("a span longer than the excerpt has %d carets", n)
	}
}

// TestLookExamples holds the form of the two examples of the design.
func TestLookExamples(t *testing.T) {
	sum := at(2, 15, 20)
	sum.Path, sum.Rule = "content/610112/wjj/2021/weijian-zongjie.md", "sum-mismatch"
	sum.Message = Say("分项之和与总数不符：%d + %d = %d，文中总数为 %d", "parts: %d + %d = %d, total %d", 3, 4, 7, 8)
	sum.Hint = Say("请与原始台账核对", "check the records")
	want := []string{
		"content/610112/wjj/2021/weijian-zongjie.md:2:15: error: 分项之和与总数不符：3 + 4 = 7，文中总数为 8 [sum-mismatch]",
		"  本单位今年共有甲类、乙类计 156 件（其中甲类 100 件）。",
		"                             ^^^^^^",
		"  hint: 请与原始台账核对",
	}
	if got := text(t, sum, "\n本单位今年共有甲类、乙类计 156 件（其中甲类 100 件）。", TextOptions{Lang: "zh"}); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	key := at(4, 1, 5)
	key.Rule, key.Message, key.Hint = "frontmatter-unknown-key", Say("未知字段“%s”", "unknown key %q", "发布日起"), Say("是否为“发布日期”（date）？", "did you mean date?")
	want = []string{"a.md:4:1: error: unknown key \"发布日起\" [frontmatter-unknown-key]", "  发布日起: 2021", "  ^^^^^^^^", "  hint: did you mean date?"}
	if got := text(t, key, "---\n\n\n发布日起: 2021\n", TextOptions{Lang: "en"}); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTextWithoutExcerpt(t *testing.T) {
	whole := Diagnostic{Rule: "r", Severity: Warning, Path: "a.md", Message: Say("整个文件", "whole file")}
	for name, tt := range map[string]struct {
		d    Diagnostic
		src  string
		want string
	}{
		"the file as a whole": {whole, "甲", "a.md: warning: 整个文件 [r]"},
		"empty source":        {at(1, 1, 2), "", "a.md:1:1: error: 事 [r]"},
		"line is not there":   {at(9, 1, 2), "甲\n", "a.md:9:1: error: 事 [r]"},
		"blank line":          {at(1, 1, 2), "  \n甲", "a.md:1:1: error: 事 [r]"},
		"column unknown":      {at(9, 0, 0), "甲", "a.md:9:1: error: 事 [r]"},
	} {
		if got := strings.Join(text(t, tt.d, tt.src, TextOptions{Lang: "zh"}), "\n"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	var b strings.Builder
	if err := WriteText(&b, List{at(1, 1, 2)}, TextOptions{}); err != nil || b.String() != "a.md:1:1: error: 事 [r]\n" {
		t.Errorf("without Source: %q, %v", b.String(), err)
	}
}

// TestTextIsHarmless: neither a source line nor a file's name nor a quoted value may steer the terminal or forge a line of output.
func TestTextIsHarmless(t *testing.T) {
	hostile := "\x1b[2J\x1b]0;x\a\b\x7f\u009b31m\u202e反\u2066向\u061c\u200e\u2028x\u2029\r甲\v"
	d := at(1, 1, 3)
	d.Path = "a\x1b[31m\nb.md"
	d.Message = Say("未知“%s”", "unknown %s", hostile+"\nb.md:1:1: error: forged [x]")
	d.Hint = Say("改\x1b[0m", "mend")
	d.Waived = "因为\x1b[0m\u202e"
	for _, color := range []bool{false, true} {
		lines := text(t, d, hostile, TextOptions{Lang: "zh", Color: color})
		if len(lines) != 5 {
			t.Errorf("%d lines: %q", len(lines), lines)
		}
		out := strings.Join(lines, "")
		if color {
			out = strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(out)
		}
		for _, r := range out {
			if printable(r) != r {
				t.Errorf("%U comes through: %q", r, out)
			}
		}
	}
	// Hints may hold several lines (front matter written out): each is indented, none is lost.
	d.Hint = Say("改写为：\n---\ntitle: 甲\n---", "write:\n---")
	lines := text(t, d, "甲", TextOptions{Lang: "zh"})
	if got := strings.Join(lines[3:7], "\n"); got != "  hint: 改写为：\n  ---\n  title: 甲\n  ---" {
		t.Errorf("hint of several lines:\n%s", got)
	}
}

func TestColour(t *testing.T) {
	for sev, code := range map[Severity]string{Error: "\x1b[31m", Warning: "\x1b[33m", Info: "\x1b[36m"} {
		d := at(1, 1, 2)
		d.Severity = sev
		lines := text(t, d, "甲", TextOptions{Color: true})
		if !strings.Contains(lines[0], code+sev.String()+"\x1b[0m") || lines[2] != "  "+code+"^^\x1b[0m" {
			t.Errorf("%v: %q", sev, lines)
		}
	}
}

func TestSourceIsReadOnceAFile(t *testing.T) {
	reads := map[string]int{}
	list := List{at(1, 1, 2), at(2, 1, 2), {Rule: "r", Path: "b.md", Start: Pos{1, 1}}}
	var b strings.Builder
	err := WriteText(&b, list, TextOptions{Source: func(p string) []byte { reads[p]++; return []byte("一\n二") }})
	if err != nil || reads["a.md"] != 1 || reads["b.md"] != 1 {
		t.Errorf("%v, %v", reads, err)
	}
}

func FuzzWriteText(f *testing.F) {
	f.Add("发布日起: 2021", 1, 1, 1, 5, "事")
	f.Add("\x1b[2J\u202e\r\n\xff\n", 1, 2, 3, 4, "a\nb\x1b")
	f.Add("", 0, 0, 0, 0, "")
	f.Add("e\u0301\u200d👨‍👩‍👧", 1, -3, 1, 1<<40, "%s%!")
	f.Fuzz(func(t *testing.T, src string, line, col, endLine, endCol int, message string) {
		d := Diagnostic{Rule: "r", Severity: Error, Path: "a.md", Start: Pos{line, col}, End: Pos{endLine, endCol}, Message: Text{message, message}}
		lines := text(t, d, src, TextOptions{Lang: "zh"})
		if len(lines) != 1 && len(lines) != 3 {
			t.Fatalf("%d lines: %q", len(lines), lines)
		}
		for _, l := range lines {
			if strings.ContainsFunc(l, func(r rune) bool { return printable(r) != r }) {
				t.Fatalf("steers: %q", l)
			}
		}
	})
}
