package importer

import (
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/han"
)

var whyFields = diag.Say("已读作字段的信息表", "a table read as fields")

// Where an information table may stand: among the first pieces of a file, before its prose.
const maxFront = 80

// telling are the labels that stand in information tables and nowhere else. 来源 and 发布时间 stand on every web page.
var telling = []string{
	"索引号", "发文机关", "发布机构", "发文机构", "制发机关", "公开主体", "成文日期", "生成日期", "文号", "发文字号", "发文文号", "主题分类", "组配分类", "体裁分类", "公开方式", "公开范围", "公开时限", "有效性",
	"材料类型", "报告期", "计划期", "收录日期", "信息状态", "统一登记号",
}

// labelled is a piece of an information table: labels with their values, or a value on a line of its own.
type labelled struct {
	p      *piece
	fields []document.Field
}

// fieldList finds the information table (信息表) above a text, as a table, as lines of label and value, or as labels and values each on a
// line of their own. It is read as fields and set apart. Without colons it takes three labels, one of them telling.
func (im *importing) fieldList() {
	var list []labelled
	open := -1 // the field whose value is on the next line, in the last entry of list
	front := min(len(im.pieces), maxFront)
	for i := 0; i < front; i++ {
		p := im.pieces[i]
		switch {
		case p.state != kept || p.table == nil && p.text == "":
			continue
		case p.table != nil:
			if fields := p.table.Fields(); len(fields) >= 2 {
				list = append(list, labelled{p, fields})
			}
			open = -1
			continue
		}
		fields := document.ReadFields(p.text)
		if fields == nil {
			n, _, numbered := han.HeadingNumber(p.text)
			switch {
			case numbered && n.Class.Heading() && open < 0, han.IsCatalogueMark(p.text), p.length() >= 40 && han.FirstStop(p.text) > 0:
				front = i // the text begins
			case open >= 0 && p.length() <= 80 && !strings.HasSuffix(p.text, "：") && !strings.HasSuffix(p.text, ":"):
				list[len(list)-1].fields[open].Value = p.text
				list = append(list, labelled{p: p})
			}
			open = -1
			continue
		}
		list = append(list, labelled{p, fields})
		if open = len(fields) - 1; fields[open].Value != "" || strings.HasSuffix(p.text, "|") || document.IsCounter(fields[open].Label) { // a row is closed
			open = -1
		}
	}
	if isFieldList(list) {
		im.takeFields(list)
	}
}

func isFieldList(list []labelled) bool {
	labels, sure, certain := 0, 0, false
	for _, x := range list {
		for _, f := range x.fields {
			labels++
			if slices.Contains(telling, f.Label) {
				sure++
				certain = certain || f.Colon
			}
		}
	}
	return certain || labels >= 3 && sure > 0
}

// takeFields sets the pieces apart. What the file's own tags say of a field is believed before them.
func (im *importing) takeFields(list []labelled) {
	for _, x := range list {
		for _, f := range x.fields {
			if f.Value != "" && im.meta[f.Label] == "" {
				im.meta[f.Label] = f.Value
			}
		}
		if x.p.table != nil {
			x.p.dropTable(whyFields)
			continue
		}
		im.readStamp(x.p)
		x.p.drop(whyFields)
	}
}
