package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Exit codes: contract §4.
const (
	exitClean    = 0
	exitMachine  = 1 // could not run
	exitUsage    = 2
	exitFindings = 3 // findings at or above --fail-on
)

// env is what the program knows of the world besides its arguments and streams.
type env struct {
	Getenv   func(string) string
	Now      func() time.Time
	Terminal func(stream any) bool
	Wait     func(context.Context, time.Duration) error // nil does not wait
}

// wait is env.Wait of the real world.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// run is the whole program as a function.
func run(ctx context.Context, e env, stdin io.Reader, stdout, stderr io.Writer, args []string) int {
	out := &output{to: stdout}
	a := &app{env: e, ctx: ctx, in: stdin, out: out, err: stderr, lang: language(e, args)}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if out.err != nil {
		err = outputError{out.err}
	}
	if err == nil {
		return exitClean
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	return a.fail(err)
}

// output is standard output. It remembers the first write that failed: what was asked for then did not arrive.
type output struct {
	to  io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// outputError is a failed write to standard output.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// exitCode ends a command that has said everything already.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

// app is one run of the program.
type app struct {
	env
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	lang     string // zh or en

	// flags that several commands share
	source  string
	quiet   bool
	verbose bool
	noColor bool
}

// language is --lang, else GONGKAI_LANG, else zh (contract §4). It is read before cobra runs because help texts depend on it.
func language(e env, args []string) string {
	lang := e.Getenv("GONGKAI_LANG")
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if v, ok := strings.CutPrefix(arg, "--lang="); ok {
			lang = v
		} else if arg == "--lang" && i+1 < len(args) {
			lang = args[i+1]
		}
	}
	if lang == "en" {
		return "en"
	}
	return "zh"
}

// say picks a text of the run's language.
func (a *app) say(zh, en string) string {
	if a.lang == "en" {
		return en
	}
	return zh
}

// color reports whether a stream gets colours: a terminal, without NO_COLOR and --no-color.
func (a *app) color(stream io.Writer) bool {
	return !a.noColor && a.Getenv("NO_COLOR") == "" && a.onTerminal(stream)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "gongkai",
		Short:         a.say("把工作总结和工作计划做成政府信息公开网站", "Publish government work reports as a disclosure site"),
		Long:          a.say("gongkai（公开）把一个文件夹里的工作总结、工作计划（Markdown）做成完整的信息公开网站。", "gongkai turns a folder of work reports in Markdown into a complete disclosure site."),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.noArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out) // before the commands are made: completion keeps the stream of that moment
	root.SetErr(a.err)
	root.SuggestionsMinimumDistance = 2
	flags := root.PersistentFlags()
	flags.StringVarP(&a.source, "source", "s", ".", a.say("网站所在的`文件夹`", "the site's `folder`"))
	flags.String("lang", "zh", a.say("消息的`语言`：zh 或 en；也可设 GONGKAI_LANG", "`language` of messages: zh or en, or set GONGKAI_LANG"))
	flags.BoolVarP(&a.quiet, "quiet", "q", false, a.say("只说发现的问题", "print findings only"))
	flags.BoolVarP(&a.verbose, "verbose", "v", false, a.say("多说一些", "say more"))
	flags.BoolVar(&a.noColor, "no-color", false, a.say("不用颜色", "no colours"))
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return a.checkLang(c) }
	root.AddCommand(a.buildCommand(), a.checkCommand(), a.headersCommand(), a.serveCommand(), a.newCommand(), a.importCommand(), a.initCommand(), a.explainCommand(), a.verifyCommand(), a.versionCommand())
	root.AddCommand(a.deployCommand(), a.rollbackCommand(), a.releasesCommand(), a.purgeCommand(), a.applyCommand())
	a.translate(root)
	return root
}

func (a *app) checkLang(c *cobra.Command) error {
	if lang, _ := c.Flags().GetString("lang"); lang != "zh" && lang != "en" {
		return usageError{a.say("--lang 只能是 zh 或 en", "--lang is zh or en")}
	}
	return nil
}

// usageError is a wrong command line.
type usageError struct{ message string }

func (u usageError) Error() string { return u.message }

func (a *app) noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasSubCommands() {
		message := fmt.Sprintf(a.say("没有“%s”这个命令", "there is no command %q"), args[0])
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			message += fmt.Sprintf(a.say("；是否为 %s？", "; did you mean %s?"), strings.Join(near, " / "))
		}
		return usageError{message}
	}
	return usageError{fmt.Sprintf(a.say("多余的参数“%s”", "unexpected argument %q"), args[0])}
}
