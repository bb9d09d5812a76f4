package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeployPlace: a target in a folder that build reads or replaces is refused, by whatever way its path leads there.
func TestDeployPlace(t *testing.T) {
	dir := deploySite(t,
		"{name: public, kind: folder, path: public}", "{name: below, kind: folder, path: public/x/y}", "{name: flat, kind: folder, path: ./public/, mode: in-place}",
		"{name: archive, kind: bundle, path: public}", "{name: content, kind: folder, path: content/www}", "{name: static, kind: bundle, path: static}",
		"{name: link, kind: folder, path: link/www}", "{name: other, kind: folder, path: built}", "{name: site, kind: folder, path: .}", "{name: www, kind: folder, path: ../public}")
	if err := os.Symlink("content", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"public", "below", "flat", "archive", "content", "static", "link", "site"} {
		code, out, errs := program(t, "-s", dir, "deploy", name, "--yes")
		if code != exitMachine || !strings.Contains(errs, "配置里") {
			t.Errorf("%s: exit %d: %s%s", name, code, out, errs)
		}
	}
	if err := os.Rename(filepath.Join(dir, "public"), filepath.Join(dir, "built")); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := program(t, "-s", dir, "deploy", "other", "--yes", "--fail-on", "none", "-d", filepath.Join(dir, "built")); code != exitMachine || !strings.Contains(errs, "built") {
		t.Errorf("-d: exit %d: %s%s", code, out, errs)
	}
	if code, out, errs := program(t, "-s", dir, "deploy", "www", "--yes", "--fail-on", "none", "-d", filepath.Join(dir, "built")); code != exitClean {
		t.Errorf("elsewhere: exit %d: %s%s", code, out, errs)
	}
	for _, name := range []string{"content/www", "releases", "releases.jsonl"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil && name != localLog {
			t.Errorf("%s was made", name)
		}
	}
}

// TestRefusedConfigJSON: what is wrong with the configuration comes in the form that the command's result has.
func TestRefusedConfigJSON(t *testing.T) {
	dir := deploySite(t)
	writeIn(t, dir, "gongkai.yaml", "version: 1\nnope: 1\n")
	for _, args := range [][]string{{"deploy", "--yes"}, {"rollback"}, {"purge", "a.html", "--yes"}, {"apply", "x.tar.gz", "www", "--yes"}} {
		var got struct {
			Done    bool
			Refused []struct{ Rule string }
		}
		code, out, errs := program(t, append([]string{"-s", dir, "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitFindings || len(got.Refused) != 1 || got.Refused[0].Rule != "config-unknown-key" {
			t.Errorf("%s: exit %d, %v: %s%s", args, code, err, out, errs)
		}
	}
	writeIn(t, dir, "urls.txt", "/a.html\n")
	for _, args := range [][]string{{"releases"}, {"check", "--urls", filepath.Join(dir, "urls.txt")}} {
		var found []struct{ Rule string }
		code, out, errs := program(t, append([]string{"-s", dir, "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &found); err != nil || code != exitFindings || len(found) != 1 {
			t.Errorf("%s: exit %d, %v: %s%s", args, code, err, out, errs)
		}
	}
}

// TestUrlsAreSafe: a list of addresses is somebody else's; what a terminal would act upon is shown in quotes.
func TestUrlsAreSafe(t *testing.T) {
	dir := deploySite(t)
	writeIn(t, dir, "urls.txt", "/a\x1b[2J.html\n/甲.html\n")
	code, out, errs := program(t, "-s", dir, "check", "--urls", filepath.Join(dir, "urls.txt"))
	if code != exitFindings || strings.Contains(out, "\x1b") || !strings.Contains(out, "/甲.html") {
		t.Errorf("exit %d: %q%s", code, out, errs)
	}
}

// TestPurgeIsRefusedInItsWords: a purge that is refused does not speak of publishing.
func TestPurgeIsRefusedInItsWords(t *testing.T) {
	dir := deploySite(t)
	if code, out, errs := program(t, "-s", dir, "deploy", "--yes"); code != exitClean {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	code, out, errs := program(t, "-s", dir, "purge", "610112/wjj/2023/zongjie.html", "--yes")
	if code != exitFindings || !strings.Contains(errs, "没有清除") || strings.Contains(errs, "没有发布") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	code, out, errs = program(t, "-s", dir, "purge", "610112/wjj/2023/zongjei.html", "--yes")
	if code != exitClean || !strings.Contains(out, "没有改动") || !strings.Contains(errs, "请核对") {
		t.Errorf("a slip of the pen: exit %d: %s%s", code, out, errs)
	}
	// A report that is removed takes the release before along: there is no way back to be shown.
	file := filepath.Join(dir, "content/610112/wjj/2023/zongjie.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	writeIn(t, dir, "content/610112/wjj/2023/zongjie.md", strings.Replace(string(text), "kind: summary\n", "kind: summary\nstatus: {state: withdrawn, mode: removed, reason: 涉及隐私, date: 2024-06-01}\n", 1))
	rebuild(t, dir)
	code, out, errs = program(t, "-s", dir, "deploy", "--yes")
	if code != exitClean || !strings.Contains(errs, "已永久删除 1 个") || strings.Contains(out, "gongkai rollback") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}
