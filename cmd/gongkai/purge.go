package main

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/internal/deploy"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

func (a *app) purgeCommand() *cobra.Command {
	var f publishFlags
	c := &cobra.Command{
		Use:   a.say("purge 报告 [目标]", "purge PATH [TARGET]"),
		Short: a.say("从所有旧版本里清除一份报告的文字", "Remove a report's text from every kept release"),
		Long: a.say("把含有这份报告文字的旧版本整个删除，使退回也不能恢复它。报告可写成网址、页面路径或 content/ 里的文件。\n先在报告里写 status: {withdrawn, mode: removed}，生成并发布；发布时已自动清除，这个命令用于补做。现行版本里还有它的文字时，不执行（退出码 3）。",
			"Remove as a whole every earlier release that holds the report's text, so that no rollback brings it back. The report is named by its\naddress, its page or its file below content/. First withdraw it with mode removed, build and deploy, which purges by itself; this command\ndoes it afterwards. While the current release still holds the text nothing is done (exit code 3)."),
		Example: a.say("  gongkai purge 610112/wjj/2021/zongjie.html\n  gongkai purge content/610112/wjj/2021/zongjie.md www --yes", "  gongkai purge 610112/wjj/2021/zongjie.html\n  gongkai purge content/610112/wjj/2021/zongjie.md www --yes"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{a.say("请写明清除哪份报告", "say which report to purge")}
			}
			return a.atMost(2)(nil, args)
		},
		ValidArgsFunction: a.completeTargets(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.purge(args[0], first(args[1:]), f)
		},
	}
	a.publishingFlags(c, &f)
	return c
}

func (a *app) purge(report, name string, f publishFlags) error {
	if err := a.checkFormat("purge", f.format); err != nil {
		return err
	}
	if err := a.canAsk("purge", f.yes); err != nil {
		return err
	}
	c, err := a.readConfig(f.format)
	if err != nil {
		return err
	}
	t, err := a.target(c, name)
	if err != nil {
		return err
	}
	page, ok := a.pageOf(report, c.BaseURL, t.URL)
	if !ok {
		return usageError{fmt.Sprintf(a.say("“%s”不是报告的网址、页面路径或 content/ 里的文件", "%q is neither a report's address nor its page nor its file below content/"), report)}
	}
	if !f.yes {
		fmt.Fprintf(a.err, a.say("将从 %s 永久删除所有含有 %s 文字的旧版本，以后不能再退回到它们。\n", "every earlier release of %s that holds the text of %s will be removed for good.\n"), t.Name, page)
		if yes, err := a.confirm(a.say("清除吗？", "remove them?")); err != nil || !yes {
			return errors.Join(err, a.deployFailed(deploy.ErrDeclined))
		}
	}
	return a.purgePage(t, page, f.format)
}

func (a *app) purgePage(t destination, page, format string) error {
	opt, err := a.complete(t, deploy.Options{})
	if err != nil {
		return err
	}
	tell := &deployTeller{app: a, target: t, format: format, start: a.Now(), purges: true}
	r, err := t.Purge(a.ctx, page, opt)
	var refusal *deploy.Refusal
	if errors.As(err, &refusal) {
		return tell.refused(refusal.Findings)
	}
	if err != nil {
		return a.deployFailed(err)
	}
	if m, err := t.Current(a.ctx); err == nil && len(r.Purged) == 0 && !slices.ContainsFunc(m, func(l publish.Line) bool { return l.Path == page }) {
		r.Notes = append(r.Notes, diag.Say("现在的网站上没有 %s 这个页面，请核对写得对不对", "the site has no page %s now: check whether it is written right", page))
	}
	if len(r.Purged) == 0 && !a.quiet {
		fmt.Fprintf(tell.to(), a.say("%s 保留的版本里都没有 %s 的文字，没有改动\n", "no kept release of %s holds the text of %s; nothing was changed\n"), t.Name, page)
	}
	return tell.done(r)
}

// pageOf is the path of a report's page in the site, from what people have at hand.
func (a *app) pageOf(report string, bases ...string) (string, bool) {
	name := filepath.ToSlash(report)
	for _, base := range bases {
		if rest, ok := strings.CutPrefix(name, base); ok && base != "" {
			name = rest
		}
	}
	if u, err := url.Parse(name); err != nil || u.IsAbs() || u.RawQuery != "" {
		return "", false
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "/"), "#")
	if source := strings.TrimPrefix(name, filepath.ToSlash(filepath.Clean(a.source))+"/"); strings.HasPrefix(source, "content/") {
		name = strings.TrimSuffix(strings.TrimPrefix(source, "content/"), "/index.md")
		name = strings.TrimSuffix(name, ".md") + ".html"
	}
	return name, path.Ext(name) == ".html" && publish.CheckPath(name) == nil
}
