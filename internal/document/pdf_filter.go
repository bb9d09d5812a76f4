package document

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// unpack undoes the filters of a stream. Pictures' filters are an error: there is no text in them.
func (f *pdfFile) unpack(s *pdfStream) ([]byte, error) {
	data := s.raw
	filters, _ := f.resolve(s.dict["Filter"]).([]any)
	if one, ok := f.resolve(s.dict["Filter"]).(pdfName); ok {
		filters = []any{one}
	}
	params, _ := f.resolve(s.dict["DecodeParms"]).([]any)
	if one := f.dict(s.dict["DecodeParms"]); one != nil {
		params = []any{one}
	}
	for i, filter := range filters {
		if i > 4 {
			return nil, errLimit
		}
		var err error
		switch f.resolve(filter) {
		case pdfName("FlateDecode"), pdfName("Fl"):
			data, err = f.inflate(data)
		case pdfName("LZWDecode"), pdfName("LZW"):
			data, err = f.lzw(data)
		case pdfName("ASCIIHexDecode"), pdfName("AHx"):
			data = []byte((&pdfLexer{data: append([]byte("<"), data...)}).hex())
		case pdfName("ASCII85Decode"), pdfName("A85"):
			data = ascii85(data)
		default:
			return nil, fmt.Errorf("filter %v: %w", filter, errors.ErrUnsupported)
		}
		if err != nil {
			return nil, err
		}
		if i < len(params) {
			if data, err = f.predict(data, f.dict(params[i])); err != nil {
				return nil, err
			}
		}
	}
	return data, nil
}

func (f *pdfFile) inflate(data []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return f.drain(z)
}

// drain reads all, within the limits. A stream that ends early or fails its checksum is an error: half a page is worse than none.
func (f *pdfFile) drain(in io.Reader) ([]byte, error) {
	out, err := io.ReadAll(io.LimitReader(in, min(f.left, maxPart)+1))
	if f.left -= int64(len(out)); f.left < 0 || len(out) > maxPart {
		return nil, errLimit
	}
	return out, err
}

// lzw unpacks LZW as PDF and TIFF have it: codes grow one early.
func (f *pdfFile) lzw(data []byte) ([]byte, error) {
	type entry struct {
		prefix int
		last   byte
		size   int
	}
	table := make([]entry, 258, 4097)
	for i := range 256 {
		table[i] = entry{-1, byte(i), 1}
	}
	var out []byte
	bits, have, width, before := 0, 0, 9, -1
	spell := func(code int) []byte {
		s := make([]byte, table[code].size)
		for i := len(s) - 1; i >= 0; i-- {
			s[i], code = table[code].last, table[code].prefix
		}
		return s
	}
	for _, c := range data {
		bits, have = bits<<8|int(c), have+8
		if have < width {
			continue
		}
		have -= width
		code := bits >> have
		bits &= 1<<have - 1
		switch {
		case code == 256:
			table, width, before = table[:258], 9, -1
			continue
		case code == 257:
			return out, nil
		case code > len(table) || code == len(table) && before < 0:
			return nil, errPDF
		}
		var s []byte
		if code == len(table) {
			s = spell(before)
			s = append(s, s[0])
		} else {
			s = spell(code)
		}
		out = append(out, s...)
		if f.left -= int64(len(s)); f.left < 0 || len(out) > maxPart {
			return nil, errLimit
		}
		if before >= 0 && len(table) < 4096 {
			table = append(table, entry{before, s[0], table[before].size + 1})
		}
		before = code
		if n := len(table) + 1; n >= 1<<width && width < 12 {
			width++
		}
	}
	return out, nil
}

func ascii85(data []byte) []byte {
	var out []byte
	var group [5]byte
	n := 0
	for _, c := range data {
		switch {
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
			continue
		case c == '~':
			if n > 1 {
				for i := n; i < 5; i++ {
					group[i] = 84
				}
				out = append(out, group85(group)[:n-1]...)
			}
			return out
		case c < '!' || c > 'u':
			continue
		}
		group[n] = c - '!'
		if n++; n == 5 {
			out = append(out, group85(group)...)
			n = 0
		}
	}
	return out
}

func group85(g [5]byte) []byte {
	v := uint32(0)
	for _, c := range g {
		v = v*85 + uint32(c)
	}
	return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
}

// predict undoes the PNG predictors, which cross-reference streams use.
func (f *pdfFile) predict(data []byte, d pdfDict) ([]byte, error) {
	whole := func(name pdfName, otherwise int) int {
		if n, ok := f.number(d[name]); ok && n > 0 && n < 1<<20 {
			return int(n)
		}
		return otherwise
	}
	if p := whole("Predictor", 1); p < 10 {
		if p == 2 {
			return nil, errors.ErrUnsupported // TIFF's, for pictures only
		}
		return data, nil
	}
	pixel := max(1, whole("Colors", 1)*whole("BitsPerComponent", 8)/8)
	row := (whole("Colors", 1)*whole("BitsPerComponent", 8)*whole("Columns", 1) + 7) / 8
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 1 {
		kind := data[0]
		line := bytes.Clone(data[1:min(len(data), row+1)])
		data = data[min(len(data), row+1):]
		for i := range line {
			var left, corner byte
			if i >= pixel {
				left, corner = line[i-pixel], above[i-pixel]
			}
			switch kind {
			case 1:
				line[i] += left
			case 2:
				line[i] += above[i]
			case 3:
				line[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				line[i] += paeth(left, above[i], corner)
			}
		}
		out = append(out, line...)
		above = append(line, make([]byte, row-len(line))...)
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	dist := func(x byte) int {
		d := int(a) + int(b) - int(c) - int(x)
		return max(d, -d)
	}
	switch {
	case dist(a) <= dist(b) && dist(a) <= dist(c):
		return a
	case dist(b) <= dist(c):
		return b
	}
	return c
}
