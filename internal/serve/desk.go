package serve

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/site"
)

//go:embed web
var web embed.FS

// webFile returns a file of ours; every name is one that go:embed has seen.
func webFile(name string) []byte {
	b, err := web.ReadFile("web/" + name)
	if err != nil {
		panic(err)
	}
	return b
}

var deskLayout = sync.OnceValues(func() (*template.Template, error) {
	return template.New("desk.html").Option("missingkey=error").Parse(string(webFile("desk.html")))
})

// ownFile answers for the preview's own files.
func (s *server) ownFile(w http.ResponseWriter, r *http.Request) {
	a := &answer{status: http.StatusOK}
	switch name := strings.TrimPrefix(r.URL.EscapedPath(), ownPath); name {
	case "":
		s.republished()
		st := s.state.Load()
		data, err := s.desk(st)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		a.data, a.kind, a.page = data, "text/html; charset=utf-8", hash(data)
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	case "reload.js", "preview.css":
		a.data, a.kind = webFile(name), publish.ContentType(name)
	default:
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	a.write(w, r)
}

// want has the site compared with what is published, as soon as the bodies have been read.
func (s *server) want(st *state) {
	if st.diff != nil {
		return
	}
	s.wanted.Store(true)
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// The view of 可以发布吗？
type (
	deskView struct {
		Name, Base, Destination string
		Verdict, Class          string // yes, no or wait
		Sentence                string
		Counts                  []string
		Diff                    *diffView
		General                 []problem // of what is no report's own
		Rows                    []deskRow
		More                    int
	}
	diffView struct {
		Problem string
		Same    int
		Parts   []diffPart
	}
	diffPart struct {
		Name  string
		N     int
		Links []deskLink
		More  int
	}
	deskLink struct{ Text, URL string }
	deskRow  struct {
		Title, URL, Path         string
		State, When              string
		Errors, Warnings         int
		Missing, Broken, Further []string
	}
)

const (
	shownRows  = 300
	shownFiles = 100
	shownSays  = 8
)

// desk draws 可以发布吗？
func (s *server) desk(st *state) ([]byte, error) {
	if st.diff == nil {
		s.want(st)
	}
	v := &deskView{Name: cmp.Or(st.Site.Config.Name, "工作报告"), Base: s.base(), Destination: s.Build.Destination}
	v.rows(st)
	v.judge(st)
	if st.diff != nil {
		v.Diff = viewOf(st.diff, s.base())
	}
	t, err := deskLayout()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// judge says whether a publish would go through.
func (v *deskView) judge(st *state) {
	errors, warnings := st.found.Count(diag.Error), st.found.Count(diag.Warning)
	switch {
	case errors > 0 || st.Unpublishable(st.found):
		v.Verdict, v.Class = "现在不能发布", "no"
		v.Sentence = fmt.Sprintf("有 %d 处错误，改正后才能发布。", errors)
	case !st.check.complete():
		v.Verdict, v.Class = "正在检查", "wait"
		v.Sentence = fmt.Sprintf("已检查 %d 份，共 %d 份。", st.check.done, st.check.all)
		if st.check.all <= 1 {
			v.Sentence = "正文正在检查。"
		}
	case warnings > 0:
		v.Verdict, v.Class = "可以发布", "yes"
		v.Sentence = fmt.Sprintf("没有错误；有 %d 处警告，请看一看。", warnings)
	default:
		v.Verdict, v.Class = "可以发布", "yes"
		v.Sentence = "没有错误，也没有警告。"
	}
}

// rows lists what wants attention: reports with findings, drafts and what waits for its day.
func (v *deskView) rows(st *state) {
	byPath := map[string]diag.List{}
	for _, d := range st.found {
		if d.Waived == "" {
			byPath[d.Path] = append(byPath[d.Path], d)
		}
	}
	counts := map[string]int{}
	var rows []deskRow
	add := func(r deskRow) {
		counts[r.State]++
		r.judge(byPath[r.Path])
		delete(byPath, r.Path)
		if r.State != "公开" || r.Errors+r.Warnings > 0 {
			rows = append(rows, r)
		}
	}
	for _, x := range st.Site.Reports {
		add(reportRow(x, st.Site.Config.Location, v.Base))
	}
	for _, x := range st.Site.Removed {
		add(deskRow{Title: x.Title, Path: x.Head.Path, State: "已撤下", URL: v.Base + x.URL})
	}
	for _, h := range st.Site.Held {
		r := deskRow{Title: cmp.Or(h.Head.Title, h.Head.Rel), Path: h.Head.Path, State: heldName(h.Reason)}
		if h.Reason == "future" {
			day := h.Head.Date
			if day.IsZero() {
				day = h.Head.Collected
			}
			r.When = moment(day.In(st.Site.Config.Location))
		}
		add(r)
	}
	for _, p := range st.Site.Plain {
		add(deskRow{Title: p.Title, Path: p.Head.Path, State: "公开", URL: v.Base + p.URL})
	}
	slices.SortStableFunc(rows, func(x, y deskRow) int {
		return cmp.Or(cmp.Compare(y.Errors, x.Errors), cmp.Compare(y.Warnings, x.Warnings), cmp.Compare(x.Path, y.Path))
	})
	v.Rows, v.More = rows[:min(shownRows, len(rows))], max(0, len(rows)-shownRows)
	for _, name := range []string{"公开", "草稿", "未到发布日期", "不予公开", "已被替代", "已撤下"} {
		if counts[name] > 0 {
			v.Counts = append(v.Counts, fmt.Sprintf("%s %d 份", name, counts[name]))
		}
	}
	v.general(byPath)
}

// general keeps the findings of files that are no report's: configuration, layouts, what cannot be read at all.
func (v *deskView) general(byPath map[string]diag.List) {
	var rest diag.List
	for _, found := range byPath {
		rest = append(rest, found...)
	}
	rest.Sort()
	for _, d := range rest[:min(shownRows, len(rest))] {
		if d.Severity > diag.Info {
			v.General = append(v.General, shown(d))
		}
	}
}

func reportRow(x *site.Report, zone *time.Location, base string) deskRow {
	r := deskRow{Title: x.Title, Path: x.Head.Path, URL: base + (&url.URL{Path: x.URL}).EscapedPath(), State: "公开"}
	switch {
	case x.Draft:
		r.State = "草稿"
	case x.Future:
		r.State, r.When = "未到发布日期", moment(x.Day().In(zone))
	case x.Withdrawn():
		r.State = "已撤下"
	case x.Status.State == "superseded":
		r.State = "已被替代"
	}
	r.Title = cmp.Or(r.Title, x.Head.Rel)
	return r
}

func heldName(reason string) string {
	switch reason {
	case "draft":
		return "草稿"
	case "future":
		return "未到发布日期"
	}
	return "不予公开"
}

// moment is when a report becomes public, if the site is then built again.
func moment(t time.Time) string { return t.Format("2006年1月2日 15:04") }

// judge sorts a report's findings by what the clerk must do.
func (r *deskRow) judge(found diag.List) {
	r.Errors, r.Warnings = found.Count(diag.Error), found.Count(diag.Warning)
	for _, d := range found {
		say := d.Message.ZH
		if d.Start.Line > 1 {
			say = fmt.Sprintf("第 %d 行：%s", d.Start.Line, say)
		}
		switch {
		case d.Rule == "frontmatter-missing":
			r.Missing = append(r.Missing, d.Message.ZH)
		case d.Rule == "broken-link" || d.Rule == "broken-fragment":
			r.Broken = clip(r.Broken, say)
		case d.Severity > diag.Info:
			r.Further = clip(r.Further, say)
		}
	}
}

// clip adds a sentence to a list that does not grow without end.
func clip(list []string, say string) []string {
	switch {
	case len(list) < shownSays:
		return append(list, say)
	case len(list) == shownSays:
		return append(list, "…")
	}
	return list
}

func viewOf(d *difference, base string) *diffView {
	if d.err != nil {
		return &diffView{Problem: d.err.Error()}
	}
	v := &diffView{Same: d.same}
	for _, part := range []struct {
		name  string
		urls  []string
		there bool
	}{{"新增", d.added, true}, {"更改", d.changed, true}, {"移除", d.removed, false}} {
		p := diffPart{Name: part.name, N: len(part.urls), More: max(0, len(part.urls)-shownFiles)}
		slices.SortStableFunc(part.urls, func(x, y string) int { return cmp.Compare(weight(x), weight(y)) })
		for _, u := range part.urls[:min(shownFiles, len(part.urls))] {
			link := deskLink{Text: u}
			if part.there {
				link.URL = base + (&url.URL{Path: u}).EscapedPath()
			}
			p.Links = append(p.Links, link)
		}
		v.Parts = append(v.Parts, p)
	}
	return v
}

// weight puts pages before what belongs to them.
func weight(u string) int {
	if path.Ext(u) == ".html" && !strings.HasSuffix(u, ".fragment.html") {
		return 0
	}
	return 1
}

// sourceLine reads a line of a file for an excerpt; "" when there is none.
func sourceLine(name string, n int) string {
	info, err := os.Stat(filepath.FromSlash(name))
	if n < 1 || err != nil || !info.Mode().IsRegular() || info.Size() > 4<<20 {
		return ""
	}
	src, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(bytes.TrimPrefix(src, []byte("\ufeff"))) {
		if n--; n == 0 {
			return strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "\ufffd")
		}
	}
	return ""
}
