package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"gongkai/internal/deploy"
)

func (a *app) applyCommand() *cobra.Command {
	var f deployFlags
	c := &cobra.Command{
		Use:   a.say("apply 离线包 目标", "apply BUNDLE TARGET"),
		Short: a.say("在内网一侧发布离线包", "Publish a bundle on the other side of a gap"),
		Long: a.say("逐个字节核对离线包，再像 deploy 一样发布到目标：先说明会改动哪些报告，问过之后再切换。只含变动的离线包，只能用在它所依据的那一版上。\n这一侧只需要 gongkai 和写有目标的 gongkai.yaml，不需要报告的源文件。",
			"Verify every byte of a bundle, then publish it to a target as deploy does: say which reports change, ask, switch. A bundle of changes fits\nonly the release that it was made against. This side needs gongkai and a gongkai.yaml with the target, not the reports."),
		Example: "  gongkai apply gongkai-1a2b3c4d5e6f7a8b.tar.gz www --dry-run\n  gongkai apply gongkai-1a2b3c4d5e6f7a8b.tar.gz www",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError{a.say("请写明离线包和目标：gongkai apply 离线包 目标", "name the bundle and the target: gongkai apply BUNDLE TARGET")}
			}
			return a.atMost(2)(nil, args)
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return []cobra.Completion{"tar.gz"}, cobra.ShellCompDirectiveFilterFileExt
			}
			return a.completeTargets(1)(c, args, word)
		},
		RunE: func(c *cobra.Command, args []string) error {
			f.set = c.Flags().Changed
			return a.apply(f, args[0], args[1])
		},
	}
	a.deployingFlags(c, &f)
	return c
}

func (a *app) apply(f deployFlags, bundle, name string) error {
	failOn, err := a.checkDeploy("apply", f)
	if err != nil {
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
	if t.Kind == "bundle" {
		return usageError{a.say("离线包要发布到 folder、sftp 或 s3 目标，不能再打成离线包", "a bundle is applied to a target of kind folder, sftp or s3, not to another bundle")}
	}
	if err := a.checkPlace(t, filepath.Join(a.source, "public")); err != nil {
		return err
	}
	return a.publishTo(t, f, deploy.Options{FailOn: failOn},
		func(opt deploy.Options) (*deploy.Plan, error) { return deploy.PlanApply(a.ctx, bundle, t, opt) },
		func(opt deploy.Options) (*deploy.Result, error) { return deploy.Apply(a.ctx, bundle, t, opt) })
}
