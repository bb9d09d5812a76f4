package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// lines is an output that a test reads while the program writes it.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) wait(t *testing.T, part string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(l.String(), part); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never said %q: %q", part, l.String())
		}
	}
}

// previewSite is a site of one report, with a mistake to be mended.
func previewSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	const text = "---\ntitle: 2023年工作总结\nagency: 某某局\nkind: summary\ndate: 2024-01-05\n---\n\n## 一、工作\n\n正文。\n"
	for name, text := range map[string]string{"gongkai.yaml": "version: 1\nname: 测试站\nbase_url: https://example.gov.cn/xx/\n", "content/610112/wjj/2023/zongjie.md": text} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestServe previews a site as the command does: the address, a mistake said once, its mending, the end by Ctrl-C.
func TestServe(t *testing.T) {
	dir := previewSite(t)
	var out, errs lines
	ctx, interrupt := context.WithCancel(context.Background())
	e := env{Getenv: func(string) string { return "" }, Now: time.Now, Terminal: func(any) bool { return false }}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, e, strings.NewReader(""), &out, &errs, []string{"serve", "-s", dir, "--port", "0"})
	}()
	out.wait(t, "（Ctrl-C 结束）")
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/xx/`).FindString(out.String())
	if address == "" {
		t.Fatalf("no address: %q", out.String())
	}
	resp, err := http.Get(address + "610112/wjj/2023/zongjie.html")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "2023年工作总结") {
		t.Fatalf("%s %v\n%s", resp.Status, err, page)
	}
	file := filepath.Join(dir, "content", "610112", "wjj", "2023", "zongjie.md")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(src, []byte("title:"), []byte("titel:"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	errs.wait(t, "zongjie.md:2:1: error: 未知字段“titel”")
	if err := os.WriteFile(file, src, 0o644); err != nil {
		t.Fatal(err)
	}
	errs.wait(t, "已改正")
	if n := strings.Count(errs.String(), "未知字段“titel”"); n != 1 {
		t.Errorf("said %d times:\n%s", n, errs.String())
	}
	begin := time.Now()
	interrupt()
	if code := <-done; code != exitClean {
		t.Errorf("exit %d\n%s", code, errs.String())
	}
	t.Logf("ended in %v", time.Since(begin))
	if _, err := http.Get(address); err == nil {
		t.Error("the port is still taken")
	}
}

func TestServePortTaken(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	port := fmt.Sprint(ln.Addr().(*net.TCPAddr).Port)
	code, out, errs := program(t, "serve", "-s", previewSite(t), "--port", port)
	if code != exitMachine || out != "" || !strings.Contains(errs, "端口 "+port+" 已被另一个程序占用") || !strings.Contains(errs, "hint: 请用 gongkai serve --port ") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

func TestServeUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"没有网站":        {"serve", "-s", t.TempDir(), "--port", "0"},
		"端口应在 0":      {"serve", "-s", previewSite(t), "--port", "70000"},
		"多余的参数":       {"serve", "x"},
		"--port 的值":   {"serve", "--port", "x"},
		"不是完整的网址":     {"serve", "-s", previewSite(t), "--port", "0", "--base-url", "x"},
		"没有选项 --live": {"serve", "--live"},
	} {
		if code, _, errs := program(t, args...); code == exitClean || !strings.Contains(errs, want) {
			t.Errorf("%v: exit %d\n%s", args, code, errs)
		}
	}
}
