package document

import (
	"strconv"
	"strings"
)

// toggle is a property that a style may switch on or off, or say nothing of.
type toggle uint8

const (
	unset toggle = iota
	on
	off
)

func (t *toggle) read(n *node) {
	if n == nil {
		return
	}
	switch n.attr("w:val") {
	case "0", "false", "off", "none":
		*t = off
	default:
		*t = on
	}
}

// look is how characters look, as far as it is of use.
type look struct {
	bold, italic, vanish toggle
	size                 float64
	font                 string
	vert                 string
}

func (l *look) apply(rPr *node) {
	if rPr == nil {
		return
	}
	for _, k := range rPr.kids {
		switch k.name {
		case "w:b":
			l.bold.read(k)
		case "w:i":
			l.italic.read(k)
		case "w:vanish":
			l.vanish.read(k)
		case "w:sz":
			if half, err := strconv.ParseFloat(k.attr("w:val"), 64); err == nil && half > 0 && half < 4000 {
				l.size = half / 2
			}
		case "w:rFonts":
			if font := k.attr("w:eastAsia"); font != "" {
				l.font = font
			}
		case "w:vertAlign":
			l.vert = k.attr("w:val")
		}
	}
}

// setting is how a paragraph is set.
type setting struct {
	align     string
	outline   int // 0–8; -1 is body text
	numID     string
	ilvl      int
	hasLevel  bool
	first     float64 // twips
	chars     float64 // hundredths of a character; wins over first
	hasChars  bool
	pageBreak toggle
}

func (s *setting) apply(pPr *node) {
	if pPr == nil {
		return
	}
	for _, k := range pPr.kids {
		switch k.name {
		case "w:jc":
			s.align = k.attr("w:val")
		case "w:outlineLvl":
			if n, ok := k.num("w:val"); ok {
				if s.outline = n; n < 0 || n > 8 {
					s.outline = -1
				}
			}
		case "w:numPr":
			if id := k.val("w:numId"); id != "" {
				s.numID = id
			}
			if n, ok := k.kid("w:ilvl").num("w:val"); ok && n >= 0 && n <= 8 {
				s.ilvl, s.hasLevel = n, true
			}
		case "w:ind":
			s.indent(k)
		case "w:pageBreakBefore":
			s.pageBreak.read(k)
		}
	}
}

func (s *setting) indent(k *node) {
	for _, name := range []string{"w:firstLine", "w:hanging"} {
		if n, ok := k.num(name); ok {
			s.first = float64(n)
			if name == "w:hanging" {
				s.first = -s.first
			}
		}
	}
	if n, ok := k.num("w:firstLineChars"); ok {
		s.chars, s.hasChars = float64(n), n != 0
	}
}

// style is one style with everything that it inherits.
type style struct {
	id, name string
	look     look
	setting  setting
}

type styles struct {
	byID     map[string]*node
	done     map[string]*style
	defaults style
	normal   string // the id of the default paragraph style
}

func newStyles(root *node) *styles {
	s := &styles{byID: map[string]*node{}, done: map[string]*style{}}
	s.defaults.setting.outline = -1
	if root == nil {
		return s
	}
	s.defaults.look.apply(root.kid("w:docDefaults", "w:rPrDefault", "w:rPr"))
	s.defaults.setting.apply(root.kid("w:docDefaults", "w:pPrDefault", "w:pPr"))
	for n := range root.all("w:style") {
		id := n.attr("w:styleId")
		if s.byID[id] == nil {
			s.byID[id] = n
		}
		if n.attr("w:type") == "paragraph" && (n.attr("w:default") == "1" || n.attr("w:default") == "true") {
			s.normal = id
		}
	}
	return s
}

// get returns the style of an id with what it inherits; one that is not defined is the default. A circle of styles ends where it began.
func (s *styles) get(id string) *style {
	if id == "" {
		id = s.normal
	}
	if known := s.done[id]; known != nil {
		return known
	}
	n := s.byID[id]
	if n == nil {
		return &s.defaults
	}
	s.done[id] = &s.defaults // while the ancestors are read
	made := s.defaults
	if base := n.val("w:basedOn"); base != "" {
		made = *s.get(base)
	}
	made.id, made.name = id, n.val("w:name")
	made.look.apply(n.kid("w:rPr"))
	made.setting.apply(n.kid("w:pPr"))
	if level := headingName(made.name); level > 0 && made.setting.outline < 0 && n.kid("w:pPr", "w:outlineLvl") == nil {
		made.setting.outline = level - 1
	}
	s.done[id] = &made
	return &made
}

// headingName returns the level of "heading 1" or "标题 1", or 0.
func headingName(name string) int {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, prefix := range []string{"heading", "标题"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if n, err := strconv.Atoi(strings.TrimSpace(rest)); err == nil && n >= 1 && n <= 9 {
				return n
			}
		}
	}
	return 0
}

// isTitleStyle holds for the style of a document's title.
func isTitleStyle(name string) bool {
	name = strings.ToLower(name)
	return name == "title" || name == "标题"
}
