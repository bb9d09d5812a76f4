package document

import (
	"bytes"
	"context"
	"errors"
)

// pdfFile is an opened PDF: where its objects stand.
type pdfFile struct {
	ctx     context.Context
	data    []byte
	xref    map[int]pdfEntry
	cache   map[int]any
	opening map[int]bool
	trailer pdfDict
	left    int64 // bytes that may still be unpacked
}

// pdfEntry is the place of an object: an offset, or an index in an object stream.
type pdfEntry struct {
	offset int
	within int // object stream; 0 is none
	index  int
}

func openPDF(ctx context.Context, data []byte) (*pdfFile, error) {
	f := &pdfFile{ctx: ctx, data: data, xref: map[int]pdfEntry{}, cache: map[int]any{}, opening: map[int]bool{}, trailer: pdfDict{}, left: maxUnpacked}
	if err := f.readXref(); err != nil || f.dict(f.trailer["Root"]) == nil {
		if errors.Is(err, errLimit) {
			return nil, err
		}
		if err := f.rebuild(); err != nil {
			return nil, err
		}
	}
	if f.trailer["Encrypt"] != nil {
		return nil, errLocked
	}
	return f, nil
}

// readXref follows the chain of cross-reference tables and streams from the end of the file; the newest entry of an object counts.
func (f *pdfFile) readXref() error {
	tail := f.data[max(0, len(f.data)-2048):]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return errPDF
	}
	l := &pdfLexer{data: tail, at: i + len("startxref")}
	start, err := l.next()
	at, ok := start.(float64)
	if err != nil || !ok {
		return errPDF
	}
	seen := map[int]bool{}
	queue := []int{int(at)}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at < 0 || at >= len(f.data) || seen[at] {
			continue
		}
		if seen[at] = true; len(seen) > 4096 {
			return errLimit
		}
		d, err := f.section(at)
		if err != nil {
			return err
		}
		for k, v := range d {
			if _, known := f.trailer[k]; !known {
				f.trailer[k] = v
			}
		}
		for _, key := range []pdfName{"XRefStm", "Prev"} {
			if n, ok := d[key].(float64); ok {
				queue = append(queue, int(n))
			}
		}
	}
	return nil
}

// section reads one table or stream and returns its trailer.
func (f *pdfFile) section(at int) (pdfDict, error) {
	l := &pdfLexer{data: f.data, at: at}
	first, err := l.next()
	if err != nil {
		return nil, err
	}
	if first != pdfOp("xref") {
		return f.xrefStream(at)
	}
	for {
		v, err := l.next()
		if err != nil {
			return nil, err
		}
		if v == pdfOp("trailer") {
			d, err := l.next()
			if dict, ok := d.(pdfDict); ok && err == nil {
				return dict, nil
			}
			return nil, errPDF
		}
		start, ok1 := v.(float64)
		n, err := l.next()
		count, ok2 := n.(float64)
		if err != nil || !ok1 || !ok2 || count < 0 || count > 8_388_607 {
			return nil, errPDF
		}
		for i := range int(count) {
			offset, _ := l.next()
			_, _ = l.next()
			kind, err := l.next()
			if err != nil {
				return nil, err
			}
			num := int(start) + i
			if at, ok := offset.(float64); ok && kind == pdfOp("n") {
				f.enter(num, pdfEntry{offset: int(at)})
			}
		}
	}
}

func (f *pdfFile) enter(num int, e pdfEntry) {
	if _, known := f.xref[num]; !known {
		f.xref[num] = e
	}
}

func (f *pdfFile) xrefStream(at int) (pdfDict, error) {
	v, err := f.objectAt(at, 0)
	s, ok := v.(*pdfStream)
	if err != nil || !ok {
		return nil, errPDF
	}
	data, err := f.unpack(s)
	if err != nil {
		return nil, err
	}
	var w [3]int
	widths, _ := s.dict["W"].([]any)
	for i := range w {
		if i < len(widths) {
			n, _ := widths[i].(float64)
			w[i] = int(n)
		}
		if w[i] < 0 || w[i] > 8 {
			return nil, errPDF
		}
	}
	size := w[0] + w[1] + w[2]
	if size == 0 {
		return nil, errPDF
	}
	index, _ := s.dict["Index"].([]any)
	if len(index) == 0 {
		index = []any{0.0, s.dict["Size"]}
	}
	for i := 0; i+1 < len(index); i += 2 {
		start, _ := index[i].(float64)
		count, _ := index[i+1].(float64)
		for n := 0; n < int(count) && len(data) >= size; n++ {
			var field [3]int
			at := 0
			for j, width := range w {
				for range width {
					field[j] = field[j]<<8 | int(data[at])
					at++
				}
			}
			if w[0] == 0 {
				field[0] = 1
			}
			data = data[size:]
			switch field[0] {
			case 1:
				f.enter(int(start)+n, pdfEntry{offset: field[1]})
			case 2:
				f.enter(int(start)+n, pdfEntry{within: field[1], index: field[2]})
			}
		}
	}
	return s.dict, nil
}

// resolve returns what a value stands for: a reference's object, else the value. What cannot be read is nil.
func (f *pdfFile) resolve(v any) any {
	for range 16 {
		ref, ok := v.(pdfRef)
		if !ok {
			return v
		}
		v = f.object(ref.num)
	}
	return nil
}

func (f *pdfFile) object(num int) any {
	if v, known := f.cache[num]; known {
		return v
	}
	e, ok := f.xref[num]
	if !ok || f.opening[num] || f.ctx.Err() != nil {
		return nil
	}
	f.opening[num] = true
	defer delete(f.opening, num)
	var v any
	if e.within > 0 {
		v = f.inStream(e.within, e.index)
	} else if got, err := f.objectAt(e.offset, num); err == nil {
		v = got
	}
	f.cache[num] = v
	return v
}

// objectAt reads "12 0 obj … endobj".
func (f *pdfFile) objectAt(at, num int) (any, error) {
	if at < 0 || at >= len(f.data) {
		return nil, errPDF
	}
	l := &pdfLexer{data: f.data, at: at}
	n, err1 := l.next()
	_, err2 := l.next()
	op, err3 := l.next()
	if got, ok := n.(float64); err1 != nil || err2 != nil || err3 != nil || op != pdfOp("obj") || !ok || num != 0 && int(got) != num {
		return nil, errPDF
	}
	v, err := l.next()
	if err != nil {
		return nil, err
	}
	if first, ok := v.(float64); ok { // an object may be a reference itself
		here := l.at
		gen, err1 := l.next()
		if r, err2 := l.next(); err1 == nil && err2 == nil && r == pdfOp("R") {
			g, _ := gen.(float64)
			return pdfRef{int(first), int(g)}, nil
		}
		l.at = here
	}
	d, ok := v.(pdfDict)
	if !ok {
		return v, nil
	}
	l.skip()
	if !bytes.HasPrefix(l.data[l.at:], []byte("stream")) {
		return d, nil
	}
	l.at += len("stream")
	if l.at < len(l.data) && l.data[l.at] == '\r' {
		l.at++
	}
	if l.at < len(l.data) && l.data[l.at] == '\n' {
		l.at++
	}
	number, _ := n.(float64)
	return &pdfStream{dict: d, raw: f.streamBytes(d, l.at), num: int(number)}, nil
}

// streamBytes takes the bytes of a stream by its length, or up to "endstream" when the length is wrong.
func (f *pdfFile) streamBytes(d pdfDict, at int) []byte {
	if n, ok := f.resolve(d["Length"]).(float64); ok && n >= 0 && at+int(n) <= len(f.data) {
		end := &pdfLexer{data: f.data, at: at + int(n)}
		end.skip()
		if bytes.HasPrefix(f.data[end.at:], []byte("endstream")) {
			return f.data[at : at+int(n)]
		}
	}
	i := bytes.Index(f.data[at:], []byte("endstream"))
	if i < 0 {
		return f.data[at:]
	}
	return f.data[at : at+i]
}

// objectStream lists the numbers of the objects packed in a stream.
func (f *pdfFile) objectStream(num int) []int {
	s, ok := f.object(num).(*pdfStream)
	if !ok {
		return nil
	}
	data, err := f.unpack(s)
	if err != nil {
		return nil
	}
	n, _ := f.resolve(s.dict["N"]).(float64)
	l := &pdfLexer{data: data}
	var nums []int
	for range min(int(n), len(data)) {
		v, err := l.next()
		_, err2 := l.next()
		num, ok := v.(float64)
		if err != nil || err2 != nil || !ok {
			break
		}
		nums = append(nums, int(num))
	}
	return nums
}

func (f *pdfFile) inStream(num, index int) any {
	s, ok := f.object(num).(*pdfStream)
	if !ok {
		return nil
	}
	key := -num // unpacked once, kept beside the objects
	data, known := f.cache[key].([]byte)
	if !known {
		var err error
		if data, err = f.unpack(s); err != nil {
			return nil
		}
		f.cache[key] = data
	}
	first, _ := f.resolve(s.dict["First"]).(float64)
	l := &pdfLexer{data: data}
	offset := -1
	for i := 0; i <= index; i++ {
		_, err := l.next()
		v, err2 := l.next()
		at, ok := v.(float64)
		if err != nil || err2 != nil || !ok {
			return nil
		}
		offset = int(at)
	}
	at := int(first) + offset
	if offset < 0 || at < 0 || at >= len(data) {
		return nil
	}
	v, err := (&pdfLexer{data: data, at: at}).next()
	if err != nil {
		return nil
	}
	return v
}

func (f *pdfFile) dict(v any) pdfDict {
	switch v := f.resolve(v).(type) {
	case pdfDict:
		return v
	case *pdfStream:
		return v.dict
	}
	return nil
}

func (f *pdfFile) number(v any) (float64, bool) {
	n, ok := f.resolve(v).(float64)
	return n, ok
}
