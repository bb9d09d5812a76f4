package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/internal/report"
)

// asked runs gongkai on a terminal with answers typed in.
func asked(t *testing.T, answers string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	e := env{Getenv: func(string) string { return "" }, Now: time.Now, Terminal: func(stream any) bool { _, in := stream.(*strings.Reader); return in }}
	code = run(context.Background(), e, strings.NewReader(answers), &out, &errs, args)
	return code, out.String(), errs.String()
}

// TestNewAsks: on a terminal new asks for what the flags leave open, once more for what it cannot use, and takes an empty answer.
func TestNewAsks(t *testing.T) {
	for _, test := range []struct {
		name, answers string
		flags         []string
		want          string // the draft's lines
	}{
		{"all", "某局总结\n某局\n工作总结\n2025-01-15\n", nil, "title: 某局总结\nagency: 某局\nkind: summary\ndate: 2025-01-15\n"},
		{"nothing", "\n\n\n\n", nil, "title:\nagency:\nkind:\ndate:\n"},
		{"the end of the answers", "某局总结\n", nil, "title: 某局总结\nagency:\nkind:\ndate:\n"},
		{"again", "甲\n乙\n流水账\nplan\n2025-02-30\n\n", nil, "title: 甲\nagency: 乙\nkind: plan\ndate:\n"},
		{"only what is open", "2025年1月2日\n", []string{"--title", "甲", "--agency", "乙", "--kind", "plan"}, "title: 甲\nagency: 乙\nkind: plan\ndate: 2025年1月2日\n"},
		{"CRLF", "甲\r\n乙\r\nplan\r\n\r\n", nil, "title: 甲\nagency: 乙\nkind: plan\ndate:\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			code, out, errs := asked(t, test.answers, append([]string{"-s", dir, "new", "610112/wjj/2024/a"}, test.flags...)...)
			text, err := os.ReadFile(filepath.Join(dir, "content/610112/wjj/2024/a.md"))
			if code != exitClean || err != nil || !strings.Contains(string(text), "draft: true\n"+test.want) {
				t.Errorf("exit %d, %v\n%s\n%s%s", code, err, text, out, errs)
			}
		})
	}
	// a flag that cannot be used is told before anything is asked
	code, out, errs := asked(t, "甲\n", "-s", t.TempDir(), "new", "610112/wjj/2024/a", "--date", "2025-02-30")
	if code != exitFindings || out != "" || !strings.Contains(errs, "没有30日") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

// TestDeafOutput: what was asked for and could not be said is a failure.
func TestDeafOutput(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"explain"}, {"--help"}, {"completion", "bash"}} {
		var errs bytes.Buffer
		e := env{Getenv: func(string) string { return "" }, Now: time.Now, Terminal: func(any) bool { return false }}
		var out io.Writer = full{}
		if code := run(context.Background(), e, strings.NewReader(""), out, &errs, args); code != exitMachine || !strings.Contains(errs.String(), "no room") {
			t.Errorf("%v: exit %d: %s", args, code, &errs)
		}
	}
}

// TestExplainInEnglish: explain knows every rule and every key, in English without Chinese but the key's own names.
func TestExplainInEnglish(t *testing.T) {
	for _, r := range rules() {
		if code, out, errs := program(t, "--lang", "en", "explain", r.ID); code != exitClean || strings.ContainsFunc(out, isHan) {
			t.Errorf("%s: exit %d: %s%s", r.ID, code, out, errs)
		}
	}
	for _, k := range report.Fields() {
		if text := keyInEnglish(k.Names[0]); text == "" || strings.ContainsFunc(text, isHan) {
			t.Errorf("%s is explained as %q", k.Names[0], text)
		}
	}
}

func isHan(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }
