package laws

import (
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "gongkai"

// everything lets a room import every other.
const everything = "*"

// rooms says which room may import which, as docs/architecture.md draws it: imports point one way only. A room that is not here is a
// breach: put it in, with what it may import, when it has something to hold. han serves every room and is listed where it is used;
// publish takes bytes to a folder and needs to know nothing of ours.
var rooms = map[string][]string{
	".":           {},
	"han":         {},
	"diag":        {"han"},
	"division":    {},
	"strictyaml":  {"diag", "han"},
	"report":      {"han", "diag", "division", "strictyaml"},
	"figure":      {"han", "diag", "report"},
	"site":        {"han", "diag", "division", "strictyaml", "report", "figure"},
	"schema":      {"han", "diag", "strictyaml", "report", "site"},
	"compare":     {"han", "report", "figure", "site"},
	"document":    {"han", "diag"},
	"check":       {"han", "diag", "report", "figure", "site", "document"},
	"search":      {"han", "report", "site"},
	"render":      {"han", "diag", "division", "report", "site", "search", "figure", "compare"},
	"importer":    {"han", "diag", "division", "report", "document"},
	"publish":     {},
	"serverconf":  {"diag", "publish", "site"},
	"build":       {".", "han", "diag", "division", "strictyaml", "report", "figure", "site", "compare", "document", "check", "search", "render", "publish"},
	"deploy":      {"diag", "publish"},
	"serve":       {"han", "build", "diag", "site", "check", "publish"},
	"cmd/gongkai": {everything},
	"sitetest":    {}, // for tests only
	"laws":        {}, // nothing but tests
}

// foreign names the rooms whose outside modules are few enough to be named; the others choose theirs.
var foreign = map[string][]string{
	".": {}, "han": {"golang.org/x/text"}, "diag": {}, "division": {},
}

// room is the name of the room that holds a file or an import path below the module.
func room(dir string) string {
	return strings.TrimPrefix(dir, "internal/")
}

// importLaw checks the imports of one file. It reads files, not the build: so those for other systems count too.
func importLaw(name, text string) []string {
	var l []string
	here := room(path.Dir(name))
	allowed, known := rooms[here]
	if !known {
		breach(&l, name, "the room %q is not in the table of rooms", here)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return append(l, err.Error())
	}
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return append(l, err.Error())
		}
		if spec.Name != nil && spec.Name.Name == "." {
			breach(&l, name, "dot import of %s", target)
		}
		rel, ours := strings.CutPrefix(target+"/", module+"/")
		switch {
		case !ours:
			if modules, few := foreign[here]; few && strings.Contains(strings.Split(target, "/")[0], ".") && !withinAny(target, modules) {
				breach(&l, name, "%s imports %s", here, target)
			}
		case rel == "" && !slices.Contains(allowed, ".") && !slices.Contains(allowed, everything):
			breach(&l, name, "%s imports the root package", here)
		case rel != "":
			there := room(strings.TrimSuffix(rel, "/"))
			if there == "sitetest" || there == "laws" {
				breach(&l, name, "%s is for tests only", there)
			} else if !slices.Contains(allowed, there) && !slices.Contains(allowed, everything) {
				breach(&l, name, "%s imports %s", here, there)
			}
		}
	}
	return l
}

func withinAny(target string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return target == m || strings.HasPrefix(target, m+"/") })
}

func TestImportsPointOneWay(t *testing.T) {
	for name, text := range goSources(t) {
		report(t, importLaw(name, text))
	}
}

// TestRoomsFormNoCircle keeps the table itself honest.
func TestRoomsFormNoCircle(t *testing.T) {
	left := maps.Clone(rooms)
	for len(left) > 0 {
		before := len(left)
		for name, targets := range left {
			open := func(r string) bool { _, ok := left[r]; return ok }
			if !slices.ContainsFunc(targets, open) {
				delete(left, name)
			}
		}
		if len(left) == before {
			t.Fatalf("a circle among %v", slices.Sorted(maps.Keys(left)))
		}
	}
	for name, targets := range rooms {
		for _, r := range targets {
			if _, ok := rooms[r]; !ok && r != everything {
				t.Errorf("%s may import %s, which is no room", name, r)
			}
		}
	}
}

func TestImportLawCanFail(t *testing.T) {
	file := func(imports ...string) string { return "package x\nimport (\n" + strings.Join(imports, "\n") + "\n)\n" }
	wantBreaches(t, importLaw("internal/report/a.go", file(`"fmt"`, `"gongkai/internal/diag"`, `"github.com/yuin/goldmark"`)))
	wantBreaches(t, importLaw("internal/report/a.go", file(`"gongkai/internal/site"`)), "report imports site")
	wantBreaches(t, importLaw("internal/diag/a.go", file(`"golang.org/x/text/width"`)), "diag imports golang.org")
	wantBreaches(t, importLaw("internal/han/a.go", file(`"golang.org/x/text/width"`)))
	wantBreaches(t, importLaw("internal/render/a.go", file(`"gongkai"`)), "root package")
	wantBreaches(t, importLaw("cmd/gongkai/a.go", file(`"gongkai"`, `"gongkai/internal/build"`, `"gongkai/internal/sitetest"`)), "for tests only")
	wantBreaches(t, importLaw("internal/utils/a.go", file(`. "fmt"`)), "not in the table", "dot import")
	wantBreaches(t, importLaw("internal/site/sub/a.go", file(`"fmt"`)), "not in the table")
}
