package site

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// need is a key that a report must have: contract §2, column "need".
type need struct {
	key, label string
	official   bool // demanded of official sites only
	has        func(*Report) bool
}

func needs() []need {
	return []need{
		{"title", "标题", false, func(r *Report) bool { return r.Title != "" }},
		{"kind", "材料类型", false, func(r *Report) bool { return r.Kind != "" }},
		{"date", "发布日期", false, func(r *Report) bool { return !r.Date.IsZero() || !r.Collected.IsZero() }},
		{"date", "发布日期", true, func(r *Report) bool { return !r.Date.IsZero() }},
		{"written", "成文日期", true, func(r *Report) bool { return !r.Written.IsZero() }},
		{"index_number", "索引号", true, func(r *Report) bool { return r.IndexNumber != "" }},
		{"topic", "主题分类", true, func(r *Report) bool { return r.Topic != "" }},
		{"summary", "内容概述", true, func(r *Report) bool { return r.Summary != "" }},
	}
}

// checkNeeded reports the keys that are missing; what a draft lacks is only a warning.
func (a *assembler) checkNeeded(r *Report) {
	said := ""
	for _, n := range a.needs {
		if n.has(r) || said == n.key || n.official && (!a.Config.Official || r.Gone()) || misread(r, n.key) {
			continue
		}
		said = n.key
		d := a.finding(r, "frontmatter-missing", diag.Error, n.key, diag.Say("缺少%s（%s）", "%[2]s is missing (%[1]s)", n.label, n.key))
		if r.Draft {
			d.Severity = diag.Warning
		}
		if n.official {
			d.Message = diag.Say("缺少%s（%s），官方网站必填", "%[2]s is missing (%[1]s), required on an official site", n.label, n.key)
		}
		d.Hint = diag.Say("请在文件开头的 --- 之间加上一行 %s: …", "add a line %s: … between the --- lines", n.key)
		if _, written := r.At(n.key); written {
			d.Hint = diag.Say("请在 %s: 后面填写", "write it behind %s:", n.key)
		}
		if n.key == "date" {
			d.Hint = diag.Say("请填写公开的日期，例如 date: 2021-11-03；非官方网站无从得知的，填收录日期 collected",
				"write the day of publication, e.g. date: 2021-11-03; an unofficial site that cannot know it writes collected")
		}
		a.add(d)
	}
	if !r.Date.IsZero() && !r.Collected.IsZero() {
		d := a.finding(r, "date-twice", diag.Warning, "collected", diag.Say("已有发布日期，收录日期不再使用", "the day of publication is given: collected is not used"))
		d.Hint = diag.Say("请删去 collected 一行", "delete the line collected")
		a.add(d)
	}
}

// misread reports whether a key was written but could not be understood: that has been said already.
func misread(r *Report, key string) bool {
	at, written := r.At(key)
	return written && at.Value != at.End
}

// IsPicture reports whether a file name ends like a picture that pages may show.
func IsPicture(name string) bool {
	return slices.Contains([]string{"png", "jpg", "jpeg", "gif", "webp"}, Ending(name))
}

// Ending is a file name's ending in lower case without the dot.
func Ending(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

// checkAttachments compares what front matter lists with what lies beside the report. A file of a type that is not published stays out of
// the site even where all findings are to be ignored: a page or script among the attachments would run in the readers' browsers.
func (a *assembler) checkAttachments(r *Report) {
	publishable := report.PublishableTypes()
	var files []File
	for _, f := range r.Files {
		ending := Ending(f.Name)
		if slices.Contains(publishable, ending) {
			files = append(files, f)
			continue
		}
		d := diag.Diagnostic{
			Rule: "attachment-type", Severity: diag.Error, Path: path.Join(path.Dir(r.Head.Path), f.Name),
			Message: diag.Say("附件不能是“.%s”文件，不会公开", "a .%s file cannot be an attachment and is not published", ending),
			Hint:    diag.Say("可用的类型：%s", "types allowed: %s", strings.Join(publishable, " ")),
		}
		if ending == "" {
			d.Message = diag.Say("附件的文件名没有扩展名，不会公开", "an attachment without an ending in its name is not published")
		}
		a.add(d)
	}
	r.Files = files
	for i, f := range r.Attachments {
		if slices.ContainsFunc(r.Files, func(have File) bool { return have.Name == f.File }) {
			continue
		}
		d := a.finding(r, "attachment-missing", diag.Error, "attachments."+strconv.Itoa(i)+".file", diag.Say("找不到附件“%s”", "attachment %q not found", f.File))
		if r.Draft {
			d.Severity = diag.Warning
		}
		d.Hint = diag.Say("请把文件放进 %s/", "put the file into %s/", path.Dir(r.Head.Path))
		if !r.Head.Bundle {
			d.Hint = diag.Say("有附件的报告请存为 %s/index.md，附件放在同一文件夹", "save a report with attachments as %s/index.md, the files beside it", strings.TrimSuffix(r.Head.Path, ".md"))
		}
		a.add(d)
	}
	a.checkUnlisted(r)
}

// checkUnlisted warns of documents that lie beside a report and would be published without a title.
func (a *assembler) checkUnlisted(r *Report) {
	for _, f := range r.Files {
		listed := slices.ContainsFunc(r.Attachments, func(x report.Attachment) bool { return x.File == f.Name })
		if listed || IsPicture(f.Name) || !slices.Contains(report.PublishableTypes(), Ending(f.Name)) {
			continue
		}
		d := a.finding(r, "attachment-unlisted", diag.Warning, "attachments", diag.Say("文件“%s”没有列入附件，将以文件名公开", "file %q is not listed and will be published under its file name", f.Name))
		d.Hint = diag.Say("请在 attachments 下写明 {file: %s, title: …}，或把文件移出这个文件夹", "list it under attachments: {file: %s, title: …}, or move it out of this folder", f.Name)
		a.add(d)
	}
}
