package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/internal/deploy"
)

func withEnv(pairs ...string) *app {
	return &app{source: ".", env: env{Getenv: func(name string) string {
		for _, p := range pairs {
			if value, ok := strings.CutPrefix(p, name+"="); ok {
				return value
			}
		}
		return ""
	}}}
}

func TestBy(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		env  []string
		want deploy.By
	}{
		{[]string{"USER=li"}, deploy.By{User: "li", Host: host}},
		{[]string{"USERNAME=li"}, deploy.By{User: "li", Host: host}},
		{[]string{"GITHUB_ACTIONS=true", "GITHUB_ACTOR=li", "GITHUB_WORKFLOW=site", "GITHUB_JOB=deploy", "GITHUB_SERVER_URL=https://git.example.cn/", "GITHUB_REPOSITORY=xxgk/site", "GITHUB_RUN_ID=7", "USER=runner"},
			deploy.By{User: "li", Host: host, CI: "github", Job: "site/deploy", URL: "https://git.example.cn/xxgk/site/actions/runs/7"}},
		{[]string{"GITHUB_ACTIONS=true"}, deploy.By{Host: host, CI: "github"}},
		{[]string{"GITLAB_CI=true", "GITLAB_USER_LOGIN=li", "CI_JOB_NAME=deploy", "CI_JOB_URL=https://git.example.cn/j/7"}, deploy.By{User: "li", Host: host, CI: "gitlab", Job: "deploy", URL: "https://git.example.cn/j/7"}},
	} {
		if got, err := withEnv(c.env...).by(); err != nil || got != c.want {
			t.Errorf("%q: %+v %v, want %+v", c.env, got, err, c.want)
		}
	}
}

// TestCommit writes the files by which git says what HEAD is.
func TestCommit(t *testing.T) {
	const c, d = "0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef"
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"none":      {nil, ""},
		"detached":  {map[string]string{".git/HEAD": c + "\n"}, c},
		"branch":    {map[string]string{".git/HEAD": "ref: refs/heads/a/b\n", ".git/refs/heads/a/b": c + "\n", ".git/packed-refs": d + " refs/heads/a/b\n"}, c},
		"packed":    {map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# pack-refs with: peeled\n" + d + " refs/heads/mainly\n" + c + " refs/heads/main\n^" + d + "\n"}, c},
		"unborn":    {map[string]string{".git/HEAD": "ref: refs/heads/main\n"}, ""},
		"worktree":  {map[string]string{".git": "gitdir: ../git/worktrees/x\n", "../git/worktrees/x/HEAD": "ref: refs/heads/x\n", "../git/worktrees/x/commondir": "../..\n", "../git/refs/heads/x": c + "\n"}, c},
		"submodule": {map[string]string{".git": "gitdir: ../git/modules/x\n", "../git/modules/x/HEAD": c + "\n"}, c},
		"no commit": {map[string]string{".git/HEAD": "0123\n"}, ""},
		"outside":   {map[string]string{".git/HEAD": "ref: ../../secret\n", "secret": c + "\n"}, ""},
		"empty":     {map[string]string{".git/HEAD": ""}, ""},
		"strange":   {map[string]string{".git": "elsewhere\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			top := filepath.Join(t.TempDir(), "site")
			deep := filepath.Join(top, "deep", "in")
			if err := os.MkdirAll(deep, 0o755); err != nil {
				t.Fatal(err)
			}
			for file, text := range test.files {
				file = filepath.Join(top, filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			a := withEnv()
			a.source = deep
			if got := a.commit(); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	if got := withEnv("GITHUB_SHA=" + c).commit(); got != c {
		t.Errorf("GitHub: %q", got)
	}
	if got := withEnv("CI_COMMIT_SHA=" + c).commit(); got != c {
		t.Errorf("GitLab: %q", got)
	}
}

func TestPageOf(t *testing.T) {
	const page = "610112/wjj/2021/zongjie.html"
	a := withEnv()
	a.source = "site"
	for in, want := range map[string]string{
		page: page, "/" + page: page, page + "#s1-2": page, "https://www.example.gov.cn/xxgk/" + page: page, "https://cdn.example.cn/" + page: page,
		"content/610112/wjj/2021/zongjie.md": page, "content/610112/wjj/2021/zongjie/index.md": page, "site/content/610112/wjj/2021/zongjie.md": page,
		"https://elsewhere.example/" + page: "", "../" + page: "", "610112/wjj/2021/": "", "610112/wjj/2021/zongjie.md": "", "": "", page + "?a=b": "", "a/../b.html": "",
	} {
		got, ok := a.pageOf(in, "https://www.example.gov.cn/xxgk/", "https://cdn.example.cn/", "")
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestHide(t *testing.T) {
	var b bytes.Buffer
	w := hide(hide(&b, "hunter2-Geheim"), "ab")
	if n, err := w.Write([]byte("cannot log in with hunter2-Geheim\n")); n != 34 || err != nil {
		t.Error(n, err)
	}
	if b.String() != "cannot log in with ***\n" {
		t.Errorf("%q", b.String())
	}
	a := &app{env: env{Terminal: func(stream any) bool { return stream == any(&b) }}}
	if !a.onTerminal(w) || a.onTerminal(&bytes.Buffer{}) {
		t.Error("a terminal is not seen through the veil")
	}
}

func TestBytesOf(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 1_234_567: "1.2 MB", 7e12: "7.0 TB", 7e15: "7000.0 TB"} {
		if got := bytesOf(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
