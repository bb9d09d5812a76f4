package deploy

import (
	"errors"
	"fmt"
	"io"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// What a *publish.Problem of this package can be, besides those of publish; ask with errors.Is.
var (
	ErrLocked   = errors.New("another deploy is under way")
	ErrLostLock = errors.New("the lock was lost")
	ErrNotOurs  = errors.New("the target was not made by gongkai")
	ErrSource   = errors.New("the built folder is not what its manifest says")
	ErrVerify   = errors.New("what arrived is not what was built")
	ErrMoved    = errors.New("the target changed since the plan was approved")
	ErrNoSuch   = errors.New("no such release")
	ErrNoLinks  = errors.New("the target has no symbolic links")
	ErrFull     = errors.New("no space left")
	ErrDeclined = errors.New("the plan was not approved")
)

// A Refusal says why nothing was done: every reason at once, each with what to do. The target is as it was.
type Refusal struct{ Findings diag.List }

// Error implements error.
func (r *Refusal) Error() string {
	if len(r.Findings) == 1 {
		return "refused: " + r.Findings[0].Message.EN
	}
	return fmt.Sprintf("refused for %d reasons", len(r.Findings))
}

// problem is a fault of the machine or the place that a person can do something about.
func problem(kind error, place string, message, hint diag.Text, cause error) *publish.Problem {
	return &publish.Problem{Kind: kind, Path: place, Message: publish.Text(message), Hint: publish.Text(hint), Err: cause}
}

// Rules by which a deploy is refused.
const (
	ruleFindings   = "deploy-findings"
	ruleGone       = "deploy-gone"
	ruleUnrecorded = "unrecorded-change"
	ruleMaxDelete  = "deploy-max-delete"
	rulePurge      = "deploy-purge"
)

func refusal(rule, path string, message, hint diag.Text) diag.Diagnostic {
	return diag.Diagnostic{Rule: rule, Severity: diag.Error, Path: path, Message: message, Hint: hint}
}

// findings refuses what the build found and nobody has answered for.
func (p *planner) findings() diag.List {
	f := p.opt.Built.Findings
	bad := 0
	for _, x := range []struct {
		severity diag.Severity
		n        int
	}{{diag.Error, f.Error}, {diag.Warning, f.Warning}, {diag.Info, f.Info}} {
		if x.severity >= p.opt.FailOn {
			bad += x.n
		}
	}
	if bad == 0 || p.opt.FailOn == diag.None {
		return nil
	}
	return diag.List{refusal(ruleFindings, "public.manifest.json",
		diag.Say("生成时有错误 %d 处、警告 %d 处、提示 %d 处，其中 %d 处达到 --fail-on %s", "the build found %d errors, %d warnings and %d notes; %d of them are at or above --fail-on %s",
			f.Error, f.Warning, f.Info, bad, p.opt.FailOn),
		diag.Say("请改正或用 waive 说明理由，重新生成后再发布", "mend them, or waive them with a reason; build again, then deploy"))}
}

// gone refuses to lose an address or an attachment.
func (p *planner) gone() diag.List {
	now := sums(p.src.Manifest())
	var elsewhere map[publish.Sum]bool // bytes of the new site; made when first needed
	moved := func(sum publish.Sum) bool {
		if elsewhere == nil {
			elsewhere = map[publish.Sum]bool{}
			for _, l := range now {
				elsewhere[l.Sum] = true
			}
		}
		return elsewhere[sum]
	}
	var l diag.List
	for _, name := range p.plan.Removed {
		before := p.oldPages[name]
		if p.retired(before) {
			continue
		}
		if before.address() {
			l = append(l, refusal(ruleGone, name,
				diag.Say("网上的页面“%s”在新网站里没有了", "the published page %q is not in the new site", titleOr(before.title, name)),
				diag.Say("改了地址的，在新位置的 aliases 里写上 /%s；不再公开的，用 status: withdrawn 撤下，不要删除文件", "if it moved, put /%s under aliases at its new place; if it must go, withdraw it (status: withdrawn) instead of deleting the file", name)))
			continue
		}
		m := slugFolder.FindStringSubmatch(name)
		_, form := sums(p.old.manifest).find(uncompressed(name)) // of an attachment: nobody has its address
		if m == nil || form && uncompressed(name) != name {
			continue
		}
		owner := m[1] + ".html"
		old, _ := sums(p.old.manifest).find(name)
		_, published := sums(p.old.manifest).find(owner)
		_, stands := now.find(owner)
		switch after := p.newPages[owner]; {
		case !published || !stands: // no attachment, or the page itself is what is refused
		case after.kind == kindRemoved, after.kind == kindRedirect && moved(old):
		default:
			l = append(l, refusal(ruleGone, name,
				diag.Say("网上的附件 %s 在新网站里没有了", "the published attachment %s is not in the new site", name),
				diag.Say("请把附件放回原处；报告确要撤下的，用 status: withdrawn", "put the attachment back; if the report must go, withdraw it (status: withdrawn)")))
		}
	}
	return l
}

// retired reports whether a page led to a report that is removed: the build drops the old addresses of such a report.
func (p *planner) retired(before page) bool {
	if before.kind != kindRedirect {
		return false
	}
	now, read := p.newPages[before.to]
	if _, there := sums(p.src.Manifest()).find(before.to); !read && there {
		now, _ = openPage(before.to, func(name string) (io.ReadCloser, error) { f, _, err := p.src.Open(name); return f, err })
	}
	return now.kind == kindRemoved
}

// unrecorded refuses to change a published text without saying so on the page.
func (p *planner) unrecorded() diag.List {
	var l diag.List
	for _, name := range p.plan.Changed {
		before, now := p.oldPages[name], p.newPages[name]
		if before.kind != kindReport || now.kind != kindReport || before.sum == now.sum || before.sum == "" || now.sum == "" || now.revisions > before.revisions {
			continue
		}
		l = append(l, refusal(ruleUnrecorded, name,
			diag.Say("“%s”的正文改了（文本校验码 %s → %s），更正记录没有增加", "the text of %q changed (checksum %s → %s) and no revision was recorded", titleOr(now.title, name), before.sum, now.sum),
			diag.Say("请在 revisions 里写明日期、类型和更正内容，重新生成后再发布", "say under revisions when and what was corrected; build again, then deploy")))
	}
	return l
}

// deletions refuses more of them than anyone meant.
func (p *planner) deletions() diag.List {
	n := len(p.plan.Removed)
	if p.opt.MaxDelete < 0 || n <= p.opt.MaxDelete {
		return nil
	}
	return diag.List{refusal(ruleMaxDelete, p.plan.Removed[0],
		diag.Say("将删除 %d 个文件，上限是 %d 个", "%d files would go, the limit is %d", n, p.opt.MaxDelete),
		diag.Say("请先用 --dry-run 看清单；确认无误的，加 --max-delete %d 再发布", "look at the list with --dry-run; if it is right, deploy with --max-delete %d", n))}
}

// remains refuses to call a report removed while parts of it are published.
func (p *planner) remains() diag.List {
	var l diag.List
	for _, page := range p.plan.purge {
		for _, name := range sums(p.src.Manifest()).of(page) {
			l = append(l, refusal(rulePurge, name,
				diag.Say("报告 %s 已移除，属于它的 %s 却还在新网站里", "report %s is removed, but %s, a part of it, is in the new site", page, name),
				diag.Say("请删去源文件夹里的这个文件，重新生成后再发布", "delete the file from the site's source; build again, then deploy")))
		}
	}
	return l
}

func titleOr(title, name string) string {
	if title == "" {
		return name
	}
	return title
}
