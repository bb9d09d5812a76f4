package render

import (
	"bytes"
	"fmt"
	"html/template"
	"path"
	"strconv"
	"strings"
	"unsafe"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// trusted marks HTML that report.ParseBody made: its elements, attributes and schemes come from a fixed list. The bytes are not copied, they
// were the largest part of all that a build allocates; nobody changes a Body.
func trusted(html []byte) template.HTML {
	return template.HTML(unsafe.String(unsafe.SliceData(html), len(html)))
}

// Report draws a report's page.
func (r *Renderer) Report(b *bytes.Buffer, x *site.Report, body *report.Body) *diag.Diagnostic {
	return r.layouts.Execute(b, "report", r.ReportView(x, body))
}

// ReportView is everything on a report's page.
func (r *Renderer) ReportView(x *site.Report, body *report.Body) *Report {
	v := r.reportView(x, body)
	v.QR = r.qrCode(v.Canonical)
	return v
}

// reportView is the view but for what is dear and follows from the rest. What it takes from the body must be known to withoutBody.
func (r *Renderer) reportView(x *site.Report, body *report.Body) *Report {
	crumbs := through(x.In)
	if len(x.In.Agencies) > 1 || len(x.In.Down) > 0 {
		crumbs = append(crumbs, Link{x.By.ShortName(), x.By.URL})
	}
	crumbs = append(crumbs, Link{strconv.Itoa(x.Year) + "年", yearURL(x)})
	v := &Report{Page: r.page("report", x.URL, x.Title, crumbs...)}
	v.Title = r.title(fullTitle(x))
	v.Tags = r.articleTags(x)
	v.Graph = r.graph(v.Page, "article")
	if !x.Date.IsZero() {
		v.Graph = append(v.Graph, Tag{"article:published_time", r.timestamp(x.Date)})
	}
	v.LD = r.jsonLD(x, v.Crumbs)
	v.Over = []Link{{x.In.FullName, x.In.URL}, {strings.Join(x.Organs, "、"), x.By.URL}, {Text: x.Span()}}
	v.Banners = r.banners(x)
	v.Catalogue = r.catalogue(x)
	v.Outline = outline(body.Outline)
	v.Body = trusted(body.HTML)
	v.Paragraphs = len(body.Paragraphs)
	v.Attachments = attachments(x)
	for _, rev := range x.Revisions {
		v.Revisions = append(v.Revisions, Revision{date(rev.Date, ""), rev.Type, rev.Note})
	}
	v.Review = r.review(x)
	v.Downloads = r.downloads(x)
	if x.Prev != nil {
		v.Older = Link{x.Prev.Title, x.Prev.URL}
	}
	if x.Next != nil {
		v.Newer = Link{x.Next.Title, x.Next.URL}
	}
	v.Related, v.RelatedAll = related(x)
	v.Signature = body.Signature
	v.Checksum = body.TextSHA256[:min(16, len(body.TextSHA256))]
	v.First, v.Changes = day(x), len(x.Revisions)
	v.Corrections = r.corrections(x)
	v.Cite = Cite{strings.Join(x.Organs, ", "), x.Title, "[R/OL]", dayOnly(x.Date)}
	if x.Kind == report.Other {
		v.Cite.Mark = "[EB/OL]"
	}
	return v
}

func yearURL(x *site.Report) string {
	return x.District + "/" + strconv.Itoa(x.Year) + "/index.html"
}

// fullTitle is the report's title for <title>: with agency and period in front where it lacks them, so that no two are equal.
func fullTitle(x *site.Report) string {
	front := ""
	lead := x.By.Name
	if len(x.Organs) > 0 {
		lead = x.Organs[0]
	}
	if !strings.Contains(x.Title, lead) && (x.By.Short == "" || !strings.Contains(x.Title, x.By.Short)) {
		front = lead
	}
	if !strings.Contains(x.Title, strconv.Itoa(x.Year)) {
		front += x.Span()
	}
	if front == "" {
		return x.Title
	}
	return front + "：" + x.Title
}

// outline nests the headings by level.
func outline(flat []report.OutlineEntry) []Heading {
	list, _ := nest(flat, 0)
	return list
}

func nest(flat []report.OutlineEntry, above int) (list []Heading, rest []report.OutlineEntry) {
	for len(flat) > 0 && flat[0].Level > above {
		o := flat[0]
		h := Heading{ID: o.ID, Number: o.Number, Text: o.Text, RunIn: o.RunIn}
		h.Down, flat = nest(flat[1:], o.Level)
		list = append(list, h)
	}
	return list, flat
}

func (r *Renderer) banners(x *site.Report) []Banner {
	var list []Banner
	switch x.Status.State {
	case "withdrawn":
		text := "本报告已于" + x.Status.Date.Chinese() + "撤下。"
		if x.Status.Reason != "" {
			text += "原因：" + x.Status.Reason + "。"
		}
		list = append(list, Banner{Kind: "withdrawn", Text: text + "以下内容仅供查证。"})
	case "superseded":
		b := Banner{Kind: "superseded", Text: "本报告已被替代，请以新的报告为准："}
		switch {
		case x.Newer != nil:
			b.Link = Link{x.Newer.Title, x.Newer.URL}
		case x.Status.By != "":
			b.Text += x.Status.By
		}
		list = append(list, b)
	}
	if x.Draft {
		list = append(list, Banner{Kind: "draft", Text: "这是草稿，尚未公开。"})
	}
	if x.Future {
		list = append(list, Banner{Kind: "future", Text: "本报告定于" + x.Date.Chinese() + "公开，目前只供预览。"})
	}
	if n := len(x.Revisions); n > 0 {
		last := x.Revisions[0]
		for _, v := range x.Revisions {
			if v.Date.Compare(last.Date) > 0 {
				last = v
			}
		}
		list = append(list, Banner{Kind: "revised", Text: fmt.Sprintf("本报告于%s%s，", last.Date.Chinese(), last.Type), Link: Link{Text: "见更正记录", URL: "#revisions"}})
	}
	return list
}

// attachments lists what is published beside a report: what front matter names, in its order, then other documents.
func attachments(x *site.Report) []File {
	var list []File
	listed := map[string]bool{}
	for _, a := range x.Attachments {
		listed[a.File] = true
		list = append(list, file(x, a.Title, a.File))
	}
	for _, f := range x.Files {
		if !listed[f.Name] && !site.IsPicture(f.Name) {
			list = append(list, file(x, "", f.Name))
		}
	}
	return list
}

func file(x *site.Report, title, name string) File {
	if title == "" {
		title = name
	}
	f := File{Link: Link{title, path.Join(x.Stem(), name)}, Type: strings.ToUpper(site.Ending(name))}
	for _, have := range x.Files {
		if have.Name == name {
			f.Size = size(have.Size)
		}
	}
	return f
}

// size writes a file's size in the unit in which it has one to three digits before the point.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_500: // else it would round to 1000 KB
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

func (r *Renderer) downloads(x *site.Report) []File {
	var list []File
	add := func(output, text, ending string) {
		if r.wants(output) {
			list = append(list, File{Link: Link{text, x.Stem() + "." + ending}, Type: strings.ToUpper(ending)})
		}
	}
	add("txt", "下载文本", "txt")
	add("json", "下载数据", "json")
	add("md", "下载 Markdown", "md")
	return list
}

// related are the other reports of the district in the year: at most eight, then a link to all.
func related(x *site.Report) ([]Entry, Link) {
	const atMost = 8
	var list []Entry
	for _, y := range x.In.Years {
		if y.Year != x.Year {
			continue
		}
		for _, other := range y.Reports {
			if other == x || other.In != x.In {
				continue
			}
			if len(list) == atMost {
				return list, Link{x.In.Name + y.Name + "全部报告", y.URL}
			}
			if list == nil {
				list = make([]Entry, 0, atMost)
			}
			list = append(list, entry(other, other.By.ShortName()))
		}
	}
	return list, Link{}
}

// review is the record of the steps before publication, which is printed only when the configuration says so (contract §2).
func (r *Renderer) review(x *site.Report) []Row {
	if !r.config.Features.Review {
		return nil
	}
	var rows []Row
	for _, step := range []struct {
		label string
		sign  report.Sign
	}{{"起草", x.Review.Drafted}, {"核对", x.Review.Checked}, {"保密审查", x.Review.Secrecy}, {"批准", x.Review.Approved}} {
		if step.sign.By != "" {
			rows = append(rows, Row{Label: step.label, Value: strings.TrimSpace(step.sign.By + " " + step.sign.Date.Chinese()), ISO: step.sign.Date.ISO()})
		}
	}
	return rows
}
