package build

import (
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// waive marks the findings that a report's own waivers (已核实例外) cover: same rule, and the waiver's span stands in the finding's. What
// leaves no page to write stops a build all the same.
func (s *source) waive(found diag.List) {
	if len(found) == 0 {
		return
	}
	waivers := map[string][]report.Waiver{}
	for _, f := range s.files {
		if f.head != nil && len(f.head.Waive) > 0 {
			waivers[f.head.Path] = f.head.Waive
		}
	}
	for i := range found {
		d := &found[i]
		for _, w := range waivers[d.Path] {
			if covers(w, *d) {
				d.Waived = w.Reason
			}
		}
	}
}

func covers(w report.Waiver, d diag.Diagnostic) bool {
	return w.Rule == d.Rule && w.Span != "" && strings.Contains(d.Span, w.Span)
}
