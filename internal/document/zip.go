package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// archive is an opened zip whose parts are found by name in any letter case, as office programs do. Nothing is ever written to disk, so
// a name with ".." harms nobody; such parts are simply not found.
type archive struct {
	parts map[string]*zip.File // by lower-case path without leading slash
	left  int64                // bytes that may still be unpacked
}

var (
	errLimit   = errors.New("more than this program unpacks")
	errMissing = fmt.Errorf("the part is missing: %w", fs.ErrNotExist)
)

func openZip(data []byte) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, err
	}
	if len(z.File) > maxParts {
		return nil, errLimit
	}
	a := &archive{parts: make(map[string]*zip.File, len(z.File)), left: maxUnpacked}
	for _, f := range z.File {
		name := partName(f.Name)
		if _, twice := a.parts[name]; twice && !strings.HasSuffix(f.Name, "/") {
			return nil, fmt.Errorf("two parts are called %s", name)
		}
		a.parts[name] = f
	}
	return a, nil
}

// partName brings the spellings of a part's name together: "\word\document.xml", "/Word/Document.xml".
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, "\\", "/")), "/"))
}

func (a *archive) has(name string) bool { return a.parts[partName(name)] != nil }

func (a *archive) hasPrefix(prefix string) bool {
	for name := range a.parts {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// read unpacks one part, of at most limit bytes. What the directory says of its size is not believed.
func (a *archive) read(name string, limit int64) ([]byte, error) {
	f := a.parts[partName(name)]
	if f == nil {
		return nil, errMissing
	}
	limit = min(limit, a.left)
	if packed := int64(f.CompressedSize64); packed >= 0 && packed < 1<<40 {
		limit = min(limit, max(packed*maxRatio, maxSmall))
	}
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	a.left -= int64(len(data))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errLimit
	}
	return data, nil
}

// resolve makes the name of a part out of a relation's target, seen from the part that holds the relation.
func resolve(from, target string) string {
	target = strings.ReplaceAll(target, "\\", "/")
	if strings.HasPrefix(target, "/") {
		return partName(target)
	}
	return partName(path.Join(path.Dir(from), target))
}
