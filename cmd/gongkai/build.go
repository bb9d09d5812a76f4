package main

import (
	"fmt"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai"
	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// buildFlags are the flags of build.
type buildFlags struct {
	destination, baseURL, asOf, format, failOn string
	drafts                                     bool
	cacheDir                                   string
	noCache, precompress                       bool
}

func (a *app) buildCommand() *cobra.Command {
	var f buildFlags
	c := &cobra.Command{
		Use:   "build",
		Short: a.say("生成网站", "Build the site"),
		Long: a.say("读取 content/ 里的报告，生成完整的网站。有错误时什么也不发布，原来的网站保持原样。",
			"Read the reports below content/ and build the whole site. When there are errors nothing is published and the old site stays as it was."),
		Example: a.say(`  gongkai build                          生成到 public/
  gongkai build -D -d ../preview       连同草稿生成到别处
  gongkai build --fail-on none           报告全部问题，照样发布
  gongkai build --format github          在 CI 里把问题标在行上`,
			`  gongkai build                          build into public/
  gongkai build -D -d ../preview       drafts too, into another folder
  gongkai build --fail-on none           report everything and publish all the same
  gongkai build --format github          in CI: findings as annotations`),
		Args: a.noArgs,
		RunE: func(*cobra.Command, []string) error { return a.build(f) },
	}
	flags := c.Flags()
	flags.StringVarP(&f.destination, "destination", "d", "", a.say("生成到哪个`文件夹`（默认：网站文件夹下的 public）", "the `folder` to build into (default: public in the site's folder)"))
	flags.StringVar(&f.baseURL, "base-url", "", a.say("网站的`网址`，代替配置里的 base_url", "the site's `address`, instead of base_url"))
	flags.BoolVarP(&f.drafts, "drafts", "D", false, a.say("连同草稿和未到日期的报告", "drafts and future reports too"))
	flags.StringVar(&f.asOf, "as-of", "", a.say("以哪一`时刻`为准，如 2024-01-31 或 \"2024-01-31 09:30\"（默认：现在）", "the `moment` to build for, e.g. 2024-01-31 or \"2024-01-31 09:30\" (default: now)"))
	flags.Bool("no-check", false, a.say("不做校对（本版本还没有校对规则，写不写都一样）", "leave proofing out (this version has no proofing rules yet, so it changes nothing)"))
	flags.StringVar(&f.format, "format", "text", a.say("问题的`格式`：text、json、sarif、github、gitlab", "`format` of findings: text, json, sarif, github, gitlab"))
	flags.StringVar(&f.failOn, "fail-on", "error", a.say("遇到哪一`级`问题就不发布：error、warning、info、none", "do not publish on findings of this `severity`: error, warning, info, none"))
	flags.StringVar(&f.cacheDir, "cache-dir", "", a.say("缓存放在哪个`文件夹`（默认：网站文件夹下的 .gongkai）", "the `folder` of the cache (default: .gongkai in the site's folder)"))
	flags.BoolVar(&f.precompress, "precompress", false, a.say("在文本文件旁边写出 .gz 和 .br，供服务器直接发送", "write .gz and .br beside text files, for servers to send as they are"))
	flags.BoolVar(&f.noCache, "no-cache", false, a.say("不用缓存，也不写缓存", "neither use nor write a cache"))
	return c
}

func (a *app) build(f buildFlags) error {
	opt, err := a.buildOptions(f)
	if err != nil {
		return err
	}
	start := a.Now()
	bar := a.progress()
	opt.Progress = bar.update
	if a.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent(0)))
		opt.Progress = func(phase string, done, all int) {
			if phase == "read" && done == 1 {
				debug.SetGCPercent(gcPercent(all))
			}
			bar.update(phase, done, all)
		}
	}
	result, err := build.Run(a.ctx, opt)
	bar.clear()
	if result != nil { // what was found before the machine failed is not lost
		if err := a.printFindings(result.Found, f.format); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for _, note := range result.Notes {
		fmt.Fprintln(a.err, note.In(a.lang))
	}
	if !a.quiet {
		a.summary(result, opt, f.format, a.Now().Sub(start))
	}
	if !result.Published || result.Found.AtLeast(opt.FailOn) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

// gcPercent is how much a build of so many reports may allocate between two collections, in percent of what it keeps. It keeps what lists
// need and forgets ten times as much; what a large site keeps is so much that less is worth more (docs/performance.md). Whoever sets GOGC
// has the last word.
func gcPercent(reports int) int {
	if reports > 50_000 {
		return 60
	}
	return 80
}

func (a *app) buildOptions(f buildFlags) (build.Options, error) {
	opt := build.Options{Source: a.source, Destination: f.destination, BaseURL: f.baseURL, Drafts: f.drafts, Precompress: f.precompress, Now: a.Now}
	v := readVersion()
	opt.Generator = publish.Info{Version: v.Version, Commit: v.Commit}
	if opt.Destination == "" {
		opt.Destination = filepath.Join(a.source, "public")
	}
	if !f.noCache {
		opt.Cache = build.Cache{Dir: f.cacheDir, Program: programSum}
		if opt.Cache.Dir == "" {
			opt.Cache.Dir = filepath.Join(a.source, ".gongkai")
		}
	}
	var ok bool
	if opt.FailOn, ok = diag.ParseSeverity(f.failOn); !ok {
		return opt, usageError{fmt.Sprintf(a.say("--fail-on 只能是 error、warning、info 或 none，不能是“%s”", "--fail-on is error, warning, info or none, not %q"), f.failOn)}
	}
	switch f.format {
	case "text", "json", "sarif", "github", "gitlab":
	default:
		return opt, usageError{fmt.Sprintf(a.say("build 没有“%s”这种格式；有 text、json、sarif、github、gitlab", "build has no format %q; it has text, json, sarif, github, gitlab"), f.format)}
	}
	var err error
	if opt.AsOf, err = a.asOf(f.asOf); err != nil {
		return opt, err
	}
	opt.Layouts, opt.Static, err = gongkai.Files()
	return opt, err
}

// asOf reads --as-of: a day (its first moment), a minute or an RFC 3339 instant; without a zone it is the site's.
func (a *app) asOf(text string) (func(*time.Location) time.Time, error) {
	if text == "" {
		now := a.Now()
		return func(*time.Location) time.Time { return now }, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return func(*time.Location) time.Time { return t }, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		if _, err := time.Parse(layout, text); err == nil {
			return func(zone *time.Location) time.Time {
				t, _ := time.ParseInLocation(layout, text, zone)
				return t
			}, nil
		}
	}
	return nil, usageError{fmt.Sprintf(a.say("--as-of 的“%s”不是日期；写法如 2024-01-31", "--as-of: %q is no date; write it as 2024-01-31"), text)}
}

// summary closes a build: what stands now, what changed, what is gone.
func (a *app) summary(r *build.Result, opt build.Options, format string, took time.Duration) {
	w := a.out
	if format != "text" {
		w = a.err
	}
	if !r.Published {
		fmt.Fprintf(a.err, a.say("没有发布：错误 %d 处，警告 %d 处，提示 %d 处。%s 保持原样。\n", "not published: %d errors, %d warnings, %d notes. %s is as it was.\n"),
			r.Found.Count(diag.Error), r.Found.Count(diag.Warning), r.Found.Count(diag.Info), opt.Destination)
		return
	}
	fmt.Fprintf(w, a.say("已生成 %s：%d 个页面，%d 份报告，%d 个地区，%d 个年度，用时 %.1f 秒\n", "built %s: %d pages, %d reports, %d districts, %d years in %.1f s\n"),
		opt.Destination, r.Pages, r.Reports, r.Districts, r.Years, took.Seconds())
	fmt.Fprintf(w, a.say("文件：写入 %d，未变 %d，移除 %d\n", "files: %d written, %d unchanged, %d removed\n"), r.Output.Written, r.Output.Unchanged, len(r.Output.Gone))
	if gone := goneReports(r.Output.Gone); len(gone) > 0 {
		fmt.Fprintf(w, a.say("自上次生成以来消失：%d 个报告页面", "gone since the last build: %d report pages"), len(gone))
		if a.verbose {
			fmt.Fprintf(w, "\n  %s\n", strings.Join(gone, "\n  "))
		} else {
			fmt.Fprintln(w, a.say("（-v 列出）", " (-v lists them)"))
		}
	}
	for _, f := range r.Output.Foreign {
		fmt.Fprintf(a.err, a.say("不属于上次生成的文件已随旧网站移除：%s\n", "removed with the old site, though no build had made it: %s\n"), f)
	}
	if r.Output.Litter != nil {
		fmt.Fprintf(a.err, a.say("网站已发布，但旧文件未能清除：%v\n", "the site is published, but the old files could not be removed: %v\n"), r.Output.Litter)
	}
}

// goneReports picks the report pages out of the paths that are gone: district/agency/year/slug.html.
func goneReports(gone []string) []string {
	var pages []string
	for _, p := range gone {
		if strings.Count(p, "/") == 3 && path.Ext(p) == ".html" && !strings.HasSuffix(p, "/index.html") && !strings.HasSuffix(p, ".fragment.html") && !strings.Contains(p, "/page/") {
			pages = append(pages, p)
		}
	}
	return pages
}
