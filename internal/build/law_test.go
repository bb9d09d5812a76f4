package build

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongkai/internal/diag"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// registry is every rule that gongkai explain knows. The list in cmd/gongkai must name the same functions.
func registry() []diag.Rule {
	return slices.Concat(Rules(), render.Rules(), report.HeadRules(), report.BodyRules(), site.Rules(), site.ConfigRules())
}

var ruleForm = regexp.MustCompile(`^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$`)

// emitters are the functions that take a rule's id, bare or without its document's prefix, as their first text.
var emitters = []string{"add", "finding", "report", "Error", "Warn", "ErrorIn", "Matching", "key"}

// literals reads the sources of a room: the ids at the places where findings are made, and every other text constant that could be one.
func literals(t *testing.T, dir string) (emitted map[string]string, all map[string]bool) {
	t.Helper()
	emitted, all = map[string]string{}, map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(dir, files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		text := func(e ast.Expr) (string, bool) {
			l, ok := e.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return "", false
			}
			s, err := strconv.Unquote(l.Value)
			return s, err == nil && ruleForm.MatchString(s)
		}
		documented := map[ast.Node]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				key, _ := n.Key.(*ast.Ident)
				if key == nil {
					break
				}
				if key.Name == "ID" {
					documented[n.Value] = true
				}
				if s, ok := text(n.Value); ok && strings.EqualFold(key.Name, "rule") {
					emitted[s] = set.Position(n.Pos()).String()
				}
			case *ast.CallExpr:
				called := ""
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					called = f.Sel.Name
				case *ast.Ident:
					called = f.Name
				}
				if called == "NewRule" {
					documented[n.Args[0]] = true
				}
				if slices.Contains(emitters, called) && (called == "Matching" || saysSomething(n)) {
					for _, arg := range n.Args {
						if s, ok := text(arg); ok {
							emitted[s] = set.Position(n.Pos()).String()
							break
						}
					}
				}
			case *ast.BasicLit:
				if documented[n] {
					break
				}
				if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
					all[strings.TrimPrefix(s, "-")] = true // strictyaml joins "config" and "-too-many"
				}
			}
			return true
		})
	}
	return emitted, all
}

// saysSomething reports whether a call passes a message: other functions have the same names.
func saysSomething(call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ident:
			return slices.Contains([]string{"say", "message", "fact"}, e.Name)
		case *ast.CallExpr:
			f, ok := e.Fun.(*ast.SelectorExpr)
			return ok && f.Sel.Name == "Say"
		case *ast.CompositeLit:
			f, ok := e.Type.(*ast.SelectorExpr)
			return ok && f.Sel.Name == "Text"
		}
		return false
	})
}

// TestEveryRuleIsDocumented: each id that the code can put behind a finding stands in the registry, and each id of the registry stands
// somewhere in the code.
func TestEveryRuleIsDocumented(t *testing.T) {
	known := map[string]bool{}
	for _, r := range registry() {
		known[r.ID] = true
		if r.About.ZH == "" || r.About.EN == "" {
			t.Errorf("%s says nothing in one of the languages", r.ID)
		}
		if strings.ContainsFunc(r.About.EN, han) {
			t.Errorf("%s speaks Chinese in English: %s", r.ID, r.About.EN)
		}
	}
	prefixes := map[string][]string{ // the documents whose decoder a room's rules belong to
		"strictyaml": {"frontmatter-", "config-"}, "report": {"", "frontmatter-", "config-"}, "site": {"", "config-"}, "render": {""}, ".": {""},
	}
	everywhere := map[string]bool{}
	for room, documents := range prefixes {
		emitted, all := literals(t, filepath.Join("..", "build", strings.TrimSuffix("../"+room, "../.")))
		for id := range all {
			everywhere[id] = true
		}
		for id, at := range emitted {
			if !slices.ContainsFunc(documents, func(prefix string) bool { return known[prefix+id] }) {
				t.Errorf("%s: the rule %q is in no registry", at, id)
			}
		}
	}
	for id := range known {
		bare := strings.TrimPrefix(strings.TrimPrefix(id, "frontmatter-"), "config-")
		if !everywhere[id] && !everywhere[bare] {
			t.Errorf("the rule %s is documented, but no code speaks of it", id)
		}
	}
	t.Logf("%d rules", len(known))
}

func han(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

// TestNoHanInEnglish: the English half of a message holds no Chinese but what it quotes: a term behind the English word, in brackets, or
// the form of something that is Chinese.
func TestNoHanInEnglish(t *testing.T) {
	term := regexp.MustCompile(`\([\p{Han}、 ]+\)|“[^”]*”|"[^"]*"|\p{Han}+(?:ICP备)? ?…号`) // the last: the form of a record number
	err := filepath.WalkDir("..", func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && slices.Contains([]string{"document", "importer"}, e.Name()) {
			return fs.SkipDir // they quote labels of foreign documents
		}
		if err != nil || e.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, p, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Say" {
				return true
			}
			l, ok := call.Args[1].(*ast.BasicLit)
			if !ok {
				return true
			}
			s, _ := strconv.Unquote(l.Value)
			if strings.ContainsFunc(term.ReplaceAllString(s, ""), han) {
				t.Errorf("%s: %s", set.Position(l.Pos()), s)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
