package main

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"gongkai/internal/deploy"
)

func (a *app) rollbackCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   a.say("rollback [目标] [版本]", "rollback [TARGET] [ID]"),
		Short: a.say("退回到以前发布的一版", "Go back to an earlier release"),
		Long: a.say("立即退回到上一版，或指定的一版；有哪些版本，用 gongkai releases 看。不问，不重新生成；退错了，写上版本编号即可换回。\n因涉密或隐私移除过文字的旧版本已经删除，退不回去。",
			"Go back at once to the release before, or to the one that is named; gongkai releases lists them. Nothing is asked and nothing is built;\na wrong step is undone by naming the later release. Releases that held a text which was removed for privacy or secrecy are gone and cannot come back."),
		Example: a.say(`  gongkai rollback                       默认目标退回上一版
  gongkai rollback www                   目标 www 退回上一版
  gongkai rollback www 20261122T001341Z-1a2b3c4d`,
			`  gongkai rollback                       the default target, to the release before
  gongkai rollback www                   the target www, to the release before
  gongkai rollback www 20261122T001341Z-1a2b3c4d`),
		Args:              a.atMost(2),
		ValidArgsFunction: a.completeTargets(0),
		RunE:              func(_ *cobra.Command, args []string) error { return a.rollback(args, format) },
	}
	a.formatFlag(c, &format)
	return c
}

// idForm is how a release's id begins. No target is named so (config-deploy-name).
var idForm = regexp.MustCompile(`^\d{8}T`)

func (a *app) rollback(args []string, format string) error {
	if err := a.checkFormat("rollback", format); err != nil {
		return err
	}
	name, id := first(args), ""
	switch {
	case len(args) == 2:
		id = args[1]
	case idForm.MatchString(name):
		name, id = "", name
	}
	c, err := a.readConfig(format)
	if err != nil {
		return err
	}
	t, err := a.target(c, name)
	if err != nil {
		return err
	}
	opt, err := a.complete(t, deploy.Options{})
	if err != nil {
		return err
	}
	tell := &deployTeller{app: a, target: t, format: format, start: a.Now()}
	bar := a.progress()
	opt.Progress = bar.update
	r, err := t.Rollback(a.ctx, id, opt)
	bar.clear()
	var refusal *deploy.Refusal
	if errors.As(err, &refusal) {
		return tell.refused(refusal.Findings)
	}
	if err != nil {
		return a.deployFailed(err)
	}
	return tell.rolledBack(r)
}

func (d *deployTeller) rolledBack(r *deploy.Result) error {
	a, w := d.app, d.to()
	switch {
	case a.quiet:
	case r.Unchanged:
		fmt.Fprintf(w, a.say("%s 现在就是版本 %s，没有改动\n", "%s is at release %s already; nothing was changed\n"), d.target.Name, r.Record.ID)
	default:
		fmt.Fprintf(w, a.say("%s 已退回到版本 %s（此前是 %s），用时 %.1f 秒\n", "%s is back at release %s (before: %s) in %.1f s\n"),
			d.target.Name, r.Record.ID, r.Record.Previous, a.Now().Sub(d.start).Seconds())
	}
	return d.done(r)
}
