package document

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// filler is a sentence of no meaning, to give a page its mass.
const filler = "这里写一句没有内容的话，用来占去版面；另外再写一句，让它长一些。"

func TestHTML(t *testing.T) {
	long := strings.Repeat(filler, 4)
	for _, tt := range []struct{ name, page, want string }{
		{"government page", `<!DOCTYPE html><html><head><meta charset="utf-8"><title>某局年度总结_某区人民政府</title>
<meta name="ArticleTitle" content="某局年度总结"><meta name="pubdate" content="2024-03-05 10:00"><meta name="ContentSource" content="某局"><meta name="Url" content="http://www.example.gov.cn/a.html"></head>
<body><div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zw">政务公开</a></li></ul></div>
<div class="crumbs">您的位置：<a href="/">首页</a> &gt; <a href="/x">总结</a></div>
<table class="xxgk"><tr><td>索 引 号：</td><td>AB001/2024-00012</td><td>发文机关：</td><td>某局</td></tr><tr><td>成文日期：</td><td>2024年3月1日</td><td>文号：</td><td></td></tr></table>
<div class="title">某局年度总结</div><div class="info">发布时间：2024-03-05 10:00　来源：某局　<a href="javascript:window.print()">打印</a></div>
<div id="zoom" class="TRS_Editor"><style>.x{}</style>
<p align="center"><strong>（2024年3月1日）</strong></p><p>　　` + long + `</p><p>　　<b>一、工作情况。</b>` + filler + `</p>
<p>　　一行<br>　　另一行</p><p>上<br/>下</p><div class="bdsharebuttonbox"><a>分享</a></div><p style="text-align:right">某局</p></div>
<div class="related"><h3>相关阅读</h3><ul><li><a href="1.html">` + filler + `</a></li></ul></div>
<div class="footer">主办：某区人民政府，地址：某路一号。</div><script>var a = "不读";</script></body></html>`,
			`
heading | 某局年度总结
paragraph center | *（2024年3月1日）*
paragraph | 　　` + long + `
paragraph | 　　*一、工作情况。*` + filler + `
paragraph | 　　一行
paragraph | 　　另一行
paragraph | 上⏎下
paragraph right | 某局
drop portal x1 | 首页
drop portal x1 | 政务公开
drop portal x1 | 您的位置：首页 > 总结
drop fields x1 | 索 引 号： AB001/2024-00012 发文机关： 某局
成文日期： 2024年3月1日 文号：
drop portal x1 | 发布时间：2024-03-05 10:00 来源：某局 打印
drop portal x1 | 分享
drop portal x1 | 相关阅读
drop portal x1 | ` + filler + `
drop portal x1 | 主办：某区人民政府，地址：某路一号。
meta ArticleTitle = 某局年度总结
meta ContentSource = 某局
meta PubDate = 2024-03-05 10:00
meta Title = 某局年度总结_某区人民政府
meta Url = http://www.example.gov.cn/a.html
meta 发布日期 = 2024-03-05
meta 发文机关 = 某局
meta 成文日期 = 2024年3月1日
meta 来源 = 某局
meta 索引号 = AB001/2024-00012
`},
		{"no marks: density", `<html><body><div><a href="/">首页</a> <a href="/b">新闻</a></div><div><div><h1>标题在此</h1><div><p>` + long + `</p><p>` + filler + `</p></div></div></div><div>版权所有</div></body></html>`, `
paragraph | ` + long + `
paragraph | ` + filler + `
drop portal x1 | 首页 新闻
drop portal x1 | 标题在此
drop portal x1 | 版权所有
`},
		{"lists, headings, links", `<html><body><article><h2>一、总体</h2><p>` + long + `</p><ol start="3"><li>甲<ul><li>乙</li></ul></li><li><p>丙</p></li></ol><ol type="a"><li>丁</li></ol><p>附件：<a href="a.docx">表格.docx</a></p><p>水H<sub>2</sub>O，面积10<sup>2</sup></p></article></body></html>`, `
heading 2 | 一、总体
paragraph | ` + long + `
list-item 1 (3.) | 甲
list-item 2 (•) | 乙
list-item 1 (4.) | 丙
list-item 1 (a.) | 丁
paragraph | 附件：[表格.docx](a.docx)
paragraph | 水H_2O，面积10^2
`},
		{"table with spans", `<html><body><div class="content"><p>` + long + `</p><table><caption>表1</caption><thead><tr><th rowspan="2">指标</th><th colspan="2">数量</th></tr><tr><th>上年</th><th>今年</th></tr></thead><tr><td>甲<br>乙</td><td>1</td><td>2</td></tr></table><table><tr><td><p>框里的一段</p></td></tr></table></div></body></html>`, `
paragraph | ` + long + `
table | 3×3 head 2 表1
  0,0 2×1 指标
  0,1 1×2 数量
  1,1 1×1 上年
  1,2 1×1 今年
  2,0 1×1 甲⏎乙
  2,1 1×1 1
  2,2 1×1 2
paragraph | 框里的一段
`},
		{"white space", "<html><body><div id=content><p>" + long + "</p><p>第一行\n第二行 <b> 粗 </b>\nEnglish\nwords&nbsp;end</p><p style='display:none'>藏起来的</p><p><img src='a.png' alt='图'></p></div></body></html>", `
paragraph | ` + long + `
paragraph | 第一行第二行 *粗 *English wordsend
picture |  a.png 图
drop hidden x1 | 藏起来的
`},
		{"a short text on a busy page", `<html><head><title>关于会议的通知-某县政府网</title></head><body><h1><a href="/">某县人民政府</a></h1><div class="side"><ul>` + strings.Repeat(`<li><a href=x>某某新闻的标题有这么长一些</a><span>摘要里也有句子，而且不短，`+filler+`</span></li>`, 12) + `</ul></div>
<div class="detail"><h2 class="title">关于会议的通知</h2><ul class="xxgk"><li><b>索引号：</b>A1</li><li><b>发布机构：</b>某办</li><li><b>发布日期：</b>2024-01-02</li></ul><div id="zoom"><p>各科室：</p><p>　　定于明日开会，请准时到会。</p><p>某办</p></div><p>打印 关闭</p></div></body></html>`, `
heading | 关于会议的通知
paragraph | 各科室：
paragraph | 　　定于明日开会，请准时到会。
paragraph | 某办
drop portal x1 | 某县人民政府
` + strings.Repeat("drop portal x1 | 某某新闻的标题有这么长一些摘要里也有句子，而且不短，"+filler+"\n", 12) + `drop fields x1 | 索引号： A1
发布机构： 某办
发布日期： 2024-01-02
drop portal x1 | 打印 关闭
meta Title = 关于会议的通知-某县政府网
meta 发布日期 = 2024-01-02
meta 发布机构 = 某办
meta 索引号 = A1
`},
		{"a text in several editors", `<html><body><div class="nav"><a href=/>首页</a></div><div><div class="TRS_Editor"><p>` + long + `</p></div><div class="TRS_Editor"><p>` + long + `</p></div></div><div class="footer">版权所有</div></body></html>`, `
paragraph | ` + long + `
paragraph | ` + long + `
drop portal x1 | 首页
drop portal x1 | 版权所有
`},
		{"a table alone", `<html><body><div class="nav"><a href=/>首页</a></div><div class="article-content"><p>预算表</p><table><tr><th>科目</th><th>金额</th></tr><tr><td>教育</td><td>12.5</td></tr></table></div><div class="footer">某单位主办，某公司承办。电话：123。</div></body></html>`, `
paragraph | 预算表
table | 2×2 head 1
  0,0 1×1 科目
  0,1 1×1 金额
  1,0 1×1 教育
  1,1 1×1 12.5
drop portal x1 | 首页
drop portal x1 | 某单位主办，某公司承办。电话：123。
`},
		{"bold around blocks, Word's leavings", `<html><body><div id="vsb_content_2"><p class=MsoNormal><span style="font-weight:bold">一、题</span><o:p></o:p></p><b><p>粗段</p></b><p><span style="font-size:16pt">　　` + long + `<!--[if x]>不读<![endif]--></span><font color="#FFFFFF">转自某网</font></p></div></body></html>`, `
paragraph | *一、题*
paragraph | *粗段*
paragraph | 　　` + long + `
drop hidden x1 | 转自某网
`},
		{"layout tables of an old page", `<html><body><table><tr><td><a href=1>菜单一</a></td></tr><tr><td><table><tr><td width=10></td><td><font>` + long + `<br>　　` + filler + `<br><br>` + filler + `</font></td></tr></table></td></tr></table></body></html>`, `
paragraph | ` + long + `
paragraph | 　　` + filler + `
paragraph | ` + filler + `
drop portal x1 | 菜单一
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, _ := mustRead(t, "a.html", []byte(tt.page), Options{})
			wantSketch(t, doc, strings.ReplaceAll(tt.want, "wordsend", "words\u00a0end"))
			gbk, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Replace(tt.page, `charset="utf-8"`, `charset=gb2312`, 1))
			if err != nil {
				t.Fatal(err)
			}
			again, _ := mustRead(t, "a.txt", []byte(gbk), Options{})
			if again.Encoding != "gb18030" || sketch(again) != sketch(doc) {
				t.Errorf("in GB18030 it reads otherwise:\n%s", sketch(again))
			}
		})
	}
}
