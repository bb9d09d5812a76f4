package publish

import (
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// CheckPath says whether a path can stand below a published folder: slash-separated and relative, without empty, "." or ".."
// elements, valid UTF-8, no backslash (a separator on Windows, an escape in sha256sum's form), no control character, not the
// manifest's own, and not in a folder that would make the site look like a repository. The error is a *Problem of kind ErrPath.
func CheckPath(name string) error {
	switch {
	case name == ManifestName:
		return badPath(name, "是清单专用的名称", "is the manifest's own")
	case !fs.ValidPath(name) || name == ".":
		return badPath(name, "不是站内相对路径", "is not a relative path below the site")
	case strings.ContainsRune(name, '\\') || strings.ContainsFunc(name, control):
		return badPath(name, "含反斜杠或控制字符", "has a backslash or a control character")
	}
	if top, _, _ := strings.Cut(name, "/"); isRepository(top) {
		return badPath(name, "在版本库的文件夹之内", "lies in the folder of a repository")
	}
	return nil
}

// isRepository knows what version control keeps at the top of a work tree.
func isRepository(top string) bool {
	switch strings.ToLower(top) {
	case ".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", ".pijul":
		return true
	}
	return false
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// fold is the path as a file system without case sees it.
func fold(name string) string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return strings.ToLower(strings.ToUpper(name))
		}
	}
	return strings.ToLower(name) // no allocation for the usual path
}

// names are the paths claimed so far. Two that one file could not tell from the other on some system are a collision: equal,
// different in case only, or one a folder of the other.
type names struct {
	files   map[string]string // folded path → path
	folders map[string]holder // folded folder → its spelling, and a file in it
}

type holder struct{ folder, file string }

func (n *names) init() {
	n.files, n.folders = map[string]string{ManifestName: ManifestName}, map[string]holder{}
}

// claim takes a path or says which other has it.
func (n *names) claim(name string) error {
	key := fold(name)
	if other, ok := n.files[key]; ok {
		return collision(name, other)
	}
	if other, ok := n.folders[key]; ok {
		return collision(name, other.file)
	}
	dir, dirKey := path.Dir(name), path.Dir(key)
	for ; dir != "."; dir, dirKey = path.Dir(dir), path.Dir(dirKey) {
		if other, ok := n.folders[dirKey]; ok {
			if other.folder != dir {
				return collision(name, other.file)
			}
			break // its parents are known too
		}
		if other, ok := n.files[dirKey]; ok {
			return collision(name, other)
		}
	}
	n.files[key] = name
	for dir, dirKey = path.Dir(name), path.Dir(key); dir != "."; dir, dirKey = path.Dir(dir), path.Dir(dirKey) {
		if _, ok := n.folders[dirKey]; ok {
			break
		}
		n.folders[dirKey] = holder{dir, name}
	}
	return nil
}

// release gives a path back. Its folders stay claimed.
func (n *names) release(name string) { delete(n.files, fold(name)) }
