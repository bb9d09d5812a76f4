package site

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// RedirectsName is the file in the site's folder that says what became of the addresses of an older portal.
//
//	from,to,status
//	/art/2021/3/5/art_123.html,610112/wjj/2021/weijian-zongjie.html
//	/showinfo.aspx?id=12,610112/wjj/2020/weijian-zongjie.html,302
//	/old/notice.html,,410
//
// It is CSV in UTF-8 with this first line (in Chinese 旧地址,新地址,状态); the third column may be left out. An address that begins with a
// slash counts from the host's root, as the browser shows it; one that does not, from the site's; one of the site's own host may be written
// whole. A query counts as it is written, parameter order and all. The new address is a page or file of this site. The status is 301
// (moved, the default), 302 (for a time) or 410 (gone for good, without a new address). Lines that begin with # say nothing.
const RedirectsName = "redirects.csv"

// RedirectRow is a row of redirects.csv as written.
type RedirectRow struct {
	From, To Cell
	Status   int // 301, 302 or 410
}

// Cell is a field of a table and its place; a field in quotes begins at its quote.
type Cell struct {
	Text string
	At   diag.Pos
}

// ParseRedirects reads redirects.csv. What it says about the site is for Assemble to judge; a row that has no meaning at all is left out.
func ParseRedirects(file string, src []byte) ([]RedirectRow, diag.List) {
	src, found := report.Normalise(file, src)
	if len(found) > 0 {
		return nil, found
	}
	p := redirectParser{file: file, lines: bytes.Split(src, []byte("\n"))}
	p.csv = csv.NewReader(bytes.NewReader(src))
	p.csv.Comment, p.csv.FieldsPerRecord, p.csv.ReuseRecord = '#', -1, true
	p.all()
	return p.rows, p.found
}

type redirectParser struct {
	file  string
	lines [][]byte
	csv   *csv.Reader
	rows  []RedirectRow
	found diag.List
}

func (p *redirectParser) all() {
	for first := true; ; first = false {
		fields, err := p.csv.Read()
		var fault *csv.ParseError
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &fault):
			p.add("redirect-form", p.pos(fault.Line, fault.Column), "", diag.Say("引号不成对，以下无法读取", "a quote is out of place: what follows cannot be read"),
				diag.Say("含逗号或引号的地址要整个放进英文双引号，其中的引号写两遍", "put an address with a comma or a quote into double quotes, and write quotes in it twice"))
			return
		case err != nil:
			return // the reader is memory: there is no other
		case first:
			if !p.header(fields) {
				return
			}
		default:
			p.row(fields)
		}
	}
}

// header is the first line; without it nobody knows what the columns mean.
func (p *redirectParser) header(fields []string) bool {
	for i, names := range [][]string{{"from", "旧地址"}, {"to", "新地址"}, {"status", "状态"}} {
		if i == 2 && len(fields) == 2 {
			break
		}
		if i >= len(fields) || !slices.Contains(names, strings.TrimSpace(fields[i])) || len(fields) > 3 {
			p.add("redirect-form", p.field(0), strings.Join(fields, ","), diag.Say("第一行应当是列名 from,to 或 from,to,status", "the first line must be from,to or from,to,status"),
				diag.Say("请补上这一行，用英文逗号分隔", "add that line, with commas"))
			return false
		}
	}
	return true
}

func (p *redirectParser) row(fields []string) {
	r := RedirectRow{Status: 301}
	if len(fields) < 2 || len(fields) > 3 {
		p.add("redirect-form", p.field(0), strings.Join(fields, ","), diag.Say("这一行有 %d 列，应当是 2 列或 3 列", "this line has %d columns, not 2 or 3", len(fields)),
			diag.Say("写法：旧地址,新地址 或 旧地址,新地址,状态", "write from,to or from,to,status"))
		return
	}
	for i, to := range []*Cell{&r.From, &r.To} {
		*to = Cell{strings.TrimSpace(fields[i]), p.field(i)}
	}
	if len(fields) == 3 {
		if text := strings.TrimSpace(fields[2]); text != "" {
			r.Status, _ = strconv.Atoi(text)
			if r.Status != 301 && r.Status != 302 && r.Status != 410 {
				p.add("redirect-status", p.field(2), fields[2], diag.Say("状态“%s”不能用", "the status %q cannot be used", fields[2]),
					diag.Say("可用 301（永久转到）、302（暂时转到）、410（已撤下）", "use 301 (moved), 302 (for a time) or 410 (gone)"))
				return
			}
		}
	}
	switch {
	case r.From.Text == "":
		p.add("redirect-form", r.From.At, "", diag.Say("缺少旧地址", "the old address is missing"), diag.Say("请补上，或删去这一行", "add it, or remove the line"))
	case r.Status == 410 && r.To.Text != "":
		p.add("redirect-form", r.To.At, r.To.Text, diag.Say("状态 410 表示已撤下，不能有新地址", "status 410 means gone and has no new address"),
			diag.Say("请删去新地址，或改状态为 301", "remove the new address, or make the status 301"))
	case r.Status != 410 && r.To.Text == "":
		p.add("redirect-form", r.To.At, "", diag.Say("缺少新地址", "the new address is missing"),
			diag.Say("请补上；内容已撤下、没有新地址的，状态写 410", "add it; when the content is gone and has none, write status 410"))
	default:
		p.rows = append(p.rows, r)
	}
}

func (p *redirectParser) field(i int) diag.Pos { return p.pos(p.csv.FieldPos(i)) }

// pos turns a line and a column in bytes, both from 1, into a place.
func (p *redirectParser) pos(line, column int) diag.Pos {
	if line < 1 || line > len(p.lines) {
		return diag.Pos{Line: max(line, 1), Column: 1}
	}
	text := p.lines[line-1]
	return diag.Pos{Line: line, Column: 1 + utf8.RuneCount(text[:min(max(column-1, 0), len(text))])}
}

func (p *redirectParser) add(rule string, at diag.Pos, span string, say, hint diag.Text) {
	p.found = append(p.found, redirectFault(p.file, rule, Cell{span, at}, say, hint))
}

// redirectFault is a finding about a field.
func redirectFault(file, rule string, c Cell, say, hint diag.Text) diag.Diagnostic {
	end := c.At
	if !strings.Contains(c.Text, "\n") {
		end.Column += utf8.RuneCountInString(c.Text)
	}
	return diag.Diagnostic{Rule: rule, Severity: diag.Error, Path: file, Start: c.At, End: end, Span: c.Text, Message: say, Hint: hint}
}

// redirectRules documents what redirects.csv is reported for.
func redirectRules() []diag.Rule {
	const source = "docs/servers.md"
	return []diag.Rule{
		diag.NewRule("redirect-address", diag.Error, diag.Say("旧地址表里的地址写法不对：编码、问号、井号或上级目录", "an address of redirects.csv is written wrongly: escapes, query, fragment or parent folders"), source),
		diag.NewRule("redirect-chain", diag.Error, diag.Say("新地址本身又要转到别处；读者和搜索引擎应当一步到位", "the new address is itself an old one; readers should get there in one step"), source),
		diag.NewRule("redirect-form", diag.Error, diag.Say("旧地址表 redirects.csv 的列、引号或空格有误", "columns, quotes or empty fields of redirects.csv are wrong"), source),
		diag.NewRule("redirect-host", diag.Error, diag.Say("旧地址表里的地址属于别的网站", "an address of redirects.csv is on another host"), source),
		diag.NewRule("redirect-loop", diag.Error, diag.Say("地址最终转回自己，读者永远打不开", "an address leads back to itself and never opens"), source),
		diag.NewRule("redirect-status", diag.Error, diag.Say("旧地址表的状态只能是 301、302、410", "a status of redirects.csv is 301, 302 or 410"), source),
		diag.NewRule("redirect-taken", diag.Error, diag.Say("旧地址是本站现有的页面或文件，不能转走", "the old address is a page or file of the site"), source),
		diag.NewRule("redirect-target", diag.Error, diag.Say("新地址在本站不存在，或已撤下", "the new address does not exist in this site, or was withdrawn"), source),
		diag.NewRule("redirect-twice", diag.Error, diag.Say("同一个旧地址写了两次，或已经是某份报告的旧地址（aliases）", "an old address is written twice, or is an alias of a report"), source),
	}
}
