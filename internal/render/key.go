package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// A Key (页面指纹) stands for everything that a file of the site follows from: its view, the layouts that draw it, the text of its report
// and the running program. Equal keys mean equal bytes, so a file whose key is that of the last build need not be made again. A key is
// made from one page's own view and never from the site as a whole.
type Key [16]byte

// TextSum is the SHA-256 of a report's Markdown, as normalised. With the file's path it stands for the whole body.
type TextSum [sha256.Size]byte

// Keys makes keys. It is safe for concurrent use.
type Keys struct {
	render  *Renderer
	kinds   map[string][]byte // what is the same for all pages of a kind: program and layouts
	buffers sync.Pool         // of *[]byte: a quarter of all that an unchanged build would throw away
}

// Keys prepares making keys for the running program, which program names so exactly that two with different output never share a name.
func (r *Renderer) Keys(program string) *Keys {
	k := &Keys{render: r, kinds: map[string][]byte{"": []byte(program)}}
	for _, kind := range pageKinds {
		k.kinds[kind] = r.layoutSum(program, kind)
	}
	return k
}

// layoutSum is what the layouts contribute to the pages of a kind: every partial, the kind's own file, and where static files stand.
func (r *Renderer) layoutSum(program, kind string) []byte {
	b := appendText(nil, program)
	for _, name := range r.layouts.names() {
		if strings.HasPrefix(name, "_") || name == kind+".html" {
			b = appendText(appendText(b, name), r.layouts.sources[name].text)
		}
	}
	b = appendValue(b, reflect.ValueOf(r.assets.byName))
	sum := sha256.Sum256(b)
	return sum[:]
}

// Report is the key of a report's page, made without its body at hand: the text's sum stands for that.
func (k *Keys) Report(x *site.Report, text TextSum) Key {
	return k.Drawn(x, k.render.reportView(x, &report.Body{}), text)
}

// Drawn is the same key, from the view that is drawn. (If ReportView ever takes more from the body than withoutBody knows, the two never
// match: that is slow, not wrong, and the test of unchanged builds fails.)
func (k *Keys) Drawn(x *site.Report, v *Report, text TextSum) Key {
	return k.key("report", withoutBody(v), x.Head.Rel, text)
}

// withoutBody is a view without what it takes from the body, and without the code that repeats its address.
func withoutBody(v *Report) *Report {
	w := *v
	w.Outline, w.Body, w.Paragraphs, w.Signature, w.Checksum = nil, "", 0, report.Signature{}, ""
	w.QR = nil
	return &w
}

// Data is the key of the files beside a report's page: the record, the text and what else is made from them.
func (k *Keys) Data(x *site.Report, text TextSum) Key {
	return k.key("", struct {
		Record record
		Rows   []Row
	}{k.render.record(x), k.render.catalogue(x)}, x.Head.Rel, text)
}

// Plain is the key of a plain page.
func (k *Keys) Plain(p *site.Plain, text TextSum) Key {
	return k.key("plain", k.render.plainView(p, nil), p.Head.Rel, text)
}

// Output is the view and the key of an output that a layout draws; ok is false for the others, which are made every time.
func (k *Keys) Output(o Output) (view any, key Key, ok bool) {
	if o.view == nil {
		return nil, Key{}, false
	}
	view = o.view()
	return view, k.key(o.kind, view, "", TextSum{}), true
}

// Draw draws a view, which Output or ReportView returned, with its layout.
func (r *Renderer) Draw(b *bytes.Buffer, o Output, view any) *diag.Diagnostic {
	return r.layouts.Execute(b, o.kind, view)
}

// DrawReport draws a report's page from its view.
func (r *Renderer) DrawReport(b *bytes.Buffer, v *Report) *diag.Diagnostic {
	return r.layouts.Execute(b, "report", v)
}

func (k *Keys) key(kind string, view any, rel string, text TextSum) Key {
	buf, _ := k.buffers.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	b := appendText((*buf)[:0], kind)
	b = append(b, k.kinds[kind]...)
	b = appendText(b, rel)
	b = append(b, text[:]...)
	b = appendValue(b, reflect.ValueOf(view))
	sum := sha256.Sum256(b)
	*buf = b
	k.buffers.Put(buf)
	return Key(sum[:16])
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendValue appends a value so that two of one type have equal bytes only when they are deeply equal.
func appendValue(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(b, v.Uint())
	case reflect.Struct:
		for i := range v.NumField() {
			b = appendValue(b, v.Field(i))
		}
		return b
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return append(b, 0)
		}
		b = binary.AppendUvarint(b, uint64(v.Len())+1)
		for i := range v.Len() {
			b = appendValue(b, v.Index(i))
		}
		return b
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, 0)
		}
		return appendValue(append(b, 1), v.Elem())
	case reflect.Interface:
		if v.IsNil() {
			return append(b, 0)
		}
		return appendValue(appendText(append(b, 1), v.Elem().Type().String()), v.Elem())
	case reflect.Map:
		return appendMap(b, v)
	}
	panic(fmt.Sprintf("render: a view holds a %s, which has no key", v.Type()))
}

func appendMap(b []byte, v reflect.Value) []byte {
	pairs := make([]string, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		pairs = append(pairs, string(appendValue(appendValue(nil, it.Key()), it.Value())))
	}
	slices.Sort(pairs)
	b = binary.AppendUvarint(b, uint64(len(pairs)))
	for _, p := range pairs {
		b = appendText(b, p)
	}
	return b
}
