package deploy

import (
	"cmp"
	"encoding/json"
	"slices"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// A Plan (发布计划) says what a deploy changes for readers: report by report, and the other files as numbers.
type Plan struct {
	Tree     publish.Sum // of the site to be published
	Previous string      // the release that is current now; "" when nothing is published
	Total    int         // files of the site to be published

	Reports []Step // sorted by kind of change, then path
	Others  Changes
	Added   []string // all files, reports' too, sorted
	Changed []string
	Removed []string

	SendFiles int   // files to send
	SendBytes int64 // their bytes

	Refused diag.List // why it would be refused

	purge []string // pages whose texts must go
}

// Unchanged reports whether there is nothing to do.
func (p *Plan) Unchanged() bool {
	return p.Previous != "" && len(p.Added)+len(p.Changed)+len(p.Removed)+p.SendFiles == 0
}

// Changes counts the files.
func (p *Plan) Changes() Changes {
	return Changes{Added: len(p.Added), Changed: len(p.Changed), Removed: len(p.Removed), SentBytes: p.SendBytes}
}

// A Step (变动) is what happens to one report or plain page.
type Step struct {
	Change Change `json:"change"`
	Path   string `json:"path"`
	Title  string `json:"title"`
}

// A Change is what can happen to a page, in the order in which a plan shows it.
type Change string

// Changes of a page.
const (
	Added     Change = "added"     // 新增
	Edited    Change = "changed"   // 更改: its text or its corrections
	Withdrawn Change = "withdrawn" // 撤下, its text stays under a banner
	Erased    Change = "removed"   // 撤下并清除: only a notice is left
	Moved     Change = "moved"     // 移址: the old address leads to the new one
	Gone      Change = "gone"      // 消失: refused
	Redrawn   Change = "redrawn"   // 页面更新: neither text nor corrections changed
)

// Word is the change as a plan shows it.
func (c Change) Word() diag.Text {
	switch c {
	case Added:
		return diag.Say("新增", "new")
	case Edited:
		return diag.Say("更改", "changed")
	case Withdrawn:
		return diag.Say("撤下", "withdrawn")
	case Erased:
		return diag.Say("移除", "removed")
	case Moved:
		return diag.Say("移址", "moved")
	case Gone:
		return diag.Say("消失", "gone")
	}
	return diag.Say("页面更新", "redrawn")
}

// rank orders changes.
func (c Change) rank() int {
	return slices.Index([]Change{Added, Edited, Withdrawn, Erased, Moved, Gone, Redrawn}, c)
}

// Count returns the number of pages with this change.
func (p *Plan) Count(c Change) int {
	n := 0
	for _, s := range p.Reports {
		if s.Change == c {
			n++
		}
	}
	return n
}

// MarshalJSON writes {tree, previous, files, unchanged, reports, added, changed, removed, others, send: {files, bytes}}; the refusals
// are diagnostics and printed as such.
func (p *Plan) MarshalJSON() ([]byte, error) {
	type send struct {
		Files int   `json:"files"`
		Bytes int64 `json:"bytes"`
	}
	type others struct {
		Added   int `json:"added"`
		Changed int `json:"changed"`
		Removed int `json:"removed"`
	}
	some := func(l []string) []string { return append([]string{}, l...) }
	return json.Marshal(struct {
		Tree      string   `json:"tree"`
		Previous  string   `json:"previous"`
		Files     int      `json:"files"`
		Unchanged bool     `json:"unchanged"`
		Reports   []Step   `json:"reports"`
		Added     []string `json:"added"`
		Changed   []string `json:"changed"`
		Removed   []string `json:"removed"`
		Others    others   `json:"others"`
		Send      send     `json:"send"`
	}{
		p.Tree.String(), p.Previous, p.Total, p.Unchanged(), append([]Step{}, p.Reports...), some(p.Added), some(p.Changed), some(p.Removed),
		others{p.Others.Added, p.Others.Changed, p.Others.Removed}, send{p.SendFiles, p.SendBytes},
	})
}

func sortSteps(l []Step) {
	slices.SortFunc(l, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.Change.rank(), b.Change.rank()), cmp.Compare(a.Path, b.Path))
	})
}
