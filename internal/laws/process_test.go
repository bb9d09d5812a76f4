package laws

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// processOnly are the names that stand in main.go and nowhere else: what the process is given, and the clock. The rest of the
// program receives them as values, so that a test is a call. fmt.Print and the log package write to the same streams.
var processOnly = map[string][]string{
	"os":       {"Exit", "Args", "Stdin", "Stdout", "Stderr"},
	"time":     {"Now", "Since", "Until"},
	"fmt":      {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	"log":      {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Default"},
	"log/slog": {"Debug", "Info", "Warn", "Error", "Log", "Default"},
}

func processLaw(name, text string) []string {
	if name == mainFile {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	names := map[string][]string{} // by the name that the package has in this file
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return []string{err.Error()}
		}
		local := path.Base(target)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		names[local] = processOnly[target]
	}
	var l []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(names[x.Name], sel.Sel.Name) {
			breach(&l, fset.Position(sel.Pos()).String(), "%s.%s stands in %s only", x.Name, sel.Sel.Name, mainFile)
		}
		return true
	})
	return l
}

func TestProcessStandsInMain(t *testing.T) {
	for name, text := range goSources(t) {
		report(t, processLaw(name, text))
	}
}

func TestProcessLawCanFail(t *testing.T) {
	const bad = `package x
import ("os"; "time"; clock "time"; "fmt")
func f() { fmt.Fprintln(os.Stderr, time.Now()); clock.Since(x); fmt.Println(); os.Exit(1); os.ReadFile("os.Args") }`
	wantBreaches(t, processLaw("internal/site/a.go", bad), "os.Stderr", "time.Now", "clock.Since", "fmt.Println", "os.Exit")
	wantBreaches(t, processLaw(mainFile, bad))
	if l := processLaw("a.go", "package"); len(l) != 1 || !strings.Contains(l[0], "expected") {
		t.Errorf("a file that does not parse: %q", l)
	}
}
