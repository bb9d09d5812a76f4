package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/importer"
	"gongkai/internal/report"
)

// importWriter puts reports where they belong. It never writes over a file, and leaves none half written.
type importWriter struct {
	*app
	flags importFlags
	next  map[string]int    // the count at which the search for a free path goes on
	from  map[string]string // SHA-256 of a source → the report made of it
}

// write writes one report. A fault of the machine ends the run; what is wrong with the file becomes a finding.
func (w *importWriter) write(r *imported) error {
	if r.Markdown == nil {
		return nil
	}
	if w.flags.update != "" {
		return w.update(r)
	}
	switch {
	case w.flags.output == "-":
		if w.flags.format == "text" {
			_, err := w.out.Write(r.Markdown)
			return err
		}
		return nil
	case strings.HasSuffix(w.flags.output, ".md"):
		return w.fresh(r, w.flags.output, w.needsBundle(r))
	}
	if r.Rel == "" {
		w.reject(r, "import-place-unknown", diag.Say("地区、机构或年份不明，没有写出", "district, agency or year is not known; nothing was written"),
			diag.Say("请用 --district、--agency、--year 补上，例如 --district 610112 --agency wjj --year 2021", "give what is missing, e.g. --district 610112 --agency wjj --year 2021"))
		return nil
	}
	root := w.flags.output
	if root == "" {
		root = filepath.Join(w.source, "content")
	}
	return w.free(r, root)
}

func (w *importWriter) reject(r *imported, rule string, say, hint diag.Text) {
	r.Found = append(r.Found, diag.Diagnostic{Rule: rule, Severity: diag.Error, Path: r.File, Message: say, Hint: hint})
	r.Found.Sort()
}

// needsBundle reports whether a report has files beside it.
func (w *importWriter) needsBundle(r *imported) bool { return len(r.Pictures) > 0 || w.flags.keep }

// free writes a report at the first path of its slug that is free: weijian-zongjie, weijian-zongjie-2 …
func (w *importWriter) free(r *imported, root string) error {
	if name, twice := w.from[r.Head.Source.SHA256]; twice {
		w.twice(r, name)
	}
	for n := max(1, w.next[r.Rel]); ; n++ {
		rel := importer.Counted(r.Rel, n)
		single := filepath.Join(root, filepath.FromSlash(rel))
		bundle := filepath.Join(strings.TrimSuffix(single, ".md"), "index.md")
		taken := ""
		for _, name := range []string{single, bundle} {
			if _, err := os.Lstat(name); err == nil {
				taken = name
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		w.next[r.Rel] = n + 1
		if taken != "" {
			if madeFrom(taken, r.Head.Source.SHA256) {
				w.twice(r, taken)
			}
			continue
		}
		name := single
		if w.needsBundle(r) {
			name = bundle
		}
		if n > 1 {
			r.Place.Slug = strings.TrimSuffix(path.Base(rel), ".md")
		}
		err := w.fresh(r, name, name == bundle)
		w.from[r.Head.Source.SHA256] = name
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return err
	}
}

// twice warns that a report was made of the same file.
func (w *importWriter) twice(r *imported, name string) {
	r.Found = append(r.Found, diag.Diagnostic{Rule: "import-twice", Severity: diag.Warning, Path: r.File, Message: diag.Say("同一个文件已经导入过：%s", "the same file was imported before: %s", filepath.ToSlash(name)),
		Hint: diag.Say("不需要两份的，删去其中一份", "delete one of the two if one is enough")})
	r.Found.Sort()
}

// madeFrom reports whether the front matter of a report names a source.
func madeFrom(name, sum string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 8<<10)
	n, _ := io.ReadFull(f, head)
	return bytes.Contains(head[:n], []byte(sum))
}

// fresh writes a report and the files beside it; the report itself comes last, and what was written before it goes when it fails.
func (w *importWriter) fresh(r *imported, name string, bundle bool) (err error) {
	dir := filepath.Dir(name)
	if _, err := os.Lstat(name); err == nil {
		return existsError{filepath.ToSlash(name)}
	}
	var beside []string
	defer func() {
		if r.output == "" {
			for _, b := range beside {
				err = errors.Join(err, os.Remove(b))
			}
		}
	}()
	if bundle && w.flags.keep {
		original, ok := w.original(r, dir)
		if !ok {
			return nil
		}
		beside = append(beside, original)
	}
	for _, p := range r.Pictures {
		picture := filepath.Join(dir, p.Name)
		if err := writeWhole(picture, p.Data); err != nil {
			return err
		}
		beside = append(beside, picture)
	}
	if err := writeWhole(name, r.Markdown); err != nil {
		return err
	}
	r.output = filepath.ToSlash(name)
	return nil
}

// original puts the file as received beside the report, and names it in the front matter.
func (w *importWriter) original(r *imported, dir string) (file string, ok bool) {
	data, found := importer.Original(r.source)
	if len(found) > 0 {
		r.Found = append(r.Found, found...)
		r.Found.Sort()
		return "", false
	}
	ext := strings.ToLower(path.Ext(r.source.Path))
	name := "yuanjian" + ext
	file = filepath.Join(dir, name)
	if err := writeWhole(file, data); err != nil {
		w.reject(r, "import-original", diag.Say("原件没有随报告保存：%v", "the original was not kept: %v", err), diag.Say("请换一个位置", "choose another place"))
		return "", false
	}
	r.Head.Attachments = append(r.Head.Attachments, report.Attachment{File: name, Title: "原件"})
	r.Rewrite()
	return file, true
}

// update puts the new text into a report that exists.
func (w *importWriter) update(r *imported) error {
	name := w.flags.update
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, changes, found := importer.Update(filepath.ToSlash(name), old, r.Result)
	r.Found = append(r.Found, found...)
	r.Found.Sort()
	r.changes = changes
	if text == nil {
		return nil
	}
	dir := filepath.Dir(name)
	for _, p := range r.Pictures {
		if err := writeWhole(filepath.Join(dir, p.Name), p.Data); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if !bytes.Equal(text, old) {
		if err := replaceFile(name, text); err != nil {
			return err
		}
	}
	r.output, r.Markdown = filepath.ToSlash(name), text
	return nil
}

// temporary writes a file beside the one that it will become.
func temporary(name string, text []byte) (string, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".gongkai-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// writeWhole writes a file that must not exist yet; it is there whole or not at all.
func writeWhole(name string, text []byte) error {
	t, err := temporary(name, text)
	if err != nil {
		return err
	}
	defer os.Remove(t)
	if err := os.Link(t, name); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return writeNew(name, text) // a file system without hard links
}

// replaceFile exchanges a file's content in one step.
func replaceFile(name string, text []byte) error {
	t, err := temporary(name, text)
	if err != nil {
		return err
	}
	if err := os.Rename(t, name); err != nil {
		os.Remove(t)
		return err
	}
	return nil
}
