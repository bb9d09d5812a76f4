package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/internal/build"
	"gongkai/internal/deploy"
	"gongkai/internal/diag"
	"gongkai/internal/han"
	"gongkai/internal/importer"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// rules lists every rule of the program, by id.
func rules() []diag.Rule {
	list := slices.Concat(build.Rules(), deploy.Rules(), importer.Rules(), render.Rules(), report.HeadRules(), report.BodyRules(), urlRules(), site.Rules(), site.ConfigRules())
	slices.SortFunc(list, func(x, y diag.Rule) int { return strings.Compare(x.ID, y.ID) })
	return slices.CompactFunc(list, func(x, y diag.Rule) bool { return x.ID == y.ID })
}

func (a *app) explainCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     a.say("explain [规则或字段]", "explain [RULE OR KEY]"),
		Short:   a.say("说明一条规则或一个字段", "Explain a rule or a front matter key"),
		Long:    a.say("说明检查结果末尾方括号里的规则，或报告开头的一个字段；不带参数时全部列出。", "Explain the rule in brackets behind a finding, or a front matter key; without an argument list them all."),
		Example: "  gongkai explain broken-link\n  gongkai explain 发布日期\n  gongkai explain",
		Args:    a.atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				a.listAll()
				return nil
			}
			return a.explain(args[0])
		},
	}
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var words []cobra.Completion
		for _, r := range rules() {
			words = append(words, cobra.CompletionWithDesc(r.ID, r.About.In(a.lang)))
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

func (a *app) explain(word string) error {
	for _, r := range rules() {
		if r.ID == word {
			fmt.Fprintf(a.out, a.say("%s（%s）\n  %s\n", "%s (%s)\n  %s\n"), r.ID, r.Severity, r.About.In(a.lang))
			if r.Source != "" {
				fmt.Fprintf(a.out, a.say("  依据：%s\n", "  source: %s\n"), r.Source)
			}
			return nil
		}
	}
	for _, k := range report.Fields() {
		if slices.Contains(k.Names, word) {
			fmt.Fprintf(a.out, "%s\n  %s\n", strings.Join(k.Names, " / "), a.say(k.Text, keyInEnglish(k.Names[0])))
			return nil
		}
	}
	return usageError{fmt.Sprintf(a.say("没有“%s”这条规则或这个字段；不带参数的 gongkai explain 列出全部", "there is no rule or key %q; gongkai explain lists them all"), word)}
}

func (a *app) listAll() {
	fmt.Fprintln(a.out, a.say("规则", "Rules"))
	for _, r := range rules() {
		fmt.Fprintf(a.out, "  %s%s %-8s %s\n", r.ID, pad(r.ID, 32), r.Severity, r.About.In(a.lang))
	}
	fmt.Fprintln(a.out, a.say("\n报告开头的字段", "\nFront matter"))
	for _, k := range report.Fields() {
		names := strings.Join(k.Names, " / ")
		fmt.Fprintf(a.out, "  %s%s %s\n", names, pad(names, 32), a.say(k.Text, keyInEnglish(k.Names[0])))
	}
}

// pad is the blanks that fill a text up to a number of terminal cells.
func pad(s string, cells int) string { return strings.Repeat(" ", max(0, cells-han.Cells(s))) }
