package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gongkai/internal/deploy"
)

func (a *app) releasesCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   a.say("releases [目标]", "releases [TARGET]"),
		Short: a.say("列出发布过、可以退回的版本", "List the releases that are kept"),
		Long: a.say("列出目标上保留的版本，新的在前，* 是公众现在看到的一版：编号、时间、发布者、站点的提交号、改动的文件数。",
			"List the releases that a target keeps, newest first; * marks what the public sees now: id, time, who published, commit, files changed."),
		Example:           "  gongkai releases\n  gongkai releases www --format json",
		Args:              a.atMost(1),
		ValidArgsFunction: a.completeTargets(0),
		RunE:              func(_ *cobra.Command, args []string) error { return a.releases(first(args), format) },
	}
	a.formatFlag(c, &format)
	return c
}

func (a *app) releases(name, format string) error {
	if err := a.checkFormat("releases", format); err != nil {
		return err
	}
	c, found, err := a.soundConfig()
	if err != nil {
		return err
	}
	if c == nil {
		if err := a.printFindings(found, format); err != nil {
			return err
		}
		return exitCode(exitFindings)
	}
	t, err := a.target(c, name)
	if err != nil {
		return err
	}
	list, err := t.Releases(a.ctx)
	if err != nil {
		return a.deployFailed(err)
	}
	if format == "json" {
		return a.writeJSON(append([]deploy.Release{}, list...))
	}
	if len(list) == 0 {
		fmt.Fprintf(a.out, a.say("%s 还没有发布过\n", "nothing is published to %s yet\n"), t.Name)
	}
	for _, r := range list {
		a.release(r, c.Location)
	}
	return nil
}

// release is one line; time and numbers line up.
func (a *app) release(r deploy.Release, zone *time.Location) {
	mark := " "
	if r.Current {
		mark = "*"
	}
	when := r.Time.In(zone)
	if r.Time.IsZero() {
		when = time.Time{}
	}
	moment := when.Format(a.say("2006年01月02日 15:04", "2006-01-02 15:04"))
	if when.IsZero() {
		moment = a.say("时间不详", "unknown time")
	}
	who := cmp.Or(oneLine(r.By.Name()), "-")
	fmt.Fprintf(a.out, a.say("%s %s  %s%s  %s%s  %-12s  新增 %d，更改 %d，删除 %d\n", "%s %s  %s%s  %s%s  %-12s  %d new, %d changed, %d removed\n"),
		mark, r.ID, moment, pad(moment, 20), who, pad(who, 20), cmp.Or(fmt.Sprintf("%.12s", r.Commit), "-"), r.Changes.Added, r.Changes.Changed, r.Changes.Removed)
}
