package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// merged is the table and the account of what is not in it.
type merged struct {
	older, fresher source
	changes        []change
	table          map[string]string
	left           map[string][]string // reason → "code name"
	faults         []string
}

// Reasons for which an entry of a package is no district of GB/T 2260.
const (
	virtual    = "levels of the numbering (市辖区, 县, 省直辖县级)"
	functional = "functional areas under statistical codes, mostly with the county part 71-79 or 90-99 (开发区, 示范区)"
	notCounty  = "townships of prefectures without counties"
	beyond     = "divisions of 710000, 810000, 820000, which have no codes of the standard"
	withdrawn  = "withdrawn according to changes.csv"
	onlyOlder  = "in the first package only"
	onlyNewer  = "in the second package only"
	unlike     = "named differently"
)

func merge(older, fresher source, changes []change) *merged {
	m := &merged{older: older, fresher: fresher, changes: changes, table: map[string]string{}, left: map[string][]string{}}
	open, closed := map[string]string{}, map[string]bool{}
	for _, c := range changes {
		if c.to == "" {
			open[c.code] = c.name
		} else {
			closed[c.code] = true
		}
	}
	codes := map[string]bool{}
	for _, names := range []map[string]string{older.names, fresher.names, open} {
		for code := range names {
			codes[code] = true
		}
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		m.judge(code, open[code], closed[code])
	}
	m.verify()
	return m
}

// judge takes one code into the table or names the reason why not.
func (m *merged) judge(code, dated string, closed bool) {
	a, b := m.older.names[code], m.fresher.names[code]
	leave := func(reason string) { m.left[reason] = append(m.left[reason], strings.TrimSpace(code+" "+fold(a, b))) }
	switch {
	case dated != "":
		if (a != "" && a != dated) || (b != "" && b != dated) {
			m.faults = append(m.faults, fmt.Sprintf("%s is %s in changes.csv, %s in the packages", code, dated, fold(a, b)))
		}
		m.table[code] = dated
	case closed:
		leave(withdrawn)
	case code[2:] == "0000" && b != "" && (a == b || a == "" && code[0] >= '7'):
		m.table[code] = b
	case code[0] >= '7':
		leave(beyond)
	case isVirtual(code, a):
		leave(virtual)
	case isFunctional(code):
		leave(functional)
	case a != "" && a == b:
		m.table[code] = a
	case a == "" && slices.Contains([]string{"4419", "4420", "4604", "6202"}, code[:4]):
		leave(notCounty)
	case a == "":
		leave(onlyNewer)
	case b == "":
		leave(onlyOlder)
	default:
		leave(unlike)
	}
}

func fold(a, b string) string {
	if a == "" || b == "" || a == b {
		return max(a, b)
	}
	return a + "/" + b
}

func isVirtual(code, name string) bool {
	switch name {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划":
		return true
	}
	return code[2:] == "9000"
}

// statistical are codes of the statistical table that the Ministry of Civil Affairs does not list: the four forest districts of
// Da Hinggan Ling and the administrative committee of Da Qaidam, none of which is a county.
var statistical = []string{"232761", "232762", "232763", "232764", "632857"}

func isFunctional(code string) bool {
	return code[4] == '7' && code[5] >= '1' || code[4] == '9' || slices.Contains(statistical, code)
}

// verify checks what the program relies on.
func (m *merged) verify() {
	fault := func(format string, args ...any) { m.faults = append(m.faults, fmt.Sprintf(format, args...)) }
	known := maps.Clone(m.table)
	for _, c := range m.changes {
		known[c.code] = c.name
		if len(c.code) != 6 || strings.Trim(c.code, "0123456789") != "" {
			fault("%s in changes.csv is no code", c.code)
		}
	}
	for _, c := range m.changes {
		if _, ok := known[c.successor]; c.successor != "" && !ok {
			fault("%s %s: successor %s is unknown", c.code, c.name, c.successor)
		}
	}
	for code := range m.table {
		if _, ok := m.table[code[:2]+"0000"]; !ok {
			fault("%s %s: no province", code, m.table[code])
		}
	}
	slices.Sort(m.faults)
}

// count returns the number of provinces, prefectures and counties.
func (m *merged) count() (provinces, prefectures, counties int) {
	for code := range m.table {
		switch {
		case code[2:] == "0000":
			provinces++
		case code[4:] == "00":
			prefectures++
		default:
			counties++
		}
	}
	return
}

func (m *merged) report(w io.Writer) {
	provinces, prefectures, counties := m.count()
	former := 0
	for _, c := range m.changes {
		if c.to != "" {
			former++
		}
	}
	fmt.Fprintf(w, "%s: %d codes; %s: %d codes; changes.csv: %d lines, %d of them former\n",
		m.older.label, len(m.older.names), m.fresher.label, len(m.fresher.names), len(m.changes), former)
	fmt.Fprintf(w, "table.csv: %d provinces, %d prefectures, %d counties\n", provinces, prefectures, counties)
	for _, reason := range slices.Sorted(maps.Keys(m.left)) {
		fmt.Fprintf(w, "left out, %s: %d\n  %s\n", reason, len(m.left[reason]), strings.Join(m.left[reason], ", "))
	}
	for _, f := range m.faults {
		fmt.Fprintln(w, "contradiction:", f)
	}
}

func (m *merged) write(w io.Writer) {
	provinces, prefectures, counties := m.count()
	fmt.Fprintf(w, `# Codes of GB/T 2260 in force. Generated by scripts/divisions; do not edit.
#
# From the npm packages %s (licence: MIT by its package.json, WTFPL by its LICENSE file) and %s (MIT), where both agree,
# and from changes.csv beside this file, which is fresher than both.
# %d provinces, %d prefectures, %d counties. Columns: code, name.
`, m.older.label, m.fresher.label, provinces, prefectures, counties)
	for _, code := range slices.Sorted(maps.Keys(m.table)) {
		fmt.Fprintf(w, "%s,%s\n", code, m.table[code])
	}
}
