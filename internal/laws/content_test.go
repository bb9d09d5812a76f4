package laws

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// The digests (摘编) of content/ are the project's own words about other people's reports. Two laws keep them so: no run of
// sharedRun Han characters of a page stands in any source text, and every figure of a digest stands in the report that it names.

const sharedRun = 16

// TestContentIsOurOwnWording compares Han characters alone, so that changed figures, punctuation, spaces or line ends hide
// nothing. What the limit lets pass are names of organs, laws and programmes.
func TestContentIsOurOwnWording(t *testing.T) {
	sources := readSources(t)
	owner := make(map[string]string) // a run of sharedRun Han characters → the source that holds it
	for name, text := range sources {
		eachRun(text, func(run string) {
			if old, ok := owner[run]; !ok || name < old {
				owner[run] = name
			}
		})
	}
	if len(owner) < 100_000 {
		t.Fatalf("only %d runs in %d sources: the sources were not read", len(owner), len(sources))
	}
	for _, p := range readPages(t) {
		for _, text := range []string{p.Title, p.Summary, p.body} {
			var quoted []rune // neighbouring runs are one quotation
			var source string
			flush := func() {
				if quoted != nil {
					t.Errorf("%s: %d characters of %s: %s", p.path, len(quoted), source, string(quoted))
				}
				quoted = nil
			}
			eachRun(text, func(run string) {
				name, shared := owner[run]
				switch r := []rune(run); {
				case !shared:
					flush()
				case quoted == nil:
					quoted, source = r, name
				default:
					quoted = append(quoted, r[len(r)-1])
				}
			})
			flush()
		}
	}
}

// TestContentFiguresStandInTheSource holds every number of a digest's text and summary against its source. Left out are our own
// footnotes (编注), which may calculate, link texts, list numbers and numbers of tables and footnotes.
func TestContentFiguresStandInTheSource(t *testing.T) {
	sources := readSources(t)
	for _, p := range readPages(t) {
		if p.Source.File == "" {
			continue // a plain page
		}
		source, ok := sources[strings.TrimSpace(p.Source.Name+" "+p.Source.File)]
		if !ok {
			source, ok = sources[p.Source.File]
		}
		if !ok {
			t.Errorf("%s: no source text for %+v", p.path, p.Source)
			continue
		}
		known, checked := make(map[string]bool), 0
		for _, n := range number.FindAllString(source, -1) {
			known[n] = true
		}
		for line := range strings.Lines(p.Summary + "\n" + p.body) {
			for _, n := range number.FindAllString(notText.ReplaceAllString(line, ""), -1) {
				checked++
				if !known[n] {
					t.Errorf("%s: %s is not in the source: %s", p.path, n, strings.TrimSpace(line))
				}
			}
		}
		t.Logf("%s: %d figures", p.path, checked)
	}
}

// TestContentSaysThatItIsADigest: every report page opens with the notice, says so in its title, and keeps to its size.
func TestContentSaysThatItIsADigest(t *testing.T) {
	pages := readPages(t)
	for _, p := range pages {
		if strings.Count(p.path, "/") == 0 {
			continue // a plain page
		}
		if !strings.HasPrefix(p.body, "> 本页是摘编，数字以原文为准。原文：") {
			t.Errorf("%s: does not open with the notice", p.path)
		}
		if !strings.HasSuffix(p.Title, "（摘编）") {
			t.Errorf("%s: title %q lacks （摘编）", p.path, p.Title)
		}
		if n := len([]rune(han(p.body))); n < 900 || n > 2200 {
			t.Errorf("%s: %d Han characters, want 900 to 2200", p.path, n)
		}
		if n := len([]rune(p.Summary)); n == 0 || n > 300 {
			t.Errorf("%s: summary of %d characters, want 1 to 300", p.path, n)
		}
	}
	if len(pages) < 11 {
		t.Errorf("%d pages", len(pages))
	}
}

var (
	number  = regexp.MustCompile(`\d+(?:\.\d+)?`)
	notText = regexp.MustCompile(`^\[\^\d+\]:.*|\[\^\d+\]|\[[^\]]*\]\([^)]*\)|^\d+\. |表\d`)
)

// han keeps the Han characters of a text and nothing else.
func han(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) {
			return r
		}
		return -1
	}, text)
}

// eachRun calls do with every run of sharedRun Han characters, in order.
func eachRun(text string, do func(run string)) {
	r := []rune(han(text))
	for i := 0; i+sharedRun <= len(r); i++ {
		do(string(r[i : i+sharedRun]))
	}
}

type page struct {
	Title, Summary string
	Source         struct{ Name, File string }

	path string // below content/
	body string // Markdown without front matter
}

func readPages(t *testing.T) []page {
	t.Helper()
	root := filepath.Join("..", "..", "content")
	var pages []page
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		head, body := splitFrontMatter(string(data))
		p := page{path: name, body: strings.TrimSpace(body)}
		pages = append(pages, p)
		return yaml.Unmarshal([]byte(head), &pages[len(pages)-1])
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func splitFrontMatter(text string) (head, body string) {
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if head, body, ok = strings.Cut(rest, "\n---\n"); ok {
			return head, body
		}
	}
	return "", text
}

// readSources returns every text of the shared sources by file name, those of the corpus also by "repository path" of their
// origin. Without the shared folder the test is skipped, unless GONGKAI_REQUIRE asks for it.
func readSources(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared")
	if _, err := os.Stat(filepath.Join(root, "corpus")); err != nil {
		if strings.Contains(os.Getenv("GONGKAI_REQUIRE"), "shared") {
			t.Fatalf("GONGKAI_REQUIRE asks for the shared sources: %v", err)
		}
		t.Skip("the shared source texts are not here")
	}
	sources := make(map[string]string)
	for _, dir := range []string{"corpus", "reports", "seeds"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "README.md" || filepath.Ext(name) != ".md" && filepath.Ext(name) != ".txt" {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if strings.HasSuffix(name, "_gbk.txt") {
				if data, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data); err != nil {
					return err
				}
			}
			_, body := splitFrontMatter(string(bytes.TrimPrefix(data, []byte("\ufeff"))))
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			if dir == "seeds" || dir == "corpus" {
				rel = d.Name()
			}
			sources[filepath.ToSlash(rel)] = body
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	addOrigins(t, filepath.Join(root, "corpus", "index.json"), sources)
	return sources
}

// addOrigins enters the texts of the corpus a second time under the origin that its index states.
func addOrigins(t *testing.T, index string, sources map[string]string) {
	t.Helper()
	data, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	var entries []struct{ File, Source string }
	if err := json.Unmarshal(data, &entries); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if text, ok := sources[e.File]; ok {
			sources[e.Source] = text
		}
	}
}
