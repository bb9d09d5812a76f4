package sitetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

const jsonLD = "application/ld+json"

// JSONLD wants every JSON-LD block to be JSON that cannot end its script element early.
func (s *Site) JSONLD() []string {
	var l problems
	for _, p := range s.Pages {
		for n := range elements(p.Root, "script") {
			if kind, _ := attr(n, "type"); kind != jsonLD {
				continue
			}
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			if strings.Contains(text, "</") || strings.Contains(text, "<!--") {
				l.add(p.Path, "JSON-LD holds </ or <!--")
			}
			var doc map[string]any
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				l.add(p.Path, "JSON-LD: %v", err)
			} else if doc["@context"] == nil {
				l.add(p.Path, "JSON-LD has no @context")
			}
		}
	}
	return l
}

// placeholder finds what a template or a script leaves when a value was missing.
var placeholder = regexp.MustCompile(`\b(undefined|null|NaN)\b|\{\{|\}\}|<no value>|<nil>|%![a-zA-Z]?\(|ZgotmplZ|\[object Object\]|\b0001-01-01\b|0001年1月1日`)

// inScript is the same for data blocks, where braces and the word null in a text are in order.
var inScript = regexp.MustCompile(`:\s*null\b|\bundefined\b|<no value>|<nil>|%![a-zA-Z]?\(|ZgotmplZ|\b0001-01-01\b`)

// Placeholders wants no trace of a missing value in any text or attribute, nor in feeds and text files.
func (s *Site) Placeholders() []string {
	var l problems
	for _, p := range s.Pages {
		for n := range p.Root.Descendants() {
			switch n.Type {
			case html.TextNode, html.CommentNode:
				traces := placeholder
				if n.Parent != nil && n.Parent.Data == "script" {
					traces = inScript
				}
				if m := traces.FindString(n.Data); m != "" {
					l.add(p.Path, "%q in %q", m, clip(squeeze(n.Data)))
				}
			case html.ElementNode:
				for _, a := range n.Attr {
					if m := placeholder.FindString(a.Val); m != "" {
						l.add(p.Path, "%q in %s of %s", m, a.Key, n.Data)
					}
				}
			}
		}
	}
	for _, name := range slices.Concat(s.names(".xml"), s.names(".txt")) {
		b, err := s.read(name)
		if err != nil {
			l.add(name, "%v", err)
		} else if m := placeholder.Find(b); m != nil {
			l.add(name, "%q", m)
		}
	}
	return l
}

// defused is what a cell must not begin with, because a spreadsheet would reckon it.
const defused = "=+-@\t\r"

// Data wants every JSON file to parse, and catalog.csv to be a rectangle with a BOM and without formulas.
func (s *Site) Data() []string {
	var l problems
	for _, name := range s.names(".json") {
		if b, err := s.read(name); err != nil || !json.Valid(b) {
			l.add(name, "not JSON")
		}
	}
	const catalog = "catalog.csv"
	if !s.Files[catalog] {
		return l
	}
	b, err := s.read(catalog)
	if err != nil {
		l.add(catalog, "%v", err)
		return l
	}
	body, bom := bytes.CutPrefix(b, []byte("\uFEFF"))
	if !bom {
		l.add(catalog, "no BOM")
	}
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		l.add(catalog, "%v", err)
	}
	for i, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], defused) {
				l.add(catalog, "row %d: the cell %q is a formula", i+1, clip(cell))
			}
		}
	}
	return l
}

// wellFormed reads XML to its end.
func wellFormed(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	roots, depth := 0, 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			if roots != 1 {
				return fmt.Errorf("%d root elements", roots)
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
}

const sitemapMax = 50_000

// Sitemap wants sitemap.xml, and the parts it names, well formed, at most 50,000 addresses each, each address once and
// that of a file. Without a base URL only the form is checked.
func (s *Site) Sitemap(base string) []string {
	var l problems
	if !s.Files["sitemap.xml"] {
		return []string{"sitemap.xml: missing"}
	}
	seen := map[string]bool{}
	for _, name := range s.names(".xml") {
		if !strings.HasPrefix(path.Base(name), "sitemap") {
			continue
		}
		var doc struct {
			XMLName xml.Name
			URLs    []struct {
				Loc string `xml:"loc"`
			} `xml:"url"`
			Parts []struct {
				Loc string `xml:"loc"`
			} `xml:"sitemap"`
		}
		if !s.readXML(name, &doc, &l) {
			continue
		}
		if doc.XMLName.Local != "urlset" && doc.XMLName.Local != "sitemapindex" {
			l.add(name, "root element %s", doc.XMLName.Local)
		}
		if len(doc.URLs) > sitemapMax {
			l.add(name, "%d addresses, at most %d", len(doc.URLs), sitemapMax)
		}
		for _, u := range slices.Concat(doc.URLs, doc.Parts) {
			if seen[u.Loc] {
				l.add(name, "%s twice", u.Loc)
			}
			seen[u.Loc] = true
			if base == "" {
				continue
			}
			if why := s.absolute(base, "", u.Loc); why != "" {
				l.add(name, "%s: %s", u.Loc, why)
			}
		}
	}
	return l
}

func (s *Site) readXML(name string, doc any, l *problems) bool {
	b, err := s.read(name)
	if err == nil {
		err = wellFormed(b)
	}
	if err == nil {
		err = xml.Unmarshal(b, doc)
	}
	if err != nil {
		l.add(name, "%v", err)
	}
	return err == nil
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomFeed struct {
	XMLName xml.Name
	Lang    string     `xml:"lang,attr"`
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
	Entries []struct {
		ID      string     `xml:"id"`
		Title   string     `xml:"title"`
		Updated string     `xml:"updated"`
		Links   []atomLink `xml:"link"`
	} `xml:"entry"`
}

var atomTime = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)

// Feeds wants every feed.xml to be an Atom feed whose entries have a unique id, a title, a time and links to files.
func (s *Site) Feeds(base string) []string {
	var l problems
	for _, name := range s.names(".xml") {
		if path.Base(name) != "feed.xml" {
			continue
		}
		var f atomFeed
		if !s.readXML(name, &f, &l) {
			continue
		}
		if f.XMLName.Space != "http://www.w3.org/2005/Atom" || f.XMLName.Local != "feed" {
			l.add(name, "root element %s %s is no Atom feed", f.XMLName.Space, f.XMLName.Local)
		}
		if f.ID == "" || f.Title == "" || f.Lang == "" || !atomTime.MatchString(f.Updated) {
			l.add(name, "id %q, title %q, xml:lang %q, updated %q: none may be missing", f.ID, f.Title, f.Lang, f.Updated)
		}
		links := f.Links
		seen := map[string]bool{}
		for i, e := range f.Entries {
			if e.ID == "" || seen[e.ID] || e.Title == "" || len(e.Links) == 0 || !atomTime.MatchString(e.Updated) {
				l.add(name, "entry %d: id %q (unique), title %q, updated %q, %d links: none may be missing", i+1, e.ID, e.Title, e.Updated, len(e.Links))
			}
			seen[e.ID] = true
			links = append(links, e.Links...)
		}
		for _, link := range links {
			// An entry may name where its text was first published.
			if base == "" || link.Rel == "via" || link.Rel == "related" {
				continue
			}
			if why := s.absolute(base, path.Dir(name), link.Href); why != "" {
				l.add(name, "link %q: %s", link.Href, why)
			}
		}
	}
	return l
}

const manifestName = "manifest.sha256"

// Manifest wants manifest.sha256 to list every file of the site but itself, sorted by path, with its true hash, in the form of sha256sum.
func (s *Site) Manifest() []string {
	var l problems
	b, err := s.read(manifestName)
	if err != nil {
		return []string{manifestName + ": missing"}
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		l.add(manifestName, "no line feed at the end")
	}
	listed := map[string]bool{}
	last := ""
	for line := range strings.Lines(string(b)) {
		hash, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || len(hash) != 2*sha256.Size {
			l.add(manifestName, "the line %q is not of the form of sha256sum", clip(line))
			continue
		}
		if name <= last {
			l.add(manifestName, "%s stands after %s", name, last)
		}
		last = name
		listed[name] = true
		content, err := s.read(name)
		if err != nil {
			l.add(manifestName, "%s: no such file", name)
		} else if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != hash {
			l.add(manifestName, "%s: another hash", name)
		}
	}
	for name := range s.Files {
		if !listed[name] && name != manifestName {
			l.add(manifestName, "%s is not listed", name)
		}
	}
	slices.Sort(l)
	return l
}
