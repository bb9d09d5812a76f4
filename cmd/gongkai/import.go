package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/division"
	"gongkai/internal/document"
	"gongkai/internal/importer"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// importFlags are the flags of import.
type importFlags struct {
	output, district, agency, update, format, failOn string
	year                                             int
	keep, accept                                     bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   a.say("import 文件…", "import FILE…"),
		Short: a.say("把 Word、PDF、网页或文本做成报告", "Make reports of Word, PDF, web pages or text"),
		Long: a.say("读取 .docx、.pdf、.html、.txt、.md、.ofd、.doc、.wps 等文件（也可以是文件夹或 .zip），修好断开的段落，认出各级标题，剔出网页文字，填写文件头，写成 content/ 下的报告。字句、数字和标点一律不改；每一处改动都列出来。",
			"Read .docx, .pdf, .html, .txt, .md, .ofd, .doc, .wps files (or a folder, or a .zip), mend cut paragraphs, recognise headings, set the web page apart, fill in front matter and write reports below content/. No word, figure or mark is changed, and every change of form is listed."),
		Example: a.say(`  gongkai import 2021年工作总结.docx             写到 content/ 下
  gongkai import 来稿/ -o ../shoulu                整个文件夹，写到别处
  gongkai import 总结.txt -o -                     只看结果，不写文件
  gongkai import 新稿.docx --update content/610112/wjj/2021/weijian-zongjie.md`,
			`  gongkai import report.docx                      write below content/
  gongkai import drafts/ -o ../collected            a whole folder, to another place
  gongkai import report.txt -o -                    show the result, write nothing
  gongkai import new.docx --update content/610112/wjj/2021/weijian-zongjie.md`),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{a.say("请给出要导入的文件、文件夹或 .zip", "name the files, folders or .zip to import")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.importAll(args, f) },
	}
	flags := c.Flags()
	flags.StringVarP(&f.output, "output", "o", "", a.say("写到哪里：`文件`.md、文件夹，或 - 为标准输出（默认：网站的 content/）", "where to write: a `file`.md, a folder, or - for standard output (default: the site's content/)"))
	flags.StringVar(&f.district, "district", "", a.say("地区`代号`，如 610112", "`key` of the district, e.g. 610112"))
	flags.StringVar(&f.agency, "agency", "", a.say("机构`代号`，如 wjj", "`key` of the agency, e.g. wjj"))
	flags.IntVar(&f.year, "year", 0, a.say("报告的`年份`", "`year` of the report"))
	flags.StringVar(&f.update, "update", "", a.say("用新稿更换这份`报告`的正文，文件头不动", "put the new text into this `report`, its front matter left as it is"))
	flags.BoolVar(&f.keep, "keep-original", false, a.say("把原件清除作者信息后作为附件放在报告旁边", "keep the file beside the report as an attachment, without its author's name"))
	flags.BoolVar(&f.accept, "accept", false, a.say("接受修订，略去批注和隐藏文字", "accept tracked changes, leave out comments and hidden text"))
	flags.StringVar(&f.format, "format", "text", a.say("结果的`格式`：text、json", "`format` of the account: text, json"))
	flags.StringVar(&f.failOn, "fail-on", "error", a.say("遇到哪一`级`问题算失败：error、warning、info、none", "findings of this `severity` count as failure: error, warning, info, none"))
	return c
}

// imported is one file and what became of it.
type imported struct {
	*importer.Result
	source  importer.Source
	output  string // where the report was written; "" nowhere
	changes []importer.Change
}

// importAll reads all files in parallel and writes the reports one after the other, in the order of the names, so that a collision is
// always counted in the same way.
func (a *app) importAll(args []string, f importFlags) error {
	failOn, err := a.importUsage(args, f)
	if err != nil {
		return err
	}
	opt, err := a.importOptions(f)
	if err != nil {
		return err
	}
	files, skipped, closeAll, err := a.collect(args)
	if err != nil {
		return err
	}
	defer closeAll()
	if len(files) == 0 {
		return usageError{fmt.Sprintf(a.say("这里没有可以导入的文件（略过 %d 个）", "nothing here can be imported (%d files passed over)"), skipped)}
	}
	if (f.update != "" || f.output == "-" && f.format == "text" || strings.HasSuffix(f.output, ".md")) && len(files) > 1 {
		return usageError{fmt.Sprintf(a.say("这里有 %d 个文件，--update 和写到一个文件只能用于一个", "there are %d files; --update and output to one file take one"), len(files))}
	}
	results, err := a.importFiles(a.ctx, files, opt, f)
	if err != nil {
		return err
	}
	w := &importWriter{app: a, flags: f, next: map[string]int{}, from: map[string]string{}}
	for _, r := range results {
		if err := w.write(r); err != nil {
			return err
		}
	}
	if err := a.printImported(results, skipped, f); err != nil {
		return err
	}
	for _, r := range results {
		if r.Found.AtLeast(failOn) > 0 {
			return exitCode(exitFindings)
		}
	}
	return nil
}

func (a *app) importUsage(args []string, f importFlags) (diag.Severity, error) {
	failOn, ok := diag.ParseSeverity(f.failOn)
	switch {
	case !ok:
		return failOn, usageError{fmt.Sprintf(a.say("--fail-on 只能是 error、warning、info 或 none，不能是“%s”", "--fail-on is error, warning, info or none, not %q"), f.failOn)}
	case f.format != "text" && f.format != "json":
		return failOn, usageError{fmt.Sprintf(a.say("import 没有“%s”这种格式；有 text、json", "import has no format %q; it has text, json"), f.format)}
	case f.update != "" && f.output != "":
		return failOn, usageError{a.say("--update 和 -o 不能同时用", "--update and -o do not go together")}
	case f.year != 0 && (f.year < report.FirstYear || f.year > report.LastYear):
		return failOn, usageError{fmt.Sprintf(a.say("年份 %d 不在 %d—%d 之间", "the year %d is not between %d and %d"), f.year, report.FirstYear, report.LastYear)}
	case f.agency != "" && !report.IsKey(f.agency):
		return failOn, usageError{fmt.Sprintf(a.say("机构代号“%s”只能用小写字母、数字和连字符", "the agency's key %q may hold only a-z, 0-9 and single hyphens"), f.agency)}
	}
	return failOn, nil
}

// importOptions reads what the site's configuration says; a folder without one is as good.
func (a *app) importOptions(f importFlags) (importer.Options, error) {
	opt := importer.Options{District: f.district, Agency: f.agency, Year: f.year}
	name := filepath.Join(a.source, build.ConfigName)
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return opt, nil
	} else if err != nil {
		return opt, err
	}
	config, found := site.ParseConfig(filepath.ToSlash(name), src)
	if found.AtLeast(diag.Error) > 0 || config == nil {
		if err := a.printFindings(found, "text"); err != nil {
			return opt, err
		}
		return opt, exitCode(exitFindings)
	}
	var local []division.District
	for _, d := range config.Districts {
		local = append(local, division.District{Code: d.Key, Name: d.Name, Parent: d.Parent})
	}
	opt.Districts, _ = division.National().With(local)
	for _, e := range config.Agencies {
		opt.Agencies = append(opt.Agencies, importer.Agency{Key: e.Key, District: e.District, Name: e.Name})
	}
	if host := hostOf(config.BaseURL); config.Official && host != "" {
		opt.Hosts = []string{host}
	}
	return opt, nil
}

// importFiles reads and imports files, as many at once as there are processors.
func (a *app) importFiles(ctx context.Context, files []inputFile, opt importer.Options, f importFlags) ([]*imported, error) {
	im := importer.New(opt)
	results := make([]*imported, len(files))
	faults := make([]error, len(files))
	bar := a.progress()
	bar.words["import"] = a.say("导入", "importing")
	office := document.NewOffice(0)
	next := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			for i := range next {
				results[i], faults[i] = importOne(ctx, im, files[i], document.Options{Accept: f.accept, Office: office})
				mu.Lock()
				done++
				bar.update("import", done, len(files))
				mu.Unlock()
			}
		})
	}
	for i := range files {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	bar.clear()
	return results, cmp.Or(ctx.Err(), errors.Join(faults...))
}

// importOne reads one file. Faults of content are findings of its result; one that the machine refuses to read is a finding too when
// it is one of many, because a bad file does not stop the rest.
func importOne(ctx context.Context, im *importer.Importer, file inputFile, opt document.Options) (*imported, error) {
	refused := func(found diag.List) *imported {
		return &imported{Result: &importer.Result{File: file.name, Found: found}}
	}
	data, err := file.read()
	if err != nil {
		return refused(diag.List{{Rule: "import-read", Severity: diag.Error, Path: file.name, Message: diag.Say("无法读取：%v", "cannot be read: %v", err), Hint: diag.Say("请核对文件", "check the file")}}), nil
	}
	doc, found, err := document.Read(ctx, file.name, data, opt)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		found = append(found, diag.Diagnostic{Rule: "import-read", Severity: diag.Error, Path: file.name, Message: diag.Say("无法读取：%v", "cannot be read: %v", err), Hint: diag.Say("请核对文件", "check the file")})
	}
	if doc == nil {
		return refused(found), nil
	}
	src := importer.Source{Path: file.name, Data: data, Doc: doc}
	r := im.Import(src)
	r.Found = append(r.Found, found...)
	r.Found.Sort()
	return &imported{Result: r, source: src}, nil
}
