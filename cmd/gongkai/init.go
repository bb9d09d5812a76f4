package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/internal/build"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

//go:embed starter
var starter embed.FS

// initFlags are the flags of init.
type initFlags struct {
	ci      string
	offline bool
}

func (a *app) initCommand() *cobra.Command {
	var f initFlags
	c := &cobra.Command{
		Use:   a.say("init [文件夹]", "init [FOLDER]"),
		Short: a.say("新建一个网站", "Start a site"),
		Long: a.say("写一份带说明的 gongkai.yaml、编辑器用的 JSON Schema 和第一个页面。已有的文件一律不动。\n--ci 另写一份流水线：每次提交都检查、生成，合并请求附预览，主分支上发布。已有的网站只写流水线。",
			"Write a commented gongkai.yaml, JSON Schemas for editors and a first page. Files that exist are left alone.\n--ci also writes a pipeline: every change is checked and built, a merge request gets a preview, the main branch is deployed. For a site that exists only the pipeline is written."),
		Example: a.say("  gongkai init               在当前文件夹\n  gongkai init xinxi         在新文件夹 xinxi\n  gongkai init --ci gitlab   加上 GitLab 的流水线",
			"  gongkai init               in this folder\n  gongkai init xinxi         in a new folder xinxi\n  gongkai init --ci gitlab   with a pipeline for GitLab"),
		Args: a.atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.source
			if len(args) == 1 {
				dir = args[0]
			}
			return a.runInit(dir, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.ci, "ci", "", a.say("写一份流水线：`github` 或 gitlab", "write a pipeline: `github` or gitlab"))
	flags.BoolVar(&f.offline, "offline", false, a.say("流水线用运行机器上装好的程序，不下载", "the pipeline uses the program of the machine that runs it and downloads none"))
	return c
}

func (a *app) runInit(dir string, f initFlags) error {
	switch _, known := pipelineFiles[f.ci]; {
	case f.ci == "" && f.offline:
		return usageError{a.say("--offline 要与 --ci 同用", "--offline goes with --ci")}
	case f.ci == "":
		return a.initSite(dir)
	case !known:
		return usageError{fmt.Sprintf(a.say("--ci 只能是 github 或 gitlab，不能是“%s”", "--ci is github or gitlab, not %q"), f.ci)}
	}
	if _, err := os.Stat(filepath.Join(dir, build.ConfigName)); errors.Is(err, fs.ErrNotExist) {
		if err := a.initSite(dir); err != nil {
			return err
		}
	}
	return a.initCI(dir, f.ci, f.offline)
}

func (a *app) atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return usageError{fmt.Sprintf(a.say("多余的参数“%s”", "unexpected argument %q"), args[n])}
		}
		return nil
	}
}

// starterFile is a file that init writes.
type starterFile struct {
	name string
	text []byte
}

func starterFiles() ([]starterFile, error) {
	var files []starterFile
	for name, from := range map[string]string{"gongkai.yaml": "gongkai.yaml", "content/about.md": "about.md", ".gitignore": "gitignore"} {
		text, err := starter.ReadFile("starter/" + from)
		if err != nil {
			return nil, err
		}
		files = append(files, starterFile{name, text})
	}
	files = append(files,
		starterFile{"schemas/gongkai.schema.json", site.ConfigSchema()},
		starterFile{"schemas/report.schema.json", report.FrontMatterSchema()})
	return files, nil
}

func sortedFiles(files []starterFile) []starterFile {
	slices.SortFunc(files, func(x, y starterFile) int { return strings.Compare(x.name, y.name) })
	return files
}

func (a *app) initSite(dir string) error {
	files, err := starterFiles()
	if err != nil {
		return err
	}
	say := func(format, name string) {
		if !a.quiet {
			fmt.Fprintf(a.out, format, name)
		}
	}
	for _, f := range sortedFiles(files) {
		err := writeNew(filepath.Join(dir, filepath.FromSlash(f.name)), f.text)
		switch {
		case errors.Is(err, fs.ErrExist):
			say(a.say("已有，未改动：%s\n", "exists, left alone: %s\n"), f.name)
		case err != nil:
			return err
		default:
			say(a.say("已写：%s\n", "wrote: %s\n"), f.name)
		}
	}
	if !a.quiet {
		fmt.Fprint(a.out, a.say("下一步：改好 gongkai.yaml 里的 name，再用 gongkai new 610112/wjj/2024/weijian-zongjie 新建报告\n",
			"next: set name in gongkai.yaml, then make a report with gongkai new 610112/wjj/2024/weijian-zongjie\n"))
	}
	return nil
}

// writeNew writes a file that must not exist yet, and its folders. After a failure nothing of the file is left.
func writeNew(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
		return err
	}
	return nil
}
