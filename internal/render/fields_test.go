package render

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gongkai/internal/report"
)

var update = flag.Bool("update", false, "write the fields into docs/layouts.md anew")

const (
	fieldsDoc  = "../../docs/layouts.md"
	fieldsMark = "<!-- fields -->\n"
)

// documented are the types whose fields stand in docs/layouts.md, in its order: the views, then what they are made of.
func documented() []reflect.Type {
	list := []reflect.Type{}
	for _, v := range []any{Home{}, District{}, Listing{}, Overview{}, Report{}, Removed{}, Plain{}, Redirect{}} {
		list = append(list, reflect.TypeOf(v))
	}
	for i := 0; i < len(list); i++ {
		for _, f := range fieldsOfType(list[i]) {
			t := f.Type
			for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
				t = t.Elem()
			}
			if t.Kind() == reflect.Struct && t != reflect.TypeFor[report.Date]() && !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	return append(list, reflect.TypeFor[Site](), reflect.TypeFor[MenuLink](), reflect.TypeFor[Badge](), reflect.TypeFor[Tag](), reflect.TypeFor[Items]())
}

// fieldsOfType are the fields that a layout can name, those of embedded types among them, but those of Page, which all views have.
func fieldsOfType(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
		first := t.Field(f.Index[0])
		return f.Anonymous || !f.IsExported() || first.Anonymous && first.Type == reflect.TypeFor[Page]()
	})
}

// inWords is a type as people who write layouts know it.
func inWords(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[template.HTML]():
		return "HTML"
	case t == reflect.TypeFor[report.Date]():
		return "day: `.Chinese`, `.ISO`"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int, reflect.Int8, reflect.Int16:
		return "number"
	case reflect.Bool:
		return "yes or no"
	case reflect.Interface:
		return "any"
	case reflect.Pointer:
		return inWords(t.Elem()) + " or nothing"
	case reflect.Slice:
		return "list of " + inWords(t.Elem())
	case reflect.Struct:
		return "`" + t.Name() + "`"
	}
	return t.String()
}

// meanings reads what the section says of types ("Home") and fields ("Home.Sentence").
func meanings(section string) map[string]string {
	said := map[string]string{}
	name := ""
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "### `"); ok {
			var about string
			name, about, _ = strings.Cut(head, "`")
			said[name] = strings.TrimPrefix(about, ": ")
		} else if cells := strings.SplitN(line, "|", 5); len(cells) == 5 && strings.HasPrefix(line, "| `") {
			said[name+"."+strings.Trim(strings.TrimSpace(cells[1]), "`")] = strings.TrimSpace(cells[3])
		}
	}
	return said
}

// comments reads the comments of views.go, for what the document does not say yet.
func comments(t *testing.T) map[string]string {
	t.Helper()
	said := map[string]string{}
	file, err := parser.ParseFile(token.NewFileSet(), "views.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				for _, name := range f.Names {
					said[spec.Name.Name+"."+name.Name] = strings.TrimSpace(f.Comment.Text())
				}
			}
		}
		return true
	})
	return said
}

// TestFieldsAreDocumented keeps the list of fields in docs/layouts.md true. It is made from the types; what each field means is kept from
// the document or, for a new field, taken from its comment. go test ./internal/render -run Fields -update writes it anew.
func TestFieldsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile(fieldsDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, section, ok := strings.Cut(string(doc), fieldsMark)
	if !ok {
		t.Fatalf("%s has no line %s", fieldsDoc, fieldsMark)
	}
	said, fresh := meanings(section), comments(t)
	var b strings.Builder
	known := map[string]bool{}
	for _, typ := range documented() {
		name := typ.Name()
		known[name] = true
		fmt.Fprintf(&b, "\n### `%s`: %s\n\n| field | type | meaning |\n|---|---|---|\n", name, said[name])
		if said[name] == "" {
			t.Errorf("docs/layouts.md does not say what a %s is", name)
		}
		for _, f := range fieldsOfType(typ) {
			key := name + "." + f.Name
			known[key] = true
			meaning, there := said[key]
			if !there {
				t.Errorf("docs/layouts.md lacks %s, %s", key, inWords(f.Type))
			}
			if meaning == "" {
				meaning = strings.ReplaceAll(fresh[key], "|", "/")
			}
			if meaning == "" {
				t.Errorf("neither docs/layouts.md nor views.go says what %s means", key)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, inWords(f.Type), meaning)
		}
	}
	for key := range said {
		if !known[key] {
			t.Errorf("docs/layouts.md has %s, which no view has", key)
		}
	}
	if b.String() != section && !*update {
		t.Errorf("the fields in docs/layouts.md are not as the program has them; go test ./internal/render -run Fields -update")
	}
	if *update {
		if err := os.WriteFile(fieldsDoc, []byte(before+fieldsMark+b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPageAndFunctionsAreDocumented: the tables written by hand name every field of Page and of Site, every function and every layout.
func TestPageAndFunctionsAreDocumented(t *testing.T) {
	raw, err := os.ReadFile(fieldsDoc)
	if err != nil {
		t.Fatal(err)
	}
	doc, _, _ := strings.Cut(string(raw), fieldsMark)
	_, fields, _ := strings.Cut(doc, "## Fields")
	for line := range strings.Lines(fields) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.Contains(cells[1], "`") {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			name = strings.Trim(name, " `")
			if _, ok := reflect.TypeFor[Page]().FieldByName(name); !ok {
				t.Errorf("docs/layouts.md has %s, which Page has not", name)
			}
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[Page](), reflect.TypeFor[Site]()} {
		for _, f := range fieldsOfType(typ) {
			if !strings.Contains(fields, "`"+f.Name+"`") {
				t.Errorf("docs/layouts.md lacks %s.%s", typ.Name(), f.Name)
			}
		}
	}
	l := mustLayouts(t, nil)
	for name := range l.funcs {
		if !strings.Contains(doc, "| `"+name) {
			t.Errorf("docs/layouts.md lacks the function %s", name)
		}
	}
	for name := range l.sources {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("docs/layouts.md lacks the layout %s", name)
		}
	}
}
