package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"

	"gongkai/internal/deploy"
)

// by says who publishes: the job of CI when there is one, else the person at this machine.
func (a *app) by() (deploy.By, error) {
	host, err := os.Hostname()
	if err != nil {
		return deploy.By{}, err
	}
	who := deploy.By{Host: host}
	get := a.Getenv
	switch {
	case get("GITHUB_ACTIONS") == "true":
		who.CI, who.User = "github", get("GITHUB_ACTOR")
		who.Job = strings.Join(filled(get("GITHUB_WORKFLOW"), get("GITHUB_JOB")), "/")
		if id := get("GITHUB_RUN_ID"); id != "" && get("GITHUB_REPOSITORY") != "" {
			who.URL = strings.Join([]string{strings.TrimRight(get("GITHUB_SERVER_URL"), "/"), get("GITHUB_REPOSITORY"), "actions/runs", id}, "/")
		}
	case get("GITLAB_CI") == "true":
		who.CI, who.User, who.Job, who.URL = "gitlab", get("GITLAB_USER_LOGIN"), get("CI_JOB_NAME"), get("CI_JOB_URL")
	default:
		who.User = cmp.Or(get("USER"), get("LOGNAME"), get("USERNAME"))
		if me, err := user.Current(); who.User == "" && err == nil {
			who.User = me.Username
		}
	}
	return who, nil
}

func filled(words ...string) []string {
	var list []string
	for _, w := range words {
		if w != "" {
			list = append(list, w)
		}
	}
	return list
}

// commit is the commit of the site's own repository: what CI says, else HEAD of the repository that holds the site's folder; "" when
// there is none. No git is asked for it.
func (a *app) commit() string {
	if c := cmp.Or(a.Getenv("GITHUB_SHA"), a.Getenv("CI_COMMIT_SHA")); c != "" {
		return c
	}
	dir, err := filepath.Abs(a.source)
	if err != nil {
		return ""
	}
	for {
		if git, ok := gitFolder(filepath.Join(dir, ".git")); ok {
			return gitHead(git)
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// gitFolder follows the file .git of a worktree or submodule to its folder.
func gitFolder(name string) (string, bool) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return "", false
	case info.IsDir():
		return name, true
	}
	to, ok := strings.CutPrefix(firstLine(name), "gitdir: ")
	if !ok {
		return "", false
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(name), to)
	}
	return to, true
}

var commitForm = regexp.MustCompile(`^[0-9a-f]{40}(?:[0-9a-f]{24})?$`)

// gitHead resolves HEAD: a commit, or a branch, which stands in a file of its own or in packed-refs. A worktree has its branches in the
// common folder.
func gitHead(git string) string {
	at := firstLine(filepath.Join(git, "HEAD"))
	ref, isRef := strings.CutPrefix(at, "ref: ")
	if !isRef {
		return commitForm.FindString(at)
	}
	if !fs.ValidPath(ref) {
		return ""
	}
	common := git
	if to := firstLine(filepath.Join(git, "commondir")); to != "" {
		if common = to; !filepath.IsAbs(to) {
			common = filepath.Join(git, to)
		}
	}
	for _, dir := range []string{git, common} {
		if c := commitForm.FindString(firstLine(filepath.Join(dir, filepath.FromSlash(ref)))); c != "" {
			return c
		}
	}
	packed, err := os.ReadFile(filepath.Join(common, "packed-refs"))
	if err != nil {
		return ""
	}
	for l := range strings.Lines(string(packed)) {
		if c, name, ok := strings.Cut(strings.TrimSpace(l), " "); ok && name == ref {
			return commitForm.FindString(c)
		}
	}
	return ""
}

// firstLine is the first line of a small file; "" when there is none.
func firstLine(name string) string {
	text, err := readSmall(name, 4096)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(first)
}

// readSmall reads a regular file of at most so many bytes.
func readSmall(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a small file")}
	}
	return os.ReadFile(name)
}
