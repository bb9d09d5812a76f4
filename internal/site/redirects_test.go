package site

import (
	"slices"
	"strings"
	"testing"

	"gongkai/internal/report"
)

// moved is a site with pages to lead to, and redirects.csv.
func moved(t *testing.T, base string, lines ...string) Input {
	t.Helper()
	in := input(
		head(t, "610112/wjj/2021/a.md", alias("/old/a.html", "/folder/")),
		head(t, "610112/wjj/2022/b/index.md"),
		head(t, "610112/wjj/2021/gone.md", alias("/old/gone.html"), func(h *report.Head) {
			h.Status.State, h.Status.Mode, h.Status.Date = "withdrawn", "removed", day(2022, 3, 1)
		}),
		head(t, "about.md"),
	)
	in.Folders = map[string][]File{"610112/wjj/2022/b": {{Name: "f.pdf", Size: 3}}}
	in.Heads[1].Attachments = []report.Attachment{{File: "f.pdf", Title: "附件"}}
	in.Static = []string{"img/Logo.png"}
	config := *in.Config
	config.BaseURL = base
	in.Config = &config
	rows, found := ParseRedirects("redirects.csv", []byte("from,to,status\n"+strings.Join(lines, "\n")+"\n"))
	wantSaid(t, found)
	in.Redirects, in.RedirectsPath = rows, "redirects.csv"
	return in
}

func TestRedirectForm(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"from,to\n/a.html,b.html\n", ""},
		{"\xef\xbb\xbf旧地址,新地址,状态\r\n/a.html,b.html,\r\n", ""},
		{"# 旧门户\nfrom,to,status\n\n/a.html, b.html ,302\n/b.html,,410\n", ""},
		{"\"from\",\"to\"\n\"/a,b.html\",c.html\n", ""},
		{"", ""},
		{"/a.html,b.html\n", "redirects.csv:1 redirect-form error"},
		{"from；to\n", "redirects.csv:1 redirect-form error"},
		{"from,to,status,note\n", "redirects.csv:1 redirect-form error"},
		{"from,to\n/a.html\n", "redirects.csv:2 redirect-form error"},
		{"from,to\n/a.html,b,301,x\n", "redirects.csv:2 redirect-form error"},
		{"from,to\n,b.html\n/a.html,\n", "redirects.csv:2 redirect-form error|redirects.csv:3 redirect-form error"},
		{"from,to,status\n/a.html,b.html,307\n/b.html,c.html,410\n", "redirects.csv:2 redirect-status error|redirects.csv:3 redirect-form error"},
		{"from,to\n\"/a.html,b.html\n", "redirects.csv:2 redirect-form error"},
		{"from,to\n/a\"b,c\n", "redirects.csv:2 redirect-form error"},
		{"from,to\n/\xd6\xd0,c\n", "redirects.csv:2 file-encoding error"},
	} {
		_, found := ParseRedirects("redirects.csv", []byte(tt.text))
		var want []string
		if tt.want != "" {
			want = strings.Split(tt.want, "|")
		}
		t.Run(tt.text, func(t *testing.T) { wantSaid(t, found, append([]string{}, want...)...) })
	}
	_, found := ParseRedirects("redirects.csv", []byte("from,to,status\n/中文,b.html,9\n"))
	if found[0].Start.Column != 12 || found[0].Span != "9" { // counted in characters
		t.Errorf("%+v", found[0])
	}
}

func TestRedirectFaults(t *testing.T) {
	const base = "https://www.example.gov.cn/xxgk/"
	for _, tt := range []struct{ line, want string }{
		{"/art/1.html,610112/wjj/2021/a.html", ""},
		{"https://WWW.example.gov.cn/art/1.html?x=1,/xxgk/610112/wjj/2021/a.html", ""},
		{"//www.example.gov.cn:443/art/1.html,https://www.example.gov.cn/xxgk/about.html", ""},
		{"/showinfo.aspx?id=1,610112/wjj/2022/b/f.pdf", ""},
		{"/xxgk/index.html?id=1,610112/", ""},
		{"old.html,/xxgk", ""},
		{"/a,610112", ""},
		{"http://old.example.gov.cn/1.html,about.html", "redirect-host"},
		{"/1.html,https://other.example.com/", "redirect-host"},
		{"/1.html,javascript:alert(1)", "redirect-host"},
		{"/1.html,//other.example.com/x", "redirect-host"},
		{"mailto:a@b,about.html", "redirect-host"},
		{"/%zz,about.html", "redirect-address"},
		{"/%d6%d0,about.html", "redirect-address"},
		{"/a/../b,about.html", "redirect-address"},
		{"/a/%2e%2e/b,about.html", "redirect-address"},
		{"/a#b,about.html", "redirect-address"},
		{"/a\x01b,about.html", "redirect-address"},
		{"/1.html,about.html#x", "redirect-address"},
		{"/1.html,about.html?x=1", "redirect-address"},
		{"/1.html,no.html", "redirect-target"},
		{"/1.html,/610112/", "redirect-target"},
		{"/1.html,610112/wjj/2021/gone.html", "redirect-target"},
		{"/1.html,610112/wjj/2021/gone.json", "redirect-target"},
		{"/1.html,old/a.html", "redirect-chain"},
		{"/1.html,folder", "redirect-chain"},
		{"about.html,index.html", "redirect-taken"},
		{"/xxgk/,about.html", "redirect-taken"},
		{"610112,about.html", "redirect-taken"},
		{"/xxgk/610112/wjj/2022/b/f.pdf,about.html", "redirect-taken"},
		{"img/Logo.png,about.html", "redirect-taken"},
		{"/xxgk/assets/x.css,about.html", "redirect-taken"},
		{"610112/wjj/2021/gone.html,about.html", "redirect-taken"},
		{"old/a.html,about.html", "redirect-twice"},
		{"folder,about.html", "redirect-twice"},
		{"/1.html,/1.html", "redirect-loop"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			_, found := Assemble(moved(t, base, tt.line))
			want := []string{}
			if tt.want != "" {
				want = append(want, "redirects.csv:2 "+tt.want+" error")
			}
			wantSaid(t, found, want...)
		})
	}
	_, found := Assemble(moved(t, base, "/1,/2", "/2,/3", "/3,/1", "/4,/5", "/5,about.html", "/6,about.html", "/6,index.html", "/6?a=1,about.html"))
	wantSaid(t, found, "redirects.csv:2 redirect-loop error", "redirects.csv:3 redirect-loop error", "redirects.csv:4 redirect-loop error",
		"redirects.csv:5 redirect-chain error", "redirects.csv:8 redirect-twice error")
}

// TestRedirectPages: an old address that a file can stand at gets a page, as an alias does.
func TestRedirectPages(t *testing.T) {
	s := assemble(t, moved(t, "https://www.example.gov.cn/xxgk/", "art/1.html,about.html", "art/2,610112/wjj/2021/a.html", "art/2/,610112/wjj/2021/a.html", "/art/3.html,about.html",
		"a.aspx,about.html", "b.html?x=1,about.html", "c.html,,410", "search/x.html,about.html", "d.html,610112/wjj/2022/b/f.pdf", "e.html,610112/,302"))
	var got []string
	for _, a := range s.Aliases {
		got = append(got, a.URL+" > "+a.To+" "+a.Title)
	}
	want := []string{"art/1.html > about.html about", "art/2/index.html > 610112/wjj/2021/a.html 2021年工作总结", "e.html > 610112/index.html 未央区",
		"folder/index.html > 610112/wjj/2021/a.html 2021年工作总结", "old/a.html > 610112/wjj/2021/a.html 2021年工作总结"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAnswers(t *testing.T) {
	s := assemble(t, moved(t, "https://www.example.gov.cn/xxgk/", "/art/1.html,about.html", "/s.aspx?id=1&n=%e4%b8%ad,610112/", "/s.aspx?id=2,,410", "x/y,about.html", "/xxgk/index.html?id=3,about.html,302"))
	answers := s.Answers(func(rel string) bool { return rel == "assets/a.0123456789.css" })
	for _, tt := range []struct{ address, want string }{
		{"https://www.example.gov.cn/xxgk/", "served index.html"},
		{"http://WWW.EXAMPLE.GOV.CN/xxgk/index.html?from=wx#top", "served index.html"},
		{"/xxgk/index.html?id=3", "redirected /xxgk/about.html"},
		{"/xxgk", "redirected /xxgk/"},
		{"", "missing bad"},
		{"index.html", "served index.html"},
		{"/xxgk/610112/wjj/2021/a.html", "served 610112/wjj/2021/a.html"},
		{"610112/wjj/2021/%61.html", "served 610112/wjj/2021/a.html"},
		{"610112/wjj/2021/a.json", "served 610112/wjj/2021/a.json"},
		{"610112/wjj/2022/b/f.pdf", "served 610112/wjj/2022/b/f.pdf"},
		{"610112//wjj/./2022/../2021/a.html", "served 610112/wjj/2021/a.html"},
		{"assets/a.0123456789.css", "served assets/a.0123456789.css"},
		{"manifest.sha256", "served manifest.sha256"},
		{"610112", "redirected /xxgk/610112/"},
		{"610112/", "served 610112/index.html"},
		{"610112/wjj/2021/", "missing"},
		{"610112/wjj/2021/A.html", "missing"},
		{"old/a.html", "redirected /xxgk/610112/wjj/2021/a.html"},
		{"folder", "redirected /xxgk/610112/wjj/2021/a.html"},
		{"folder/index.html", "redirected /xxgk/610112/wjj/2021/a.html"},
		{"x/y/", "redirected /xxgk/about.html"},
		{"/art/1.html?utm=1", "redirected /xxgk/about.html"},
		{"/s.aspx?id=1&n=%E4%B8%AD", "redirected /xxgk/610112/"},
		{"/s.aspx?id=1&n=中", "redirected /xxgk/610112/"},
		{"/s.aspx?id=2", "gone"},
		{"/s.aspx?id=3", "missing"},
		{"/s.aspx", "missing"},
		{"610112/wjj/2021/gone.html", "gone"},
		{"610112/wjj/2021/gone.txt", "gone"},
		{"610112/wjj/2021/gone/x/y.pdf", "gone"},
		{"610112/wjj/2021/gone", "missing"},
		{"old/gone.html", "gone"},
		{"/610112/wjj/2021/a.html", "missing"},
		{".git/config", "missing"},
		{"https://other.example.com/xxgk/", "missing foreign"},
		{"ftp://www.example.gov.cn/xxgk/", "missing foreign"},
		{"/%d6%d0.html", "missing bad"},
		{"/100%", "missing bad"},
	} {
		x := answers.Of(tt.address)
		got := strings.TrimSpace(x.Kind + " " + x.File + x.To)
		switch x.Err {
		case ErrForeignHost:
			got += " foreign"
		case ErrNoAddress:
			got += " bad"
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.address, got, tt.want)
		}
	}
}

// TestAnswersKnowEveryPage: what Has says is there is served, but old addresses and notices.
func TestAnswersKnowEveryPage(t *testing.T) {
	s := assemble(t, moved(t, "", "art/1.html,about.html"))
	answers := s.Answers(func(string) bool { return false })
	old := map[string]bool{}
	for _, a := range s.Aliases {
		old[a.URL] = true
	}
	for url := range s.pages {
		x := answers.Of("/" + url)
		if want := map[bool]string{true: Redirected, false: Served}[old[url]]; x.Kind != want {
			t.Errorf("%s: %s, want %s", url, x.Kind, want)
		}
	}
}

func FuzzRedirects(f *testing.F) {
	f.Add("from,to,status\n/a?b=%e4,c.html,302\n\"/x,\"\"y\",,410\n")
	f.Add("旧地址,新地址\n//h/%2e%2e,\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, found := ParseRedirects("redirects.csv", []byte(text))
		in := input()
		in.Redirects, in.RedirectsPath = rows, "redirects.csv"
		s, more := Assemble(in)
		for _, d := range append(found, more...) {
			if d.Path == "redirects.csv" && (d.Start.Line < 1 || d.Start.Column < 1 || d.Rule == "") {
				t.Errorf("%+v", d)
			}
		}
		answers := s.Answers(func(string) bool { return false })
		for _, r := range s.Redirects {
			if strings.ContainsFunc(r.From.Path+r.From.Query, control) || !strings.HasPrefix(r.From.Path, "/") {
				t.Errorf("%+v", r)
			}
			if x := answers.Of(Escape(r.From.Path) + "?" + r.From.Query); x.Kind == Served || x.Kind == Missing {
				t.Errorf("%+v is answered by %+v", r, x)
			}
		}
	})
}

func FuzzAddress(f *testing.F) {
	f.Add("https://www.example.gov.cn/a/../b?x=%e4%zz#y")
	f.Add("//h")
	f.Add("%2f%2fa?%")
	f.Fuzz(func(t *testing.T, text string) {
		c := DefaultConfig()
		a, err := c.Address(text)
		if err != nil {
			return
		}
		again, err := c.Address(Escape(a.Path) + map[bool]string{true: "?" + a.Query}[a.Query != ""])
		if err != nil || again.Path != a.Path || !strings.Contains(text, "#") && again != a {
			t.Errorf("%q is %+v, which is %+v, %v", text, a, again, err)
		}
	})
}
