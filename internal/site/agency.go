package site

import (
	"regexp"
	"slices"
	"strings"

	"gongkai/internal/diag"
)

// nameAgency gives an agency its name: from the registry, else from its reports, which must then agree (contract §1).
func (a *assembler) nameAgency(ag *Agency) {
	if e, ok := a.registered(ag); ok {
		ag.Name, ag.Short, ag.Former, ag.Contact = e.Name, e.Short, e.Former, e.Contact
		a.agreeWithRegistry(ag)
		a.checkNumbers(ag, e.IndexPattern)
		return
	}
	a.agreeAmongReports(ag)
}

// checkNumbers holds index numbers against the agency's own pattern: places number differently (standards X-33).
func (a *assembler) checkNumbers(ag *Agency, pattern *regexp.Regexp) {
	if pattern == nil {
		return
	}
	for _, r := range ag.Reports {
		if r.IndexNumber == "" || pattern.MatchString(r.IndexNumber) {
			continue
		}
		d := a.finding(r, "index-number-form", diag.Error, "index_number", diag.Say("索引号“%s”不合“%s”登记的格式 %s", "index number %q has not the form that %q registered: %s", r.IndexNumber, ag.Name, pattern))
		d.Hint = diag.Say("请核对索引号，或改 gongkai.yaml 里的 index_pattern", "check the number, or index_pattern in gongkai.yaml")
		a.add(d)
	}
}

// registered finds an agency's entry: that of its own district, else the one for all districts.
func (a *assembler) registered(ag *Agency) (AgencyEntry, bool) {
	for _, district := range []string{ag.District, ""} {
		i := slices.IndexFunc(a.Config.Agencies, func(e AgencyEntry) bool { return e.Key == ag.Key && e.District == district })
		if i >= 0 {
			return a.Config.Agencies[i], true
		}
	}
	return AgencyEntry{}, false
}

// checkHeldAgency asks of a report that is not built what indexAgencies asks of the others.
func (a *assembler) checkHeldAgency(r *Report) {
	if len(r.Organs) > 0 {
		return
	}
	if _, ok := a.registered(&Agency{District: r.Place.District, Key: r.Place.Agency}); !ok {
		a.lacksAgency(r)
	}
}

// lacksAgency reports a report without an agency whose folder the configuration does not name either: a warning in a draft.
func (a *assembler) lacksAgency(r *Report) {
	d := a.finding(r, "frontmatter-missing", diag.Error, "agency", diag.Say("缺少发布机构（agency），gongkai.yaml 里也没有登记 %s/%s",
		"agency is missing, and gongkai.yaml does not register %s/%s", r.Place.District, r.Place.Agency))
	if r.Draft {
		d.Severity = diag.Warning
	}
	d.Hint = diag.Say("请写 agency: 全称，或在 gongkai.yaml 的 agencies 下登记", "write agency: with its full name, or register it under agencies in gongkai.yaml")
	a.add(d)
}

func (a *assembler) agreeWithRegistry(ag *Agency) {
	for _, r := range ag.Reports {
		if len(r.Organs) == 0 {
			r.Organs = []string{ag.nameAt(r)}
			continue
		}
		lead := r.Organs[0]
		former := slices.ContainsFunc(ag.Former, func(f FormerName) bool { return f.Name == lead })
		if lead == ag.Name || former {
			continue
		}
		d := a.finding(r, "agency-mismatch", diag.Error, "agency", diag.Say("发布机构“%s”与登记的“%s”不符", "agency %q is not the registered %q", lead, ag.Name))
		d.Hint = diag.Say("请改为登记的全称；机构更名的，在 gongkai.yaml 的 agencies 下写 former", "write the registered full name; if the organ was renamed, add former under agencies in gongkai.yaml")
		a.add(d)
	}
}

// nameAt is the name that the agency had when a report was written.
func (ag *Agency) nameAt(r *Report) string {
	day := r.Written
	if day.IsZero() {
		day = r.Day()
	}
	name := ag.Name
	for _, f := range slices.Backward(ag.Former) {
		if !f.Until.IsZero() && !day.IsZero() && day.DayCompare(f.Until) <= 0 {
			name = f.Name
		}
	}
	return name
}

func (a *assembler) agreeAmongReports(ag *Agency) {
	for _, r := range ag.Reports { // newest first: the newest name is the agency's
		if len(r.Organs) > 0 {
			ag.Name = r.Organs[0]
			break
		}
	}
	for _, r := range ag.Reports {
		switch {
		case len(r.Organs) == 0:
			a.lacksAgency(r)
			if ag.Name == "" {
				ag.Name = ag.Key
			}
			r.Organs = []string{ag.Name}
		case r.Organs[0] != ag.Name:
			d := a.finding(r, "agency-mismatch", diag.Error, "agency", diag.Say("发布机构“%s”与同一目录其他报告的“%s”不符", "agency %q differs from %q of the other reports in this folder", r.Organs[0], ag.Name))
			d.Hint = diag.Say("请统一全称；机构更名的，在 gongkai.yaml 的 agencies 下登记并写 former", "use one full name; if the organ was renamed, register it with former under agencies in gongkai.yaml")
			a.add(d)
		}
	}
}

// ShortName is the agency's name for lists under its district: without the district's own name in front.
func (ag *Agency) ShortName() string {
	if ag.Short != "" {
		return ag.Short
	}
	for d, place := ag.In, ""; d != nil; d = d.Up {
		place = d.Name + place
		if rest, ok := strings.CutPrefix(ag.Name, place); ok && rest != "" {
			return rest
		}
	}
	return ag.Name
}
