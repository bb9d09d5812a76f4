package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// newFlags are the front matter that new is given or asks for.
type newFlags struct{ title, agency, kind, date string }

func (a *app) newCommand() *cobra.Command {
	var f newFlags
	c := &cobra.Command{
		Use:   a.say("new 路径", "new PATH"),
		Short: a.say("新建一份报告", "Start a report"),
		Long: a.say("在 content/ 下新建一份草稿。路径是 地区/机构/年度/名称；在终端里没有给出的内容会逐项询问，不知道的可以留空。",
			"Write a draft below content/. The path is district/agency/year/slug; on a terminal what is not given is asked for, and may be left empty."),
		Example: `  gongkai new 610112/wjj/2024/weijian-zongjie
  gongkai new 610112/wjj/2024/weijian-zongjie --title 2024年卫生健康工作总结 --kind 工作总结 --date 2025-01-15`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.needsPath()
			}
			return a.atMost(1)(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.newReport(args[0], f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.title, "title", "", a.say("`标题`", "`title`"))
	flags.StringVar(&f.agency, "agency", "", a.say("发布机构的`全称`", "full `name` of the publishing agency"))
	flags.StringVar(&f.kind, "kind", "", a.say("材料`类型`，如 summary 或 工作总结", "`kind`, e.g. summary"))
	flags.StringVar(&f.date, "date", "", a.say("发布`日期`，如 2025-01-15", "`day` of publication, e.g. 2025-01-15"))
	c.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindCompletions(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func kindCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, k := range report.Kinds() {
		list = append(list, cobra.CompletionWithDesc(string(k), k.Name()))
	}
	return list
}

func (a *app) newReport(arg string, f newFlags) error {
	rel, ok := a.belowContent(arg)
	if !ok {
		return a.needsPath()
	}
	shown := path.Join(filepath.ToSlash(a.source), "content", rel)
	place, _, found := report.ParsePath(shown, rel)
	if found.AtLeast(diag.Error) > 0 {
		if err := a.printFindings(found, "text"); err != nil {
			return err
		}
		return exitCode(exitFindings)
	}
	if err := a.vacant(rel); err != nil {
		return err
	}
	if _, found := a.draft(shown, rel, f); len(found) > 0 { // what the flags say, before anything is asked
		if err := a.printFindings(found, "text"); err != nil {
			return err
		}
		return exitCode(exitFindings)
	}
	if err := a.ask(shown, rel, &f); err != nil {
		return err
	}
	text, found := a.draft(shown, rel, f)
	if len(found) > 0 {
		if err := a.printFindings(found, "text"); err != nil {
			return err
		}
		return exitCode(exitFindings)
	}
	name := filepath.Join(a.source, "content", filepath.FromSlash(rel))
	if err := writeNew(name, text); errors.Is(err, fs.ErrExist) {
		return existsError{shown}
	} else if err != nil {
		return err
	}
	if !a.quiet {
		fmt.Fprintf(a.out, a.say("已写草稿：%s\n", "wrote a draft: %s\n"), shown)
		fmt.Fprint(a.out, a.say("写好后删去 draft 一行，再用 gongkai build 生成；先看一看用 gongkai build -D\n",
			"when it is ready, delete the line draft and run gongkai build; to look at it first: gongkai build -D\n"))
	}
	return a.warnOfDistrict(shown, place.District)
}

// warnOfDistrict says already now that the build will not know the district; it may still be declared.
func (a *app) warnOfDistrict(shown, district string) error {
	c, _, err := build.ReadConfig(a.source)
	if err != nil || c == nil || district == "" {
		return nil // the build will say what is wrong with the site
	}
	table, _ := c.Divisions()
	d, unknown := site.UnknownDistrict(table, district, shown)
	if !unknown {
		return nil
	}
	d.Severity = diag.Warning
	return a.printFindings(diag.List{d}, "text")
}

// existsError is a file that new would have to overwrite.
type existsError struct{ name string }

func (e existsError) Error() string { return e.name + " exists" }

func (a *app) needsPath() error {
	return usageError{a.say("请给出报告的路径：地区/机构/年度/名称", "give the report's path: district/agency/year/slug")}
}

// belowContent reads the path as people give it: below content/, or from here, from the root or from the site's folder, with .md or
// without, with the separators of any system. ok is false when it leads elsewhere or nowhere.
func (a *app) belowContent(arg string) (rel string, ok bool) {
	if filepath.IsAbs(arg) {
		content, err := filepath.Abs(filepath.Join(a.source, "content"))
		if err != nil {
			return "", false
		}
		if arg, err = filepath.Rel(content, arg); err != nil {
			return "", false
		}
	}
	rel = path.Clean(strings.ReplaceAll(arg, `\`, "/"))
	if below, ok := strings.CutPrefix(rel, path.Join(filepath.ToSlash(a.source), "content")+"/"); ok {
		rel = below
	}
	rel = strings.TrimSuffix(strings.TrimPrefix(rel, "content/"), ".md")
	if rel == "" || rel == "." || rel == "content" || rel == ".." || strings.HasPrefix(rel, "../") || strings.HasPrefix(rel, "/") {
		return "", false
	}
	return rel + ".md", true
}

// vacant refuses an address that a file has already: <slug>.md and <slug>/index.md are one page.
func (a *app) vacant(rel string) error {
	other := strings.TrimSuffix(rel, ".md") + "/index.md"
	if stem, ok := strings.CutSuffix(rel, "/index.md"); ok {
		other = stem + ".md"
	}
	for _, rel := range []string{rel, other} {
		if _, err := os.Lstat(filepath.Join(a.source, "content", filepath.FromSlash(rel))); err == nil {
			return existsError{path.Join(filepath.ToSlash(a.source), "content", rel)}
		}
	}
	return nil
}

// ask asks on a terminal for what the flags leave open, again until the answer can be used; elsewhere it stays empty.
func (a *app) ask(shown, rel string, f *newFlags) error {
	if !a.Terminal(a.in) {
		return nil
	}
	lines := bufio.NewScanner(a.in)
	questions := []struct {
		to       *string
		question string
	}{
		{&f.title, a.say("标题", "Title")},
		{&f.agency, a.say("发布机构全称（已登记的可留空）", "Agency, full name (empty when registered)")},
		{&f.kind, a.say("材料类型（工作总结、工作计划、总结和计划、工作要点、政府工作报告……）", "Kind (summary, plan, summary-and-plan, work-points …)")},
		{&f.date, a.say("发布日期，如 2025-01-15（不知道的留空）", "Day of publication, e.g. 2025-01-15 (empty when unknown)")},
	}
	for i := 0; i < len(questions); {
		q := questions[i]
		if *q.to != "" {
			i++
			continue
		}
		fmt.Fprint(a.out, q.question+a.say("：", ": "))
		if !lines.Scan() {
			fmt.Fprintln(a.out)
			return lines.Err()
		}
		*q.to = strings.TrimSpace(lines.Text())
		_, found := a.draft(shown, rel, *f)
		if len(found) == 0 {
			i++
			continue
		}
		*q.to = ""
		if err := a.printFindings(found, "text"); err != nil {
			return err
		}
	}
	return nil
}

// draft writes the file's text, and reads it back: what new writes, build must understand.
func (a *app) draft(shown, rel string, f newFlags) ([]byte, diag.List) {
	if k, ok := report.ParseKind(f.kind); ok {
		f.kind = string(k)
	}
	up := strings.Repeat("../", strings.Count(rel, "/")+1)
	var b strings.Builder
	fmt.Fprintf(&b, "---\n# yaml-language-server: $schema=%sschemas/report.schema.json\ndraft: true\n", up)
	for _, kv := range [][2]string{{"title", f.title}, {"agency", f.agency}, {"kind", f.kind}, {"date", f.date}} {
		if kv[1] == "" {
			fmt.Fprintf(&b, "%s:\n", kv[0])
		} else {
			fmt.Fprintf(&b, "%s: %s\n", kv[0], quote(kv[1]))
		}
	}
	b.WriteString("---\n\n")
	text := []byte(b.String())
	_, found := report.ParseHead(shown, rel, text, true)
	var errs diag.List
	for _, d := range found {
		if d.Severity == diag.Error {
			d.Start.Line = 0 // the file is not there: its lines would mislead
			errs = append(errs, d)
		}
	}
	return text, errs
}

// quote writes a value so that YAML reads it back as it is.
func quote(s string) string {
	plain := s != "" && !strings.ContainsAny(s, ":#'\"{}[]&*!|>%@`,\n\t\\：“”‘’＂＇") && !strings.HasPrefix(s, "-") && !strings.HasPrefix(s, "?") && strings.TrimSpace(s) == s
	if plain && s != "~" && !strings.EqualFold(s, "null") {
		return s
	}
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "'", "''") + "'"
}
