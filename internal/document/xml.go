package document

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// node is an element of an XML part, or a text (name "#text"). Names carry the usual prefix of their namespace, whatever prefix the file
// uses: "w:p", "a:blip"; those of other namespaces carry none.
type node struct {
	name  string
	text  string
	attrs []xml.Attr // Name.Local carries the prefix too
	kids  []*node
}

// prefixes of the namespaces, transitional and strict.
var prefixes = map[string]string{
	"http://schemas.openxmlformats.org/wordprocessingml/2006/main":           "w",
	"http://purl.oclc.org/ooxml/wordprocessingml/main":                       "w",
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships":    "r",
	"http://purl.oclc.org/ooxml/officeDocument/relationships":                "r",
	"http://schemas.openxmlformats.org/officeDocument/2006/math":             "m",
	"http://purl.oclc.org/ooxml/officeDocument/math":                         "m",
	"http://schemas.openxmlformats.org/drawingml/2006/main":                  "a",
	"http://purl.oclc.org/ooxml/drawingml/main":                              "a",
	"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
	"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing":             "wp",
	"http://schemas.openxmlformats.org/drawingml/2006/chart":                 "c",
	"http://purl.oclc.org/ooxml/drawingml/chart":                             "c",
	"http://schemas.openxmlformats.org/drawingml/2006/diagram":               "dgm",
	"http://purl.oclc.org/ooxml/drawingml/diagram":                           "dgm",
	"http://schemas.openxmlformats.org/markup-compatibility/2006":            "mc",
	"http://schemas.microsoft.com/office/word/2010/wordprocessingShape":      "wps",
	"http://schemas.microsoft.com/office/word/2010/wordml":                   "w14",
	"urn:schemas-microsoft-com:vml":                                          "v",
	"urn:schemas-microsoft-com:office:office":                                "o",
	"http://www.w3.org/XML/1998/namespace":                                   "xml",
}

// parseXML reads a part. Entities other than XML's own five are an error, so that none can expand; depth and number of nodes are bounded.
func parseXML(data []byte) (*node, error) {
	data, err := xmlUTF8(data)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		// xmlUTF8 has already made UTF-8 of it.
		if strings.EqualFold(charset, "utf-16") || strings.HasPrefix(strings.ToLower(charset), "gb") {
			return in, nil
		}
		return nil, fmt.Errorf("unknown encoding %q", charset)
	}
	names := map[xml.Name]string{}
	intern := func(n xml.Name) string {
		s, ok := names[n]
		if !ok {
			if s = n.Local; prefixes[n.Space] != "" {
				s = prefixes[n.Space] + ":" + n.Local
			}
			names[n] = s
		}
		return s
	}
	root := &node{}
	open := []*node{root}
	for count := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			for i := range t.Attr {
				t.Attr[i].Name.Local = intern(t.Attr[i].Name)
			}
			n := &node{name: intern(t.Name), attrs: t.Attr}
			top.kids = append(top.kids, n)
			open = append(open, n)
			count++
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 || top.name == "w:t" || top.name == "w:delText" || top.name == "t" || top.name == "a:t" {
				top.kids = append(top.kids, &node{name: "#text", text: string(t)})
				count++
			}
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				return nil, errors.New("it declares entities")
			}
		}
		if len(open) > maxDepth || count > maxNodes {
			return nil, errLimit
		}
	}
	for _, k := range root.kids {
		if k.name != "#text" {
			return k, nil
		}
	}
	return nil, io.ErrUnexpectedEOF
}

// xmlUTF8 brings a part in UTF-16 or GB18030 to UTF-8.
func xmlUTF8(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:], nil
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		s, _, err := decode16(data[2:], binary.LittleEndian, "")
		return []byte(s), err
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		s, _, err := decode16(data[2:], binary.BigEndian, "")
		return []byte(s), err
	}
	if head := bytes.ToLower(data[:min(len(data), 100)]); bytes.Contains(head, []byte(`encoding="gb`)) {
		s, err := decodeGB18030(data)
		return []byte(s), err
	}
	return data, nil
}

// attr returns the value of an attribute, or "".
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// num returns an attribute as a whole number; fractions are cut off.
func (n *node) num(name string) (int, bool) {
	if n == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(n.attr(name)), 64)
	if err != nil || f > 1e9 || f < -1e9 {
		return 0, false
	}
	return int(f), true
}

// kid follows a path of element names and returns the first such element, or nil. It may be called on nil.
func (n *node) kid(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		var next *node
		for _, k := range n.kids {
			if k.name == name {
				next = k
				break
			}
		}
		n = next
	}
	return n
}

// val returns the w:val of an element found by kid, or "".
func (n *node) val(names ...string) string {
	if k := n.kid(names...); k != nil {
		return k.attr("w:val")
	}
	return ""
}

// all yields the elements of a name within n, in order, not those within one another.
func (n *node) all(name string) iter.Seq[*node] {
	return func(yield func(*node) bool) { n.walk(name, yield) }
}

func (n *node) walk(name string, yield func(*node) bool) bool {
	if n == nil {
		return true
	}
	for _, k := range n.kids {
		if k.name == name {
			if !yield(k) {
				return false
			}
		} else if !k.walk(name, yield) {
			return false
		}
	}
	return true
}

// words returns all text within n.
func (n *node) words() string {
	if n == nil {
		return ""
	}
	if n.name == "#text" {
		return n.text
	}
	var b strings.Builder
	for _, k := range n.kids {
		b.WriteString(k.words())
	}
	return b.String()
}
