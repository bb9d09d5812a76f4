package division

import (
	"cmp"
	_ "embed" // the two files of the national table
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:embed table.csv
var tableCSV string

//go:embed changes.csv
var changesCSV string

// Table is a set of districts; it never changes. Its zero value is empty.
type Table struct {
	// rows stand in order of code, those of one code in order of time: the last one is the code's present or latest meaning.
	rows []District
}

var embedded = sync.OnceValue(func() *Table { return parse(tableCSV, changesCSV) })

// National returns the embedded table with the whole country (guojia 全国) in it.
func National() *Table { return embedded() }

// parse joins the codes in force with what is known of their past.
func parse(inForce, changes string) *Table {
	rows := make([]District, 0, 6000)
	rows = append(rows, District{Code: Guojia, Name: Country.String(), Level: Country})
	eachLine(inForce, func(line string) {
		code, name, _ := strings.Cut(line, ",")
		rows = append(rows, District{Code: code, Name: name, Level: levelOf(code)})
	})
	current := len(rows)
	eachLine(changes, func(line string) {
		code, rest, _ := strings.Cut(line, ",")
		name, rest, _ := strings.Cut(rest, ",")
		from, rest, _ := strings.Cut(rest, ",")
		to, rest, _ := strings.Cut(rest, ",")
		successor, _, _ := strings.Cut(rest, ",")
		if to != "" {
			rows = append(rows, District{Code: code, Name: name, Level: levelOf(code), From: from, To: to, Successor: successor})
		} else if i, ok := slices.BinarySearchFunc(rows[1:current], code, byCode); ok {
			rows[1+i].From = from
		}
	})
	slices.SortStableFunc(rows, inOrder)
	t := &Table{rows}
	for i := range rows {
		rows[i].Parent = t.parentOf(rows[i].Code)
	}
	return t
}

func eachLine(text string, do func(line string)) {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' {
			do(line)
		}
	}
}

func byCode(d District, code string) int { return strings.Compare(d.Code, code) }

// inOrder sorts by code and, within a code, by its end; in force comes last.
func inOrder(a, b District) int {
	return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(end(a), end(b)))
}

func end(d District) string {
	if d.To == "" {
		return "9999"
	}
	return d.To
}

// levelOf reads the level off a six-digit code.
func levelOf(code string) Level {
	switch {
	case code[2:] == "0000":
		return Province
	case code[4:] == "00":
		return Prefecture
	}
	return County
}

// parentOf computes the parent of a six-digit code: the prefecture when there is or was one, else the province.
func (t *Table) parentOf(code string) string {
	if code == Guojia || len(code) != 6 || code[2:] == "0000" {
		return ""
	}
	if prefecture, ok := t.Lookup(code[:4] + "00"); ok && prefecture.Code != code {
		return prefecture.Code
	}
	return code[:2] + "0000"
}

// span returns the half-open range of the rows of one code.
func (t *Table) span(code string) (from, to int) {
	from = sort.Search(len(t.rows), func(i int) bool { return t.rows[i].Code >= code })
	for to = from; to < len(t.rows) && t.rows[to].Code == code; to++ {
	}
	return from, to
}

func (t *Table) has(code string) bool {
	from, to := t.span(code)
	return from < to
}

// Lookup returns the district that a code means, or last meant when it is no longer in force.
func (t *Table) Lookup(code string) (District, bool) {
	from, to := t.span(code)
	if from == to {
		return District{}, false
	}
	return t.rows[to-1], true
}

// History returns every meaning that a code has had, oldest first: 530802 was 翠云区 until 2007 and is 思茅区 since.
func (t *Table) History(code string) []District {
	from, to := t.span(code)
	return slices.Clone(t.rows[from:to])
}

// All returns the latest meaning of every code, in order of code.
func (t *Table) All() []District {
	list := make([]District, 0, len(t.rows))
	for i, d := range t.rows {
		if i+1 == len(t.rows) || t.rows[i+1].Code != d.Code {
			list = append(list, d)
		}
	}
	return list
}

// Ancestors returns the districts above one, outermost first; it is empty for a province and for an unknown code. The numbering's
// virtual levels never appear: above 110102 there is only 110000.
func (t *Table) Ancestors(code string) []District {
	var list []District
	d, ok := t.Lookup(code)
	for ok && d.Parent != "" {
		if d, ok = t.Lookup(d.Parent); ok {
			list = append(list, d)
		}
	}
	slices.Reverse(list)
	return list
}

// FullName is the name with those above it: 陕西省西安市未央区. It is "" for an unknown code.
func (t *Table) FullName(code string) string {
	d, ok := t.Lookup(code)
	if !ok {
		return ""
	}
	var b strings.Builder
	for _, a := range t.Ancestors(code) {
		if a.Level != Country {
			b.WriteString(a.Name)
		}
	}
	b.WriteString(d.Name)
	return b.String()
}

// ByName returns all districts that bear or bore a name, those in force first, each group in order of code.
func (t *Table) ByName(name string) []District {
	var list, former []District
	for _, d := range t.rows {
		switch {
		case d.Name != name:
		case d.Former():
			former = append(former, d)
		default:
			list = append(list, d)
		}
	}
	return append(list, former...)
}
