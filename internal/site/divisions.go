package site

import (
	"gongkai/internal/diag"
	"gongkai/internal/division"
)

// Divisions is the national table with the site's own districts; what is wrong with these stands in the problems.
func (c *Config) Divisions() (*division.Table, []division.Problem) {
	local := make([]division.District, len(c.Districts))
	for i, d := range c.Districts {
		local[i] = division.District{Code: d.Key, Name: d.Name, Parent: d.Parent}
	}
	return division.National().With(local)
}

// divisions takes up the table.
func (a *assembler) divisions() {
	table, problems := a.Config.Divisions()
	a.table = table
	for _, p := range problems {
		at := a.Config.Districts[p.Index]
		d := diag.Diagnostic{
			Rule: "config-district", Severity: diag.Error, Path: a.ConfigPath, Start: at.At,
			Message: diag.Say("地区“%s”的声明有误：%s", "district %q is declared wrongly: %s", at.Key, p.Field),
			Hint:    diag.Say("请核对 districts 下的 key、name、parent", "check key, name and parent under districts"),
		}
		if p.Field == "parent" {
			d.Message = diag.Say("地区“%s”的上级“%s”不存在，或最终以它自己为上级", "the parent %[2]q of district %[1]q does not exist, or leads back to it", at.Key, at.Parent)
			d.Hint = diag.Say("上级请写行政区划代码（例如 \"610100\"）或本节里的另一个 key", "parent is a GB/T 2260 code (e.g. \"610100\") or another key of this section")
		}
		a.add(d)
	}
}

// checkDistrict reports a report's district if nobody knows it.
func (a *assembler) checkDistrict(r *Report) {
	if d, unknown := UnknownDistrict(a.table, r.District, r.Head.Path); unknown {
		a.add(d)
	}
}

// UnknownDistrict reports a district of a report's path that neither the national table nor the configuration knows (standards R-08).
func UnknownDistrict(table *division.Table, key, path string) (d diag.Diagnostic, unknown bool) {
	if _, known := table.Lookup(key); known {
		return d, false
	}
	d = diag.Diagnostic{
		Rule: "district-unknown", Severity: diag.Error, Path: path, Start: diag.Pos{Line: 1, Column: 1},
		Message: diag.Say("未知地区“%s”：既不是行政区划代码，也没有在 gongkai.yaml 声明", "unknown district %q: neither a GB/T 2260 code nor declared in gongkai.yaml", key),
		Hint:    diag.Say("请在 gongkai.yaml 的 districts 下声明：- {key: %q, name: …}", "declare it in gongkai.yaml under districts: - {key: %q, name: …}", key),
	}
	if near, ok := table.Suggest(key); ok {
		d.Hint = diag.Say("是否为 %s（%s）？不是的话，请在 gongkai.yaml 的 districts 下声明", "did you mean %s (%s)? if not, declare it in gongkai.yaml under districts", near.Code, near.Name)
	}
	return d, true
}
