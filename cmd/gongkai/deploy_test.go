package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// deploySite is a small built site with a folder target, and more lines of configuration.
func deploySite(t *testing.T, targets ...string) string {
	t.Helper()
	dir := t.TempDir()
	if len(targets) == 0 {
		targets = []string{"{name: www, kind: folder, path: www}"}
	}
	files := map[string]string{
		"gongkai.yaml":                        "version: 1\nname: 测试站\nbase_url: https://example.gov.cn/\ndeploy:\n  targets:\n    - " + strings.Join(targets, "\n    - ") + "\n",
		"content/610112/wjj/2023/zongjie.md":  "---\ntitle: 2023年卫生健康工作总结\nagency: 西安市未央区卫生健康局\ndate: 2024-01-05\nkind: summary\n---\n\n## 一、主要工作\n\n全年开展义诊 12 场。\n",
		"content/610112/wjj/2022/zongjie2.md": "---\ntitle: 2022年卫生健康工作总结\nagency: 西安市未央区卫生健康局\ndate: 2023-01-05\nkind: summary\n---\n\n## 一、主要工作\n\n全年开展义诊 10 场。\n",
	}
	for name, text := range files {
		writeIn(t, dir, name, text)
	}
	rebuild(t, dir)
	return dir
}

func writeIn(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rebuild(t *testing.T, dir string) {
	t.Helper()
	if code, out, errs := program(t, "-s", dir, "build", "--as-of", "2025-01-01"); code != exitClean {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
}

// TestDeployAsks: on a terminal the plan is shown, then the question; what is not a yes is a no, and a no changes nothing.
func TestDeployAsks(t *testing.T) {
	dir := deploySite(t)
	current := filepath.Join(dir, "www", "current")
	for _, answer := range []string{"", "\n", "n\n", "否\n", "yesterday\n"} {
		code, out, errs := asked(t, answer, "-s", dir, "deploy")
		if _, err := os.Lstat(current); code != exitMachine || err == nil || !strings.Contains(out, "2023年卫生健康工作总结") || !strings.Contains(errs, "发布吗？") || !strings.Contains(errs, "已取消，没有改动") {
			t.Errorf("%q: exit %d, %v: %s%s", answer, code, err, out, errs)
		}
	}
	if code, out, errs := asked(t, "", "-s", dir, "deploy", "--dry-run"); code != exitClean || strings.Contains(errs, "发布吗") {
		t.Errorf("--dry-run: exit %d: %s%s", code, out, errs)
	}
	code, out, errs := asked(t, "是\n", "-s", dir, "deploy")
	if _, err := os.Stat(filepath.Join(current, "index.html")); code != exitClean || err != nil || !strings.Contains(out, "已发布到 www") {
		t.Errorf("yes: exit %d, %v: %s%s", code, err, out, errs)
	}
	if code, out, errs := asked(t, "", "-s", dir, "deploy"); code != exitClean || strings.Contains(errs, "发布吗") || !strings.Contains(out, "没有变化") {
		t.Errorf("nothing to do, yet asked: exit %d: %s%s", code, out, errs)
	}
	code, _, errs = asked(t, "n\n", "-s", dir, "purge", "610112/wjj/2023/zongjie.html")
	if code != exitMachine || !strings.Contains(errs, "清除吗？") || !strings.Contains(errs, "已取消") {
		t.Errorf("purge: exit %d: %s", code, errs)
	}
	code, _, errs = asked(t, "y\n", "-s", dir, "purge", "610112/wjj/2023/zongjie.html")
	if code != exitFindings {
		t.Errorf("purging what is published: exit %d: %s", code, errs)
	}
}

// TestDeployExits holds every way to end against the contract's exit codes, and the target against what it was.
func TestDeployExits(t *testing.T) {
	dir := deploySite(t, "{name: www, kind: folder, path: www}", "{name: bad, kind: folder, path: www/releases.jsonl}")
	do := func(want int, part string, args ...string) {
		t.Helper()
		code, out, errs := program(t, append([]string{"-s", dir}, args...)...)
		if code != want || !strings.Contains(out+errs, part) {
			t.Errorf("%q: exit %d, want %d with %q: %s%s", args, code, want, part, out, errs)
		}
	}
	do(exitUsage, "有几个发布目标", "deploy", "--yes")
	do(exitUsage, "没有终端", "deploy", "www")
	do(exitUsage, "没有终端", "purge", "610112/wjj/2023/zongjie.html", "www")
	do(exitUsage, "是否为", "rollback", "wwww")
	do(exitMachine, "没有生成的网站", "deploy", "www", "--yes", "-d", filepath.Join(dir, "nowhere"))
	do(exitClean, "已发布到 www", "deploy", "www", "--yes")
	do(exitMachine, "", "deploy", "bad", "--yes")
	do(exitMachine, "", "rollback", "www", "20000101T000000Z-00000000")
	do(exitClean, "没有变化", "deploy", "www", "--yes")
	before, err := os.Readlink(filepath.Join(dir, "www", "current"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "content/610112/wjj/2022/zongjie2.md")); err != nil {
		t.Fatal(err)
	}
	rebuild(t, dir)
	do(exitFindings, "deploy-gone", "deploy", "www", "--yes")
	do(exitFindings, "deploy-max-delete", "deploy", "www", "--yes", "--max-delete", "0")
	do(exitFindings, "deploy-gone", "deploy", "www", "--dry-run")
	if after, err := os.Readlink(filepath.Join(dir, "www", "current")); err != nil || after != before {
		t.Errorf("refused, yet %q became %q, %v", before, after, err)
	}
	writeIn(t, dir, "gongkai.yaml", "version: 1\ndeploy: {keep: none}\n")
	do(exitFindings, "config-wrong-type", "deploy", "--yes")
}

// TestDeployJSON: one value on standard output, whatever happens.
func TestDeployJSON(t *testing.T) {
	dir := deploySite(t)
	var first struct {
		Target          string
		Done, Unchanged bool
		Plan            struct {
			Reports []struct{ Change, Title string }
		}
		Refused []struct{ Rule string }
		Record  struct{ ID, Action string }
		Notes   []string
	}
	code, out, _ := program(t, "-s", dir, "deploy", "--yes", "--format", "json")
	if err := json.Unmarshal([]byte(out), &first); err != nil || code != exitClean || !first.Done || first.Target != "www" || len(first.Plan.Reports) != 2 || first.Record.Action != "deploy" || first.Refused == nil || first.Notes == nil {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
	var list []struct {
		ID      string
		Current bool
	}
	code, out, _ = program(t, "-s", dir, "releases", "--format", "json")
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != exitClean || len(list) != 1 || list[0].ID != first.Record.ID || !list[0].Current {
		t.Errorf("exit %d, %v: %s", code, err, out)
	}
	if err := os.Remove(filepath.Join(dir, "content/610112/wjj/2022/zongjie2.md")); err != nil {
		t.Fatal(err)
	}
	rebuild(t, dir)
	for _, flag := range []string{"--yes", "--dry-run"} {
		first.Refused, first.Done = nil, false
		code, out, _ = program(t, "-s", dir, "deploy", flag, "--format", "json")
		if err := json.Unmarshal([]byte(out), &first); err != nil || code != exitFindings || first.Done || len(first.Refused) == 0 || first.Refused[0].Rule != "deploy-gone" {
			t.Errorf("%s: exit %d, %v: %s", flag, code, err, out)
		}
	}
}

// TestDeployIsSeen: with a url the site is read as the public reads it; when that is another site the deploy is taken back.
func TestDeployIsSeen(t *testing.T) {
	var served string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.FileServer(http.Dir(served)).ServeHTTP(w, r)
	}))
	defer server.Close()
	dir := deploySite(t, "{name: www, kind: folder, path: www, url: '"+server.URL+"/'}")
	served = filepath.Join(dir, "www", "current")
	if code, out, errs := program(t, "-s", dir, "deploy", "--yes"); code != exitClean {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	before, err := os.Readlink(served)
	if err != nil {
		t.Fatal(err)
	}
	served = filepath.Join(dir, "www", before) // the server does not follow
	writeIn(t, dir, "content/610112/wjj/2024/zongjie.md", "---\ntitle: 2024年卫生健康工作总结\nagency: 西安市未央区卫生健康局\ndate: 2024-12-05\nkind: summary\n---\n\n## 一、主要工作\n\n全年开展义诊 14 场。\n")
	rebuild(t, dir)
	code, out, errs := program(t, "-s", dir, "deploy", "--yes")
	after, err := os.Readlink(filepath.Join(dir, "www", "current"))
	if code != exitMachine || err != nil || after != before || !strings.Contains(errs, "不是刚发布的内容") {
		t.Errorf("exit %d, %q, %v: %s%s", code, after, err, out, errs)
	}
	server.Close()
	code, out, errs = program(t, "-s", dir, "deploy", "--yes")
	after, err = os.Readlink(filepath.Join(dir, "www", "current"))
	if code != exitMachine || err != nil || after != before || !strings.Contains(errs, "无法从公众的网址读取 "+server.URL+"/manifest.sha256") {
		t.Errorf("exit %d, %q, %v: %s%s", code, after, err, out, errs)
	}
}

// TestSecretsStayHidden gives a deploy a password and looks for it in everything that is printed or written, the server being absent.
func TestSecretsStayHidden(t *testing.T) {
	const secret = "hunter2-Geheim"
	ln, err := net.Listen("tcp", "127.0.0.1:0") // a port at which nobody answers
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	ln.Close()
	dir := deploySite(t, "{name: host, kind: sftp, host: 127.0.0.1, port: "+strconv.Itoa(port)+", user: li, path: www, known_hosts: known_hosts, password_env: GONGKAI_TEST_PASSWORD, passphrase_env: GONGKAI_TEST_PASSWORD}",
		"{name: bucket, kind: s3, endpoint: 'http://127.0.0.1:"+strconv.Itoa(port)+"', bucket: xxgk, path_style: true, access_key_env: GONGKAI_TEST_PASSWORD, secret_key_env: GONGKAI_TEST_PASSWORD, session_token_env: GONGKAI_TEST_PASSWORD}")
	writeIn(t, dir, "known_hosts", "")
	e := env{Now: time.Now, Terminal: func(any) bool { return false }, Getenv: func(name string) string {
		if name == "GONGKAI_TEST_PASSWORD" {
			return secret
		}
		return ""
	}}
	for _, args := range [][]string{
		{"deploy", "host", "--yes"}, {"deploy", "host", "--yes", "-v", "--format", "json"}, {"deploy", "host", "--dry-run"}, {"releases", "host"}, {"rollback", "host"},
		{"purge", "610112/wjj/2023/zongjie.html", "host", "--yes"}, {"deploy", "bucket", "--yes", "-v"}, {"releases", "bucket", "--format", "json"},
	} {
		var out bytes.Buffer
		code := run(context.Background(), e, strings.NewReader(""), &out, &out, append([]string{"-s", dir}, args...))
		if code != exitMachine || strings.Contains(out.String(), secret) {
			t.Errorf("%q: exit %d: %s", args, code, out.String())
		}
	}
	err = filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("the secret stands in %s", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
