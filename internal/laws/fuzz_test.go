package laws

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"
)

// fuzzLaw wants every fuzz target of a test file to begin with something: seeds in the code (f.Add) or files below
// testdata/fuzz/NAME, which has tells of.
func fuzzLaw(name, text string, has func(dir string) bool) []string {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	var l []string
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Fuzz") {
			continue
		}
		seeded := false
		ast.Inspect(f.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok {
				sel, isMethod := call.Fun.(*ast.SelectorExpr)
				seeded = seeded || isMethod && sel.Sel.Name == "Add"
				// A function that receives the *testing.F may add seeds for several targets.
				for _, arg := range call.Args {
					x, isIdent := arg.(*ast.Ident)
					seeded = seeded || isIdent && len(f.Type.Params.List) == 1 && len(f.Type.Params.List[0].Names) == 1 && x.Name == f.Type.Params.List[0].Names[0].Name
				}
			}
			return true
		})
		if !seeded && !has(path.Join(path.Dir(name), "testdata", "fuzz", f.Name.Name)) {
			breach(&l, name, "%s has no seeds", f.Name.Name)
		}
	}
	return l
}

func TestFuzzTargetsHaveSeeds(t *testing.T) {
	folders := map[string]bool{}
	for _, name := range tracked(t) {
		folders[path.Dir(name)] = true
	}
	for name, text := range texts(t) {
		if strings.HasSuffix(name, "_test.go") && !strings.Contains(name, "testdata/") {
			report(t, fuzzLaw(name, text, func(dir string) bool { return folders[dir] }))
		}
	}
}

func TestFuzzLawCanFail(t *testing.T) {
	const file = `package x
func FuzzBare(f *testing.F) { f.Fuzz(func(t *testing.T, s string) {}) }
func FuzzAdded(f *testing.F) { f.Add("a"); f.Fuzz(func(t *testing.T, s string) {}) }
func FuzzShared(f *testing.F) { seed(f); f.Fuzz(func(t *testing.T, s string) {}) }`
	none := func(string) bool { return false }
	wantBreaches(t, fuzzLaw("internal/x/x_test.go", file, none), "FuzzBare has no seeds")
	wantBreaches(t, fuzzLaw("internal/x/x_test.go", file, func(dir string) bool { return dir == "internal/x/testdata/fuzz/FuzzBare" }))
}
