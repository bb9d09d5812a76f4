package strictyaml

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
)

// Type says how a YAML value becomes a T, and what a JSON Schema says of it. Types are immutable; declare them once.
type Type[T any] struct {
	decode func(Value, *T)
	schema func(pointer string) Schema
	words  map[string]struct{} // every key that may occur inside
	names  [][]string          // of an Object: its keys, the English name first
	abouts []string            // of an Object: what each key means, in Chinese
}

// Names lists the keys of an Object, each with its synonyms behind the English name.
func (t Type[T]) Names() [][]string { return t.names }

// Convert makes a type from another by a function of its values.
func Convert[A, B any](t Type[A], convert func(A) B) Type[B] {
	return Type[B]{schema: t.schema, words: t.words, names: t.names, decode: func(v Value, into *B) {
		var a A
		t.decode(v, &a)
		*into = convert(a)
	}}
}

// Then adds a check that runs when the value has been decoded without an error. The value stands whatever the check reports.
func (t Type[T]) Then(check func(Value, *T)) Type[T] {
	decode := t.decode
	t.decode = func(v Value, into *T) {
		before := v.doc.errors
		decode(v, into)
		if v.doc.errors == before {
			check(v, into)
		}
	}
	return t
}

// Valid is Then for values that must not be used when the check reports an error: they are unset again.
func (t Type[T]) Valid(check func(Value, *T)) Type[T] {
	return t.Then(check).Else(func(into *T) {
		var unset T
		*into = unset
	})
}

// Else says what stands when the value has an error: a key that holds a text back must do so also when it is misread.
func (t Type[T]) Else(fall func(*T)) Type[T] {
	decode := t.decode
	t.decode = func(v Value, into *T) {
		before := v.doc.errors
		decode(v, into)
		if v.doc.errors > before {
			fall(into)
		}
	}
	return t
}

// Field is one key of a mapping that decodes into a T.
type Field[T any] struct {
	names  []string // the English key, then its Chinese synonyms
	near   []string // what people write instead
	about  string   // in Chinese, for editors
	decode func(Value, *T)
	schema func(pointer string) Schema
	words  map[string]struct{}
}

// Bind declares a key: its English name and Chinese synonyms separated by spaces, what it means (in Chinese, for editors), its type,
// and where the value goes.
func Bind[T, V any](names, about string, t Type[V], at func(*T) *V) Field[T] {
	return Field[T]{
		names: strings.Fields(names), about: about, schema: t.schema, words: t.words,
		decode: func(v Value, into *T) { t.decode(v, at(into)) },
	}
}

// Near adds words that people write instead of the key, separated by spaces; they stay errors, with the key as hint.
func (f Field[T]) Near(words string) Field[T] {
	f.near = strings.Fields(words)
	return f
}

// Object is a mapping with exactly these keys, all optional. A key without a value counts as not written, but keeps its place.
func Object[T any](fields ...Field[T]) Type[T] {
	o := object[T]{fields: fields, byName: map[string]int{}}
	words := map[string]struct{}{}
	var names [][]string
	var abouts []string
	for i, f := range fields {
		names = append(names, f.names)
		abouts = append(abouts, f.about)
		for _, name := range f.names {
			o.byName[name] = i
			words[name] = struct{}{}
		}
		for word := range f.words {
			words[word] = struct{}{}
		}
	}
	return Type[T]{decode: o.decode, schema: o.schema, words: words, names: names, abouts: abouts}
}

type object[T any] struct {
	fields []Field[T]
	byName map[string]int
}

func (o object[T]) decode(v Value, into *T) {
	if v.node.Kind != yaml.MappingNode {
		v.wrongType(diag.Say("若干“字段: 值”", "a mapping"))
		return
	}
	seen := make([]*yaml.Node, len(o.fields))
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, value := v.node.Content[i], v.node.Content[i+1]
		at, ok := o.byName[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			v.doc.badKey(key)
			continue
		case !ok:
			o.unknown(v, key)
			continue
		case seen[at] != nil:
			v.doc.duplicate(o.fields[at].names, seen[at], key)
			continue
		}
		seen[at] = key
		f := &o.fields[at]
		child := Value{doc: v.doc, node: value, name: key.Value, path: join(v.path, f.names[0])}
		child.record(key)
		if !child.Empty() {
			f.decode(child, into)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// badKey reports a key that is no word.
func (d *document) badKey(key *yaml.Node) {
	f := finding{rule: "not-a-key", severity: diag.Error, from: d.placeOf(key),
		say: diag.Say("字段名应为文字", "a key must be a word"), hint: diag.Say("请写成“字段: 值”", "write “key: value”")}
	if key.Tag == "!!merge" {
		f.rule, f.say = "anchor", diag.Say("不接受合并键“<<”", "merge keys (<<) are not accepted")
		f.hint = diag.Say("请直接写出字段", "write the keys themselves")
	}
	d.report(f)
}

// duplicate reports a key written twice, also under another of its names.
func (d *document) duplicate(names []string, first, second *yaml.Node) {
	from := d.placeOf(second)
	to, _ := d.end(second, from)
	line := d.pos(d.placeOf(first)).Line
	f := finding{
		rule: "duplicate-key", severity: diag.Error, from: from, to: to,
		say:  diag.Say("字段“%s”重复，第 %d 行已写过", "the key %q is already written on line %d", second.Value, line),
		hint: diag.Say("请删去其中一行", "delete one of the two lines"),
	}
	if first.Value != second.Value {
		f.say = diag.Say("字段“%[1]s”与第 %[3]d 行的“%[2]s”是同一个字段", "the key %q is the same as %q on line %d", second.Value, first.Value, line)
	}
	d.report(f)
}

// List is a list of equal things.
func List[T any](item Type[T]) Type[[]T] {
	return Type[[]T]{
		words: item.words,
		schema: func(p string) Schema {
			return Schema{"type": anyOf("array", "null"), "items": item.schema(p + "/items")}
		},
		decode: func(v Value, into *[]T) {
			if v.node.Kind != yaml.SequenceNode {
				v.wrongType(diag.Say("列表（每项一行，以“- ”开头）", "a list (a line each, beginning with “- ”)"))
				return
			}
			decodeItems(item, v, into)
		},
	}
}

// OneOrMany is a list that may be written as its only element.
func OneOrMany[T any](item Type[T]) Type[[]T] {
	return Type[[]T]{
		words: item.words,
		schema: func(p string) Schema {
			return Schema{"anyOf": []Schema{item.schema(p + "/anyOf/0"), {"type": "array", "items": item.schema(p + "/anyOf/1/items")}}}
		},
		decode: func(v Value, into *[]T) {
			if v.node.Kind == yaml.SequenceNode {
				decodeItems(item, v, into)
				return
			}
			var one T
			before := v.doc.errors
			if item.decode(v, &one); v.doc.errors == before {
				*into = append(*into, one)
			}
		},
	}
}

// decodeItems leaves out the entries that have errors, so that places and elements have the same numbers.
func decodeItems[T any](item Type[T], v Value, into *[]T) {
	*into = make([]T, 0, len(v.node.Content))
	for i, n := range v.node.Content {
		d := v.doc
		errors, keys := d.errors, len(d.keys)
		child := Value{doc: d, node: n, name: v.name, path: join(v.path, strconv.Itoa(len(*into))), item: i + 1}
		child.record(n)
		var one T
		if child.Empty() {
			child.Error("empty-item", diag.Say("列表里有一项是空的", "an entry of the list is empty"), diag.Say("请删去这一项", "delete the entry"))
		} else {
			item.decode(child, &one)
		}
		if d.errors > errors {
			d.keys = d.keys[:keys]
			continue
		}
		*into = append(*into, one)
	}
}

// Either reads a scalar one way and a mapping or a list another way.
func Either[T any](scalar, other Type[T]) Type[T] {
	return Type[T]{
		words: other.words,
		schema: func(p string) Schema {
			return Schema{"anyOf": []Schema{scalar.schema(p + "/anyOf/0"), other.schema(p + "/anyOf/1")}}
		},
		decode: func(v Value, into *T) {
			if v.node.Kind == yaml.ScalarNode {
				scalar.decode(v, into)
				return
			}
			other.decode(v, into)
		},
	}
}

// Ignored is any mapping; its keys are not read. check is called when it holds any.
func Ignored(check func(Value)) Type[struct{}] {
	return Type[struct{}]{
		schema: func(string) Schema { return Schema{"type": anyOf("object", "null")} },
		decode: func(v Value, _ *struct{}) {
			if v.node.Kind != yaml.MappingNode {
				v.wrongType(diag.Say("若干“字段: 值”", "a mapping"))
			} else if len(v.node.Content) > 0 {
				check(v)
			}
		},
	}
}

// Refused is a key that nothing may be written under: check reports why, whatever the value is.
func Refused(check func(Value)) Type[struct{}] {
	return Type[struct{}]{
		schema: func(string) Schema { return Schema{"type": "null"} },
		decode: func(v Value, _ *struct{}) { check(v) },
	}
}
