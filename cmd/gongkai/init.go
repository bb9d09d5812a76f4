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

	"gongkai/internal/report"
	"gongkai/internal/site"
)

//go:embed starter
var starter embed.FS

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   a.say("init [文件夹]", "init [FOLDER]"),
		Short: a.say("新建一个网站", "Start a site"),
		Long: a.say("写一份带说明的 gongkai.yaml、编辑器用的 JSON Schema 和第一个页面。已有的文件一律不动。",
			"Write a commented gongkai.yaml, JSON Schemas for editors and a first page. Files that exist are left alone."),
		Example: a.say("  gongkai init             在当前文件夹\n  gongkai init xinxi       在新文件夹 xinxi", "  gongkai init             in this folder\n  gongkai init xinxi       in a new folder xinxi"),
		Args:    a.atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.source
			if len(args) == 1 {
				dir = args[0]
			}
			return a.initSite(dir)
		},
	}
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
