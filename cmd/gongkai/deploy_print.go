package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"gongkai/internal/deploy"
	"gongkai/internal/diag"
)

// shownSteps is how many pages of each change a plan names; -v names all.
const shownSteps = 20

// A deployTeller says what a command is about to do at a target, and what it did: as text for people, or once, in the end, as JSON.
type deployTeller struct {
	app    *app
	target destination
	format string
	start  time.Time
	purges bool // and publishes nothing
}

// deployJSON is what deploy, apply, rollback and purge print with --format json.
type deployJSON struct {
	Target    string          `json:"target"`
	Done      bool            `json:"done"` // something was changed
	Unchanged bool            `json:"unchanged"`
	Plan      *deploy.Plan    `json:"plan,omitempty"`
	Refused   json.RawMessage `json:"refused"` // diagnostics: contract §4
	Record    *deploy.Record  `json:"record,omitempty"`
	Sent      int             `json:"sent"`
	Linked    int             `json:"linked"`
	Carried   int             `json:"carried"`
	Dropped   []string        `json:"dropped"`
	Purged    []string        `json:"purged"`
	Notes     []string        `json:"notes"`
}

func (d *deployTeller) json(j deployJSON, refused diag.List) error {
	var b bytes.Buffer
	if err := diag.WriteJSON(&b, refused, d.app.lang); err != nil {
		return err
	}
	j.Target, j.Refused = d.target.Name, b.Bytes()
	for _, list := range []*[]string{&j.Dropped, &j.Purged, &j.Notes} {
		if *list == nil {
			*list = []string{}
		}
	}
	return d.app.writeJSON(j)
}

func (a *app) writeJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// to is where people read: beside the JSON when that is asked for.
func (d *deployTeller) to() io.Writer {
	if d.format == "json" {
		return d.app.err
	}
	return d.app.out
}

// planned ends a --dry-run.
func (d *deployTeller) planned(p *deploy.Plan) error {
	if d.format == "json" {
		if err := d.json(deployJSON{Plan: p, Unchanged: p.Unchanged()}, p.Refused); err != nil {
			return err
		}
	} else {
		d.plan(p)
	}
	if len(p.Refused) > 0 {
		return d.refusal(p.Refused)
	}
	if d.format != "json" && !d.app.quiet && !p.Unchanged() {
		fmt.Fprintln(d.app.out, d.app.say("只是说明，没有改动；发布请去掉 --dry-run", "nothing was changed; to publish leave out --dry-run"))
	}
	return nil
}

// refused ends a deploy that was refused before it had a plan to show.
func (d *deployTeller) refused(found diag.List) error {
	if d.format == "json" {
		if err := d.json(deployJSON{}, found); err != nil {
			return err
		}
	}
	return d.refusal(found)
}

func (d *deployTeller) refusal(found diag.List) error {
	a := d.app
	if d.format != "json" {
		if err := a.printFindings(found, "text"); err != nil {
			return err
		}
	}
	if d.purges {
		fmt.Fprintf(a.err, a.say("没有清除，原因见上。%s 保持原样。\n", "nothing was removed, for the reason above; %s is as it was.\n"), d.target.Name)
		return exitCode(exitFindings)
	}
	fmt.Fprintf(a.err, a.say("没有发布到 %[1]s：原因有 %[2]d 个，见上。%[1]s 保持原样。\n", "not published to %[1]s for the %[2]d reasons above; %[1]s is as it was.\n"), d.target.Name, len(found))
	return exitCode(exitFindings)
}

// plan shows what would change, report by report.
func (d *deployTeller) plan(p *deploy.Plan) {
	a, w := d.app, d.to()
	if a.quiet {
		return
	}
	if p.Unchanged() {
		fmt.Fprintf(w, a.say("没有变化：%s 已是这一版（%s）\n", "nothing to do: %s holds this site already (%s)\n"), d.target.Name, p.Previous)
		return
	}
	head := a.say("将发布到 %s，接替 %s：\n", "to be published to %s, after %s:\n")
	switch {
	case d.target.Kind == "bundle" && p.Previous == "":
		head = a.say("将为 %s 生成全站的离线包：%.0s\n", "a bundle of the whole site, for %s:%.0s\n")
	case d.target.Kind == "bundle":
		head = a.say("将为 %s 生成离线包，只含与 %s 不同的文件：\n", "a bundle for %s of what differs from %s:\n")
	case p.Previous == "":
		head = a.say("将发布到 %s，是第一次：%.0s\n", "to be published to %s for the first time:%.0s\n")
	}
	fmt.Fprintf(w, head, d.target.Name, p.Previous)
	d.steps(w, p)
	if o := p.Others; o.Added+o.Changed+o.Removed > 0 {
		fmt.Fprintf(w, a.say("  其他文件：新增 %d，更改 %d，删除 %d\n", "  other files: %d new, %d changed, %d removed\n"), o.Added, o.Changed, o.Removed)
	}
	fmt.Fprintf(w, a.say("  传送 %d 个文件（%s），全站共 %d 个文件\n", "  %d files to send (%s), of %d\n"), p.SendFiles, bytesOf(p.SendBytes), p.Total)
}

// steps lists pages by their titles: they are sorted by change. Pages that only look different are counted, since a change of layout
// touches every one of them.
func (d *deployTeller) steps(w io.Writer, p *deploy.Plan) {
	a := d.app
	shown := map[deploy.Change]int{}
	for i, s := range p.Reports {
		n := shown[s.Change]
		shown[s.Change]++
		most := shownSteps
		if s.Change == deploy.Redrawn {
			most = 0
		}
		word := s.Change.Word().In(a.lang)
		if n < most || a.verbose {
			fmt.Fprintf(w, "  %s%s %s%s %s\n", word, pad(word, 9), oneLine(s.Title), pad(s.Title, 44), s.Path)
		}
		last := i+1 == len(p.Reports) || p.Reports[i+1].Change != s.Change
		if rest := n + 1 - most; last && rest > 0 && !a.verbose {
			format := a.say("  %s%s 另有 %d 个页面（-v 列出）\n", "  %s%s %d more pages (-v lists them)\n")
			if most == 0 {
				format = a.say("  %s%s %d 个页面（-v 列出）\n", "  %s%s %d pages (-v lists them)\n")
			}
			fmt.Fprintf(w, format, word, pad(word, 9), rest)
		}
	}
}

// deployed closes a deploy that stands.
func (d *deployTeller) deployed(r *deploy.Result) error {
	a, w := d.app, d.to()
	switch {
	case a.quiet:
	case r.Unchanged:
		if d.format != "json" {
			d.plan(r.Plan)
		}
	case d.target.Kind == "bundle":
		fmt.Fprintf(w, a.say("已生成离线包 %s：%d 个文件\n拷到另一侧后：gongkai apply %s 目标\n", "wrote the bundle %s: %d files\non the other side: gongkai apply %s TARGET\n"),
			filepath.Join(a.sitePath(d.target.Path), r.Record.ID), r.Sent, r.Record.ID)
	default:
		fmt.Fprintf(w, a.say("已发布到 %s：版本 %s，传送 %d 个文件（%s），用时 %.1f 秒\n", "published to %s: release %s, %d files sent (%s) in %.1f s\n"),
			d.target.Name, r.Record.ID, r.Sent, bytesOf(r.Record.Changes.SentBytes), a.Now().Sub(d.start).Seconds())
		if r.Record.Previous != "" && !slices.Contains(r.Purged, r.Record.Previous) {
			fmt.Fprintf(w, a.say("要退回上一版：gongkai rollback %s\n", "to go back: gongkai rollback %s\n"), d.target.Name)
		}
	}
	return d.done(r)
}

// done tells what else happened, to the command's end.
func (d *deployTeller) done(r *deploy.Result) error {
	a := d.app
	if len(r.Purged) > 0 {
		fmt.Fprintf(a.err, a.say("已永久删除 %d 个含有被移除文字的旧版本，不能再退回到它们：%s\n", "%d earlier releases that held the removed text are gone for good: %s\n"), len(r.Purged), strings.Join(r.Purged, " "))
	}
	if a.verbose && len(r.Dropped) > 0 {
		fmt.Fprintf(a.err, a.say("超出保留数的旧版本已删除：%s\n", "earlier releases beyond those to keep were removed: %s\n"), strings.Join(r.Dropped, " "))
	}
	var notes []string
	for _, n := range r.Notes {
		notes = append(notes, n.In(a.lang))
		fmt.Fprintln(a.err, n.In(a.lang))
	}
	if d.format != "json" {
		return nil
	}
	return d.json(deployJSON{
		Done: !r.Unchanged, Unchanged: r.Unchanged, Plan: r.Plan, Record: &r.Record,
		Sent: r.Sent, Linked: r.Linked, Carried: r.Carried, Dropped: r.Dropped, Purged: r.Purged, Notes: notes,
	}, nil)
}

// bytesOf is a size for people.
func bytesOf(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	size, units := float64(n), []string{"kB", "MB", "GB", "TB"}
	i := -1
	for size >= unit-0.05 && i+1 < len(units) {
		size /= unit
		i++
	}
	return fmt.Sprintf("%.1f %s", size, units[i])
}

// oneLine keeps what comes from a page from steering the terminal.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || !unicode.IsGraphic(r) }), " ")
}
