package deploy

import "gongkai/internal/diag"

// Rules documents why a deploy or a purge is refused.
func Rules() []diag.Rule {
	rule := func(id, zh, en string) diag.Rule {
		return diag.NewRule(id, diag.Error, diag.Text{ZH: zh, EN: en}, "docs/deploy.md")
	}
	return []diag.Rule{
		rule("deploy-drafts", "生成的网站里有草稿或未到日期的报告", "the built site holds drafts or reports before their date"), // which the command refuses
		rule(ruleFindings, "生成时发现的问题达到 --fail-on 的级别，又没有说明理由", "the build found what --fail-on does not let pass, and nobody has answered for it"),
		rule(ruleForeign, "新网站会覆盖目标上不是 gongkai 发布的文件", "the new site would overwrite a file at the target that gongkai has not published"),
		rule(ruleGone, "已公开的网址或附件会消失，又没有转址或撤下", "an address or attachment that the public knows would vanish, without alias or withdrawal"),
		rule(ruleMaxDelete, "要删除的文件多于 --max-delete", "more files would go than --max-delete allows"),
		rule(rulePurge, "现行版本里还有要清除的文字", "the current release still holds the text that is to be purged"),
		rule(ruleUnrecorded, "已公开的报告改动了正文，却没有新的更正记录", "a published text changed without a new note of correction"),
	}
}
