package report

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"github.com/adrg/frontmatter"

	"gongkai/internal/diag"
	"gongkai/internal/strictyaml"
)

// MaxHead is the size of the largest front matter in bytes. A caller that looks for the end of one need not read on behind it.
const MaxHead = 64 << 10

// bounds is where the front matter lies in the first bytes of a file: the opening line at open, the YAML from start to end, the
// closing line from end to behind.
type bounds struct {
	open, start, end, behind int
	state                    headState
}

type headState uint8

const (
	headNone   headState = iota // the first line with anything on it is not ---
	headBlank                   // nothing but white space so far
	headOpen                    // no closing line so far
	headClosed                  // whole
)

// findHead finds the front matter in the way of adrg/frontmatter: lines are compared without the white space round them, and blank
// lines may stand before the opening one. b may begin with a byte order mark and have lines that end in CRLF.
func findHead(b []byte) bounds {
	var h bounds
	at := 0
	if bytes.HasPrefix(b, []byte(bom)) {
		at = len(bom)
	}
	for at < len(b) {
		next := len(b)
		if i := bytes.IndexByte(b[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		line := bytes.TrimSpace(b[at:next])
		whole := b[next-1] == '\n'
		switch {
		case h.start > 0 && string(line) == "---":
			h.end, h.behind, h.state = at, next, headClosed
			return h
		case h.start > 0 || len(line) == 0:
		case string(line) == "---" && whole:
			h.open, h.start, h.state = at, next, headOpen
		case string(line) == "---": // an opening line that a longer beginning may still change
			h.open, h.start, h.state = at, next, headOpen
			return h
		default:
			h.state = headNone
			return h
		}
		at = next
	}
	if h.start == 0 {
		h.state = headBlank
	}
	return h
}

// HeadEnd finds where the front matter ends in a file's first bytes, as read or as normalised, so that a caller can read only the
// beginning of a file: n is the offset just behind the closing line. ok is false while more of the file is needed; n is 0 when there
// is no front matter, or none that ends within MaxHead.
func HeadEnd(b []byte) (n int, ok bool) {
	h := findHead(b)
	switch {
	case h.state == headClosed && (h.behind < len(b) || b[h.behind-1] == '\n'):
		return h.behind, true
	case h.state == headNone && (bytes.IndexByte(b, '\n') >= 0 || len(b) > MaxHead):
		return 0, true
	}
	return 0, len(b) > MaxHead+1024
}

// ParseHead reads the front matter of src, normalised: the whole file, or any beginning of it that holds the whole front matter.
// file is the path as given on the command line, rel the path below content/; complete says whether src is the whole file.
// The head is nil when there is nothing to work with: the path is no report's, or the front matter cannot be read. Single keys that
// could not be read are unset, but At knows them. What a report must have is for the site to ask, after defaults.
func ParseHead(file, rel string, src []byte, complete bool) (*Head, diag.List) {
	place, bundle, found := ParsePath(file, rel)
	usable := len(found) == 0
	fields, h, more := readHead(file, src, complete)
	found = append(found, more...)
	if fields == nil {
		return nil, found
	}
	head := &Head{
		Path: file, Rel: rel, Bundle: bundle, Place: place, FrontMatter: fields.FrontMatter,
		BodyOffset: h.behind, BodyLine: 1 + bytes.Count(src[:h.behind], []byte("\n")), Sum: sha256.Sum256(src[:h.behind]),
	}
	c := headChecker{head: head, src: src, found: found}
	if usable {
		c.agree(fields)
		c.aliases()
	}
	c.dates()
	if !usable {
		return nil, c.found
	}
	return head, c.found
}

// readHead finds and decodes the block; fields is nil when that failed.
func readHead(file string, src []byte, complete bool) (fields *headFields, h bounds, found diag.List) {
	h = findHead(src)
	if h.state != headClosed {
		return nil, h, headFault(file, src, h, complete)
	}
	found = delimiters(file, src, h)
	var result strictyaml.Result
	format := frontmatter.NewFormat("---", "---", func(block []byte, v any) error {
		result = strictyaml.Decode(block, strictyaml.Options{
			Path: file, Rules: "frontmatter", Line: 1 + bytes.Count(src[:h.start], []byte("\n")), MaxBytes: MaxHead,
		}, headType(), v.(*headFields))
		return nil
	})
	fields = &headFields{}
	// Reading from memory cannot fail, and our decoder reports its findings beside the error.
	_, _ = frontmatter.Parse(bytes.NewReader(src[:h.behind]), fields, format)
	found = append(found, result.Findings...)
	if !result.Readable {
		return nil, h, found
	}
	fields.Keys = keysOf(result)
	return fields, h, found
}

func keysOf(r strictyaml.Result) []WrittenKey {
	keys := make([]WrittenKey, len(r.Keys))
	for i, k := range r.Keys {
		keys[i] = written(KeyAt(k))
	}
	return keys
}

// ParseDefaults reads a _defaults.yaml, normalised: the keys of front matter, but those that belong to one report alone (rule
// frontmatter-not-inherited). The result is nil when the file cannot be read; an empty one is fine.
func ParseDefaults(file string, src []byte) (*FrontMatter, diag.List) {
	var fields headFields
	result := strictyaml.Decode(src, strictyaml.Options{Path: file, Rules: "frontmatter", MaxBytes: MaxHead, AllowEmpty: true}, headType(), &fields)
	if !result.Readable {
		return nil, result.Findings
	}
	fields.Keys = keysOf(result)
	c := headChecker{head: &Head{Path: file, FrontMatter: fields.FrontMatter}, src: src, found: result.Findings}
	for _, w := range fields.Keys {
		k := w.at()
		if slices.Contains(notInherited, k.Key) {
			end := k.Name
			end.Column += len([]rune(nameAt(src, k)))
			c.add(KeyAt{Value: k.Name, End: end}, "frontmatter-not-inherited", diag.Say("%s 不能写在 _defaults.yaml 里", "%s cannot stand in _defaults.yaml", k.Key),
				diag.Say("请写进各份报告自己的文件头", "write it in each report's own front matter"))
		}
	}
	return &c.head.FrontMatter, c.found
}

// nameAt is a key as written.
func nameAt(src []byte, k KeyAt) string {
	line := sourceLine(src, k.Name.Line)
	runes := []rune(line)
	name, _, _ := strings.Cut(string(runes[min(k.Name.Column-1, len(runes)):]), ":")
	return strings.TrimSpace(name)
}

func sourceLine(src []byte, n int) string {
	for line := range bytes.Lines(src) {
		if n--; n == 0 {
			return strings.TrimRight(string(line), "\n")
		}
	}
	return ""
}

// headChecker compares the keys of one file with each other and with the path.
type headChecker struct {
	head  *Head
	src   []byte
	found diag.List
}

// add reports at the value of a key.
func (c *headChecker) add(at KeyAt, rule string, say, hint diag.Text) {
	d := diag.Diagnostic{Rule: rule, Severity: diag.Error, Path: c.head.Path, Start: at.Value, End: at.End, Message: say, Hint: hint}
	if at.End.Line == at.Value.Line && at.End.Column > at.Value.Column {
		line := []rune(sourceLine(c.src, at.Value.Line))
		d.Span = string(line[min(at.Value.Column-1, len(line)):min(at.End.Column-1, len(line))])
	}
	c.found = append(c.found, d)
}

// agree compares what the front matter repeats of the path. Rule frontmatter-path.
func (c *headChecker) agree(f *headFields) {
	if at, ok := c.head.At("district"); ok && f.district != "" && f.district != c.head.District {
		c.disagree(at, f.district, c.head.District)
	}
	if at, ok := c.head.At("year"); ok && f.year != 0 && f.year != c.head.Year {
		c.disagree(at, strconv.Itoa(f.year), strconv.Itoa(c.head.Year))
	}
}

func (c *headChecker) disagree(at KeyAt, written, path string) {
	if c.head.IsPlain() {
		c.add(at, "frontmatter-path", diag.Say("普通页面没有地区和年度", "a plain page has neither district nor year"), diag.Say("请删去这一行", "delete this line"))
		return
	}
	c.add(at, "frontmatter-path", diag.Say("这里写的是“%s”，路径里是“%s”", "%q is written here, but %q in the path", written, path),
		diag.Say("请改成与路径一致，或删去这一行", "make it agree with the path, or delete the line"))
}

// dates compares 成文日期 with the days after it (standards X-04). Rule frontmatter-date-order.
func (c *headChecker) dates() {
	h := c.head
	at, ok := h.At("written")
	if !ok || h.Written.IsZero() {
		return
	}
	for _, later := range []struct {
		name, key string
		day       Date
	}{{"发布日期", "date", h.Date}, {"收录日期", "collected", h.Collected}} {
		if !later.day.IsZero() && h.Written.DayCompare(later.day) > 0 {
			c.add(at, "frontmatter-date-order", diag.Say("成文日期 %[1]s 晚于%[2]s %[4]s", "written %[1]s is later than %[3]s %[4]s", h.Written.ISO(), later.name, later.key, later.day.ISO()),
				diag.Say("请核对两个日期", "check both dates"))
			return
		}
	}
}

// aliases checks the old addresses against the page's own folder. Rule frontmatter-alias.
func (c *headChecker) aliases() {
	base := ""
	if h := c.head; !h.IsPlain() {
		base = h.District + "/" + h.Place.Agency + "/" + strconv.Itoa(h.Year)
	}
	for i, written := range c.head.Aliases {
		say, hint, wrong := aliasFault(base, written)
		if !wrong {
			continue
		}
		at, ok := c.head.At("aliases." + strconv.Itoa(i))
		if !ok {
			at, _ = c.head.At("aliases")
		}
		c.add(at, "frontmatter-alias", say, hint)
	}
}
