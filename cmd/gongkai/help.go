package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const usageZH = `用法：
{{if .Runnable}}  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [命令]{{end}}{{if .HasExample}}

示例：
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

通用选项：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

各命令的说明：{{.CommandPath}} [命令] --help{{end}}
`

const usageEN = `Usage:
{{if .Runnable}}  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

Common flags:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

Help for a command: {{.CommandPath}} [command] --help{{end}}
`

// translate gives cobra's own words the run's language.
func (a *app) translate(root *cobra.Command) {
	root.SetUsageTemplate(a.say(usageZH, usageEN))
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	if c, _, err := root.Find([]string{"help"}); err == nil && c.Name() == "help" {
		c.Short, c.Long, c.Run, c.RunE = a.say("命令的说明", "Help about a command"), "", nil, a.help
	}
	if c, _, err := root.Find([]string{"completion"}); err == nil && c.Name() == "completion" {
		c.Short = a.say("生成命令行补全脚本", "Generate a shell completion script")
		c.Long = a.say("为 bash、zsh、fish 或 PowerShell 生成补全脚本。", "Generate a completion script for bash, zsh, fish or PowerShell.")
		c.Args, c.RunE = a.noArgs, func(c *cobra.Command, _ []string) error { return c.Help() }
		for _, shell := range c.Commands() {
			shell.Short = fmt.Sprintf(a.say("生成 %s 的补全脚本", "Generate the script for %s"), shell.Name())
			shell.Long = fmt.Sprintf(a.say("生成 %s 的补全脚本。载入：\n\n%s", "Generate the completion script for %s. To load it:\n\n%s"), shell.Name(), loading(shell.Name()))
			if f := shell.Flags().Lookup("no-descriptions"); f != nil {
				f.Usage = a.say("补全时不带说明", "complete without descriptions")
			}
		}
	}
	for _, c := range allCommands(root) {
		c.DisableFlagsInUseLine = true
		c.InitDefaultHelpFlag()
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = a.say("显示说明", "show this help")
		}
		c.LocalFlags().VisitAll(a.sayDefault)
		c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{a.flagError(err)} })
	}
}

// help is the command of this name; a topic that is no command is a wrong command line.
func (a *app) help(c *cobra.Command, args []string) error {
	topic, rest, err := c.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return a.noArgs(c.Root(), args)
	}
	return topic.Help()
}

// sayDefault writes a flag's default into its text: cobra would in English.
func (a *app) sayDefault(f *pflag.Flag) {
	switch f.DefValue {
	case "", "false", "[]", "0": // 0 stands for "not given"
		return
	}
	f.Usage += fmt.Sprintf(a.say("（默认 %s）", " (default %s)"), f.DefValue)
	if f.DefValue = ""; f.Value.Type() == "int" {
		f.DefValue = "0" // what pflag takes for no default
	}
}

func loading(shell string) string {
	switch shell {
	case "bash":
		return "  source <(gongkai completion bash)"
	case "zsh":
		return "  source <(gongkai completion zsh)"
	case "fish":
		return "  gongkai completion fish | source"
	}
	return "  gongkai completion powershell | Out-String | Invoke-Expression"
}

func allCommands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		list = append(list, allCommands(sub)...)
	}
	return list
}

var (
	unknownFlag  = regexp.MustCompile(`^unknown (?:shorthand )?flag: (?:'(.)' in )?(.+)$`)
	neededValue  = regexp.MustCompile(`^flag needs an argument: (?:'(.)' in )?(.+)$`)
	invalidValue = regexp.MustCompile(`^invalid argument "(.*)" for "(.+)" flag: `)
)

// flagError puts pflag's words into the run's language.
func (a *app) flagError(err error) string {
	text := err.Error()
	if a.lang == "en" {
		return text
	}
	if m := unknownFlag.FindStringSubmatch(text); m != nil {
		return "没有选项 " + m[2]
	}
	if m := neededValue.FindStringSubmatch(text); m != nil {
		return "选项 " + m[2] + " 后面要有一个值"
	}
	if m := invalidValue.FindStringSubmatch(text); m != nil {
		return "选项 " + m[2] + " 的值“" + m[1] + "”不对"
	}
	return strings.TrimSpace(text)
}
