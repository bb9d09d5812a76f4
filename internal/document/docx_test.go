package document

import (
	"strings"
	"testing"
)

const someStyles = `<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="x"><w:name w:val="某局二级"/><w:basedOn w:val="y"/></w:style>
<w:style w:type="paragraph" w:styleId="y"><w:name w:val="标题 2"/><w:basedOn w:val="1"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="l"/><w:basedOn w:val="loop2"/></w:style><w:style w:type="paragraph" w:styleId="loop2"><w:name w:val="l2"/><w:basedOn w:val="loop"/></w:style>
<w:style w:type="paragraph" w:styleId="num"><w:name w:val="编号"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>`

const someNumbers = `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:pStyle w:val="num"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2.%3"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>`

func styled(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + r(text) + `</w:p>`
}

func numbered(id, level, text string) string {
	return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + id + `"/></w:numPr></w:pPr>` + r(text) + `</w:p>`
}

const drawing = `<w:drawing><wp:inline><wp:docPr id="1" name="图片 1" descr="一张图"/><a:graphic><a:graphicData><a:blip r:embed="r0"/></a:graphicData></a:graphic></wp:inline></w:drawing>`

func TestDOCX(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		parts      map[string]string
		want       string
	}{
		{name: "paragraphs and runs", body: p("第一段") + p("  ") + `<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>（一）题。</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t xml:space="preserve"> 文</w:t></w:r><w:r><w:t> 字</w:t></w:r></w:p>`,
			want: "paragraph | 第一段\nparagraph center | *（一）题。* 文字"},
		{name: "wrappers keep their text", body: `<w:sdt><w:sdtContent>` + p("控件") + `</w:sdtContent></w:sdt><w:customXml>` + p("自定义") + `</w:customXml>` +
			`<w:p><w:sdt><w:sdtContent>` + r("内") + `</w:sdtContent></w:sdt><w:smartTag>` + r("标") + `</w:smartTag><w:hyperlink r:id="rLink">` + r("链接") + `</w:hyperlink><w:fldSimple w:instr="DATE">` + r("今天") + `</w:fldSimple></w:p>`,
			want: "paragraph | 控件\nparagraph | 自定义\nparagraph | 内标[链接](http://www.example.gov.cn/a)今天"},
		{name: "signs", body: `<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t><w:noBreakHyphen/><w:t>丁</w:t><w:softHyphen/><w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:font="宋体" w:char="2460"/></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r></w:p>`,
			want: "paragraph | 甲→乙⏎丙-丁✓①^2"},
		{name: "fields show results only", body: `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "http://www.example.gov.cn/b" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + r("结果") + `<w:r><w:fldChar w:fldCharType="end"/></w:r>` + r("后") + `</w:p>`,
			want: "paragraph | [结果](http://www.example.gov.cn/b)后"},
		{name: "fields that do not match lose nothing", body: `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>` + r("留下") + `</w:p>`, want: "paragraph | 留下"},
		{name: "headings by style", body: styled("1", "一级") + styled("x", "二级") + styled("t", "题目") + styled("loop", "圈") + styled("nowhere", "无") +
			`<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr>` + r("三级") + `</w:p><w:p><w:pPr><w:pStyle w:val="1"/><w:outlineLvl w:val="9"/></w:pPr><w:r><w:rPr><w:b w:val="false"/></w:rPr><w:t>正文</w:t></w:r></w:p>` + `<w:p><w:r><w:rPr><w:rStyle w:val="strong"/></w:rPr><w:t>粗</w:t></w:r></w:p>`,
			parts: map[string]string{"word/styles.xml": stylesPart(someStyles)},
			want:  "heading 1 | *一级*\nheading 2 | *二级*\nheading | 题目\nparagraph | 圈\nparagraph | 无\nheading 3 | 三级\nparagraph | 正文\nparagraph | *粗*"},
		{name: "numbers that Word draws", body: numbered("1", "0", "甲") + numbered("1", "1", "乙") + numbered("1", "1", "丙") + numbered("1", "2", "丁") + numbered("1", "0", "戊") + numbered("1", "1", "己") +
			numbered("2", "0", "另起") + numbered("1", "0", "接着") + numbered("3", "0", "点") + numbered("0", "0", "无") + styled("num", "样式"),
			parts: map[string]string{"word/numbering.xml": xmlHead + "<w:numbering " + wordNS + ">" + someNumbers + "</w:numbering>", "word/styles.xml": stylesPart(someStyles)},
			want: "list-item 1 (一、) | 甲\nlist-item 2 (（一）) | 乙\nlist-item 2 (（二）) | 丙\nlist-item 3 (1.2.1) | 丁\nlist-item 1 (二、) | 戊\nlist-item 2 (（一）) | 己\nlist-item 1 (五、) | 另起\nlist-item 1 (六、) | 接着\n" +
				"list-item 1 (•) | 点\nparagraph | 无\nlist-item 1 (七、) | 样式"},
		{name: "table with merged cells", body: `<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>` + p("项目") + `</w:tc><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>` + p("数量") + p("（个）") + `</w:tc></w:tr>
<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc>` + p("上年") + `</w:tc><w:sdt><w:sdtContent><w:tc>` + p("今年") + `</w:tc></w:sdtContent></w:sdt></w:tr><w:sdt><w:sdtContent><w:tr><w:tc>` + p("甲") + `</w:tc><w:tc>` + p("1") + `</w:tc><w:tc><w:tbl><w:tr><w:tc>` + p("套") + `</w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>`,
			want: "table | 3×3 head 1\n  0,0 2×1 项目\n  0,1 1×2 数量⏎（个）\n  1,1 1×1 上年\n  1,2 1×1 今年\n  2,0 1×1 甲\n  2,1 1×1 1\n  2,2 1×1 套"},
		{name: "notes", body: `<w:p>` + r("正文") + `<w:r><w:footnoteReference w:id="2"/></w:r>` + r("，后文") + `<w:r><w:endnoteReference w:id="2"/></w:r></w:p>`,
			parts: map[string]string{
				"word/footnotes.xml": xmlHead + "<w:footnotes " + wordNS + `><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>` + r("脚注文") + `</w:p></w:footnote><w:footnote w:id="3">` + p("没有引用") + `</w:footnote></w:footnotes>`,
				"word/endnotes.xml":  xmlHead + "<w:endnotes " + wordNS + `><w:endnote w:id="2">` + p("尾注文") + `</w:endnote></w:endnotes>`},
			want: "paragraph | 正文[f2]，后文[e2]\nnote f2\n  paragraph | 脚注文\nnote e2\n  paragraph | 尾注文\ndrop unused x1 | 没有引用"},
		{name: "text box once, picture at its place", body: `<w:p>` + r("前") + `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:txbx><w:txbxContent>` + p("框里") + `</w:txbxContent></wps:txbx></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>` + p("框里") + `</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p><w:p><w:r>` + drawing + `</w:r></w:p><w:p><w:r>` + drawing + `</w:r></w:p>` + p("后"),
			parts: map[string]string{"word/media/image9.png": tinyPNG},
			want:  "paragraph | 前\nparagraph box | 框里\npicture | image-1.png  一张图\npicture | image-1.png  一张图\nparagraph | 后"},
		{name: "pages", body: p("一") + `<w:p><w:r><w:br w:type="page"/></w:r>` + r("二") + `</w:p><w:p>` + r("甲") + `<w:r><w:br w:type="page"/></w:r>` + r("乙") + `</w:p><w:p><w:pPr><w:pageBreakBefore/></w:pPr>` + r("三") + `</w:p>`,
			want: "paragraph | 一\npage-break → 2\nparagraph | 二\nparagraph | 甲\npage-break → 3\nparagraph | 乙\npage-break → 4\nparagraph | 三"},
		{name: "heads and feet, title", body: p("文"), parts: map[string]string{
			"word/header1.xml": xmlHead + "<w:hdr " + wordNS + ">" + p("某局文件") + "</w:hdr>", "word/header2.xml": xmlHead + "<w:hdr " + wordNS + ">" + p("某局文件") + "</w:hdr>",
			"word/footer1.xml":  xmlHead + "<w:ftr " + wordNS + `><w:p>` + r("— ") + `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + r("3") + `<w:r><w:fldChar w:fldCharType="end"/></w:r>` + r(" —") + "</w:p></w:ftr>",
			"docProps/core.xml": xmlHead + `<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>题目</dc:title><dc:creator>某人</dc:creator></cp:coreProperties>`},
			want: "paragraph | 文\ndrop page-number x1 | — 3 —\ndrop header x2 | 某局文件\nmeta Title = 题目"},
		{name: "reading over characters", body: `<w:p><w:r><w:ruby><w:rt>` + r("tóng") + `</w:rt><w:rubyBase>` + r("仝") + `</w:rubyBase></w:ruby></w:r></w:p>`, want: "paragraph | 仝\ndrop reading x1 | tóng"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, _ := mustRead(t, "a.docx", docxOf(t, tt.body, tt.parts), Options{})
			wantSketch(t, doc, tt.want)
			strict := strings.NewReplacer("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main", "xmlns:w=", "xmlns:q=", "<w:", "<q:", "</w:", "</q:", " w:", " q:")
			parts := map[string]string{}
			for name, part := range tt.parts {
				parts[name] = strict.Replace(part)
			}
			again, _ := mustRead(t, "a.docx", docxOf(t, `<w:customXml xmlns:q="http://purl.oclc.org/ooxml/wordprocessingml/main">`+strict.Replace(tt.body)+`</w:customXml>`, parts), Options{})
			wantSketch(t, again, tt.want)
		})
	}
}

func TestDOCXRefusals(t *testing.T) {
	comments := xmlHead + "<w:comments " + wordNS + `><w:comment w:id="1" w:author="某人">` + p("这里要改") + `</w:comment></w:comments>`
	for _, tt := range []struct {
		name, body  string
		parts       map[string]string
		rule, words string
		accepted    string
	}{
		{"insertion and deletion", p("前") + `<w:p>` + r("总数") + `<w:del w:id="1" w:author="某人"><w:r><w:delText>一百</w:delText></w:r></w:del><w:ins w:id="2" w:author="某人">` + r("二百") + `</w:ins>` + r("个") + `</w:p>`, nil,
			"document-tracked-change", "第 2 段：有未接受的修订：“−一百+二百”", "paragraph | 前\nparagraph | 总数二百个\ndrop deleted x1 | 一百"},
		{"deleted paragraph mark", `<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>` + r("上") + `</w:p>` + p("下"), nil, "document-tracked-change", "第 1 段", "paragraph | 上下"},
		{"deleted row", `<w:tbl><w:tr><w:tc>` + p("留") + `</w:tc></w:tr><w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc><w:p><w:del w:id="2"><w:r><w:delText>去</w:delText></w:r></w:del></w:p></w:tc></w:tr></w:tbl>`, nil,
			"document-tracked-change", "修订", "table | 1×1 head 0\n  0,0 1×1 留\ndrop deleted x1 | 去"},
		{"moved", `<w:p><w:moveFrom w:id="1">` + r("搬走") + `</w:moveFrom></w:p><w:p><w:moveTo w:id="2">` + r("搬走") + `</w:moveTo></w:p>`, nil, "document-tracked-change", "“−搬走”", "paragraph | 搬走\ndrop deleted x1 | 搬走"},
		{"comment", `<w:p><w:commentRangeStart w:id="1"/>` + r("文") + `<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r></w:p>`, map[string]string{"word/comments.xml": comments},
			"document-comment", "第 1 段：有批注：“这里要改”", "paragraph | 文\ndrop comment x1 | 这里要改"},
		{"comment without a place", p("文"), map[string]string{"word/comments.xml": comments}, "document-comment", "这里要改", "paragraph | 文\ndrop comment x1 | 这里要改"},
		{"hidden text", `<w:p>` + r("看得见") + `<w:r><w:rPr><w:vanish/></w:rPr><w:t>看不</w:t></w:r><w:r><w:rPr><w:vanish/><w:i/></w:rPr><w:t>见</w:t></w:r></w:p>`, nil, "document-hidden", "“看不见”", "paragraph | 看得见\ndrop hidden x1 | 看不见"},
		{"hidden by style", styled("h", "藏"), map[string]string{"word/styles.xml": stylesPart(`<w:style w:type="paragraph" w:styleId="h"><w:name w:val="藏"/><w:rPr><w:vanish/></w:rPr></w:style>`)}, "document-hidden", "“藏”", ""},
		{"another document inside", p("文") + `<w:altChunk r:id="r0"/>`, nil, "document-embedded", "另一份文稿", ""},
		{"nothing", `<w:p/>`, nil, "document-empty", "没有文字", ""},
		{"lost characters", p("�"), nil, "document-encoding", "第 1 段：文件里有已经丢失的字", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := docxOf(t, tt.body, tt.parts)
			wantRefused(t, "a.docx", data, Options{}, tt.rule, tt.words)
			if tt.accepted != "" {
				doc, list := mustRead(t, "a.docx", data, Options{Accept: true})
				wantSketch(t, doc, tt.accepted)
				if len(list) == 0 {
					t.Error("no warning")
				}
			}
		})
	}
}

func TestDOCXWarnings(t *testing.T) {
	for _, tt := range []struct{ name, body, rule, words string }{
		{"formatting changes", `<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id="1"/></w:rPr><w:t>文</w:t></w:r></w:p>`, "document-tracked-change", "1 处格式修订"},
		{"picture elsewhere", `<w:p>` + r("文") + `<w:r>` + strings.Replace(drawing, `r:embed="r0"`, `r:link="rLink"`, 1) + `</w:r></w:p>`, "document-picture", "只有地址"},
		{"picture missing", `<w:p>` + r("文") + `<w:r>` + drawing + `</w:r></w:p>`, "document-picture", "图片读不出来"},
		{"formula", `<w:p>` + r("文") + `<m:oMath><m:r><m:t>a</m:t></m:r></m:oMath></w:p>`, "document-loss", "“a”"},
		{"unknown sign", `<w:p>` + r("文") + `<w:r><w:sym w:font="Foo" w:char="F012"/></w:r></w:p>`, "document-loss", "字体 Foo，编码 F012"},
		{"embedded file", `<w:p>` + r("文") + `<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r></w:p>`, "document-embedded", "Excel.Sheet.12"},
		{"missing note", `<w:p>` + r("文") + `<w:r><w:footnoteReference w:id="9"/></w:r></w:p>`, "document-loss", "注释 9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, list := mustRead(t, "a.docx", docxOf(t, tt.body, nil), Options{})
			if len(list) != 1 || list[0].Rule != tt.rule || !strings.Contains(list[0].Message.ZH, tt.words) || !strings.Contains(list[0].Message.ZH, "第 1 段") && tt.name != "formatting changes" {
				t.Errorf("findings %v", list)
			}
		})
	}
}

func TestDrawNumber(t *testing.T) {
	for _, tt := range []struct {
		format string
		n      int
		want   string
	}{
		{"decimal", 12, "12"}, {"decimalZero", 3, "03"}, {"chineseCounting", 10, "十"}, {"chineseCounting", 12, "十二"}, {"chineseCounting", 20, "二十"}, {"chineseCountingThousand", 105, "一百零五"},
		{"chineseCountingThousand", 110, "一百一十"}, {"chineseCountingThousand", 1010, "一千零一十"}, {"chineseLegalSimplified", 21, "贰拾壹"}, {"chineseLegalSimplified", 11, "壹拾壹"}, {"ideographTraditional", 3, "丙"},
		{"ideographTraditional", 11, "11"}, {"ideographDigital", 20, "二〇"}, {"decimalEnclosedCircle", 11, "⑪"}, {"decimalEnclosedParen", 2, "⑵"}, {"lowerLetter", 27, "aa"}, {"upperRoman", 14, "XIV"},
		{"lowerRoman", 9, "ix"}, {"none", 1, ""}, {"unheardOf", 7, "7"}, {"decimalFullWidth", 10, "１０"}, {"chineseCounting", 0, "零"}, {"chineseCounting", -1, "-1"}, {"upperRoman", 0, "0"},
	} {
		if got := drawNumber(tt.format, tt.n); got != tt.want {
			t.Errorf("%s %d: %q, want %q", tt.format, tt.n, got, tt.want)
		}
	}
}
