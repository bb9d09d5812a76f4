package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"gongkai/internal/report"
)

// textJSON is the result of verify --text for machines.
type textJSON struct {
	Page       string      `json:"page"`
	Genuine    bool        `json:"genuine"`
	Shown      string      `json:"shown"`       // 文本校验码 as the page shows it
	TextSHA256 string      `json:"text_sha256"` // computed from the page's text
	Paragraphs int         `json:"paragraphs"`
	Changed    []misfit    `json:"changed"`        // paragraphs whose text is not that of their id
	Data       *dataResult `json:"data,omitempty"` // the data file beside the page, where there is one
}

type misfit struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// dataResult is what the data file beside a page says of the text.
type dataResult struct {
	File    string `json:"file"`
	Genuine bool   `json:"genuine"`
	Why     string `json:"why,omitempty"`
}

// verifyText computes 文本校验码 of a report's page anew and compares it with the one that the page shows, and with the report's data
// where that lies beside it.
func (a *app) verifyText(name, format string) error {
	page, err := a.readPage(name)
	if err != nil {
		return err
	}
	result := textJSON{Page: name, Genuine: page.Genuine(), Shown: page.Shown, TextSHA256: page.TextSHA256, Paragraphs: len(page.Paragraphs), Changed: []misfit{}}
	for _, p := range page.Misfits {
		result.Changed = append(result.Changed, misfit{p.ID, p.Text})
	}
	if result.Data, err = a.compareData(name, page.TextSHA256); err != nil {
		return err
	}
	if format == "json" {
		err = a.printJSON(result)
	} else {
		a.printText(result)
	}
	if err == nil && (!result.Genuine || result.Data != nil && !result.Data.Genuine) {
		err = exitCode(exitFindings)
	}
	return err
}

func (a *app) readPage(name string) (*report.PageText, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	page, err := report.ReadPage(f)
	f.Close() // it was only read
	switch {
	case errors.Is(err, report.ErrNoBody), errors.Is(err, report.ErrNoChecksum):
		return nil, adviceError{fmt.Sprintf(a.say("%s 不是报告的网页：其中没有正文或文本校验码", "%s is not the page of a report: it has no text or no 文本校验码"), name),
			a.say("请指定报告自己的网页；从浏览器保存时选“仅网页”", "name the report's own page; in a browser save it as “HTML only”"), exitMachine}
	case err != nil:
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return page, nil
}

// maxData is the largest data file that is read.
const maxData = 64 << 20

// compareData holds the data file beside a page, zongjie.json, against the page's text; nil when there is none.
func (a *app) compareData(page, sum string) (*dataResult, error) {
	stem, isPage := strings.CutSuffix(page, ".html")
	if !isPage {
		return nil, nil
	}
	d := &dataResult{File: stem + ".json"}
	f, err := os.Open(d.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxData))
	f.Close() // it was only read
	if err != nil {
		return nil, err
	}
	var data struct {
		Paragraphs []struct{ Text string }
		TextSHA256 string `json:"text_sha256"`
	}
	hash := sha256.New()
	bad := json.Unmarshal(text, &data)
	for i, p := range data.Paragraphs {
		if i > 0 {
			io.WriteString(hash, "\n")
		}
		io.WriteString(hash, p.Text)
	}
	switch own := hex.EncodeToString(hash.Sum(nil)); {
	case bad != nil:
		d.Why = fmt.Sprintf(a.say("不是报告的数据文件（%v）", "is not the data of a report (%v)"), bad)
	case own != data.TextSHA256:
		d.Why = fmt.Sprintf(a.say("所载 text_sha256 与它自己的段落不符：%.64s", "has a text_sha256 that is not that of its own paragraphs: %.64s"), data.TextSHA256)
	case own != sum:
		d.Why = fmt.Sprintf(a.say("的正文与网页不同，校验值 %s", "has another text than the page, with the checksum %s"), own)
	default:
		d.Genuine = true
	}
	return d, nil
}

func (a *app) printText(r textJSON) {
	switch {
	case !r.Genuine:
		fmt.Fprintf(a.out, a.say("%s 的文本校验码不符：网页所示 %s，按正文重新计算 %s\n", "%s: 文本校验码 differs: the page shows %s, its text has %s\n"), r.Page, shown(r.Shown), r.TextSHA256)
		for _, p := range r.Changed {
			fmt.Fprintf(a.out, a.say("  这一段与编号 %s 不符：%s\n", "  this is not the text of paragraph %s: %s\n"), shown(p.ID), shown(beginning(p.Text)))
		}
	case !a.quiet:
		fmt.Fprintf(a.out, a.say("%s 的文本校验码相符：%s，%d 段\n", "%s: 文本校验码 is right: %s, %d paragraphs\n"), r.Page, r.TextSHA256, r.Paragraphs)
	}
	switch {
	case r.Data == nil:
	case !r.Data.Genuine:
		fmt.Fprintf(a.out, a.say("%s %s\n", "%s %s\n"), r.Data.File, shown(r.Data.Why))
	case !a.quiet:
		fmt.Fprintf(a.out, a.say("%s 的正文与网页相同\n", "%s has the same text\n"), r.Data.File)
	}
	if !r.Genuine || r.Data != nil && !r.Data.Genuine {
		fmt.Fprintln(a.err, a.say("  hint: 请与发布机构网站上的网页核对", "  hint: compare it with the page on the publisher's site"))
	}
}

// beginning is the first words of a paragraph.
func beginning(text string) string {
	const limit = 40
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "\t", " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + "…"
}
