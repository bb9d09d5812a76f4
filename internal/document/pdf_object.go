package document

import (
	"bytes"
	"errors"
	"strconv"
)

// Objects of a PDF (ISO 32000-1, 7.3): nil, bool, float64, pdfString, pdfName, []any, pdfDict, pdfRef, *pdfStream, and pdfOp for the operators of
// content streams.
type (
	pdfString string
	pdfName   string
	pdfOp     string
	pdfDict   map[pdfName]any
	pdfRef    struct{ num, gen int }
	pdfStream struct {
		dict pdfDict
		raw  []byte
		num  int // of the object
	}
)

var errPDF = errors.New("not well formed")

// pdfLexer reads objects from bytes.
type pdfLexer struct {
	data  []byte
	at    int
	depth int
}

func pdfSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func pdfDelim(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func (l *pdfLexer) skip() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case pdfSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// next reads one object or operator. At the end it returns errPDF.
func (l *pdfLexer) next() (any, error) {
	l.skip()
	if l.at >= len(l.data) {
		return nil, errPDF
	}
	switch c := l.data[l.at]; {
	case c == '/':
		return l.name(), nil
	case c == '(':
		return l.literal(), nil
	case c == '<':
		if l.at+1 < len(l.data) && l.data[l.at+1] == '<' {
			return l.dict()
		}
		return l.hex(), nil
	case c == '[':
		return l.array()
	case c == '>' || c == ']' || c == '}' || c == ')' || c == '{':
		l.at++
		if c == '>' && l.at < len(l.data) && l.data[l.at] == '>' {
			l.at++
			return pdfOp(">>"), nil
		}
		return pdfOp(string(c)), nil
	default:
		return l.word(), nil
	}
}

func (l *pdfLexer) word() any {
	from := l.at
	for l.at < len(l.data) && !pdfSpace(l.data[l.at]) && !pdfDelim(l.data[l.at]) {
		l.at++
	}
	s := string(l.data[from:l.at])
	switch s {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if c := s[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
		return 0.0
	}
	return pdfOp(s)
}

func (l *pdfLexer) name() pdfName {
	l.at++
	var b []byte
	for l.at < len(l.data) && !pdfSpace(l.data[l.at]) && !pdfDelim(l.data[l.at]) {
		c := l.data[l.at]
		if c == '#' && l.at+2 < len(l.data) {
			if v, err := strconv.ParseUint(string(l.data[l.at+1:l.at+3]), 16, 8); err == nil {
				c = byte(v)
				l.at += 2
			}
		}
		b = append(b, c)
		l.at++
	}
	return pdfName(b)
}

func (l *pdfLexer) literal() pdfString {
	var b []byte
	depth := 0
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				l.at++
				return pdfString(b)
			}
		case '\\':
			l.at++
			if l.at >= len(l.data) {
				return pdfString(b)
			}
			switch c = l.data[l.at]; {
			case c == 'n':
				c = '\n'
			case c == 'r':
				c = '\r'
			case c == 't':
				c = '\t'
			case c == 'b':
				c = '\b'
			case c == 'f':
				c = '\f'
			case c == '\r' || c == '\n':
				if c == '\r' && l.at+1 < len(l.data) && l.data[l.at+1] == '\n' {
					l.at++
				}
				continue
			case c >= '0' && c <= '7':
				v := 0
				n := 0
				for ; n < 3 && l.at < len(l.data) && l.data[l.at] >= '0' && l.data[l.at] <= '7'; n++ {
					v = v*8 + int(l.data[l.at]-'0')
					l.at++
				}
				l.at--
				c = byte(v)
			}
		}
		b = append(b, c)
	}
	return pdfString(b)
}

func (l *pdfLexer) hex() pdfString {
	l.at++
	var b []byte
	high, half := byte(0), false
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		var v byte
		switch {
		case c >= '0' && c <= '9':
			v = c - '0'
		case c >= 'a' && c <= 'f':
			v = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			v = c - 'A' + 10
		case c == '>':
			l.at++
			if half {
				b = append(b, high)
			}
			return pdfString(b)
		default:
			continue
		}
		if half {
			b = append(b, high|v)
		}
		high, half = v<<4, !half
	}
	return pdfString(b)
}

const maxPDFDepth = 64

func (l *pdfLexer) array() (any, error) {
	l.at++
	if l.depth++; l.depth > maxPDFDepth {
		return nil, errLimit
	}
	defer func() { l.depth-- }()
	var a []any
	for {
		v, err := l.next()
		if err != nil {
			return nil, err
		}
		switch v {
		case pdfOp("]"):
			return a, nil
		case pdfOp("R"):
			a = foldRef(a)
		case pdfOp(">>"):
			return nil, errPDF
		default:
			a = append(a, v)
		}
	}
}

// foldRef makes a reference of the two numbers before R.
func foldRef(a []any) []any {
	if n := len(a); n >= 2 {
		num, ok1 := a[n-2].(float64)
		gen, ok2 := a[n-1].(float64)
		if ok1 && ok2 {
			return append(a[:n-2], pdfRef{int(num), int(gen)})
		}
	}
	return a
}

func (l *pdfLexer) dict() (any, error) {
	l.at += 2
	if l.depth++; l.depth > maxPDFDepth {
		return nil, errLimit
	}
	defer func() { l.depth-- }()
	var a []any
	for {
		v, err := l.next()
		if err != nil {
			return nil, err
		}
		if v == pdfOp("R") {
			a = foldRef(a)
			continue
		}
		if v == pdfOp(">>") {
			break
		}
		if _, isOp := v.(pdfOp); isOp {
			return nil, errPDF
		}
		a = append(a, v)
	}
	d := pdfDict{}
	for i := 0; i+1 < len(a); i += 2 {
		if name, ok := a[i].(pdfName); ok {
			d[name] = a[i+1]
		} else {
			i-- // a key is missing: go on at the next name
		}
	}
	return d, nil
}
