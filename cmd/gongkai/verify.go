package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"gongkai/internal/publish"
	"gongkai/internal/site"
)

// verifyFlags are the flags of verify.
type verifyFlags struct{ text, format string }

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   a.say("verify [文件夹或网址]", "verify [FOLDER or ADDRESS]"),
		Short: a.say("核验网站与生成时是否一致", "Verify that a site is what was built"),
		Long: a.say("逐个读取网站的全部文件，与清单 manifest.sha256 核对，列出内容不符、缺少和多余的文件。给网址时，像读者一样从网上读取；网上看不出多余的文件。不带参数时核验 public。\n--text 核验一份报告的网页：按正文重新计算文本校验码，与网页所示的比较。",
			"Read every file of a site and compare it with manifest.sha256; list what differs, what is missing and what is extra. An address is read as its readers do; what is extra cannot be seen there. Without an argument public is verified.\n--text verifies the page of one report: 文本校验码 is computed anew from the text and compared with the one that the page shows."),
		Example: a.say(`  gongkai verify                         核验 public
  gongkai verify https://www.example.gov.cn/xxgk/
  gongkai verify --text zongjie.html     核验保存下来的一份报告`,
			`  gongkai verify                         verify public
  gongkai verify https://www.example.gov.cn/xxgk/
  gongkai verify --text zongjie.html     verify one report that was saved`),
		Args: a.atMost(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.verify(f, args) },
	}
	flags := c.Flags()
	flags.StringVar(&f.text, "text", "", a.say("核验一份报告的`网页`", "verify the `page` of one report"))
	flags.StringVar(&f.format, "format", "text", a.say("结果的`格式`：text、json", "`format` of the result: text, json"))
	return c
}

func (a *app) verify(f verifyFlags, args []string) error {
	if f.format != "text" && f.format != "json" {
		return usageError{fmt.Sprintf(a.say("verify 没有“%s”这种格式；有 text、json", "verify has no format %q; it has text, json"), f.format)}
	}
	if f.text != "" {
		if len(args) > 0 {
			return usageError{a.say("--text 只核验一个网页，不能再写文件夹或网址", "--text verifies one page; leave out the folder or address")}
		}
		return a.verifyText(f.text, f.format)
	}
	target := filepath.Join(a.source, "public")
	if len(args) > 0 {
		target = args[0]
	}
	v, err := a.verifyTarget(target)
	if err != nil {
		return err
	}
	if f.format == "json" {
		err = a.printJSON(verification(a, target, v))
	} else {
		a.printVerification(target, v)
	}
	if err == nil && len(v.Differences) > 0 {
		err = exitCode(exitFindings)
	}
	return err
}

func (a *app) verifyTarget(target string) (*publish.Verification, error) {
	bar := a.progress()
	defer bar.clear()
	opt := publish.VerifyOptions{Progress: func(done, all int) { bar.update("verify", done, all) }}
	if !strings.Contains(target, "://") {
		return publish.VerifyFolder(a.ctx, target, opt)
	}
	opt.Web.Keep = "catalog.json"
	v, err := publish.VerifyURL(a.ctx, target, opt)
	if err == nil {
		passAliases(v)
	}
	return v, err
}

// passAliases takes the old addresses of reports (aliases) off the differences: a server may send readers on by itself (gongkai headers)
// where the site has a page that does. The catalogue, itself verified, says which addresses these are.
func passAliases(v *publish.Verification) {
	var catalog []struct {
		URL     string
		Aliases []string
	}
	if v.Kept == nil || json.Unmarshal(v.Kept, &catalog) != nil {
		return
	}
	leads := map[string][]string{} // old address → the urls of the reports that declare it
	for _, r := range catalog {
		for _, written := range r.Aliases {
			for _, d := range v.Differences {
				if d.Kind == publish.Moved && ends(r.URL, d.Why.EN) && site.AliasURL(d.Why.EN, written) == d.Path {
					leads[d.Path] = append(leads[d.Path], d.Why.EN)
				}
			}
		}
	}
	v.Differences = slices.DeleteFunc(v.Differences, func(d publish.Difference) bool {
		declared := d.Kind == publish.Moved && slices.Contains(leads[d.Path], d.Why.EN)
		if declared {
			v.Same++
		}
		return declared
	})
}

// ends reports whether an address is a file's, below whatever base.
func ends(address, file string) bool {
	return address == file || strings.HasSuffix(address, "/"+file)
}

func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// verificationJSON is the result of verify for machines.
type verificationJSON struct {
	Target      string           `json:"target"`
	Tree        publish.Sum      `json:"tree"`
	Files       int              `json:"files"`
	Same        int              `json:"same"`
	Carried     int              `json:"carried"`
	Bytes       int64            `json:"bytes"`
	Differences []differenceJSON `json:"differences"`
}

type differenceJSON struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	Why  string `json:"why,omitempty"`
}

func verification(a *app, target string, v *publish.Verification) verificationJSON {
	j := verificationJSON{target, v.Tree, v.Files, v.Same, v.Carried, v.Bytes, []differenceJSON{}}
	for _, d := range v.Differences {
		j.Differences = append(j.Differences, differenceJSON{d.Path, d.Kind, a.say(d.Why.ZH, d.Why.EN)})
	}
	return j
}

// differenceWords are the kinds of differences in words, in the order in which they are counted.
func (a *app) differenceWords() []struct{ kind, words string } {
	return []struct{ kind, words string }{
		{publish.Changed, a.say("内容不符", "changed")},
		{publish.Missing, a.say("缺少", "missing")},
		{publish.Extra, a.say("多余", "extra")},
		{publish.Linked, a.say("符号链接", "symbolic link")},
		{publish.Special, a.say("不是普通文件", "not a regular file")},
		{publish.Unreadable, a.say("无法读取", "unreadable")},
		{publish.Elsewhere, a.say("转到其他主机", "leads to another host")},
		{publish.Moved, a.say("转到本站另一网址", "leads to another address of the site")},
	}
}

func (a *app) printVerification(target string, v *publish.Verification) {
	var counts []string
	for _, k := range a.differenceWords() {
		n := 0
		for _, d := range v.Differences {
			if d.Kind == k.kind {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%s %d", k.words, n))
		}
	}
	for _, d := range v.Differences {
		a.printDifference(d)
	}
	if len(counts) > 0 {
		fmt.Fprintf(a.out, a.say("%s 与清单不符：清单 %d 个文件，一致 %d；%s\n", "%s is not as its manifest says: %d files, %d the same; %s\n"),
			target, v.Files, v.Same, strings.Join(counts, a.say("，", ", ")))
		fmt.Fprintln(a.err, a.say("  hint: 请从生成网站的机器上重新发布，再核验一次", "  hint: publish again from where the site was built, then verify once more"))
		return
	}
	if a.quiet {
		return
	}
	fmt.Fprintf(a.out, a.say("%s 与清单一致：%d 个文件，校验值 %s\n", "%s is as its manifest says: %d files, tree %s\n"), target, v.Files, v.Tree)
	if v.Carried > 0 {
		fmt.Fprintf(a.out, a.say("另有 %d 个以前各版的样式、脚本等文件随网站保留\n", "beside them %d style sheets, scripts and the like of earlier releases\n"), v.Carried)
	}
}

func (a *app) printDifference(d publish.Difference) {
	words := a.differenceWords()
	i := slices.IndexFunc(words, func(k struct{ kind, words string }) bool { return k.kind == d.Kind })
	fmt.Fprintf(a.out, a.say("%s：%s", "%s: %s"), words[i].words, shown(d.Path))
	if why := a.say(d.Why.ZH, d.Why.EN); why != "" {
		fmt.Fprintf(a.out, a.say("（%s）", " (%s)"), shown(why))
	}
	fmt.Fprintln(a.out)
}

// shown is a text that somebody else has chosen, in quotes when it holds what a terminal would act upon.
func shown(text string) string {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}
