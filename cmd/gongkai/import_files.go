package main

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// inputFile is a file to import: on disk, or in an archive.
type inputFile struct {
	name string // as shown, slash-separated
	read func() ([]byte, error)
}

// Limits of one run.
const (
	maxInput   = 256 << 20 // bytes of one file
	maxEntries = 10_000    // files of one archive
)

// importable are the endings that import takes from a folder or an archive; a file named on the command line may have any.
var importable = []string{"txt", "md", "docx", "xlsx", "html", "htm", "shtml", "pdf", "ofd", "doc", "wps", "rtf", "odt", "et", "xls"}

func isImportable(name string) bool {
	base := path.Base(name)
	return slices.Contains(importable, strings.ToLower(strings.TrimPrefix(path.Ext(base), "."))) && !strings.HasPrefix(base, "~$") && !strings.HasPrefix(base, ".")
}

// collect lists what the arguments name, in order; skipped counts the files of other kinds in folders and archives. closeAll closes the
// archives.
func (a *app) collect(args []string) (files []inputFile, skipped int, closeAll func(), err error) {
	var open []io.Closer
	closeAll = func() {
		for _, c := range open {
			c.Close()
		}
	}
	for _, arg := range args {
		info, statErr := os.Stat(arg)
		switch {
		case statErr != nil:
			closeAll()
			return nil, 0, nil, statErr
		case info.IsDir():
			err = filepath.WalkDir(arg, func(name string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				if !e.Type().IsRegular() || !isImportable(filepath.ToSlash(name)) {
					skipped++
					return nil
				}
				files = append(files, onDisk(name))
				return nil
			})
		case strings.EqualFold(filepath.Ext(arg), ".zip"):
			var more []inputFile
			var n int
			var c io.Closer
			more, n, c, err = inArchive(arg)
			files, skipped = append(files, more...), skipped+n
			if c != nil {
				open = append(open, c)
			}
		default:
			files = append(files, onDisk(arg))
		}
		if err != nil {
			closeAll()
			return nil, 0, nil, err
		}
	}
	return files, skipped, closeAll, nil
}

func onDisk(name string) inputFile {
	return inputFile{filepath.ToSlash(name), func() ([]byte, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return atMostBytes(f)
	}}
}

func atMostBytes(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("more than %d MB", maxInput>>20)
	}
	return data, err
}

// inArchive lists the files of a .zip. Names that are not UTF-8 are GB18030, as Chinese Windows writes them.
func inArchive(name string) (files []inputFile, skipped int, c io.Closer, err error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, 0, nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	if len(z.File) > maxEntries {
		z.Close()
		return nil, 0, nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%d files, at most %d", len(z.File), maxEntries)}
	}
	for _, f := range z.File {
		inside := f.Name
		if !utf8.ValidString(inside) {
			if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(inside); err == nil {
				inside = decoded
			}
		}
		inside = strings.ReplaceAll(inside, "\\", "/")
		if strings.HasSuffix(inside, "/") {
			continue
		}
		if !isImportable(inside) || strings.HasPrefix(inside, "__MACOSX/") {
			skipped++
			continue
		}
		files = append(files, inputFile{path.Join(filepath.ToSlash(name), path.Clean("/"+inside)), func() ([]byte, error) {
			rc, err := f.Open()
			if err != nil {
				return nil, err
			}
			defer rc.Close()
			return atMostBytes(rc)
		}})
	}
	slices.SortStableFunc(files, func(x, y inputFile) int { return strings.Compare(x.name, y.name) })
	return files, skipped, z, nil
}

// hostOf is the host of a web address, "" when there is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
