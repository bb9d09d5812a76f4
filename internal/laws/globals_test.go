package laws

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// constantCalls are the functions whose result may be a package variable, because nothing can change it afterwards.
var constantCalls = []string{
	"regexp.MustCompile", "errors.New", "fmt.Errorf", "strings.NewReplacer", "sync.OnceValue", "sync.OnceValues", "sync.OnceFunc",
	"template.Must", "language.MustParse", "big.NewInt", "time.FixedZone", "netip.MustParseAddr", "reflect.TypeFor", "reflect.TypeOf",
	"diag.Say",        // two strings
	"ast.NewNodeKind", // goldmark's way to name a node, a number
}

// globalsLaw checks the files of one package: no init, no package variable without a value, none whose value is made to change
// (locks, pools, atomics), none that any function assigns to, whose elements it sets or whose address it takes.
//
// It type-checks without the imports, which is enough to tell a package variable from a local one of the same name.
func globalsLaw(files map[string]string) []string {
	var l []string
	fset := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := parser.ParseFile(fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return append(l, err.Error())
		}
		parsed = append(parsed, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	pkg, _ := config.Check("x", fset, parsed, info) // errors are expected: nothing is imported
	g := globals{fset, info, pkg, &l}
	for _, file := range parsed {
		for _, decl := range file.Decls {
			g.declaration(decl)
		}
		ast.Inspect(file, g.change)
	}
	return l
}

// noImports gives every import an empty package.
type noImports struct{}

func (noImports) Import(target string) (*types.Package, error) {
	p := types.NewPackage(target, path.Base(target))
	p.MarkComplete()
	return p, nil
}

type globals struct {
	fset *token.FileSet
	info *types.Info
	pkg  *types.Package
	l    *[]string
}

func (g globals) breach(at ast.Node, format string, args ...any) {
	breach(g.l, g.fset.Position(at.Pos()).String(), format, args...)
}

func (g globals) declaration(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.Name == "init" {
			g.breach(d, "func init")
		}
	case *ast.GenDecl:
		if d.Tok != token.VAR {
			return
		}
		for _, spec := range d.Specs {
			v := spec.(*ast.ValueSpec)
			embedded := isEmbed(d.Doc) || isEmbed(v.Doc)
			for i, name := range v.Names {
				switch {
				case name.Name == "_" || embedded:
				case len(v.Values) == 0:
					g.breach(name, "var %s has no value: something must assign to it", name.Name)
				default:
					if why := mutable(v.Values[min(i, len(v.Values)-1)]); why != "" {
						g.breach(name, "var %s: %s", name.Name, why)
					}
				}
			}
		}
	}
}

func isEmbed(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// mutable says why a value may not be a package variable, or "".
func mutable(value ast.Expr) string {
	switch v := ast.Unparen(value).(type) {
	case *ast.CallExpr:
		name := types.ExprString(v.Fun)
		if i := strings.IndexByte(name, '['); i > 0 && !strings.HasPrefix(name, "[") {
			name = name[:i] // type arguments
		}
		switch ast.Unparen(v.Fun).(type) {
		case *ast.ArrayType: // a conversion
			return ""
		case *ast.FuncLit: // a table that is reckoned on the spot
			return ""
		}
		if !slices.Contains(constantCalls, name) {
			return "the call of " + name + " is not known to give a constant value"
		}
	case *ast.CompositeLit:
		return mutableType(v.Type)
	case *ast.UnaryExpr:
		if v.Op == token.AND {
			return mutable(v.X)
		}
	case *ast.FuncLit:
		return "a function: declare it"
	case *ast.Ident:
		if v.Name == "nil" {
			return "nil: something must assign to it"
		}
	}
	return ""
}

func mutableType(t ast.Expr) string {
	if sel, ok := t.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "sync" || x.Name == "atomic" || x.Name == "bytes") {
			return "a " + x.Name + "." + sel.Sel.Name + " is made to change"
		}
	}
	return ""
}

// sorters change the slice that they are given first.
var sorters = []string{
	"delete", "clear", "copy", "slices.Sort", "slices.SortFunc", "slices.SortStableFunc", "slices.Reverse", "sort.Slice", "sort.Strings", "sort.Sort",
	"sort.Stable", "sort.SliceStable", "maps.Copy", "maps.DeleteFunc",
}

func (g globals) change(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, lhs := range n.Lhs {
				g.target(lhs, "assigns to")
			}
		}
	case *ast.IncDecStmt:
		g.target(n.X, "changes")
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			g.target(n.Key, "assigns to")
			g.target(n.Value, "assigns to")
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			g.target(n.X, "takes the address of")
		}
	case *ast.CallExpr:
		if len(n.Args) > 0 && slices.Contains(sorters, types.ExprString(n.Fun)) {
			g.target(n.Args[0], "changes")
		}
	}
	return true
}

// target reports an expression that stands for a package variable or a part of one.
func (g globals) target(e ast.Expr, what string) {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.Ident:
			v, ok := g.info.Uses[x].(*types.Var)
			if ok && g.pkg != nil && v.Parent() == g.pkg.Scope() {
				g.breach(x, "%s the package variable %s", what, x.Name)
			}
			return
		default:
			return
		}
	}
}

func TestNoMutablePackageVariables(t *testing.T) {
	packages := map[string]map[string]string{}
	for name, text := range goSources(t) {
		dir := path.Dir(name)
		if packages[dir] == nil {
			packages[dir] = map[string]string{}
		}
		packages[dir][name] = text
	}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		report(t, globalsLaw(packages[dir]))
	}
}

func TestGlobalsLawCanFail(t *testing.T) {
	good := `package x
import ("embed"; "errors"; "regexp"; "sync")
//go:embed a.txt
var files embed.FS
var _ Thing = (*Other)(nil)
var (
	re = regexp.MustCompile("a")
	errGone = errors.New("gone")
	table = map[string]int{"a": 1}
	row = [...]string{"a"}
	parsed = sync.OnceValue(func() int { return 1 })
	raw = []byte("abc")
	limit = 3
	squares = func() (t [9]int) { for i := range t { t[i] = i * i }; return t }()
)
func f(table map[string]int) { table["b"] = 2; limit := 4; limit++; _ = limit; x := row[0]; x = "b"; _ = x }`
	wantBreaches(t, globalsLaw(map[string]string{"a.go": good}))

	bad := `package x
import "sync"
var count int
var lock = sync.Mutex{}
var made = build()
var hook = func() {}
var later error = nil
func init() {}`
	wantBreaches(t, globalsLaw(map[string]string{"a.go": bad}), "var count", "sync.Mutex", "call of build", "var hook", "var later", "func init")

	users := `package x
func f() {
	table["b"] = 2
	limit++
	row[0], limit = "b", 3
	delete(table, "a")
	p := &limit
	for limit = range 3 {}
	slices.Sort(row[:])
	table := 3
	table = 4
}`
	wantBreaches(t, globalsLaw(map[string]string{"a.go": good, "b.go": users}), "assigns to the package variable table", "changes the package variable limit",
		"assigns to the package variable row", "assigns to the package variable limit", "changes the package variable table",
		"takes the address of the package variable limit", "assigns to the package variable limit", "changes the package variable row")
}
