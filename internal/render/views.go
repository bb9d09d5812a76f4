package render

import (
	"html/template"

	"gongkai/internal/report"
)

// Page is what every layout receives; the views below embed it. docs/layouts.md describes each field for people who write layouts.
type Page struct {
	Spaced    bool   // paragraphs are set apart by space instead of indented
	Kind      string // home, district, district-year, agency, years, year, topics, topic, kind, report, removed, plain, 404, redirect
	Lang      string // zh-CN
	Title     string // for <title>
	Heading   string // for h1
	Root      string // relative way to the site's root: "", "../", "../../"…; every address of a view is written behind it
	URL       string // the page's own address, "610112/index.html"
	Canonical string // absolute address, "" without base_url
	NoIndex   bool
	CSP       string // policy for a meta element, "" when the server sends it
	Tags      []Tag  // page tags, standards M-01…M-14
	Graph     []Tag  // Open Graph properties
	LD        any    // the JSON-LD block, nil when there is none
	Crumbs    []Link // 当前位置; the last is the page itself and has no address
	Feed      Link   // the page's Atom feed; no address when there is none
	Site      Site
}

// Site is the part of every view that is the same on all pages.
type Site struct {
	Name       string
	Official   bool
	Menu       []MenuLink // what the configuration says, else the plain pages
	HasYears   bool
	HasTopics  bool
	Sponsor    string // F-01 主办单位
	Operator   string
	Contact    string   // F-02 联系方式
	SiteIDCode string   // F-03 网站标识码
	ICP        string   // F-04
	Police     string   // F-05 公安机关备案 number as written
	PoliceCode string   // F-05 its 14 digits
	Badge      *Badge   // F-06 党政机关标识
	ReportLink MenuLink // F-07 找错; no address when none is configured
	Sitemap    bool     // F-08: a sitemap.xml exists
	Catalog    bool     // catalog.json and catalog.csv exist
}

// MenuLink is a link of the header; Out says that its address is another site's, to be written without .Root.
type MenuLink struct {
	Link
	Out bool
}

// Badge is the 党政机关 mark: picture, link and number as issued.
type Badge struct{ Image, Link, ID string }

// Tag is a name and a value; none is ever empty.
type Tag struct{ Name, Content string }

// Link is a text with an address below the site's root; "" means text only.
type Link struct{ Text, URL string }

// Count is a link with a number of reports.
type Count struct {
	Link
	N int
}

// Entry is a report in a list.
type Entry struct {
	Link
	Note string // agency, kind, place: what the list does not say already
	Date Date
	Flag string // 已撤下, 已被替代, 草稿 or ""
}

// Date is a day for readers and for machines.
type Date struct {
	Text  string // 2021年11月3日
	ISO   string // 2021-11-03
	Label string // 发布 or 收录: what the day is the day of
}

// Group is a part of a list under a heading.
type Group struct {
	Link
	Entries []Entry
}

// List is a page of a long list.
type List struct {
	Groups []Group
	Total  int
	Number int    // this page, from 1
	Pages  int    // how many there are
	Newer  Link   // the page before, no address on the first
	Older  Link   // the page behind, no address on the last
	Every  []Link // all pages when there are few, else first, neighbours and last
}

// Home is the view of home.html.
type Home struct {
	Page
	Sentence  string // what this site is
	Counts    string // 31 份报告 · 4 个地区 · 2012—2024 年
	Latest    []Entry
	Collected bool // no day of publication is known of any of the latest
	Years     []Count
	Kinds     []Count
	Topics    []Count
	Places    []Place // the district tree
	Agency    string  // name, when the site has a single agency, whose list by year is then the home page
	List      List    // that list
}

// Place is a district in a tree.
type Place struct {
	Count
	Level string
	Down  []Place
}

// District is the view of district.html.
type District struct {
	Page
	Code   string // GB/T 2260 code, "" for a local key
	Level  string
	Up     []Link
	Down   []Place
	Years  []Count
	Organs []Count
	Former []Link // abolished districts whose reports are listed here
	Heir   Link   // of an abolished district: its successor, when the site has one
	List   List
}

// Listing is the view of agency.html, district-year.html, year.html, topic.html and kind.html.
type Listing struct {
	Page
	Sub     string // a line under the heading
	Beside  []Link // neighbours: the years before and after
	Contact string
	List    List
}

// Overview is the view of years.html and topics.html: links with counts.
type Overview struct {
	Page
	Items []Count
}

// Row is a line of the catalogue block (目录信息): label and value, standards §1.7.
type Row struct {
	Key   string // front matter key
	Label string
	Value string
	ISO   string // of dates
	URL   string // of a value that is a link: absolute, or below the root
	Out   bool   // the link leaves the site
}

// Items is a part of a view for a partial of its own, with the way to the root.
type Items struct {
	Root  string
	Items any
	Most  int // of counts drawn as bars: the largest
}

// Heading is an entry of the outline with those under it.
type Heading struct {
	ID     string
	Number string
	Text   string
	RunIn  bool
	Down   []Heading
}

// Banner stands above a report's title: withdrawn, superseded, corrected, draft.
type Banner struct {
	Kind string // withdrawn, superseded, draft, future
	Text string
	Link Link
}

// File is an attachment or a download.
type File struct {
	Link
	Type string // PDF, XLSX
	Size string // 128 KB
}

// Revision is a line of 更正记录.
type Revision struct {
	Date Date
	Type string
	Note string
}

// Report is the view of report.html.
type Report struct {
	Page
	Over        []Link // 地区 · 机构 · 报告期, over or under the title
	Banners     []Banner
	Catalogue   []Row
	Outline     []Heading
	Body        template.HTML
	Paragraphs  int
	Attachments []File
	Revisions   []Revision
	Review      []Row // 审核记录, only when the configuration asks for it
	Downloads   []File
	Older       Link // the same agency's report before
	Newer       Link // and after
	Related     []Entry
	RelatedAll  Link // all reports of the district in the year, when there are more
	Signature   report.Signature
	Checksum    string // 文本校验码: the first 16 digits of text_sha256
	First       Date   // 首次发布, or the day it was collected
	Changes     int    // 更正次数
	Corrections []Link // 我要纠错: absolute addresses that name the report; mail, a form, the national form
	Cite        Cite
	QR          *QR // of the canonical address; nil without base_url
}

// Cite is what a reference by GB/T 7714 is made of; the reader's script adds the day of access.
type Cite struct {
	Author string // the agencies, separated by ,
	Title  string
	Mark   string // [R/OL] for reports, [EB/OL] for other pages
	Date   string // 2021-11-03, "" when no day of publication is known
}

// QR is a two-dimensional code as strokes, one module wide and along the middles of their rows, over Size by Size modules, the quiet zone included.
type QR struct {
	Size int
	Path string
}

// Removed is the view of removed.html: all that is left of a report withdrawn with mode removed.
type Removed struct {
	Page
	Date   Date
	Reason string
}

// Plain is the view of plain.html.
type Plain struct {
	Page
	Body template.HTML
}

// Redirect is the view of redirect.html.
type Redirect struct {
	Page
	To Link
}
