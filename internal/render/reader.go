package render

import (
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"rsc.io/qr/coding"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

// nationalForm is where the public reports errors of government sites; it takes the site's code and the page's address.
const nationalForm = "https://zfwzgl.www.gov.cn/exposure/jiucuo.html"

// corrections are the ways to report an error in a report: the configured mailbox or form with title and address, and on official sites
// the national form.
func (r *Renderer) corrections(x *site.Report) []Link {
	page := r.absolute(x.URL)
	if page == "" {
		page = x.URL
	}
	var links []Link
	national := false
	if u, err := url.Parse(r.config.ReportError); err == nil && r.config.ReportError != "" {
		switch {
		case u.Scheme == "mailto":
			q := "subject=" + encode1("纠错："+x.Title) + "&body=" + encode1(page)
			links = append(links, Link{"我要纠错", "mailto:" + u.Opaque + "?" + q})
		case strings.HasPrefix(r.config.ReportError, nationalForm):
			national = true
		case u.Scheme != "":
			q := "title=" + encode1(x.Title) + "&url=" + encode1(page)
			if u.RawQuery != "" {
				q = u.RawQuery + "&" + q
			}
			u.RawQuery = q
			links = append(links, Link{"我要纠错", u.String()})
		}
	}
	if r.config.SiteIDCode != "" && (national || r.config.Official) {
		text := "我要纠错"
		if len(links) > 0 {
			text = "向全国平台反映"
		}
		links = append(links, Link{text, nationalForm + "?site_code=" + encode1(r.config.SiteIDCode) + "&url=" + encode1(page)})
	}
	return links
}

// encode1 percent-encodes a value as scripts do, with %20 for a blank, so that they can find it again.
func encode1(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func dayOnly(d report.Date) string {
	d.Hour, d.Minute, d.Timed = 0, 0, false
	return d.ISO()
}

// quiet is the width of the empty border that readers of the code need.
const quiet = 4

// qrCode draws an address for paper; nil when there is none, or when it is too long for a code.
func (r *Renderer) qrCode(address string) *QR {
	if address == "" {
		return nil
	}
	code := r.codes.encode(address)
	if code == nil {
		return nil
	}
	path := make([]byte, 0, code.Size*code.Size*2)
	for y := range code.Size {
		end := -1 // of the row's last stroke
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x == from {
				continue
			}
			if end < 0 {
				path = strconv.AppendInt(append(path, 'M'), int64(from+quiet), 10)
				path = strconv.AppendInt(append(path, ' '), int64(y+quiet), 10)
			} else {
				path = append(strconv.AppendInt(append(path, 'm'), int64(from-end), 10), " 0"...)
			}
			path = strconv.AppendInt(append(path, 'h'), int64(x-from), 10)
			end = x
		}
	}
	return &QR{code.Size + 2*quiet, string(path)}
}

// codePlans are the layouts of QR codes by size. All addresses of a site need two or three of them, and making one is most of the work.
type codePlans struct {
	made [coding.MaxVersion + 1]atomic.Pointer[coding.Plan]
}

// encode does what qr.Encode does, at the lowest level of correction; nil when the text is too long.
func (c *codePlans) encode(text string) *coding.Code {
	words := coding.String(text)
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if words.Bits(v) > v.DataBytes(coding.L)*8 {
			continue
		}
		plan := c.made[v].Load()
		if plan == nil {
			var err error
			if plan, err = coding.NewPlan(v, coding.L, 0); err != nil {
				return nil
			}
			c.made[v].Store(plan)
		}
		code, err := plan.Encode(words)
		if err != nil {
			return nil
		}
		return code
	}
	return nil
}
