// Package site puts many reports together into one site: districts, agencies, years, topics and kinds, the address of every page,
// collisions and links.
//
// A Site is assembled afresh from all heads and the configuration, whole, every time; it is immutable afterwards and holds no bodies.
// Addresses are slash paths below the site's root without a leading slash ("610112/index.html"); contract §1 lists them.
package site

import (
	"cmp"
	"slices"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/division"
	"gongkai/internal/report"
)

// Input is all that a site follows from.
type Input struct {
	Config     *Config
	ConfigPath string // where findings about the site as a whole point
	Heads      []*report.Head
	Plain      []*report.Head                 // plain pages: content/<page>.md
	Defaults   map[string]*report.FrontMatter // by folder below content/, "" for content/ itself
	Folders    map[string][]File              // files beside a bundle's index.md, by the folder below content/
	Static     []string                       // files of static/ that keep their path
	AsOf       time.Time                      // reports dated later are not built
	Drafts     bool                           // build drafts and future reports too
	Before     *Site                          // the last one, from which unchanged reports take over what they inherit; may be nil

	Redirects     []RedirectRow // of redirects.csv
	RedirectsPath string        // where findings about it point
}

// File is a file beside a report.
type File struct {
	Name string
	Size int64
}

// Site is the whole disclosure site, ready to be rendered page by page.
type Site struct {
	Config    *Config
	Reports   []*Report   // built and listed, newest first
	Removed   []*Report   // withdrawn with mode removed: a notice each, listed nowhere
	Plain     []*Plain    // by address
	Tops      []*District // the tops of the district tree
	Districts []*District // all, by code
	Agencies  []*Agency   // by district and key
	Years     []*Index    // newest first
	Topics    []*Index    // by name
	Kinds     []*Index    // in the order of report.Kinds
	Aliases   []Alias     // by address; old addresses of redirects.csv that have a page are among them
	Redirects []Redirect  // by address
	Held      []Held      // read, but not built

	addresses []*Report                      // Reports and Removed, by address
	resolved  []*Report                      // those and the held, in the order of their files
	defaults  map[string]*report.FrontMatter // which they have inherited
	pages     map[string]bool                // all other pages
	statics   map[string]bool                // files of static/ that keep their path
	districts map[string]*District
	years     map[int]*Index
}

// Plain is a page that is no report: content/<page>.md.
type Plain struct {
	*report.Head
	URL string
}

// Held is a report that this build leaves out, and why.
type Held struct {
	Head   *report.Head
	Reason string // draft, future or not-public
}

// Alias is an old address of a report or plain page that leads to the new one.
type Alias struct {
	URL   string // the old address
	To    string // the new one
	Title string // of the page there
}

// Assemble builds the site and reports what only shows when all reports are together.
func Assemble(in Input) (*Site, diag.List) {
	a := assembler{Input: in, needs: needs(), site: &Site{
		Config:    in.Config,
		defaults:  in.Defaults,
		pages:     map[string]bool{},
		statics:   map[string]bool{},
		districts: map[string]*District{},
		years:     map[int]*Index{},
	}}
	a.divisions()
	a.resolveAll()
	a.indexAgencies()
	a.indexDistricts()
	a.indexLists()
	a.addresses()
	a.superseded()
	a.aliases()
	a.statics()
	a.configLinks()
	a.redirects()
	return a.site, a.found
}

// assembler carries one assembly; nothing of it outlives Assemble but the Site.
type assembler struct {
	Input
	site   *Site
	found  diag.List
	table  *division.Table
	byYear []*Report // all, by year
	needs  []need
}

func (a *assembler) add(d diag.Diagnostic) { a.found = append(a.found, d) }

// sortedKeys returns a map's keys in order, so that no map's order reaches the output.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
