package diag_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// anything is an argument that every verb accepts, so that only a wrong number of them shows.
type anything struct{}

func (anything) Format(f fmt.State, _ rune) { fmt.Fprint(f, "x") }

// sayFaults formats both languages of every call of diag.Say in a file and returns what fmt complains about: an argument that one
// language does not use, or one that it lacks.
func sayFaults(set *token.FileSet, file *ast.File) []string {
	var faults []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || call.Ellipsis.IsValid() || len(call.Args) < 2 {
			return true
		}
		switch f := call.Fun.(type) {
		case *ast.SelectorExpr:
			if x, ok := f.X.(*ast.Ident); !ok || x.Name != "diag" || f.Sel.Name != "Say" {
				return true
			}
		case *ast.Ident:
			if f.Name != "Say" {
				return true
			}
		default:
			return true
		}
		args := make([]any, len(call.Args)-2)
		for i := range args {
			args[i] = anything{}
		}
		for _, arg := range call.Args[:2] {
			lit, ok := arg.(*ast.BasicLit)
			if !ok {
				continue
			}
			format, err := strconv.Unquote(lit.Value)
			if err != nil {
				continue
			}
			said := fmt.Sprintf(format, args...)
			if len(args) == 0 && !strings.Contains(said, "MISSING") {
				continue // Say takes a text without arguments as it is
			}
			if strings.Contains(said, "%!") {
				faults = append(faults, fmt.Sprintf("%s: %q with %d arguments", set.Position(lit.Pos()), format, len(args)))
			}
		}
		return true
	})
	return faults
}

// TestEveryMessageIsComplete: Say gives both languages the same arguments, and fmt writes %!(EXTRA …) into the one that needs fewer.
func TestEveryMessageIsComplete(t *testing.T) {
	set := token.NewFileSet()
	files := 0
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(set, p, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil // the compiler says it better
			}
			files++
			for _, f := range sayFaults(set, file) {
				t.Error(f)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 20 {
		t.Errorf("only %d files read", files)
	}
}

func TestSayFaultsCanFail(t *testing.T) {
	const src = `package x
var _ = []any{
	diag.Say("好 %s", "good %s", 1), diag.Say("100%", "100%"), diag.Say("%[2]s", "%s %s", 1, 2),
	diag.Say("%s", "%[2]s", 1, 2), diag.Say("%s %s", "%s", 1), diag.Say("缺 %d", "lacks"),
}`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "x.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := sayFaults(set, file); len(got) != 3 {
		t.Errorf("%d faults: %q", len(got), got)
	}
}
