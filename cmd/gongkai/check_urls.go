package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/site"
)

// maxAddress is the longest line of a list of addresses, in bytes.
const maxAddress = 1 << 20

// listed is an address of the list and what the site answers.
type listed struct {
	Line    int    `json:"line"`
	Address string `json:"address"`
	Answer  string `json:"answer"` // served, redirected, gone or missing
	File    string `json:"file,omitempty"`
	To      string `json:"to,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// urlRules documents what check --urls reports.
func urlRules() []diag.Rule {
	return []diag.Rule{diag.NewRule("url-missing", diag.Error, diag.Say("旧网址在新网站上打不开", "an old address answers nothing on the new site"), "docs/servers.md")}
}

// checkURLs answers for every address of a list, with the site as it would be built now.
func (a *app) checkURLs(f checkFlags, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Sprintf(a.say("--urls 不能与文件“%s”同用", "--urls does not go with the file %q"), args[0])}
	}
	opt, err := a.checkOptions(f)
	if err != nil {
		return err
	}
	all, err := a.addresses(opt, f.build.format)
	if err != nil {
		return err
	}
	answers := all.Answers()
	var list []listed
	var found diag.List
	counts := map[string]int{}
	err = a.eachAddress(f.urls, func(line int, address string) {
		x := answers.Of(address)
		l := listed{Line: line, Address: address, Answer: x.Kind, File: x.File, To: x.To, Reason: a.whyMissing(x)}
		counts[x.Kind]++
		if x.Kind == site.Missing {
			found = append(found, missingAddress(f.urls, l))
		}
		if f.build.format == "text" {
			a.printAddress(l)
		}
		list = append(list, l)
	})
	if err != nil {
		return err
	}
	if err := a.printAddresses(list, found, f.build.format); err != nil {
		return err
	}
	if !a.quiet {
		fmt.Fprintf(a.err, a.say("%d 个网址：已有 %d，转到 %d，已撤下 %d，找不到 %d\n", "%d addresses: %d served, %d redirected, %d gone, %d missing\n"),
			len(list), counts[site.Served], counts[site.Redirected], counts[site.Gone], counts[site.Missing])
	}
	if counts[site.Missing] > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

// addresses reads the site as far as its addresses follow from it. What is wrong with redirects.csv, or leaves no site at all, ends the run.
func (a *app) addresses(opt build.Options, format string) (*build.Addresses, error) {
	all, err := build.Assemble(a.ctx, opt)
	if err != nil {
		return nil, err
	}
	var found diag.List
	for _, d := range all.Found {
		if all.Site == nil || d.Severity == diag.Error && (strings.HasPrefix(d.Rule, "redirect-") || strings.HasPrefix(d.Rule, "alias-") || strings.HasPrefix(d.Rule, "config-")) {
			found = append(found, d)
		}
	}
	if all.Site == nil || found.AtLeast(diag.Error) > 0 {
		if err := a.printFindings(found, format); err != nil {
			return nil, err
		}
		return nil, exitCode(exitFindings)
	}
	return all, nil
}

func (a *app) whyMissing(x site.Answer) string {
	switch {
	case x.Kind != site.Missing:
		return ""
	case errors.Is(x.Err, site.ErrForeignHost):
		return a.say("是别的网站的地址", "it is on another host")
	case x.Err != nil:
		return a.say("不是网址，或编码不是 UTF-8", "not an address, or its escapes are not UTF-8")
	}
	return ""
}

func missingAddress(file string, l listed) diag.Diagnostic {
	d := diag.Diagnostic{
		Rule: "url-missing", Severity: diag.Error, Path: filepath.ToSlash(file), Start: diag.Pos{Line: l.Line, Column: 1}, Span: l.Address,
		Message: diag.Say("旧网址“%s”打不开", "the old address %q answers nothing", l.Address),
		Hint:    diag.Say("请在 %s 里写明它转到哪里；内容已撤下的，状态写 410", "say in %s where it leads; if the content is gone, write status 410", site.RedirectsName),
	}
	d.End = diag.Pos{Line: l.Line, Column: 1 + len([]rune(l.Address))}
	return d
}

// printAddress prints one answer for people.
func (a *app) printAddress(l listed) {
	words := map[string]string{
		site.Served: a.say("已有　", "served     "), site.Redirected: a.say("转到　", "redirected "),
		site.Gone: a.say("已撤下", "gone       "), site.Missing: a.say("找不到", "missing    "),
	}
	address := shown(l.Address)
	switch {
	case a.quiet && l.Answer != site.Missing:
	case l.To != "":
		fmt.Fprintf(a.out, "%s %s → %s\n", words[l.Answer], address, l.To)
	case l.Reason != "":
		fmt.Fprintf(a.out, a.say("%s %s（%s）\n", "%s %s (%s)\n"), words[l.Answer], address, l.Reason)
	default:
		fmt.Fprintf(a.out, "%s %s\n", words[l.Answer], address)
	}
}

// printAddresses prints all answers for machines: JSON holds every one, SARIF and annotations what is missing.
func (a *app) printAddresses(list []listed, found diag.List, format string) error {
	switch format {
	case "text":
		return nil
	case "json":
		e := json.NewEncoder(a.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(append([]listed{}, list...))
	}
	return a.printChecked(found, format)
}

// eachAddress calls do with the addresses of a file: one a line, or the first column of CSV. Blank lines and lines that begin with # are
// skipped, and so is a first line of CSV that names the columns.
func (a *app) eachAddress(name string, do func(line int, address string)) error {
	var from io.Reader = a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		from = f
	}
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		return a.eachCell(name, from, do)
	}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxAddress)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(string(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff"))))
		if text != "" && !strings.HasPrefix(text, "#") {
			do(n, text)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return usageError{fmt.Sprintf(a.say("%s 里有一行超过 1 MB，不是网址清单", "%s has a line of more than 1 MB: it is no list of addresses"), name)}
	}
	return lines.Err()
}

func (a *app) eachCell(name string, from io.Reader, do func(line int, address string)) error {
	r := csv.NewReader(from)
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for first := true; ; first = false {
		fields, err := r.Read()
		if err == io.EOF {
			return nil
		}
		var fault *csv.ParseError
		if errors.As(err, &fault) {
			return usageError{fmt.Sprintf(a.say("%s 第 %d 行不是 CSV", "%s: line %d is no CSV"), name, fault.Line)}
		}
		if err != nil {
			return err
		}
		text := strings.TrimSpace(strings.TrimPrefix(fields[0], "\ufeff"))
		if line, _ := r.FieldPos(0); text != "" && !strings.HasPrefix(text, "#") && (!first || strings.ContainsAny(text, "/.?")) {
			do(line, text)
		}
	}
}
