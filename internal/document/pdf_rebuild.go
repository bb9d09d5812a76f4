package document

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
)

var pdfObject = regexp.MustCompile(`(?:^|[\r\n\s])(\d{1,8})\s+(\d{1,5})\s+obj\b`)

// rebuild finds the objects of a file whose cross-reference is damaged by looking for them; the last of a number counts.
func (f *pdfFile) rebuild() error {
	f.xref, f.cache, f.trailer = map[int]pdfEntry{}, map[int]any{}, pdfDict{}
	for _, m := range pdfObject.FindAllSubmatchIndex(f.data, -1) {
		num, _ := strconv.Atoi(string(f.data[m[2]:m[3]]))
		f.xref[num] = pdfEntry{offset: m[2]}
	}
	for at := 0; ; {
		i := bytes.Index(f.data[at:], []byte("trailer"))
		if i < 0 {
			break
		}
		at += i + len("trailer")
		l := &pdfLexer{data: f.data, at: at}
		if v, err := l.next(); err == nil {
			if d, ok := v.(pdfDict); ok {
				for k, v := range d {
					f.trailer[k] = v
				}
			}
		}
	}
	var streams []int
	for num := range f.xref {
		v := f.resolve(pdfRef{num: num})
		if s, ok := v.(*pdfStream); ok && s.dict["Type"] == pdfName("ObjStm") {
			streams = append(streams, num)
		}
		if s, ok := v.(*pdfStream); ok && s.dict["Type"] == pdfName("XRef") && f.trailer["Root"] == nil {
			f.trailer["Root"], f.trailer["Encrypt"] = s.dict["Root"], s.dict["Encrypt"]
		}
	}
	for _, num := range streams {
		for i, inner := range f.objectStream(num) {
			f.enter(inner, pdfEntry{within: num, index: i})
		}
	}
	if f.dict(f.trailer["Root"]) == nil {
		for num := range f.xref {
			if d := f.dict(pdfRef{num: num}); d["Type"] == pdfName("Catalog") {
				f.trailer["Root"] = pdfRef{num: num}
			}
		}
	}
	if f.dict(f.trailer["Root"]) == nil {
		return fmt.Errorf("no catalogue: %w", errPDF)
	}
	return nil
}
