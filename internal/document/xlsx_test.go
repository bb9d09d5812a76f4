package document

import (
	"maps"
	"strings"
	"testing"
)

const sheetNS = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`

// xlsxOf makes a workbook of one sheet from the content of worksheet and of styleSheet.
func xlsxOf(t testing.TB, sheet, styles, state string, more map[string]string) []byte {
	t.Helper()
	parts := map[string]string{
		"[Content_Types].xml": xmlHead + `<Types/>`,
		"xl/workbook.xml":     xmlHead + `<workbook ` + sheetNS + `><sheets><sheet name="表一" sheetId="1" r:id="rId1"` + state + `/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": relsHead + `<Relationship Id="rId1" Type="` + relType + `worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + relType + `sharedStrings" Target="sharedStrings.xml"/>
<Relationship Id="rId3" Type="` + relType + `styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml":     xmlHead + `<sst ` + sheetNS + `><si><t>指标</t></si><si><r><t>数</t></r><r><t xml:space="preserve">量 </t></r><rPh><t>shu</t></rPh></si></sst>`,
		"xl/styles.xml":            xmlHead + `<styleSheet ` + sheetNS + `>` + styles + `</styleSheet>`,
		"xl/worksheets/sheet1.xml": xmlHead + `<worksheet ` + sheetNS + `>` + sheet + `</worksheet>`,
	}
	maps.Copy(parts, more)
	return zipOf(t, parts)
}

func TestXLSX(t *testing.T) {
	styles := `<numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="176"/><xf numFmtId="4"/></cellXfs>`
	sheet := `<sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row><row r="3"><c r="B3" s="1"><v>0.12345</v></c><c r="C3" s="2"><v>45352</v></c><c r="D3" s="3"><v>1234567.891</v></c></row>
<row r="5"><c r="B5" t="inlineStr"><is><t>行内</t></is></c><c r="C5" t="b"><v>1</v></c><c r="D5" t="e"><v>#DIV/0!</v></c><c r="E5" t="str"><f>A1</f><v>公式_x000D_值</v></c><c r="F5"><v>0.30000000000000004</v></c></row></sheetData><mergeCells><mergeCell ref="C2:D2"/></mergeCells><headerFooter><oddHeader>&amp;C内部</oddHeader></headerFooter>`
	doc, list := mustRead(t, "a.xlsx", xlsxOf(t, sheet, styles, "", nil), Options{})
	if len(list) != 0 {
		t.Error(list)
	}
	wantSketch(t, doc, `
heading 1 | 表一
table | 4×5 head 0
  0,0 1×1 指标
  0,1 1×2 数量 
  1,0 1×1 12.35%
  1,1 1×1 2024年3月
  1,2 1×1 1,234,567.89
  3,0 1×1 行内
  3,1 1×1 TRUE
  3,2 1×1 #DIV/0!
  3,3 1×1 公式值
  3,4 1×1 0.3
drop header x1 | &C内部`)
	if c, ok := doc.Blocks[1].Table.At(0, 2); !ok || c.Text() != "数量 " {
		t.Error("the merged cell covers its neighbour")
	}
	one := `<sheetData><row r="1"%s><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row></sheetData>`
	wantRefused(t, "a.xlsx", xlsxOf(t, strings.Replace(one, "%s", "", 1), "", ` state="hidden"`, nil), Options{}, "document-hidden", "工作表“表一”第 1 行")
	hidden := xlsxOf(t, strings.Replace(one, "%s", ` hidden="1"`, 1), "", "", nil)
	wantRefused(t, "a.xlsx", hidden, Options{}, "document-hidden", "“1”")
	accepted, _ := mustRead(t, "a.xlsx", hidden, Options{Accept: true})
	wantSketch(t, accepted, "heading 1 | 表一\ntable | 1×1 head 0\n  0,0 1×1 2\ndrop hidden x1 | 1")
	wantRefused(t, "a.xlsx", xlsxOf(t, strings.Replace(one, "%s", "", 1), "", "", map[string]string{
		"xl/worksheets/_rels/sheet1.xml.rels": relsHead + `<Relationship Id="rId1" Type="` + relType + `comments" Target="../comments1.xml"/></Relationships>`,
		"xl/comments1.xml":                    xmlHead + `<comments ` + sheetNS + `><commentList><comment ref="A2"><text><t>要核实</t></text></comment></commentList></comments>`,
	}), Options{}, "document-comment", "第 2 行：有批注：“要核实”")
}

func TestFormatCell(t *testing.T) {
	for _, tt := range []struct {
		v          float64
		code, want string
	}{
		{1234.5, "", "1234.5"}, {0.1 + 0.2, "General", "0.3"}, {12, "0.00", "12.00"}, {0.125, "0.00", "0.13"}, {1.005, "0.00", "1.01"}, {0.5, "0%", "50%"}, {0.125, "0.0%", "12.5%"},
		{1234567, "#,##0", "1,234,567"}, {-1234.5, "#,##0.00", "-1,234.50"}, {-5, "0;(0)", "(5)"}, {0, "0;-0;\"—\"", "—"}, {3, `0"万元"`, "3万元"}, {12345678, "0.0,,", "12.3"}, {0.5, "#.##", ".5"}, {7, "000", "007"},
		{12345, "0.00E+00", "1.23E+04"}, {45352, "yyyy/m/d", "2024/3/1"}, {45352.75, `yyyy"年"m"月"d"日" h:mm`, "2024年3月1日 18:00"}, {0.0625, "h:mm:ss", "1:30:00"}, {1.5, "[h]:mm", "36:00"}, {45352, "[$-804]yyyy-mm-dd", "2024-03-01"},
		{59, "yyyy-mm-dd", "1900-02-28"}, {61, "yyyy-mm-dd", "1900-03-01"}, {9.5, `[$¥-804]#,##0.00`, "¥9.50"}, {5, "@", "5"}, {0.75, "AM/PM h:mm", "下午 6:00"}, {1e20, "", "1E+20"}, {-0.001, "0.00", "0.00"},
		{45352, `[DBNum1]yyyy"年"m"月"`, "二〇二四年三月"}, {45580, `[DBNum1]m"月"d"日"`, "十月十五日"}, {21, "[DBNum1]General", "二十一"}, {3.5, "# ?/?", "3.5"}, {1, "[Red]0.0", "1.0"}, {2, `0_);(0)`, "2"}, {1e16, "0", "10000000000000000"},
	} {
		if got := formatCell(tt.v, tt.code, false); got != tt.want {
			t.Errorf("%v in %q: %q, want %q", tt.v, tt.code, got, tt.want)
		}
	}
	if got := formatCell(0, "yyyy-mm-dd", true); got != "1904-01-01" {
		t.Error(got)
	}
}
