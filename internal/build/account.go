package build

import (
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// account is what the file beside the site says of it: how many drafts it shows, how many findings stand, and who let which stand.
func (b *builder) account(src *source, s *site.Site, found diag.List) publish.Info {
	info := publish.Info{Findings: publish.Findings{Error: found.Count(diag.Error), Warning: found.Count(diag.Warning), Info: found.Count(diag.Info)}}
	for _, r := range s.Reports {
		if r.Draft || r.Future {
			info.Drafts++
		}
	}
	for _, p := range s.Plain {
		if p.Draft {
			info.Drafts++
		}
	}
	top := strings.TrimSuffix(b.under("x"), "x")
	for _, d := range found {
		if d.Waived == "" {
			continue
		}
		w := publish.Waived{Path: strings.TrimPrefix(d.Path, top), Rule: d.Rule, Reason: d.Waived}
		if by, ok := src.waiver(d); ok {
			w.By = by.By
			if !by.Date.IsZero() {
				w.Date = by.Date.ISO()
			}
		}
		info.Waived = append(info.Waived, w)
	}
	info.Waived = slices.Compact(info.Waived)
	return info
}

// waiver is the one that covers a finding.
func (s *source) waiver(d diag.Diagnostic) (report.Waiver, bool) {
	for _, f := range s.files {
		if f.head != nil && f.head.Path == d.Path {
			i := slices.IndexFunc(f.head.Waive, func(w report.Waiver) bool { return covers(w, d) && w.Reason == d.Waived })
			if i >= 0 {
				return f.head.Waive[i], true
			}
		}
	}
	return report.Waiver{}, false
}
