package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/han"
	"gongkai/internal/importer"
)

// The account as JSON: contract §4.
type (
	importJSON struct {
		File        string          `json:"file"`
		Output      string          `json:"output"`
		Markdown    string          `json:"markdown"`
		Fields      []fieldJSON     `json:"fields"`
		Headings    []headingJSON   `json:"headings"`
		Joined      []joinedJSON    `json:"joined"`
		Dropped     []droppedJSON   `json:"dropped"`
		Added       []addedJSON     `json:"added"`
		Diagnostics json.RawMessage `json:"diagnostics"`
	}
	fieldJSON struct {
		Key        string `json:"key"`
		Value      string `json:"value"`
		Basis      string `json:"basis"`
		Confidence string `json:"confidence"`
	}
	headingJSON struct {
		Line   int    `json:"line"`
		Level  int    `json:"level"`
		Number string `json:"number"`
		Text   string `json:"text"`
		RunIn  bool   `json:"run_in"`
	}
	joinedJSON struct {
		Line     int `json:"line"`
		NextLine int `json:"next_line"`
	}
	droppedJSON struct {
		Line   int    `json:"line"`
		Text   string `json:"text"`
		Reason string `json:"reason"`
	}
	addedJSON struct {
		Text   string `json:"text"`
		Reason string `json:"reason"`
	}
)

func (a *app) printImported(results []*imported, skipped int, f importFlags) error {
	if f.format == "json" {
		return a.printImportJSON(results)
	}
	var found diag.List
	for _, r := range results {
		found = append(found, r.Found...)
	}
	found.Sort()
	if err := diag.WriteText(a.err, found, diag.TextOptions{Lang: a.lang, Color: a.color(a.err), Source: decodedExcerpt}); err != nil {
		return err
	}
	if a.quiet {
		return nil
	}
	w := a.out
	if f.output == "-" {
		w = a.err
	}
	if len(results) == 1 {
		a.printAccount(w, results[0])
		return nil
	}
	a.printTable(w, results, skipped)
	return nil
}

// decodedExcerpt is excerpt for files in any encoding that import reads.
func decodedExcerpt(path string) []byte {
	text, err := document.Decode(excerpt(path))
	if err != nil {
		return nil
	}
	return []byte(text)
}

func (a *app) printImportJSON(results []*imported) error {
	list := make([]importJSON, len(results))
	for i, r := range results {
		j := &list[i]
		*j = importJSON{File: r.File, Output: r.output, Markdown: string(r.Markdown), Fields: []fieldJSON{}, Headings: []headingJSON{}, Joined: []joinedJSON{}, Dropped: []droppedJSON{}, Added: []addedJSON{}}
		for _, x := range r.Fields {
			j.Fields = append(j.Fields, fieldJSON{x.Key, x.Value, x.Basis.In(a.lang), string(x.Confidence)})
		}
		for _, x := range r.Headings {
			j.Headings = append(j.Headings, headingJSON(x))
		}
		for _, x := range r.Joined {
			j.Joined = append(j.Joined, joinedJSON(x))
		}
		for _, x := range r.Dropped {
			j.Dropped = append(j.Dropped, droppedJSON{x.Line, x.Text, x.Reason.In(a.lang)})
		}
		for _, x := range r.Added {
			j.Added = append(j.Added, addedJSON{x.Text, x.Reason.In(a.lang)})
		}
		var b strings.Builder
		if err := diag.WriteJSON(&b, r.Found, a.lang); err != nil {
			return err
		}
		j.Diagnostics = json.RawMessage(b.String())
	}
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}

// printAccount says what became of one file.
func (a *app) printAccount(w io.Writer, r *imported) {
	if r.Markdown == nil {
		fmt.Fprintf(w, a.say("没有导入：%s\n", "not imported: %s\n"), r.File)
		return
	}
	if r.output != "" {
		fmt.Fprintf(w, a.say("已写出：%s\n", "wrote: %s\n"), r.output)
	}
	for _, x := range r.Fields {
		if x.Key != "summary" && x.Key != "source.sha256" || a.verbose {
			fmt.Fprintf(w, a.say("  %s%s %s（%s，%s）\n", "  %s%s %s (%s, %s)\n"), x.Key, pad(x.Key, 16), x.Value, a.sure(x.Confidence), x.Basis.In(a.lang))
		}
	}
	run := 0
	for _, h := range r.Headings {
		if h.RunIn {
			run++
		}
	}
	fmt.Fprintf(w, a.say("标题 %d 个（其中段首标题 %d 个），拼接断段 %d 处，移出 %d 处，补入 %d 处\n", "%d headings (%d run in), %d breaks joined, %d pieces set apart, %d added\n"),
		len(r.Headings), run, len(r.Joined), len(r.Dropped), len(r.Added))
	for _, x := range r.Joined {
		fmt.Fprintf(w, a.say("  拼接：%s与%s\n", "  joined: %s and %s\n"), r.Where(x.Line).In(a.lang), r.Where(x.NextLine).In(a.lang))
	}
	a.printDropped(w, r)
	for _, x := range r.Added {
		fmt.Fprintf(w, a.say("  补入：%s（%s）\n", "  added: %s (%s)\n"), x.Text, x.Reason.In(a.lang))
	}
	for _, c := range r.changes {
		a.printChange(w, c)
	}
}

// printDropped lists what was set apart: by its reason, or each piece with -v.
func (a *app) printDropped(w io.Writer, r *imported) {
	var order []string
	count := map[string]int{}
	sample := map[string]string{}
	for _, x := range r.Dropped {
		reason := x.Reason.In(a.lang)
		if a.verbose {
			fmt.Fprintf(w, a.say("  移出：%s %s（%s）\n", "  set apart: %s %s (%s)\n"), r.Where(x.Line).In(a.lang), short(x.Text, 60), reason)
			continue
		}
		if count[reason]++; count[reason] == 1 {
			order = append(order, reason)
			sample[reason] = x.Text
		}
	}
	for _, reason := range order {
		fmt.Fprintf(w, a.say("  移出：%s %d 处，如“%s”\n", "  set apart: %s, %d, such as %q\n"), reason, count[reason], short(sample[reason], 30))
	}
	if len(order) > 0 {
		fmt.Fprintln(w, a.say("  （-v 逐条列出）", "  (-v lists each)"))
	}
}

func (a *app) printChange(w io.Writer, c importer.Change) {
	switch {
	case c.Old == "":
		fmt.Fprintf(w, a.say("  新增：%s\n", "  new: %s\n"), c.New)
	case c.New == "":
		fmt.Fprintf(w, a.say("  删去：%s\n", "  gone: %s\n"), c.Old)
	default:
		var pairs []string
		for _, f := range c.Figures {
			pairs = append(pairs, f[0]+" → "+f[1])
		}
		fmt.Fprintf(w, a.say("  改数：%s（%s）\n", "  figures: %s (%s)\n"), c.New, strings.Join(pairs, a.say("，", ", ")))
	}
}

func (a *app) sure(c importer.Confidence) string {
	switch c {
	case importer.High:
		return a.say("可靠", "high")
	case importer.Medium:
		return a.say("较可靠", "medium")
	}
	return a.say("待核", "low")
}

// printTable closes the import of many files: a line for each.
func (a *app) printTable(w io.Writer, results []*imported, skipped int) {
	rows := [][]string{{a.say("文件", "file"), a.say("标题", "headings"), a.say("拼接", "joined"), a.say("移出", "apart"), a.say("待核", "to check"), a.say("写到", "written to")}}
	written, refused := 0, 0
	for _, r := range results {
		to := r.output
		if to == "" {
			refused++
			to = a.say("没有写出：", "not written: ") + firstError(r.Found, a.lang)
		} else {
			written++
		}
		rows = append(rows, []string{short(r.File, 48), strconv.Itoa(len(r.Headings)), strconv.Itoa(len(r.Joined)), strconv.Itoa(len(r.Dropped)), strconv.Itoa(r.Found.AtLeast(diag.Warning)), to})
	}
	widths := make([]int, len(rows[0])-1)
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], han.Cells(row[i]))
		}
	}
	for _, row := range rows {
		for i, width := range widths {
			if i == 0 {
				fmt.Fprint(w, row[i], pad(row[i], width), "  ")
			} else {
				fmt.Fprint(w, pad(row[i], width), row[i], "  ")
			}
		}
		fmt.Fprintln(w, row[len(row)-1])
	}
	fmt.Fprintf(w, a.say("共 %d 个文件：写出 %d 份报告，没有写出 %d 个，略过其他文件 %d 个\n", "%d files: %d reports written, %d not, %d other files passed over\n"), len(results), written, refused, skipped)
}

func firstError(found diag.List, lang string) string {
	for _, d := range found {
		if d.Severity == diag.Error {
			return d.Message.In(lang)
		}
	}
	return "-"
}

func short(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}
