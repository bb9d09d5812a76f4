package render

import (
	"cmp"
	"strings"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

// label is a key's name on pages: contract §2, or what the configuration calls it (places differ: standards §8).
func (r *Renderer) label(key string) string {
	if l := r.config.Labels[key]; l != "" {
		return l
	}
	return labels[key]
}

var labels = map[string]string{
	"index_number":    "索引号",
	"document_number": "发文字号",
	"agency":          "发布机构",
	"district":        "地区",
	"kind":            "材料类型",
	"topic":           "主题分类",
	"period":          "报告期",
	"plan_period":     "计划期",
	"written":         "成文日期",
	"date":            "发布日期",
	"collected":       "收录日期",
	"publicity":       "公开方式",
	"department":      "责任部门",
	"basis":           "公开依据",
	"status":          "信息状态",
	"keywords":        "关键词",
	"summary":         "内容概述",
	"source":          "信息来源",
}

// catalogue is the block of 目录信息 (standards §1.7); rows without a value are left out.
func (r *Renderer) catalogue(x *site.Report) []Row {
	rows := make([]Row, 0, len(labels))
	add := func(key, value string, more ...func(*Row)) {
		if value == "" {
			return
		}
		row := Row{Key: key, Label: r.label(key), Value: value}
		for _, m := range more {
			m(&row)
		}
		rows = append(rows, row)
	}
	at := func(u string) func(*Row) { return func(row *Row) { row.URL = u } }
	on := func(d report.Date) func(*Row) { return func(row *Row) { row.ISO = d.ISO() } }
	add("index_number", x.IndexNumber)
	add("document_number", x.DocumentNumber)
	add("agency", strings.Join(x.Organs, "、"), at(x.By.URL))
	add("kind", x.Kind.Name(), at("kinds/"+string(x.Kind)+"/index.html"))
	add("topic", x.Topic, at(r.topicURL(x)))
	add("period", site.PeriodName(x.Period))
	add("plan_period", site.PeriodName(x.PlanPeriod))
	add("written", x.Written.Chinese(), on(x.Written))
	add("date", x.Date.Chinese(), on(x.Date))
	if x.Date.IsZero() {
		add("collected", x.Collected.Chinese(), on(x.Collected))
	}
	add("publicity", x.Publicity)
	add("department", x.Department)
	add("basis", x.Basis)
	add("status", statusName(x.Status))
	add("keywords", strings.Join(x.Keywords, "、"))
	source := cmp.Or(x.Source.Name, x.Source.File, x.Source.URL)
	add("source", source, func(row *Row) { row.URL, row.Out = x.Source.URL, x.Source.URL != "" })
	add("summary", x.Summary)
	return rows
}

func (r *Renderer) topicURL(x *site.Report) string {
	for _, t := range r.site.Topics {
		if t.Name == x.Topic {
			return t.URL
		}
	}
	return ""
}

// statusName is 信息状态 in words: standards X-10, contract §2.
func statusName(s report.Status) string {
	switch s.State {
	case "superseded":
		return "已被替代"
	case "withdrawn":
		return "已撤下"
	}
	return "正常"
}
