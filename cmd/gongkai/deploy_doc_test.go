package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gongkai/internal/sitetest"
)

// docBlock is a part of docs/deploy.md that is tested: lines of configuration, and commands.
type docBlock struct{ of, in, yaml, sh string }

var (
	docMark  = regexp.MustCompile(`^<!-- test: (\w+)(?:, in (\w+)/)? -->$`)
	docFence = regexp.MustCompile("^```(\\w*)$")
)

// docBlocks reads the fences behind each mark, up to the next line that is neither.
func docBlocks(t *testing.T, text string) []docBlock {
	t.Helper()
	var blocks []docBlock
	marked, fence := false, ""
	for line := range strings.Lines(text) {
		bare := strings.TrimSuffix(line, "\n")
		mark, open := docMark.FindStringSubmatch(bare), docFence.FindStringSubmatch(bare)
		switch {
		case fence != "" && open != nil:
			fence = ""
		case fence == "yaml" && marked:
			blocks[len(blocks)-1].yaml += line
		case fence == "sh" && marked:
			blocks[len(blocks)-1].sh += line
		case fence != "":
		case mark != nil:
			blocks, marked = append(blocks, docBlock{of: mark[1], in: mark[2]}), true
		case open != nil:
			if fence = open[1]; fence == "" {
				fence = "text"
			}
		default:
			marked = false
		}
	}
	return blocks
}

// docScript makes a test script of a target's blocks. Before each block the site has one report more, as the text around it says.
func docScript(target docTarget, blocks []docBlock) string {
	script := "env GITHUB_ACTIONS= GITHUB_SHA= GITLAB_CI= CI_COMMIT_SHA= USER=li " + strings.Join(target.env, " ") + "\ncd site\n"
	files := "-- site/gongkai.yaml --\nversion: 1\nname: 测试站\nbase_url: https://www.example.gov.cn/\n"
	var more, steps strings.Builder
	year := 2010
	for i, b := range blocks {
		switch {
		case b.of != target.name:
			continue
		case b.in != "":
			fmt.Fprintf(&more, "-- site/%s/gongkai.yaml --\n%s", b.in, b.yaml)
		default:
			files += strings.NewReplacer(target.replace...).Replace(b.yaml)
		}
		fmt.Fprintf(&more, "-- block%d.sh --\n%s-- report%d.md --\n%s", i, b.sh, i, docReport(year))
		fmt.Fprintf(&steps, "mkdir content/610112/wjj/%[1]d\ncp ../report%[2]d.md content/610112/wjj/%[1]d/zongjie.md\nexec gongkai build\nexec sh -eux ../block%[2]d.sh\n", year, i)
		year++
	}
	return script + steps.String() + "exists " + target.published + "/610112/wjj/2010/zongjie.html\n" + files + more.String()
}

func docReport(year int) string {
	return fmt.Sprintf("---\ntitle: %d年卫生健康工作总结\nagency: 西安市未央区卫生健康局\ndate: %d-01-05\nkind: summary\n---\n\n## 一、主要工作\n\n全年开展义诊 12 场。\n", year, year+1)
}

// docTarget is what the document cannot say of a target: where the test has it.
type docTarget struct {
	name      string
	blocks    int
	replace   []string // in the configuration: the document's words, the test's
	env       []string
	published string // where the site is to be found afterwards, from the site's folder
}

// TestDeployDocument runs the commands of docs/deploy.md word for word, for each target that this machine has a server for.
func TestDeployDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := docBlocks(t, string(text))
	known := 0
	for name, open := range map[string]func(*testing.T) docTarget{
		"folder": func(*testing.T) docTarget { return docTarget{blocks: 2, published: "../www/current"} },
		"bundle": func(*testing.T) docTarget { return docTarget{blocks: 3, published: "www/current"} },
		"sftp":   docSFTP, "s3": docS3,
	} {
		for _, b := range blocks {
			if b.of == name {
				known++
			}
		}
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath("sh"); err != nil {
				sitetest.Missing(t, "sh", err.Error())
			}
			target := open(t)
			target.name = name
			n := 0
			for _, b := range blocks {
				if b.of == name && strings.Contains(b.sh, "gongkai ") {
					n++
				}
			}
			if n != target.blocks {
				t.Fatalf("%d blocks, want %d", n, target.blocks)
			}
			file := filepath.Join(t.TempDir(), name+".txtar")
			if err := os.WriteFile(file, []byte(docScript(target, blocks)), 0o644); err != nil {
				t.Fatal(err)
			}
			testscript.Run(t, testscript.Params{Files: []string{file}})
		})
	}
	if known != len(blocks) {
		t.Errorf("%d of %d blocks are of a known target", known, len(blocks))
	}
}
