package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"

	"gongkai/internal/diag"
)

// Asset is a static file as it is published.
type Asset struct {
	URL  string // assets/site.1a2b3c4d5e.css, or the file's own path outside assets/
	Data []byte
}

// Assets are the static files: those below static/assets/ get their content's hash into their name, others keep their path.
type Assets struct {
	List   []Asset // by address
	byName map[string]string
}

// LoadAssets reads the embedded static files and a site's own over them (nil: none).
// A style sheet or script that does not parse is a finding at its place.
func LoadAssets(embedded, own fs.FS, ownPath string) (*Assets, diag.List, error) {
	files := map[string][]byte{}
	for _, from := range []fs.FS{embedded, own} {
		if from == nil {
			continue
		}
		err := fs.WalkDir(from, ".", func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
				return err
			}
			files[p], err = fs.ReadFile(from, p)
			return err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", ownPath, err)
		}
	}
	a := &Assets{byName: map[string]string{}}
	var found diag.List
	m := minify.New()
	m.AddFunc("text/css", css.Minify)
	m.Add("text/javascript", &js.Minifier{Version: 2019}) // look.md's baseline: scripts are ES2019
	m.AddFunc("image/svg+xml", svg.Minify)
	for _, name := range sortedNames(files) {
		data := files[name]
		if kind := minifiable(name); kind != "" {
			small, err := m.Bytes(kind, data)
			if err != nil {
				found = append(found, diag.Diagnostic{
					Rule: "static", Severity: diag.Error, Path: path.Join(ownPath, name),
					Message: diag.Say("文件有语法错误：%v", "the file does not parse: %v", err),
					Hint:    diag.Say("请改正后重试", "mend it and try again"),
				})
				continue
			}
			data = small
		}
		a.add(name, data)
	}
	slices.SortFunc(a.List, func(x, y Asset) int { return strings.Compare(x.URL, y.URL) })
	return a, found, nil
}

func (a *Assets) add(name string, data []byte) {
	url := name
	if short, ok := strings.CutPrefix(name, "assets/"); ok {
		sum := sha256.Sum256(data)
		ext := path.Ext(short)
		url = "assets/" + strings.TrimSuffix(short, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		a.byName[short] = url
	}
	a.List = append(a.List, Asset{url, data})
}

// URL is the published address of a file of static/assets/, below the site's root: asset "site.css" in a layout.
func (a *Assets) URL(name string) (string, error) {
	url, ok := a.byName[name]
	if !ok {
		return "", fmt.Errorf("there is no static/assets/%s", name)
	}
	return url, nil
}

func minifiable(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css"
	case ".js":
		return "text/javascript"
	case ".svg":
		return "image/svg+xml"
	}
	return ""
}

func sortedNames(m map[string][]byte) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
