package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
)

// heartbeat is how often an idle stream says that it lives.
const heartbeat = 15 * time.Second

// message is one event. Its fields are the JSON of the package comment; those that do not belong to a kind of event stay out.
type message struct {
	event    string
	Page     string     `json:"page,omitempty"`
	Navigate string     `json:"navigate,omitempty"`
	Styles   []string   `json:"styles,omitempty"`
	Seq      uint64     `json:"seq,omitempty"`
	Ribbon   string     `json:"ribbon,omitempty"`
	Problems *[]problem `json:"problems,omitempty"`
	More     int        `json:"more,omitempty"`
	Blocked  bool       `json:"blocked,omitempty"`
}

// tab is what is known of a browser's page.
type tab struct {
	address string // below the site's root, or of the preview's own page
	base    string // the path below which it stands; "" when that is not the site's
	page    string // the hash of what it shows
	seq     uint64 // the last state that it was told of
	told    string // the last update or error
	whole   bool   // not a page's, but a listener to the whole site
}

// events is the stream of one tab, until it closes.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	query := r.URL.Query()
	t := &tab{page: query.Get("have"), whole: !query.Has("page")}
	t.address, t.base = s.pageOf(query.Get("page"))
	ctx, leave := s.streams.enter(r)
	defer leave()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	fmt.Fprint(w, "retry: 500\n\n")
	for {
		st := s.state.Load()
		for _, m := range s.messages(ctx, st, t) {
			data, err := json.Marshal(m)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", m.event, data); err != nil {
				return
			}
		}
		if out.Flush() != nil {
			return
		}
		var again <-chan time.Time
		if t.seq != st.seq { // the file was just being saved, perhaps as it was: then no other state comes
			again = time.After(16 * secondLook)
		}
		select {
		case <-ctx.Done():
			return
		case <-st.next:
		case <-again:
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": \n\n"); err != nil {
				return
			}
		}
	}
}

// pageOf is the address of the page at a browser's path, and the base that it has; "" for one outside of the site, which base_url has left.
func (s *server) pageOf(location string) (address, base string) {
	base = s.base()
	if location == ownPath {
		return ownPath, base
	}
	address, ok := within(&url.URL{Path: location}, base)
	if u, err := url.ParseRequestURI(location); err == nil {
		address, ok = within(u, base)
	}
	if !ok {
		address, base = "", ""
	}
	if address == "" || strings.HasSuffix(address, "/") {
		address += "index.html"
	}
	return address, base
}

// messages says what a tab must know of a state that it has not heard of.
func (s *server) messages(ctx context.Context, st *state, t *tab) []message {
	if t.whole {
		return s.siteMessages(st, t)
	}
	before := t.seq
	if t.address != ownPath && t.base != st.base() {
		t.base, t.seq = st.base(), st.seq
		return []message{{event: "reload", Navigate: t.base + (&url.URL{Path: t.address}).EscapedPath()}}
	}
	if s.Navigate && before > 0 && st.edited != "" && st.solid > before && st.edited != t.address && t.address != ownPath {
		t.seq = st.seq
		return []message{{event: "reload", Navigate: s.base() + (&url.URL{Path: st.edited}).EscapedPath()}}
	}
	a, err := s.answerOf(ctx, st, t.address)
	if err != nil {
		return nil // the file is just being saved: asked again soon
	}
	t.seq = st.seq
	var list []message
	if a.page != t.page && (a.fault == nil || t.page == "") {
		if before == 0 || st.solid > before || t.address == ownPath { // our own page also changes with what is found behind
			t.page, t.told = a.page, ""
			return []message{{event: "reload", Page: a.page}}
		}
		t.page = a.page
		list = append(list, message{event: "update", Page: a.page, Styles: s.styles(st), Seq: st.seq})
	}
	return append(list, t.news(s.report(st, a, t.address))...)
}

// siteMessages says the same to who listens to the whole site.
func (s *server) siteMessages(st *state, t *tab) []message {
	before := t.seq
	t.seq = st.seq
	news := t.news(amiss(st.found, st.Blocked))
	styles := s.styles(st)
	sheets := t.page
	t.page = strings.Join(styles, " ")
	switch {
	case before == 0 || st.Blocked && len(news) > 0: // what has just been broken is shown as it was
	case st.solid > before:
		return append([]message{{event: "reload", Seq: st.seq}}, news...)
	case sheets != t.page:
		return append([]message{{event: "update", Styles: styles, Seq: st.seq}}, news...)
	}
	return news
}

// amiss is the message of all errors that stand.
func amiss(found diag.List, blocked bool) message {
	found = slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return d.Waived != "" || d.Severity < diag.Error })
	m := message{event: "update"}
	m.list(found, blocked)
	return m
}

// news is a message unless it is the one that was told last.
func (t *tab) news(m message) []message {
	data, err := json.Marshal(m)
	if err != nil || m.event+string(data) == t.told {
		return nil
	}
	t.told = m.event + string(data)
	return []message{m}
}

func (s *server) answerOf(ctx context.Context, st *state, address string) (*answer, error) {
	if address == ownPath {
		data, err := s.desk(st)
		return &answer{page: hash(data)}, err
	}
	a, err := s.answer(ctx, st, address)
	if err == nil && a.file != nil {
		a.file.Close()
	}
	return a, err
}

func (s *server) styles(st *state) []string {
	var paths []string
	for _, u := range st.Styles() {
		paths = append(paths, st.base()+(&url.URL{Path: u}).EscapedPath())
	}
	return paths
}

// problem is a finding as the panel shows it.
type problem struct {
	Path     string   `json:"path"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Severity string   `json:"severity"`
	Rule     string   `json:"rule"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Excerpt  *excerpt `json:"excerpt,omitempty"`
}

// excerpt is the source line of a finding, in three parts.
type excerpt struct {
	Before string `json:"before"`
	Span   string `json:"span"`
	After  string `json:"after"`
}

const shownProblems = 30

// report says what is wrong with a page: what forbids publishing at all, and what stands in its own file.
func (s *server) report(st *state, a *answer, address string) message {
	m := message{event: "update", Ribbon: ribbon(st, address)}
	found := slices.Clone(a.fault)
	for _, d := range st.found {
		own := a.source != "" && d.Path == a.source && d.Severity == diag.Error
		if d.Waived == "" && (own || st.Blocked && d.Severity == diag.Error) && !slices.ContainsFunc(found, func(f diag.Diagnostic) bool {
			return f.Path == d.Path && f.Start == d.Start && f.Rule == d.Rule && f.Message == d.Message
		}) {
			found = append(found, d)
		}
	}
	if address == ownPath {
		found = nil
	}
	m.list(found, st.Blocked)
	return m
}

// list makes the message tell findings; with any it is an error.
func (m *message) list(found diag.List, blocked bool) {
	problems := []problem{}
	for _, d := range found[:min(shownProblems, len(found))] {
		problems = append(problems, shown(d))
	}
	m.Problems = &problems
	if len(found) > 0 {
		m.event, m.More, m.Blocked = "error", len(found)-len(problems), blocked
	}
}

// ribbon is what is said of a report that is not public yet.
func ribbon(st *state, address string) string {
	x := st.Site.Report(address)
	switch {
	case x == nil:
		return ""
	case x.Draft:
		return "草稿：尚未公开"
	case x.Future:
		return "未到发布日期：定于" + x.Day().Chinese() + "公开"
	}
	return ""
}

func shown(d diag.Diagnostic) problem {
	return problem{
		Path: d.Path, Line: d.Start.Line, Column: d.Start.Column, Severity: d.Severity.String(), Rule: d.Rule,
		Message: d.Message.ZH, Hint: d.Hint.ZH, Excerpt: excerptOf(d),
	}
}

// clipped is how many characters of a line are shown on either side of a span.
const clipped = 60

func excerptOf(d diag.Diagnostic) *excerpt {
	line := []rune(sourceLine(d.Path, d.Start.Line))
	if len(strings.TrimSpace(string(line))) == 0 {
		return nil
	}
	from := min(max(d.Start.Column-1, 0), len(line))
	to := min(from+1, len(line))
	switch {
	case d.End.Line > d.Start.Line:
		to = len(line)
	case d.End.Line == d.Start.Line && d.End.Column > d.Start.Column:
		to = min(d.End.Column-1, len(line))
	}
	e := &excerpt{Before: string(line[max(0, from-clipped):from]), Span: string(line[from:to]), After: string(line[to:min(len(line), to+clipped)])}
	if from > clipped {
		e.Before = "…" + e.Before
	}
	if len(line) > to+clipped {
		e.After += "…"
	}
	return e
}
