package division

import "slices"

// ProblemKind says what is wrong with a declared district.
type ProblemKind uint8

// The problems that With finds, and what it does about each.
const (
	KeyMissing    ProblemKind = iota // no key; the entry is left out
	KeyForm                          // key not of the form [a-z0-9-]+; the entry is left out
	KeyRepeated                      // declared before; the entry is left out
	NameMissing                      // no name; the key, or the table's name, stands in
	ParentUnknown                    // neither in the table nor declared; the entry stands at the top
	ParentCycle                      // the parents lead back to the entry itself; it stands at the top
)

// Problem is a fault of one declared district.
type Problem struct {
	Index int    // of the entry in the list given to With
	Field string // "key", "name" or "parent"
	Kind  ProblemKind
	Value string // what was written there
}

// With adds a site's own districts: Code, Name and Parent are read, the rest is ignored. Every entry becomes a Local district, but
// for those that Problems leave out, so that one fault never hides the others.
//
// A declared key wins over the table. When it is a code of the table, then level, times and successor stay, the parent too when none
// is declared. A new key of the form code-slug (610112-jingkai, R-07) without a parent hangs on that code.
func (t *Table) With(local []District) (*Table, []Problem) {
	var problems []Problem
	report := func(i int, field string, kind ProblemKind, value string) {
		problems = append(problems, Problem{i, field, kind, value})
	}
	kept := make([]int, 0, len(local)) // indexes into local
	seen := make(map[string]bool, len(local))
	for i, d := range local {
		switch {
		case d.Code == "":
			report(i, "key", KeyMissing, "")
		case !isKey(d.Code):
			report(i, "key", KeyForm, d.Code)
		case seen[d.Code]:
			report(i, "key", KeyRepeated, d.Code)
		default:
			seen[d.Code] = true
			kept = append(kept, i)
		}
		if d.Name == "" {
			report(i, "name", NameMissing, "")
		}
	}

	rows := slices.DeleteFunc(slices.Clone(t.rows), func(d District) bool { return seen[d.Code] })
	for _, i := range kept {
		rows = append(rows, t.declared(local[i]))
	}
	slices.SortStableFunc(rows, inOrder)
	merged := &Table{rows}

	for _, i := range kept {
		d := merged.at(local[i].Code)
		switch {
		case d.Parent != "" && !merged.has(d.Parent):
			report(i, "parent", ParentUnknown, d.Parent)
			d.Parent = ""
		case merged.circular(d.Code):
			report(i, "parent", ParentCycle, d.Parent)
			d.Parent = ""
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Index - b.Index })
	return merged, problems
}

// declared completes a site's entry from the table.
func (t *Table) declared(entry District) District {
	d, known := t.Lookup(entry.Code)
	if !known {
		d = District{Code: entry.Code, Name: entry.Code, Level: Local}
		if len(d.Code) > 7 && d.Code[6] == '-' && t.has(d.Code[:6]) {
			d.Parent = d.Code[:6]
		}
	}
	if entry.Name != "" {
		d.Name = entry.Name
	}
	if entry.Parent != "" {
		d.Parent = entry.Parent
	}
	d.Local = true
	return d
}

// at is the latest row of a code that is known to exist.
func (t *Table) at(code string) *District {
	_, to := t.span(code)
	return &t.rows[to-1]
}

// circular reports whether the parents of a code lead back to it. It also ends on a circle further up, which is its members' fault.
func (t *Table) circular(code string) bool {
	visited := map[string]bool{}
	for d, ok := t.Lookup(code); ok && d.Parent != "" && !visited[d.Code]; d, ok = t.Lookup(d.Parent) {
		if d.Parent == code {
			return true
		}
		visited[d.Code] = true
	}
	return false
}

func isKey(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}
