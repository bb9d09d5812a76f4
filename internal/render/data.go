package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// keyed is an object of a key and a name.
type keyed struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// record is a report's catalogue as data: contract §4, "a report's ….json". Keys that have no value are left out.
type record struct {
	URL            string           `json:"url"`
	Path           string           `json:"path"`
	District       keyed            `json:"district"`
	Agency         keyed            `json:"agency"`
	Year           int              `json:"year"`
	Title          string           `json:"title"`
	Agencies       []string         `json:"agencies,omitempty"`
	Kind           report.Kind      `json:"kind"`
	Date           string           `json:"date,omitempty"`
	Collected      string           `json:"collected,omitempty"`
	Written        string           `json:"written,omitempty"`
	Period         string           `json:"period,omitempty"`
	PlanPeriod     string           `json:"plan_period,omitempty"`
	IndexNumber    string           `json:"index_number,omitempty"`
	DocumentNumber string           `json:"document_number,omitempty"`
	Topic          string           `json:"topic,omitempty"`
	Keywords       []string         `json:"keywords,omitempty"`
	Summary        string           `json:"summary,omitempty"`
	Publicity      string           `json:"publicity"`
	Department     string           `json:"department,omitempty"`
	Basis          string           `json:"basis,omitempty"`
	Status         recordStatus     `json:"status"`
	Revisions      []recordRevision `json:"revisions,omitempty"`
	Source         *recordSource    `json:"source,omitempty"`
	Attachments    []recordFile     `json:"attachments,omitempty"`
	Aliases        []string         `json:"aliases,omitempty"`
}

type (
	recordStatus struct {
		State  string `json:"state"`
		By     string `json:"by,omitempty"`
		Mode   string `json:"mode,omitempty"`
		Reason string `json:"reason,omitempty"`
		Date   string `json:"date,omitempty"`
	}
	recordRevision struct {
		Date string `json:"date"`
		Type string `json:"type"`
		Note string `json:"note"`
	}
	recordSource struct {
		Name   string `json:"name,omitempty"`
		URL    string `json:"url,omitempty"`
		File   string `json:"file,omitempty"`
		SHA256 string `json:"sha256,omitempty"`
	}
	recordFile struct {
		File  string `json:"file"`
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	// textRecord is a record with the text.
	textRecord struct {
		record
		Outline    []report.OutlineEntry `json:"outline"`
		Paragraphs []report.Paragraph    `json:"paragraphs"`
		TextSHA256 string                `json:"text_sha256"`
	}
)

func (r *Renderer) record(x *site.Report) record {
	c := record{
		URL: x.URL, Path: "content/" + x.Head.Rel, Year: x.Year, Title: x.Title, Kind: x.Kind,
		District: keyed{x.District, x.In.FullName}, Agency: keyed{x.By.Key, x.By.Name}, Agencies: x.Organs,
		Date: x.Date.ISO(), Collected: x.Collected.ISO(), Written: x.Written.ISO(), Period: x.Period.Text, PlanPeriod: x.PlanPeriod.Text,
		IndexNumber: x.IndexNumber, DocumentNumber: x.DocumentNumber, Topic: x.Topic, Keywords: x.Keywords, Summary: x.Summary,
		Publicity: x.Publicity, Department: x.Department, Basis: x.Basis, Aliases: x.Aliases,
		Status: recordStatus{x.Status.State, x.Status.By, x.Status.Mode, x.Status.Reason, x.Status.Date.ISO()},
	}
	if u := r.absolute(x.URL); u != "" {
		c.URL = u
	}
	if c.Status.State == "" {
		c.Status.State = "current"
	}
	for _, v := range x.Revisions {
		c.Revisions = append(c.Revisions, recordRevision{v.Date.ISO(), v.Type, v.Note})
	}
	if x.Source != (report.Source{}) {
		c.Source = &recordSource{x.Source.Name, x.Source.URL, x.Source.File, x.Source.SHA256}
	}
	for _, f := range attachments(x) {
		c.Attachments = append(c.Attachments, recordFile{f.URL[strings.LastIndexByte(f.URL, '/')+1:], f.Text, f.URL})
	}
	return c
}

// JSON writes a report's data file.
func (r *Renderer) JSON(b *bytes.Buffer, x *site.Report, body *report.Body) error {
	t := textRecord{r.record(x), body.Outline, body.Paragraphs, body.TextSHA256}
	if t.Outline == nil {
		t.Outline = []report.OutlineEntry{}
	}
	if t.Paragraphs == nil {
		t.Paragraphs = []report.Paragraph{}
	}
	return encode(b, t)
}

func encode(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Text writes a report as plain text: title, catalogue, a blank line, then a line a paragraph, and where it stands.
func (r *Renderer) Text(b *bytes.Buffer, x *site.Report, body *report.Body) {
	fmt.Fprintf(b, "%s\n\n", x.Title)
	for _, row := range r.catalogue(x) {
		fmt.Fprintf(b, "%s：%s\n", row.Label, row.Value)
	}
	if u := r.absolute(x.URL); u != "" {
		fmt.Fprintf(b, "网址：%s\n", u)
	}
	for _, p := range body.Paragraphs {
		if p.Kind == "heading" {
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
		if p.Mark != "" {
			b.WriteString(p.Mark + " ")
		}
		b.WriteString(p.Text)
		if p.Kind == "heading" {
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
}

func (r *Renderer) catalogJSON(b *bytes.Buffer) *diag.Diagnostic {
	b.WriteString("[")
	for i, x := range r.site.Reports {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		if err := encode(b, r.record(x)); err != nil {
			return &diag.Diagnostic{Rule: "catalog", Severity: diag.Error, Path: x.Head.Path, Message: diag.Say("无法写出目录：%v", "the catalogue cannot be written: %v", err)}
		}
		b.Truncate(b.Len() - 1)
	}
	b.WriteString("\n]\n")
	return nil
}

// catalogCSV writes the catalogue for spreadsheets: with a byte order mark, and cells defused that a spreadsheet would run as formulas.
func (r *Renderer) catalogCSV(b *bytes.Buffer) *diag.Diagnostic {
	b.WriteString("\ufeff")
	w := csv.NewWriter(b)
	w.UseCRLF = true
	w.Write([]string{"索引号", "标题", "发布机构", "地区", "地区代码", "年度", "材料类型", "报告期", "计划期", "成文日期", "发布日期", "收录日期", "发文字号", "主题分类", "信息状态", "内容概述", "网址"})
	for _, x := range r.site.Reports {
		c := r.record(x)
		row := []string{
			c.IndexNumber, c.Title, strings.Join(c.Agencies, "、"), c.District.Name, c.District.Key, strconv.Itoa(c.Year), x.Kind.Name(),
			c.Period, c.PlanPeriod, c.Written, c.Date, c.Collected, c.DocumentNumber, c.Topic, statusName(x.Status), c.Summary, c.URL,
		}
		for i := range row {
			row[i] = defuse(row[i])
		}
		w.Write(row)
	}
	w.Flush() // a bytes.Buffer takes every write
	return nil
}

// defuse puts an apostrophe before a cell that a spreadsheet would take for a formula.
func defuse(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if cell != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", first) { // some read the full-width forms too
		return "'" + cell
	}
	return cell
}
