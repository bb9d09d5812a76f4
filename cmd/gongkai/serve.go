package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai/internal/diag"
	"gongkai/internal/serve"
)

// defaultPort is where serve listens when no port is asked for.
const defaultPort = 1313

// serveFlags are the flags of serve.
type serveFlags struct {
	build                buildFlags
	bind                 string
	port                 int
	open, poll, navigate bool
}

func (a *app) serveCommand() *cobra.Command {
	f := serveFlags{build: buildFlags{format: "text", failOn: "none"}}
	c := &cobra.Command{
		Use:   "serve",
		Short: a.say("边写边看", "Preview the site while writing"),
		Long: a.say("在本机预览网站：保存文件后浏览器自动更新，有错误时在页面上说明。看到的就是将要发布的。/_gongkai/ 回答“可以发布吗？”。按 Ctrl-C 结束。",
			"Preview the site on this machine: the browser follows every save and shows mistakes in place. What is shown is what would be published. /_gongkai/ answers whether it can be. Ctrl-C ends it."),
		Example: a.say(`  gongkai serve                  在 http://127.0.0.1:1313/ 预览
  gongkai serve -D --open        连同草稿，并打开浏览器
  gongkai serve --port 8080 --navigate`,
			`  gongkai serve                  preview at http://127.0.0.1:1313/
  gongkai serve -D --open        drafts too, and open the browser
  gongkai serve --port 8080 --navigate`),
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.serve(f, c.Flags().Changed("port")) },
	}
	flags := c.Flags()
	flags.IntVar(&f.port, "port", defaultPort, a.say("`端口`；未指定而 1313 被占用时，用其后空闲的一个", "the `port`; when none is asked for and 1313 is taken, the next free one"))
	flags.StringVar(&f.bind, "bind", "127.0.0.1", a.say("监听的`地址`；默认只有本机能访问", "the `address` to listen on; by default only this machine has access"))
	flags.BoolVar(&f.open, "open", false, a.say("打开浏览器", "open the browser"))
	flags.BoolVar(&f.poll, "poll", false, a.say("定时查看文件，不等系统通知", "look at the files every so often instead of waiting to be told"))
	flags.BoolVar(&f.navigate, "navigate", false, a.say("浏览器跟到正在编辑的页面", "bring the browser to the page that is being edited"))
	flags.StringVarP(&f.build.destination, "destination", "d", "", a.say("与哪个已生成的`文件夹`比对（默认：网站文件夹下的 public）", "the built `folder` to compare with (default: public in the site's folder)"))
	flags.StringVar(&f.build.baseURL, "base-url", "", a.say("网站的`网址`，代替配置里的 base_url", "the site's `address`, instead of base_url"))
	flags.BoolVarP(&f.build.drafts, "drafts", "D", false, a.say("连同草稿和未到日期的报告", "drafts and future reports too"))
	flags.StringVar(&f.build.asOf, "as-of", "", a.say("以哪一`时刻`为准，如 2024-01-31 或 \"2024-01-31 09:30\"（默认：现在）", "the `moment` to show, e.g. 2024-01-31 or \"2024-01-31 09:30\" (default: now)"))
	return c
}

func (a *app) serve(f serveFlags, portAsked bool) error {
	opt, err := a.buildOptions(f.build)
	if err != nil {
		return err
	}
	if f.build.asOf == "" {
		opt.AsOf = func(*time.Location) time.Time { return a.Now() } // the day goes on while the preview is open
	}
	if f.port < 0 || f.port > 65535 {
		return usageError{fmt.Sprintf(a.say("端口应在 0 到 65535 之间，不能是 %d", "the port is a number from 0 to 65535, not %d"), f.port)}
	}
	ln, err := serve.Listen(f.bind, f.port, !portAsked)
	if err != nil {
		return a.portTaken(err)
	}
	if !a.quiet && !portAsked {
		a.otherPort(f, ln.Addr().String())
	}
	// A preview lies open for hours: a smaller heap for somewhat more work at the start. After every change the preview collects by itself.
	defer debug.SetGCPercent(debug.SetGCPercent(60))
	err = serve.Run(a.ctx, serve.Options{
		Build: opt, Poll: f.poll, Navigate: f.navigate, Now: a.Now,
		Say:   func(t diag.Text) { fmt.Fprintln(a.err, a.say(t.ZH, t.EN)) },
		Print: func(found diag.List) { _ = a.printFindings(found, "text") },
		Ready: func(address string) { a.ready(f, address) },
	}, ln)
	if errors.Is(err, context.Canceled) || err == nil && a.ctx.Err() != nil {
		err = nil
	}
	return err
}

// otherPort says that another port than the usual one was taken.
func (a *app) otherPort(f serveFlags, address string) {
	if !strings.HasSuffix(address, fmt.Sprintf(":%d", f.port)) {
		fmt.Fprintf(a.err, a.say("端口 %d 已被占用，改用 %s\n", "port %d is taken; using %s instead\n"), f.port, address)
	}
}

// portTaken turns a port that another program has into one fact and one action.
func (a *app) portTaken(err error) error {
	var taken *serve.PortError
	if !errors.As(err, &taken) {
		return err
	}
	message := fmt.Sprintf(a.say("端口 %d 已被另一个程序占用", "port %d is taken by another program"), taken.Port)
	hint := a.say("请用 --port 换一个端口", "choose another with --port")
	if taken.Free != 0 {
		hint = fmt.Sprintf(a.say("请用 gongkai serve --port %d", "gongkai serve --port %d"), taken.Free)
	}
	fmt.Fprintf(a.err, "error: %s\n  hint: %s\n", message, hint)
	return exitCode(exitMachine)
}

func (a *app) ready(f serveFlags, address string) {
	if !a.quiet {
		fmt.Fprintf(a.out, a.say("预览：%s（Ctrl-C 结束）\n", "preview: %s (Ctrl-C ends it)\n"), address)
	}
	if !f.open {
		return
	}
	if err := openBrowser(a.ctx, address); err != nil {
		fmt.Fprintf(a.err, a.say("没能打开浏览器：%v\n", "the browser could not be opened: %v\n"), err)
	}
}

// openBrowser asks the desktop to show an address; it does not wait for the browser.
func openBrowser(ctx context.Context, address string) error {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
