package document

import (
	"slices"
	"strings"
	"unicode"
)

// fieldLabels are the labels of the information table (索引号 …) above a government paper, white space left out: those of government sites,
// and those of our own pages.
var fieldLabels = []string{
	"索引号", "索引码", "发文机关", "发布机构", "发文机构", "发布单位", "制发机关", "公开主体", "责任部门", "成文日期", "生成日期", "成文时间", "发布日期", "公开日期", "发文日期", "发布时间", "印发日期", "生效日期", "废止日期",
	"文号", "发文字号", "发文文号", "标题", "名称", "信息名称", "文件名称", "主题分类", "主题词", "关键词", "组配分类", "体裁分类", "信息分类", "分类", "服务对象分类", "公文种类", "文种", "公开方式", "公开范围", "公开时限", "公开类型", "公开依据",
	"有效性", "效力状态", "时效性", "是否有效", "统一编号", "统一登记号", "内容概述", "信息来源", "来源", "文件编号", "信息编号", "效力状况", "发布部门", "公开目录", "语种", "载体类型", "记录形式", "材料类型", "报告期", "计划期", "收录日期", "信息状态",
}

// counters stand beside fields, and a script fills in their figures. They are no fields of their own.
var counters = []string{"浏览次数", "浏览量", "阅读次数", "点击次数", "字号"}

// IsCounter reports whether a label of ReadFields is a counter's: no value stands behind it on the next line.
func IsCounter(label string) bool { return slices.Contains(counters, label) }

// FieldLabel reads a text as a label of an information table, with or without its colon and the blanks set into it (索 引 号：). It is ""
// for anything else.
func FieldLabel(s string) string {
	if s = tightLabel(s); slices.Contains(fieldLabels, s) {
		return s
	}
	return ""
}

// lineLabel is FieldLabel for a line that may hold a counter too.
func lineLabel(s string) string {
	if s = tightLabel(s); slices.Contains(fieldLabels, s) || slices.Contains(counters, s) {
		return s
	}
	return ""
}

func tightLabel(s string) string {
	if len(s) > 60 {
		return ""
	}
	s = strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || strings.ContainsRune("：:【】[]", c) {
			return -1
		}
		return c
	}, s)
	return strings.ReplaceAll(s, "索引号码", "索引号")
}

// Field is a label of an information table with what stands behind it.
type Field struct {
	Label string // as FieldLabel gives it
	Value string // "" when it stands elsewhere
	Colon bool   // a colon parts them, so that the label can be nothing else
}

// ReadFields reads a line that holds nothing but labels and their values: "索 引 号：A1/2024-1　主题分类：卫生". It is nil for any other.
func ReadFields(line string) []Field {
	var list []Field
	for rest := strings.TrimSpace(line); rest != ""; {
		label, size, colon := labelAt(rest)
		if label == "" {
			return nil
		}
		rest = rest[size:]
		end := nextLabel(rest, !colon)
		list = append(list, Field{label, squeeze(strings.Trim(rest[:end], "|｜ \t\u3000")), colon})
		rest = rest[end:]
	}
	return list
}

// labelAt reads the label that a text begins with, its colon included. Without a colon a blank or the end must stand behind it.
func labelAt(s string) (label string, size int, colon bool) {
	open := len(s) - len(strings.TrimLeft(s, "【[ \t\u3000"))
	for i, c := range s[open:] {
		at := open + i
		if i > 40 {
			break
		}
		if c == '：' || c == ':' || open > 0 && (c == '】' || c == ']') {
			if label = lineLabel(s[open:at]); label == "" {
				return "", 0, false
			}
			end := at + len(string(c))
			return label, end + len(s[end:]) - len(strings.TrimLeft(s[end:], "】]：: \t\u3000")), true
		}
		if unicode.IsSpace(c) && lineLabel(s[open:at]) != "" && !strings.ContainsRune("：:", firstRune(strings.TrimSpace(s[at:]))) {
			return lineLabel(s[open:at]), at, false
		}
	}
	if label = lineLabel(s[open:]); label != "" {
		return label, len(s), false
	}
	return "", 0, false
}

// nextLabel is where the next label with a colon begins behind a blank or at once, or the end. bare tells that this line writes labels
// without colons.
func nextLabel(s string, bare bool) int {
	blank := true
	for i, c := range s {
		if blank && !unicode.IsSpace(c) {
			if label, _, colon := labelAt(s[i:]); label != "" && (colon || bare) {
				return i
			}
		}
		blank = unicode.IsSpace(c) || c == '|' || c == '｜' || c == '】' || c == ']'
	}
	return len(s)
}

// Fields reads a table as an information table, labels beside their values; nil when it is another kind of table.
func (t *Table) Fields() []Field {
	var list []Field
	cells, used := 0, 0
	for i, c := range t.Cells {
		text := squeeze(c.Text())
		if text == "" {
			continue
		}
		cells++
		if label := FieldLabel(text); label != "" {
			value := ""
			if i+1 < len(t.Cells) && t.Cells[i+1].Row == c.Row && FieldLabel(t.Cells[i+1].Text()) == "" {
				value = squeeze(t.Cells[i+1].Text())
			}
			if used++; value != "" {
				used++
			}
			list = append(list, Field{label, value, true})
		} else if more := ReadFields(text); more != nil {
			used++
			list = append(list, more...)
		}
	}
	if used*10 < cells*8 {
		return nil
	}
	return list
}
