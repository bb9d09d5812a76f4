package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gongkai/internal/build"
	"gongkai/internal/diag"
)

// checkFlags are the flags of check.
type checkFlags struct {
	build buildFlags
	urls  string
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   a.say("check [文件…]", "check [FILES…]"),
		Short: a.say("检查网站，不生成", "Check the site without building it"),
		Long: a.say("像 build 一样读取、检查整个网站，但什么也不写出；问题写到标准输出。给出文件或文件夹时，只列它们的问题（全站仍会读取，因为链接和编号要全站核对）。--urls 核对一份旧网址清单：每个网址在新网站上是有、转到、已撤下还是找不到。",
			"Read and check the whole site as build does, and write nothing; findings go to standard output. With files or folders only theirs are listed (the whole site is read all the same: links and numbers concern all of it). --urls answers for a list of old addresses: served, redirected, gone or missing on the new site."),
		Example: a.say(`  gongkai check                              检查全站
  gongkai check content/610112/wjj/2021      只列这个文件夹的问题
  gongkai check --format github              在 CI 里把问题标在行上
  gongkai check --urls old-urls.txt          旧网址都还打得开吗`,
			`  gongkai check                              check the whole site
  gongkai check content/610112/wjj/2021      list only this folder's findings
  gongkai check --format github              in CI: findings as annotations
  gongkai check --urls old-urls.txt          do the old addresses still answer?`),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.urls != "" {
				return a.checkURLs(f, args)
			}
			return a.check(f, args)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.urls, "urls", "", a.say("核对这份旧网址`清单`（每行一个，CSV 取第一列；- 表示标准输入）", "answer for the addresses in this `file` (one a line, of CSV the first column; - is standard input)"))
	a.siteFlags(flags, &f.build)
	flags.StringVar(&f.build.format, "format", "text", a.say("`格式`：text、json、sarif、github、gitlab", "`format`: text, json, sarif, github, gitlab"))
	flags.StringVar(&f.build.failOn, "fail-on", "error", a.say("遇到哪一`级`问题时退出码为 3：error、warning、info、none", "exit with 3 on findings of this `severity`: error, warning, info, none"))
	flags.StringVar(&f.build.cacheDir, "cache-dir", "", a.say("缓存放在哪个`文件夹`（默认：网站文件夹下的 .gongkai）", "the `folder` of the cache (default: .gongkai in the site's folder)"))
	flags.BoolVar(&f.build.noCache, "no-cache", false, a.say("不用缓存，也不写缓存", "neither use nor write a cache"))
	return c
}

// siteFlags are the flags that decide what the site is.
func (a *app) siteFlags(flags *pflag.FlagSet, f *buildFlags) {
	flags.StringVar(&f.baseURL, "base-url", "", a.say("网站的`网址`，代替配置里的 base_url", "the site's `address`, instead of base_url"))
	flags.BoolVarP(&f.drafts, "drafts", "D", false, a.say("连同草稿和未到日期的报告", "drafts and future reports too"))
	flags.StringVar(&f.asOf, "as-of", "", a.say("以哪一`时刻`为准，如 2024-01-31 或 \"2024-01-31 09:30\"（默认：现在）", "the `moment` to look at it, e.g. 2024-01-31 or \"2024-01-31 09:30\" (default: now)"))
}

func (a *app) check(f checkFlags, files []string) error {
	opt, err := a.checkOptions(f)
	if err != nil {
		return err
	}
	chosen, err := a.chosen(files)
	if err != nil {
		return err
	}
	bar := a.progress()
	opt.Progress = bar.update
	result, err := build.Check(a.ctx, opt)
	bar.clear()
	if result == nil {
		return err
	}
	found := chosen.only(result.Found)
	if err := a.printChecked(found, f.build.format); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if !a.quiet {
		for _, note := range result.Notes {
			fmt.Fprintln(a.err, note.In(a.lang))
		}
		fmt.Fprintf(a.err, a.say("检查了 %d 份报告：错误 %d 处，警告 %d 处，提示 %d 处\n", "%d reports checked: %d errors, %d warnings, %d notes\n"),
			result.Reports, found.Count(diag.Error), found.Count(diag.Warning), found.Count(diag.Info))
	}
	if result.Blocked && len(files) == 0 || found.AtLeast(opt.FailOn) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func (a *app) checkOptions(f checkFlags) (build.Options, error) {
	switch f.build.format {
	case "text", "json", "sarif", "github", "gitlab":
	default:
		return build.Options{}, usageError{fmt.Sprintf(a.say("check 没有“%s”这种格式；有 text、json、sarif、github、gitlab", "check has no format %q; it has text, json, sarif, github, gitlab"), f.build.format)}
	}
	return a.buildOptions(f.build)
}

// printChecked prints findings on standard output (contract §4).
func (a *app) printChecked(found diag.List, format string) error {
	switch format {
	case "github":
		return diag.WriteGitHub(a.out, found, a.lang)
	case "text":
		return diag.WriteText(a.out, found, diag.TextOptions{Lang: a.lang, Color: a.color(a.out), Source: excerpt})
	}
	return a.printFindings(found, format)
}

// chosen are the files and folders whose findings are wanted, absolute; none for all.
type chosen []string

func (a *app) chosen(files []string) (chosen, error) {
	site, err := filepath.Abs(a.source)
	if err != nil {
		return nil, err
	}
	var list chosen
	for _, name := range files {
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(abs); err != nil {
			return nil, usageError{fmt.Sprintf(a.say("没有“%s”这个文件", "there is no file %q"), name)}
		}
		if rel, err := filepath.Rel(site, abs); err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return nil, usageError{fmt.Sprintf(a.say("“%s”不在网站文件夹 %s 里", "%q is not in the site's folder %s"), name, a.source)}
		}
		list = append(list, abs)
	}
	return list, nil
}

func (c chosen) only(found diag.List) diag.List {
	if len(c) == 0 {
		return found
	}
	var kept diag.List
	for _, d := range found {
		at, err := filepath.Abs(filepath.FromSlash(d.Path))
		for _, name := range c {
			if err == nil && (at == name || strings.HasPrefix(at, strings.TrimSuffix(name, string(filepath.Separator))+string(filepath.Separator))) {
				kept = append(kept, d)
				break
			}
		}
	}
	return kept
}
