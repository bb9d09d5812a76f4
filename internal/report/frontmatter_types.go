package report

import (
	"regexp"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/strictyaml"
)

func kindType() strictyaml.Type[Kind] {
	words := []strictyaml.Word{}
	for _, k := range Kinds() {
		words = append(words, strictyaml.Word{Key: string(k), Synonyms: []string{k.Name()}})
	}
	return strictyaml.Enum[Kind](words...)
}

func publicityType() strictyaml.Type[string] {
	return strictyaml.Enum[string](strictyaml.Word{Key: "主动公开"}, strictyaml.Word{Key: "依申请公开"}, strictyaml.Word{Key: "不予公开"}).
		Else(func(s *string) { *s = "不予公开" })
}

// statusType reads 信息状态 in its three ways: current; {state: withdrawn, mode: notice, date: …}; {withdrawn: {mode: notice, date: …}}.
// Rule status.
func statusType() strictyaml.Type[Status] {
	words := []strictyaml.Word{
		{Key: "current", Synonyms: []string{"正常"}},
		{Key: "superseded", Synonyms: []string{"已被替代"}},
		{Key: "withdrawn", Synonyms: []string{"已撤下"}},
	}
	state := strictyaml.Enum[string](words...)
	word := strictyaml.Scalar(strictyaml.Schema{"enum": []any{"current", "正常"}}, func(v strictyaml.Value, text string) (Status, bool) {
		for _, w := range words {
			if text == w.Key || text == w.Synonyms[0] {
				return Status{State: w.Key}, true
			}
		}
		v.Error("unknown-value", diag.Say("信息状态不能是“%s”", "status cannot be %q", text), diag.Say("可写：正常、已被替代、已撤下", "one of: current, superseded, withdrawn"))
		return Status{}, false
	})
	mode := strictyaml.Enum[string](strictyaml.Word{Key: "notice", Synonyms: []string{"保留全文"}}, strictyaml.Word{Key: "removed", Synonyms: []string{"移除全文"}})
	by := strictyaml.Bind("by 替代者", "替代它的报告的路径或网址", successorType(), func(s *Status) *string { return &s.By })
	withdrawal := []strictyaml.Field[Status]{
		strictyaml.Bind("mode 方式", "notice 保留全文并加提示，removed 移除全文", mode, func(s *Status) *string { return &s.Mode }),
		strictyaml.Bind("reason 原因", "撤下的原因，显示在提示里", strictyaml.Line(), func(s *Status) *string { return &s.Reason }),
		strictyaml.Bind("date 日期", "撤下或被替代的日期", DateType(), func(s *Status) *Date { return &s.Date }),
	}
	whole := strictyaml.Object(append([]strictyaml.Field[Status]{
		strictyaml.Bind("state 状态", "正常、已被替代或已撤下", state, func(s *Status) *string { return &s.State }),
		by,
		strictyaml.Bind("withdrawn 已撤下", "已撤下：方式、原因、日期", strictyaml.Object(withdrawal...), func(s *Status) *Status { s.State = "withdrawn"; return s }),
		strictyaml.Bind("superseded 已被替代", "已被替代：替代者、日期", strictyaml.Object(by, withdrawal[1], withdrawal[2]), func(s *Status) *Status { s.State = "superseded"; return s }),
	}, withdrawal...)...)
	return strictyaml.Either(word, whole).Then(completeStatus).Else(func(s *Status) {
		if s.State != "superseded" { // what may have been withdrawn is held back until it can be read
			*s = Status{State: "withdrawn", Mode: "removed", Date: s.Date}
		}
	})
}

func completeStatus(v strictyaml.Value, s *Status) {
	switch {
	case s.State == "":
		v.Error("status", diag.Say("信息状态没有写明是哪一种", "the status does not say which"), diag.Say("请写 state: withdrawn 或 state: superseded", "write state: withdrawn or state: superseded"))
	case s.State == "superseded" && s.By == "":
		v.Error("status", diag.Say("已被替代的，须写明由哪一份替代（by）", "superseded needs by: the report that replaces it"),
			diag.Say("例如 status: {state: superseded, by: 610112/wjj/2022/weijian-zongjie.md}", "e.g. status: {state: superseded, by: 610112/wjj/2022/weijian-zongjie.md}"))
	case s.State == "withdrawn" && (s.Mode == "" || s.Date.IsZero()):
		v.Error("status", diag.Say("已撤下的，须写明方式（mode）和日期（date）", "withdrawn needs mode and date"),
			diag.Say("例如 status: {state: withdrawn, mode: notice, reason: 数据有误, date: 2022-03-01}", "e.g. status: {state: withdrawn, mode: notice, reason: …, date: 2022-03-01}"))
	case s.State != "superseded" && s.By != "" || s.State != "withdrawn" && s.Mode != "":
		v.Error("status", diag.Say("信息状态里的字段互相矛盾", "the keys of the status contradict each other"), diag.Say("by 只用于已被替代，mode 只用于已撤下", "by goes with superseded, mode with withdrawn"))
	}
}

// need reports the first of a mapping's keys that is missing. Rule incomplete.
func need(v strictyaml.Value, keys ...needed) {
	for _, k := range keys {
		if k.missing {
			name := v.Name()
			v.Error("incomplete", diag.Text{ZH: name.ZH + "缺少" + k.zh + "（" + k.key + "）", EN: name.EN + " lacks " + k.key},
				diag.Say("请补上 %s", "add %s", k.key))
			return
		}
	}
}

type needed struct {
	key, zh string
	missing bool
}

func revisionType() strictyaml.Type[Revision] {
	kind := strictyaml.Enum[string](strictyaml.Word{Key: "更正"}, strictyaml.Word{Key: "更新"}, strictyaml.Word{Key: "补充"})
	return strictyaml.Object(
		strictyaml.Bind("date 日期", "更正的日期", DateType(), func(r *Revision) *Date { return &r.Date }),
		strictyaml.Bind("type 类型", "更正、更新或补充", kind, func(r *Revision) *string { return &r.Type }),
		strictyaml.Bind("note 说明", "改了什么", strictyaml.Line(), func(r *Revision) *string { return &r.Note }),
	).Then(func(v strictyaml.Value, r *Revision) {
		need(v, needed{"date", "日期", r.Date.IsZero()}, needed{"type", "类型", r.Type == ""}, needed{"note", "说明", r.Note == ""})
	})
}

func sourceType() strictyaml.Type[Source] {
	return strictyaml.Object(
		strictyaml.Bind("name 名称", "来源的名称，用于“来源”", strictyaml.Line(), func(s *Source) *string { return &s.Name }),
		strictyaml.Bind("url 网址", "原文的网址", URLType(), func(s *Source) *string { return &s.URL }),
		strictyaml.Bind("file 文件", "原文件的名称", strictyaml.Line(), func(s *Source) *string { return &s.File }),
		strictyaml.Bind("sha256 校验值", "原文件的 SHA-256 校验值", sha256Type(), func(s *Source) *string { return &s.SHA256 }),
	)
}

// attachmentType is {file, title}, or a file name alone.
func attachmentType() strictyaml.Type[Attachment] {
	name := strictyaml.Scalar(textSchema(), func(v strictyaml.Value, text string) (Attachment, bool) {
		v.Record("file")
		return Attachment{File: text}, checkFileName(v, text)
	})
	file := strictyaml.Line().Valid(func(v strictyaml.Value, s *string) { checkFileName(v, *s) })
	return strictyaml.Either(name, strictyaml.Object(
		strictyaml.Bind("file 文件", "文件名，文件在报告旁边", file, func(a *Attachment) *string { return &a.File }),
		strictyaml.Bind("title 标题 名称", "页面上显示的名称", strictyaml.Line(), func(a *Attachment) *string { return &a.Title }),
	).Then(func(v strictyaml.Value, a *Attachment) { need(v, needed{"file", "文件", a.File == ""}) }))
}

func reviewType() strictyaml.Type[Review] {
	sign := strictyaml.Object(
		strictyaml.Bind("by 人员", "姓名或岗位", strictyaml.Line(), func(s *Sign) *string { return &s.By }),
		strictyaml.Bind("date 日期", "日期", DateType(), func(s *Sign) *Date { return &s.Date }),
	)
	return strictyaml.Object(
		strictyaml.Bind("drafted 拟稿", "谁拟稿，何时", sign, func(r *Review) *Sign { return &r.Drafted }),
		strictyaml.Bind("checked 校核", "谁校核，何时", sign, func(r *Review) *Sign { return &r.Checked }),
		strictyaml.Bind("secrecy 保密审查", "谁做保密审查，何时", sign, func(r *Review) *Sign { return &r.Secrecy }),
		strictyaml.Bind("approved 签发", "谁签发，何时", sign, func(r *Review) *Sign { return &r.Approved }),
		strictyaml.Bind("text_sha256 正文校验值", "签发时正文的 SHA-256 校验值", sha256Type(), func(r *Review) *string { return &r.TextSHA256 }),
	)
}

func waiverType() strictyaml.Type[Waiver] {
	rule := strictyaml.Matching(keyForm, "rule-id", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是检查规则的名称", "%q is not the name of a rule", text),
			diag.Say("规则名称在检查结果的方括号里，例如 sum-mismatch", "a rule's name stands in brackets behind a finding, e.g. sum-mismatch")
	})
	return strictyaml.Object(
		strictyaml.Bind("rule 规则", "检查规则的名称，例如 sum-mismatch", rule, func(w *Waiver) *string { return &w.Rule }),
		strictyaml.Bind("span 原文", "检查结果所指的原文", strictyaml.Line(), func(w *Waiver) *string { return &w.Span }),
		strictyaml.Bind("reason 理由", "为什么无误", strictyaml.Line(), func(w *Waiver) *string { return &w.Reason }),
		strictyaml.Bind("by 核实人", "谁核实的", strictyaml.Line(), func(w *Waiver) *string { return &w.By }),
		strictyaml.Bind("date 日期", "何时核实", DateType(), func(w *Waiver) *Date { return &w.Date }),
	).Then(func(v strictyaml.Value, w *Waiver) {
		need(v, needed{"rule", "规则", w.Rule == ""}, needed{"span", "原文", w.Span == ""}, needed{"reason", "理由", w.Reason == ""})
	})
}

var decimal = regexp.MustCompile(`^-?\d+(?:\.\d+)?$`)

func figureType() strictyaml.Type[FigureFix] {
	value := strictyaml.Matching(decimal, "figure-value", func(text string) (say, hint diag.Text) {
		return diag.Say("数值“%s”应为不带分隔符的数字", "the value %q must be digits without separators", text), diag.Say("例如 1284.5", "for example 1284.5")
	})
	return strictyaml.Object(
		strictyaml.Bind("indicator 指标", "指标的代号", strictyaml.Line(), func(f *FigureFix) *string { return &f.Indicator }),
		strictyaml.Bind("span 原文", "数值所在的原文", strictyaml.Line(), func(f *FigureFix) *string { return &f.Span }),
		strictyaml.Bind("value 数值", "正确的数值", value, func(f *FigureFix) *string { return &f.Value }),
		strictyaml.Bind("unit 单位", "计量单位", strictyaml.Line(), func(f *FigureFix) *string { return &f.Unit }),
		strictyaml.Bind("period 时期", "数值所属的时间，写法同报告期", periodType(), func(f *FigureFix) *Period { return &f.Period }),
	).Then(func(v strictyaml.Value, f *FigureFix) {
		need(v, needed{"span", "原文", strings.TrimSpace(f.Span) == ""})
	})
}
