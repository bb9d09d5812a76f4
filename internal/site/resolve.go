package site

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// resolveAll turns heads into reports: defaults, registry, what is missing, what is held back.
func (a *assembler) resolveAll() {
	heads := slices.Clone(a.Heads)
	slices.SortFunc(heads, func(x, y *report.Head) int { return cmp.Compare(x.Rel, y.Rel) })
	numbers := make(map[string]*Report, len(heads))
	before := a.before()
	for _, h := range heads {
		r := a.resolve(h, before(h))
		a.site.resolved = append(a.site.resolved, r)
		a.checkDistrict(r)
		a.checkNeeded(r)
		a.checkAttachments(r)
		if reason := a.heldBack(r); reason != "" {
			a.checkHeldAgency(r)
			a.site.Held = append(a.site.Held, Held{h, reason})
			continue
		}
		a.unique(numbers, r)
		if r.Gone() {
			a.site.Removed = append(a.site.Removed, r)
		} else {
			a.site.Reports = append(a.site.Reports, r)
		}
	}
	slices.SortFunc(a.site.Reports, byAddress) // nearly, or wholly, what they are in already
	a.byYear = arranged(a.site.Reports, byYear)
	a.site.addresses = slices.SortedFunc(slices.Values(slices.Concat(a.site.Reports, a.site.Removed)), byAddress)
	a.site.Reports = arranged(a.site.Reports, newestFirst)
}

// before finds the report that the last assembly made of the same head, nil if it was another or inherited from other defaults. Heads must be
// asked for in the order of their files.
func (a *assembler) before() func(*report.Head) *Report {
	var rest []*Report
	if a.Before != nil && maps.Equal(a.Before.defaults, a.Defaults) {
		rest = a.Before.resolved
	}
	return func(h *report.Head) *Report {
		for ; len(rest) > 0; rest = rest[1:] {
			if rest[0].Head == h {
				return rest[0]
			}
			if rest[0].Head.Rel >= h.Rel {
				break
			}
		}
		return nil
	}
}

// resolve makes a report of a head, or again of one that is known.
func (a *assembler) resolve(h *report.Head, known *Report) *Report {
	r := &Report{Head: h, Place: h.Place}
	if known != nil {
		r.FrontMatter, r.URL, r.order = known.FrontMatter, known.URL, known.order
	} else {
		r.FrontMatter = a.withDefaults(h)
		r.URL = strings.TrimSuffix(strings.TrimSuffix(h.Rel, ".md"), "/index") + ".html"
		r.order = r.Day().Order()
	}
	r.Organs = r.FrontMatter.Agency
	if h.Bundle {
		r.Files = a.Folders[path.Dir(h.Rel)]
	}
	return r
}

// withDefaults is a head's front matter with the defaults of its folders, and then with those of contract §2.
func (a *assembler) withDefaults(h *report.Head) *report.FrontMatter {
	f := h.FrontMatter
	for dir := path.Dir(h.Rel); len(a.Defaults) > 0; dir = path.Dir(dir) {
		if dir == "." {
			dir = ""
		}
		if d := a.Defaults[dir]; d != nil {
			inherit(&f, d)
		}
		if dir == "" {
			break
		}
	}
	if f.Publicity == "" {
		f.Publicity = "主动公开"
	}
	if f.Kind != "" {
		period, plan := defaultPeriods(f.Kind, h.Year)
		if f.Period.IsZero() {
			f.Period = period
		}
		if f.PlanPeriod.IsZero() {
			f.PlanPeriod = plan
		}
	}
	return &f
}

// inherit fills the keys that the file leaves unset from the defaults of a folder above it.
func inherit(f, d *report.FrontMatter) {
	fill(&f.Topic, d.Topic)
	fill(&f.Department, d.Department)
	fill(&f.Basis, d.Basis)
	fill(&f.Publicity, d.Publicity)
	fill(&f.Summary, d.Summary)
	fill(&f.Kind, d.Kind)
	if len(f.Agency) == 0 {
		f.Agency = d.Agency
	}
	if len(f.Keywords) == 0 {
		f.Keywords = d.Keywords
	}
	fill(&f.Source, d.Source)
	fill(&f.Review, d.Review)
	fill(&f.Period, d.Period)
	fill(&f.PlanPeriod, d.PlanPeriod)
	if _, written := f.At("draft"); !written {
		f.Draft = f.Draft || d.Draft
	}
}

func fill[T comparable](to *T, from T) {
	var unset T
	if *to == unset {
		*to = from
	}
}

// heldBack says why a report is not built: draft, future or not-public; "" when it is.
func (a *assembler) heldBack(r *Report) string {
	if r.Publicity != "主动公开" {
		d := a.finding(r, "held-not-public", diag.Info, "publicity", diag.Say("公开方式为“%s”，不生成页面", "publicity is %q: no page is made", r.Publicity))
		a.add(d)
		return "not-public"
	}
	if r.Draft && !a.Drafts {
		return "draft"
	}
	if day := r.Day(); !day.IsZero() && day.In(a.Config.Location).After(a.AsOf) {
		if a.Drafts {
			r.Future = true
			return ""
		}
		key, name := "date", "发布日期"
		if r.Date.IsZero() {
			key, name = "collected", "收录日期"
		}
		d := a.finding(r, "held-future", diag.Info, key, diag.Say("%[1]s%[2]s尚未到，暂不生成页面", "not built before its date, %[3]s", name, day.Chinese(), day.ISO()))
		d.Hint = diag.Say("要提前查看，请用 gongkai build --drafts", "to see it earlier: gongkai build --drafts")
		a.add(d)
		return "future"
	}
	return ""
}

// finding places a message at a key of the report's front matter, or at its first line when the key is not written.
func (a *assembler) finding(r *Report, rule string, sev diag.Severity, key string, message diag.Text) diag.Diagnostic {
	d := diag.Diagnostic{Rule: rule, Severity: sev, Path: r.Head.Path, Start: diag.Pos{Line: 1, Column: 1}, Message: message}
	if at, ok := r.At(key); ok {
		d.Start, d.End = at.Value, at.End
	}
	return d
}

// unique reports a second report with the same index number (contract §2, standards X-33).
func (a *assembler) unique(numbers map[string]*Report, r *Report) {
	if r.IndexNumber == "" {
		return
	}
	first := numbers[r.IndexNumber]
	if first == nil {
		numbers[r.IndexNumber] = r
		return
	}
	d := a.finding(r, "index-number-repeated", diag.Error, "index_number",
		diag.Say("索引号“%s”已用于 %s", "index number %q is already used in %s", r.IndexNumber, first.Head.Path))
	d.Hint = diag.Say("索引号全站唯一、终身不变，请给这一份另编号", "an index number is unique and never changes: give this report another")
	a.add(d)
}
