package render

import (
	"bytes"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	syntax "text/template/parse"
)

// dataBefore and dataBehind put a value into the one kind of script that pages have, so that html/template itself writes it.
const (
	dataBefore = `<script type="application/ld+json">`
	dataBehind = `</script>`
)

// escapers are the ends of the pipelines that html/template makes, by what stands in them.
const (
	inText    = "_html_template_htmlescaper"
	inTitle   = "_html_template_rcdataescaper"
	inAttr    = "_html_template_attrescaper"
	inData    = "_html_template_jsvalescaper"
	urlFilter = "_html_template_urlfilter"
	urlNormal = "_html_template_urlnormalizer"
	urlEscape = "_html_template_urlescaper"
)

// print is an action that prints: a value and the escapers that html/template put behind it.
func (p *preparer) print(n *syntax.PipeNode) step {
	at := len(n.Cmds)
	for at > 0 && strings.HasPrefix(escaperName(n.Cmds[at-1]), "_html_template_") {
		at--
	}
	var names []string
	for _, c := range n.Cmds[at:] {
		names = append(names, escaperName(c))
	}
	if at == 0 {
		unusual()
	}
	v := p.pipe(&syntax.PipeNode{Cmds: n.Cmds[:at]})
	switch strings.Join(names, " ") {
	case inText:
		return func(m *machine, dot reflect.Value) {
			s, html := m.text(v(m, dot))
			if html {
				m.w.WriteString(s)
			} else {
				m.escape(s)
			}
		}
	case inTitle, inAttr:
		return func(m *machine, dot reflect.Value) { m.escape(m.plain(v(m, dot))) }
	case urlFilter + " " + urlNormal + " " + inAttr:
		return func(m *machine, dot reflect.Value) {
			s := m.plain(v(m, dot))
			if !safeScheme(s) {
				s = "#ZgotmplZ"
			}
			m.address(s, true)
		}
	case urlNormal + " " + inAttr:
		return func(m *machine, dot reflect.Value) { m.address(m.plain(v(m, dot)), true) }
	case urlEscape + " " + inAttr:
		return func(m *machine, dot reflect.Value) { m.address(m.plain(v(m, dot)), false) }
	case inData:
		return func(m *machine, dot reflect.Value) { p.json(m, v(m, dot)) }
	}
	unusual()
	return nil
}

func escaperName(c *syntax.CommandNode) string {
	if f, ok := c.Args[0].(*syntax.IdentifierNode); ok && len(c.Args) == 1 {
		return f.Ident
	}
	return ""
}

// text is a value as printed, and whether it is HTML already.
func (m *machine) text(v reflect.Value) (s string, html bool) {
	v = direct(v)
	switch t := v.Type(); {
	case t == reflect.TypeFor[string]():
		return v.String(), false
	case t == reflect.TypeFor[template.HTML]():
		return v.String(), true
	case t == reflect.TypeFor[int]():
		return strconv.Itoa(int(v.Int())), false
	}
	unusual()
	return "", false
}

func (m *machine) plain(v reflect.Value) string {
	s, html := m.text(v)
	if html {
		unusual() // html/template takes the tags out
	}
	return s
}

// escape writes text for an element or a quoted attribute.
func (m *machine) escape(s string) {
	done := 0
	for i := 0; i < len(s); i++ {
		var with string
		switch s[i] {
		case 0:
			with = "\uFFFD"
		case '"':
			with = "&#34;"
		case '&':
			with = "&amp;"
		case '\'':
			with = "&#39;"
		case '+':
			with = "&#43;"
		case '<':
			with = "&lt;"
		case '>':
			with = "&gt;"
		default:
			continue
		}
		m.w.WriteString(s[done:i])
		m.w.WriteString(with)
		done = i + 1
	}
	m.w.WriteString(s[done:])
}

// address writes an address for a quoted attribute: normal keeps what has a meaning in one, else everything but letters, digits and -._~
// is encoded.
func (m *machine) address(s string, normal bool) {
	const hex = "0123456789abcdef"
	done := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			continue
		case c == '&' && normal:
			m.w.WriteString(s[done:i])
			m.w.WriteString("&amp;")
		case c == '+' && normal:
			m.w.WriteString(s[done:i])
			m.w.WriteString("&#43;")
		case normal && strings.IndexByte("!#$*,/:;=?@[]", c) >= 0, c == '%' && normal && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			continue
		default:
			m.w.WriteString(s[done:i])
			m.w.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
		done = i + 1
	}
	m.w.WriteString(s[done:])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func safeScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	return !ok || strings.Contains(scheme, "/") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
}

// json writes the block of data.
func (q *quick) json(m *machine, v reflect.Value) {
	var b bytes.Buffer
	if err := q.data.Execute(&b, v.Interface()); err != nil {
		unusual()
	}
	m.w.Write(b.Bytes()[len(dataBefore) : b.Len()-len(dataBehind)])
}

// function is a call of one of the layouts' functions, or of the few built in that have an obvious meaning for strings and numbers.
func (p *preparer) function(name string, args []value) value {
	if f, ok := p.funcs[name]; ok {
		return ours(f, args)
	}
	switch {
	case name == "not" && len(args) == 1:
		return func(m *machine, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(!truth(bare(args[0](m, dot))))
		}
	case name == "len" && len(args) == 1:
		return func(m *machine, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(direct(args[0](m, dot)).Len())
		}
	case (name == "and" || name == "or") && len(args) > 0:
		return func(m *machine, dot reflect.Value) (v reflect.Value) {
			for _, a := range args {
				if v = bare(a(m, dot)); truth(v) == (name == "or") {
					break
				}
			}
			return v
		}
	case name == "eq" && len(args) >= 2:
		return func(m *machine, dot reflect.Value) reflect.Value {
			x := args[0](m, dot)
			for _, a := range args[1:] {
				if compare(x, a(m, dot)) == 0 {
					return reflect.ValueOf(true)
				}
			}
			return reflect.ValueOf(false)
		}
	case len(args) == 2:
		return order(name, args)
	}
	unusual()
	return nil
}

func order(name string, args []value) value {
	holds, ok := map[string]func(int) bool{
		"ne": func(c int) bool { return c != 0 },
		"lt": func(c int) bool { return c < 0 },
		"le": func(c int) bool { return c <= 0 },
		"gt": func(c int) bool { return c > 0 },
		"ge": func(c int) bool { return c >= 0 },
	}[name]
	if !ok {
		unusual()
	}
	return func(m *machine, dot reflect.Value) reflect.Value {
		return reflect.ValueOf(holds(compare(args[0](m, dot), args[1](m, dot))))
	}
}

// compare orders two strings or two numbers.
func compare(x, y reflect.Value) int {
	x, y = direct(x), direct(y)
	switch {
	case x.Kind() == reflect.String && y.Kind() == reflect.String:
		return strings.Compare(x.String(), y.String())
	case x.CanInt() && y.CanInt():
		switch a, b := x.Int(), y.Int(); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	unusual()
	return 0
}

// bare takes a value out of its interface.
func bare(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// ours calls one of the functions that layouts have from us.
func ours(f any, args []value) value {
	fn := reflect.ValueOf(f)
	t := fn.Type()
	if t.IsVariadic() || t.NumIn() != len(args) {
		unusual()
	}
	return func(m *machine, dot reflect.Value) reflect.Value {
		in := make([]reflect.Value, len(args))
		for i, a := range args {
			x := bare(a(m, dot))
			if !x.IsValid() || !x.Type().AssignableTo(t.In(i)) {
				unusual()
			}
			in[i] = x
		}
		if f, ok := f.(func(string) (string, error)); ok { // asset, on every page several times
			s, err := f(in[0].String())
			if err != nil {
				unusual()
			}
			return reflect.ValueOf(s)
		}
		out := fn.Call(in)
		if len(out) == 2 && !out[1].IsNil() {
			unusual()
		}
		return out[0]
	}
}
