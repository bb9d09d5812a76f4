package document

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/internal/sitetest"
)

func TestOfficeMissing(t *testing.T) {
	ole := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), utf16Bytes("WordDocument", binary.LittleEndian)...)
	wantRefused(t, "a.wps", ole, Options{Look: noPrograms}, "document-program", "WPS 文件要由 LibreOffice 转换，本机没有安装")
	wantRefused(t, "a.doc", []byte("{\\rtf1}"), Options{Look: noPrograms}, "document-program", "RTF 文件要由 LibreOffice 转换")
}

// script makes a program that stands in for LibreOffice.
func script(t *testing.T, text string) Options {
	t.Helper()
	file := filepath.Join(t.TempDir(), "soffice")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command(file, "--version").Run(); errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrPermission) {
		t.Skip("no shell to play LibreOffice")
	}
	return Options{Look: func(string) (string, error) { return file, nil }, TempDir: t.TempDir(), Office: NewOffice(300 * time.Millisecond)}
}

func TestOfficeThatFails(t *testing.T) {
	rtf := []byte("{\\rtf1 x}")
	wantRefused(t, "a.rtf", rtf, script(t, "echo no such filter >&2; exit 1"), "document-program", "no such filter")
	opt := script(t, "[ $# -lt 3 ] && exit; sleep 30 & sleep 30; echo done")
	began := time.Now()
	wantRefused(t, "a.rtf", rtf, opt, "document-program", "已停止")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("stopped after %v", took)
	}
	if left, _ := os.ReadDir(opt.TempDir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if doc, _, err := Read(ctx, "a.rtf", rtf, opt); doc != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", doc, err)
	}
}

// TestLibreOffice: a docx that LibreOffice has made a doc of, or printed, reads as before.
func TestLibreOffice(t *testing.T) {
	if testing.Short() {
		t.Skip("starts LibreOffice")
	}
	program, err := exec.LookPath("soffice")
	if err != nil {
		sitetest.Missing(t, "libreoffice", "no soffice in PATH")
	}
	dir := t.TempDir()
	body := `<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:sz w:val="44"/></w:rPr><w:t>某局年度总结</w:t></w:r></w:p>` + numbered("1", "0", "做了的事")
	for range 12 {
		body += `<w:p><w:pPr><w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/></w:pPr>` + r(strings.Repeat(filler, 6)) + `</w:p>`
	}
	body += `<w:tbl><w:tblPr><w:tblW w:w="8000" w:type="dxa"/></w:tblPr><w:tblGrid><w:gridCol w:w="4000"/><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr>` + p("指标") + `</w:tc><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr>` + p("数量") + `</w:tc></w:tr></w:tbl>` + p("完")
	types := xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/></Types>`
	data := docxOf(t, body, map[string]string{"[Content_Types].xml": types, "word/numbering.xml": xmlHead + "<w:numbering " + wordNS + ">" + someNumbers + "</w:numbering>"})
	want, _ := mustRead(t, "a.docx", data, Options{})
	if err := os.WriteFile(filepath.Join(dir, "a.docx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	convert := func(to string) []byte {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, program, "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--headless", "--convert-to", to, "--outdir", dir, filepath.Join(dir, "a.docx"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		made, err := os.ReadFile(filepath.Join(dir, "a."+strings.SplitN(to, ":", 2)[0]))
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	doc := convert("doc")
	for _, name := range []string{"a.doc", "a.wps"} {
		got, list := mustRead(t, name, doc, Options{})
		if got.Via != "libreoffice" || got.Format != name[2:] || len(list) != 0 {
			t.Errorf("%s via %s, findings %v", got.Format, got.Via, list)
		}
		if a, b := strings.ReplaceAll(sketch(got), " left", ""), sketch(want); a != b { // it says left where nothing was said
			t.Errorf("it reads\n%s\nwant\n%s", a, b)
		}
	}
	pdf := convert("pdf")
	readers(t, func(t *testing.T, opt Options) {
		got, _ := mustRead(t, "a.pdf", pdf, opt)
		squash := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if a, b := squash(got.Text()), squash(strings.Replace(want.Text(), "做了的事", "一、做了的事", 1)); a != b {
			t.Errorf("text differs:\n%s\n%s", a, b)
		}
		if n, m := count(got).blocks, count(want).blocks; n < m || n > m+2 { // page breaks, rows
			t.Errorf("%d blocks, want %d", n, m)
		}
	})
}
