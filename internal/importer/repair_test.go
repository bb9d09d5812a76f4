package importer

import (
	"strings"
	"testing"
)

// body imports a text and returns its body.
func body(t *testing.T, text string) (string, *Result) {
	t.Helper()
	r := importText(t, New(Options{}), text)
	if r.Markdown == nil {
		t.Fatalf("refused: %v", r.Found)
	}
	return string(r.Body), r
}

func TestRepair(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a page break within a word", "全年巡查河道 36 条，清理漂浮物 120 吨，水质稳定达\n\n标。", "全年巡查河道 36 条，清理漂浮物 120 吨，水质稳定达标。"},
		{"a page number within a sentence", "今年修建步道12公里，栽植乔木3400株，建成口袋公\n\n- 7 -\n\n园6处。", "今年修建步道12公里，栽植乔木3400株，建成口袋公园6处。"},
		{"a bare page number within a sentence", "今年修建步道12公里，栽植乔木3400株，建成口袋公\n7\n园6处。", "今年修建步道12公里，栽植乔木3400株，建成口袋公园6处。"},
		{"two paragraphs", "全年巡查河道36条。\n\n水质稳定达标。", "全年巡查河道36条。\n\n水质稳定达标。"},
		{"a heading stays apart", "二、存在的问题和不足，以及原因\n河道巡查还不够细。", "## 二、存在的问题和不足，以及原因\n\n河道巡查还不够细。"},
		{"a list without stops stays a list", "巡查河道 36 条，清淤 4 处\n栽植乔木 3400 株，补种 12 亩\n建成公园 6 处，面积 8 公顷", "巡查河道 36 条，清淤 4 处\n\n栽植乔木 3400 株，补种 12 亩\n\n建成公园 6 处，面积 8 公顷"},
		{"a mark that begins no line", "组织培训“河长\n讲堂\n”12期。", "组织培训“河长讲堂”12期。"},
		{"literal line breaks", `一、工作回顾\r\n今年巡查河道36条。\r\n二、工作打算\r\n继续巡查。`, "## 一、工作回顾\n\n今年巡查河道36条。\n\n## 二、工作打算\n\n继续巡查。"},
		{"a path is no line break", `资料在C:\news\readme里。`, `资料在C:\\news\\readme里。`},
		{"blanks written out", "<U+00A0><U+00A0>今年巡查&nbsp;河道。", "今年巡查 河道。"},
		{"HTML comments", "<!-- 栏目\n导航 -->今年巡查河道。<!-- x -->", "今年巡查河道。"},
		{"invisible characters", "\ufeff　　今\u200b年巡\u00ad查河道。", "今年巡查河道。"},
		{"masks", "与**乡、_村签约，*号和`代码`、[注]、<5%不变。", "与\\*\\*乡、\\_村签约，\\*号和\\`代码\\`、\\[注]、\\<5%不变。"},
		{"beginnings that mean something", "13.5%是增幅。\n\n+ 加号。\n\n> 引号。\n\n# \n\n1) 一项。", "13.5%是增幅。\n\n\\+ 加号。\n\n\\> 引号。\n\n\\#\n\n1\\) 一项。"},
		{"entities", "AT&amp;T和R&D。", "AT\\&amp;T和R&D。"},
	} {
		got, _ := body(t, c.in)
		if got != c.want+"\n" {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want+"\n")
		}
	}
}

func TestHeadings(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"run-in headings are parted", "一、工作回顾\n（一）治水见成效。全年巡查河道36条。\n（二）造林有进展。栽树3400株。", "## 一、工作回顾\n\n### （一）治水见成效。\n\n全年巡查河道36条。\n\n### （二）造林有进展。\n\n栽树3400株。"},
		{"bold ones stay", "## 一、回顾\n**（一）治水见成效。**全年巡查河道36条。", "## 一、回顾\n\n**（一）治水见成效。**全年巡查河道36条。"},
		{"a sentence over its text is a heading", "（一）坚持治水先行，成效明显。\n全年巡查河道。\n（二）坚持造林为本，进展顺利。\n栽树3400株。", "## （一）坚持治水先行，成效明显。\n\n全年巡查河道。\n\n## （二）坚持造林为本，进展顺利。\n\n栽树3400株。"},
		{"sentences over nothing are items", "二、亮点\n（一）南屿县的治水经验在全市推广。\n（二）东浦镇建成首个河长讲堂。\n三、打算\n继续。", "## 二、亮点\n\n（一）南屿县的治水经验在全市推广。\n\n（二）东浦镇建成首个河长讲堂。\n\n## 三、打算\n\n继续。"},
		{"first and second within a paragraph", "三、打算\n一是治水。二是造林。", "## 三、打算\n\n一是治水。二是造林。"},
		{"parts", "第一部分 回顾\n一、治水\n巡查河道。\n第二部分 打算\n一、造林\n栽树。", "## 第一部分 回顾\n\n### 一、治水\n\n巡查河道。\n\n## 第二部分 打算\n\n### 一、造林\n\n栽树。"},
		{"arabic under han", "一、治水\n1.巡查。巡查河道。\n2.清淤。清淤四处。\n二、造林\n3.栽树。栽树若干。", "## 一、治水\n\n### 1.巡查。\n\n巡查河道。\n\n### 2.清淤。\n\n清淤四处。\n\n## 二、造林\n\n### 3.栽树。\n\n栽树若干。"},
		{"measured sentences are no headings", "（一）全年清淤48.6万吨。比上年多。\n（二）全年栽树3400株。比上年少。", "（一）全年清淤48.6万吨。比上年多。\n\n（二）全年栽树3400株。比上年少。"},
		{"stops within quotes do not end a heading", "（一）学习“水清。岸绿。”经验。全面铺开。", "## （一）学习“水清。岸绿。”经验。\n\n全面铺开。"},
		{"the level is the number's", "### 一、治水\n## （一）巡查\n巡查河道。", "## 一、治水\n\n### （一）巡查\n\n巡查河道。"},
	} {
		got, _ := body(t, c.in)
		if got != c.want+"\n" {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want+"\n")
		}
	}
}

func TestGluedHeadingIsReported(t *testing.T) {
	text := "一、治水\n1.巡查。巡查河道。\n2.清淤。清淤四处。\n3.管护全县各条河道沟渠塘坝落实责任到人到岗到段每月考核通报排名，年底兑现奖惩，奖优罚劣，形成机制，做到有人管有钱管有章管，确保水清岸绿景美人和，群众满意度逐年上升。各地学习。\n4.栽树。栽树若干。\n5.考核。年底考核。\n6.宣传。广泛宣传。"
	got, r := body(t, text)
	if !hasRule(r, "import-heading-glued") || len(r.Headings) != 6 || !strings.Contains(got, "\n3\\.管护全县") {
		t.Errorf("%v %v\n%s", r.Headings, r.Found, got)
	}
}

// wrapped breaks a paragraph at n characters, its first line indented.
func wrapped(s string, n int) string {
	r := []rune("　　" + s)
	var b strings.Builder
	for len(r) > n {
		b.WriteString(string(r[:n]) + "\n")
		r = r[n:]
	}
	return b.String() + string(r) + "\n"
}

func TestHardWrappedText(t *testing.T) {
	paras := []string{
		"今年以来，我们围绕治水、造林和修路三件大事，逐月排出计划，逐项明确责任，全年共巡查河道三十六条，清理漂浮物一百二十吨。水质监测点由四个增加到九个，达标天数比上年多出二十一天。",
		"在造林方面，按照先路旁、后山坡的次序栽植乔木三千四百株，补种灌木十二亩，成活率经抽查在九成以上。护林员由各村推选，每月巡山不少于八次，发现火情隐患四处，当天排除。",
		"在修路方面，新修村道十八公里，改造危桥两座，安装路灯一百六十盏。",
	}
	var b strings.Builder
	b.WriteString("　　一、全年工作\n")
	for _, p := range paras {
		b.WriteString(wrapped(p, 36))
	}
	got, r := body(t, b.String())
	if want := "## 一、全年工作\n\n" + strings.Join(paras, "\n\n") + "\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s\n%v", got, want, r.Joined)
	}
}

func TestWebPage(t *testing.T) {
	text := `您当前的位置：首页 > 政务公开 > 计划总结
青岩县水务局2022年工作总结
发布时间：2023-01-09 10:12  来源：青岩县水务局  浏览次数：87
【字体：大 中 小】
打印 收藏
今年以来，我局巡查河道36条，清理漂浮物120吨，水质稳定达标。
一、治水
巡查河道36条。
青岩县水务局
2022年12月30日
责任编辑：张某
上一篇：关于停水的通知
【打印本页】【关闭窗口】
版权所有 青岩县人民政府`
	got, r := body(t, text)
	want := "今年以来，我局巡查河道36条，清理漂浮物120吨，水质稳定达标。\n\n## 一、治水\n\n巡查河道36条。\n\n青岩县水务局\n\n2022年12月30日\n"
	if got != want || r.Head.Title != "青岩县水务局2022年工作总结" || r.Head.Source.Name != "青岩县水务局" || r.Head.Date != "" || r.Head.Written != "2022-12-30" {
		t.Errorf("got\n%s\n%+v\n%v", got, r.Head, r.Dropped)
	}
	// the same stamp on a page of the government is the day of publication
	_, r = body(t, strings.Replace(text, "【字体：", "县政府门户网站 www.qingyan.gov.cn 2023年1月9日 来源：本局\n【字体：", 1))
	if r.Head.Date != "2023-01-09 10:12" {
		t.Errorf("date %q", r.Head.Date)
	}
}

func TestCatalogueGlossaryCopies(t *testing.T) {
	long := []string{"今年巡查河道三十六条，清理漂浮物一百二十吨，水质监测点由四个增加到九个，达标天数增加。", "今年栽植乔木三千四百株，补种灌木十二亩，成活率经抽查在九成以上，护林员每月巡山八次。", "今年新修村道十八公里，改造危桥两座，安装路灯一百六十盏，群众出行更加方便也更加安全了。"}
	text := "东浦镇2022年工作报告\n目录\n一、治水........1\n二、造林........3\n三、修路........5\n一、治水\n" + long[0] + "\n二、造林\n" + long[1] + "\n三、修路\n" + long[2]
	got, r := body(t, text)
	want := "## 一、治水\n\n" + long[0] + "\n\n## 二、造林\n\n" + long[1] + "\n\n## 三、修路\n\n" + long[2] + "\n"
	if got != want {
		t.Errorf("catalogue: got\n%s\n%v", got, r.Dropped)
	}
	got, r = body(t, text+"\n名词解释\n1.河长：是指河道的负责人。\n2.护林员：巡山的人。")
	if got != want || len(r.Dropped) != 7 {
		t.Errorf("glossary: got\n%s\n%v", got, r.Dropped)
	}
	page := text + "\n责任编辑：某某\n"
	got, r = body(t, page+page)
	if got != want {
		t.Errorf("copies: got\n%s\n%v", got, r.Dropped)
	}
	// the same sentence twice is a fault of the report, not a copy of it
	got, _ = body(t, text+"\n"+long[0])
	if got != want+"\n"+long[0]+"\n" {
		t.Errorf("repeated: got\n%s", got)
	}
}

func TestRunningHeads(t *testing.T) {
	head := "东浦镇人民政府年度工作"
	text := "一、治水\n今年巡查河道36条，清理漂浮物120吨，水质监测点由4个增加到9\n— 1 —\n" + head + "\n个，达标天数比上年多出21天，群众满意度稳步提\n— 2 —\n" + head + "\n高。\n二、造林\n栽树若干，成活率在九成以上，护林员每月巡\n— 3 —\n" + head + "\n山八次。"
	got, r := body(t, text)
	want := "## 一、治水\n\n今年巡查河道36条，清理漂浮物120吨，水质监测点由4个增加到9个，达标天数比上年多出21天，群众满意度稳步提高。\n\n## 二、造林\n\n栽树若干，成活率在九成以上，护林员每月巡山八次。\n"
	if got != want {
		t.Errorf("got\n%s\n%v", got, r.Dropped)
	}
}
