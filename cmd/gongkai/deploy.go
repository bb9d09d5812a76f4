package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/internal/build"
	"gongkai/internal/deploy"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// localLog is the log of deploys in the site's folder; another lies at the target.
const localLog = "releases.jsonl"

// deployFlags are the flags of deploy and apply.
type deployFlags struct {
	publishFlags
	destination, failOn, base string
	maxDelete, keep           int
	dryRun, recheck           bool

	set func(flag string) bool // written on the command line
}

// publishFlags are those of every command that changes a target.
type publishFlags struct {
	format string
	yes    bool
}

func (a *app) deployCommand() *cobra.Command {
	var f deployFlags
	c := &cobra.Command{
		Use:   a.say("deploy [目标]", "deploy [TARGET]"),
		Short: a.say("发布网站", "Publish the built site"),
		Long: a.say("把生成好的网站发布到 gongkai.yaml 里登记的目标。先说明会改动哪些报告，问过之后再发布；读者看到的始终是完整的一版。\n发布后逐个文件核对，不符就自动退回。会使公众的链接失效、或改动了正文却没有更正记录的，不发布（退出码 3）。",
			"Publish the built site to a target of gongkai.yaml. It first says which reports change, and asks; readers always see one whole version.\nAfterwards every file is read back, and the deploy taken back when something is wrong. What would break the public's links, or changes\na published text without a note of correction, is refused (exit code 3)."),
		Example: a.say(`  gongkai build && gongkai deploy        生成后发布到默认目标
  gongkai deploy www --dry-run          只看会改动什么
  gongkai deploy www --yes              不问，用于 CI
  gongkai deploy usb --base manifest.sha256   只含变动的离线包`,
			`  gongkai build && gongkai deploy        build, then publish to the default target
  gongkai deploy www --dry-run          only look at what would change
  gongkai deploy www --yes              do not ask: for CI
  gongkai deploy usb --base manifest.sha256   a bundle of what has changed`),
		Args:              a.atMost(1),
		ValidArgsFunction: a.completeTargets(0),
		RunE: func(c *cobra.Command, args []string) error {
			f.set = c.Flags().Changed
			return a.deploy(f, first(args))
		},
	}
	flags := c.Flags()
	flags.StringVarP(&f.destination, "destination", "d", "", a.say("生成好的网站在哪个`文件夹`（默认：网站文件夹下的 public）", "the `folder` of the built site (default: public in the site's folder)"))
	flags.StringVar(&f.base, "base", "", a.say("离线包只含与这份`清单`（manifest.sha256 或上一个离线包）不同的文件", "put into a bundle only what differs from this `manifest` (manifest.sha256, or the bundle before)"))
	flags.BoolVar(&f.recheck, "recheck", false, a.say("先逐个核对已发布的文件，损坏的重新传送", "first read every published file, and send damaged ones anew"))
	a.deployingFlags(c, &f)
	return c
}

// deployingFlags are those that deploy and apply share.
func (a *app) deployingFlags(c *cobra.Command, f *deployFlags) {
	flags := c.Flags()
	flags.BoolVar(&f.dryRun, "dry-run", false, a.say("只说明会改动什么，不发布", "say what would change, and publish nothing"))
	flags.IntVar(&f.maxDelete, "max-delete", 100, a.say("要删除的文件多于这个`数`就不发布；也可在配置里写 deploy.max_delete", "refuse when more files than this `number` would go; deploy.max_delete in the configuration does the same"))
	flags.IntVar(&f.keep, "keep", 5, a.say("另外保留几个`版本`供退回；也可在配置里写 deploy.keep", "how many earlier `releases` stay for rollback; deploy.keep in the configuration does the same"))
	flags.StringVar(&f.failOn, "fail-on", "error", a.say("生成时有哪一`级`问题就不发布：error、warning、info、none", "refuse a site that was built with findings of this `severity`: error, warning, info, none"))
	a.publishingFlags(c, &f.publishFlags)
}

func (a *app) publishingFlags(c *cobra.Command, f *publishFlags) {
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, a.say("不问，直接做", "do not ask"))
	a.formatFlag(c, &f.format)
}

func (a *app) formatFlag(c *cobra.Command, format *string) {
	c.Flags().StringVar(format, "format", "text", a.say("结果的`格式`：text、json", "`format` of the result: text, json"))
}

func (a *app) checkFormat(command, format string) error {
	if format != "text" && format != "json" {
		return usageError{fmt.Sprintf(a.say("%[1]s 没有“%[2]s”这种格式；有 text、json", "%[1]s has no format %[2]q; it has text, json"), command, format)}
	}
	return nil
}

// check answers for flags that cobra lets pass; none of it is found out half-way.
func (a *app) checkDeploy(command string, f deployFlags) (failOn diag.Severity, err error) {
	if err := a.checkFormat(command, f.format); err != nil {
		return 0, err
	}
	failOn, ok := diag.ParseSeverity(f.failOn)
	switch {
	case !ok:
		return 0, usageError{fmt.Sprintf(a.say("--fail-on 只能是 error、warning、info 或 none，不能是“%s”", "--fail-on is error, warning, info or none, not %q"), f.failOn)}
	case f.maxDelete < 0:
		return 0, usageError{fmt.Sprintf(a.say("--max-delete 应为不小于 0 的数，不能是 %d", "--max-delete is a number of at least 0, not %d"), f.maxDelete)}
	case f.keep < 1:
		return 0, usageError{fmt.Sprintf(a.say("--keep 应为不小于 1 的数，不能是 %d", "--keep is a number of at least 1, not %d"), f.keep)}
	case f.dryRun && f.yes:
		return 0, usageError{a.say("--dry-run 与 --yes 不能同时用", "--dry-run and --yes exclude each other")}
	case f.dryRun:
		return failOn, nil
	}
	return failOn, a.canAsk(command, f.yes)
}

// canAsk: without a terminal nobody can be asked, and without --yes nothing is done unasked.
func (a *app) canAsk(command string, yes bool) error {
	if yes || a.Terminal(a.in) {
		return nil
	}
	return adviceError{code: exitUsage,
		message: fmt.Sprintf(a.say("这里没有终端，无法询问是否执行 %s", "there is no terminal to ask on whether to %s"), command),
		hint:    a.say("在 CI 和脚本里请加 --yes", "in CI and scripts add --yes")}
}

func (a *app) deploy(f deployFlags, name string) error {
	failOn, err := a.checkDeploy("deploy", f)
	if err != nil {
		return err
	}
	c, err := a.readConfig(f.format)
	if err != nil {
		return err
	}
	t, err := a.targetAgainst(c, name, f.base)
	if err != nil {
		return err
	}
	dir := f.destination
	if dir == "" {
		dir = filepath.Join(a.source, "public")
	}
	if err := a.checkPlace(t, dir); err != nil {
		return err
	}
	src, built, err := a.builtSite(dir, failOn)
	var refusal *deploy.Refusal
	if errors.As(err, &refusal) {
		return (&deployTeller{app: a, target: t, format: f.format}).refused(refusal.Findings)
	}
	if err != nil {
		return err
	}
	defer src.Close() // it was only read
	return a.publishTo(t, f, deploy.Options{FailOn: failOn, Built: built, Recheck: f.recheck},
		func(opt deploy.Options) (*deploy.Plan, error) { return t.Plan(a.ctx, src, opt) },
		func(opt deploy.Options) (*deploy.Result, error) { return t.Deploy(a.ctx, src, opt) })
}

// publishTo plans or deploys, and tells of it.
func (a *app) publishTo(t destination, f deployFlags, opt deploy.Options, plan func(deploy.Options) (*deploy.Plan, error), run func(deploy.Options) (*deploy.Result, error)) error {
	opt, err := a.complete(t, opt)
	if err != nil {
		return err
	}
	if opt.MaxDelete = *t.config.Deploy.MaxDelete; f.set("max-delete") {
		opt.MaxDelete = f.maxDelete
	}
	if opt.Keep = t.config.Deploy.Keep; f.set("keep") {
		opt.Keep = f.keep
	}
	tell := &deployTeller{app: a, target: t, format: f.format, start: a.Now()}
	if f.dryRun {
		p, err := plan(opt)
		if err != nil {
			return a.deployFailed(err)
		}
		return tell.planned(p)
	}
	var approved *deploy.Plan
	bar := a.progress()
	opt.Progress = bar.update
	opt.Approve = func(p *deploy.Plan) (bool, error) {
		bar.clear()
		approved = p
		tell.plan(p)
		if f.yes {
			return true, nil
		}
		return a.confirm(a.say("发布吗？", "publish?"))
	}
	if t.URL != "" {
		opt.Check = func(ctx context.Context, m publish.Manifest) error { return a.checkPublic(ctx, t.URL, m, approved) }
	}
	r, err := run(opt)
	bar.clear()
	var refusal *deploy.Refusal
	if errors.As(err, &refusal) {
		return tell.refused(refusal.Findings)
	}
	if err != nil {
		return a.deployFailed(err)
	}
	return tell.deployed(r)
}

// complete adds to options what is the same for every command that changes a target.
func (a *app) complete(t destination, opt deploy.Options) (deploy.Options, error) {
	var err error
	if opt.By, err = a.by(); err != nil {
		return opt, err
	}
	opt.Now, opt.Commit = a.Now, a.commit()
	opt.Keep, opt.MaxDelete = t.config.Deploy.Keep, *t.config.Deploy.MaxDelete
	opt.LocalLog = filepath.Join(a.source, localLog)
	return opt, nil
}

// confirm puts a question that a plain return answers with no.
func (a *app) confirm(question string) (bool, error) {
	fmt.Fprintf(a.err, "%s[y/N] ", question)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if err != nil {
		fmt.Fprintln(a.err)
	}
	return slices.Contains([]string{"y", "yes", "是", "好", "发布", "清除"}, strings.ToLower(strings.TrimSpace(line))), nil
}

// deployFailed puts an engine's error into the words of the command line.
func (a *app) deployFailed(err error) error {
	var told *publish.Problem
	switch {
	case errors.As(err, &told): // also when an interruption lies behind it
	case errors.Is(err, deploy.ErrDeclined):
		return adviceError{message: a.say("已取消，没有改动", "cancelled; nothing was changed"), code: exitMachine}
	case errors.Is(err, context.Canceled):
		return adviceError{message: a.say("已中断", "interrupted"), code: exitMachine,
			hint: a.say("再运行一次会从中断处继续；现在公众看到的是哪一版，用 gongkai releases 看", "run it again and it goes on from here; gongkai releases shows which version the public sees now")}
	}
	return err
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// completeTargets completes the argument at a place with the names of the targets.
func (a *app) completeTargets(at int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) != at {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c, _, err := build.ReadConfig(a.source)
		if err != nil || c == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return c.Deploy.Names(), cobra.ShellCompDirectiveNoFileComp
	}
}
