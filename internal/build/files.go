package build

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"gongkai/internal/diag"
)

// folder reports whether one of the site's three folders is there to be read. A symbolic link in its place is a finding that forbids
// publishing: a site without its contents would replace the one that has them. Anything else that is no folder is an error.
func (b *builder) folder(s *source, name string) (bool, error) {
	info, err := os.Lstat(b.disk(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode()&fs.ModeSymlink != 0:
		s.found = append(s.found, notAFile(b.under(name), info.Mode()))
		b.blocked = true
		return false, nil
	case !info.IsDir():
		return false, &fs.PathError{Op: "read", Path: b.disk(name), Err: syscall.ENOTDIR}
	}
	return true, nil
}

// notAFile is the finding for what is neither a file nor a folder. It is never opened: a pipe would not end.
func notAFile(p string, mode fs.FileMode) diag.Diagnostic {
	d := diag.Diagnostic{
		Rule: "irregular-file", Severity: diag.Error, Path: p,
		Message: diag.Say("这是管道、设备一类的特殊文件，不予读取", "this is a pipe, a device or the like, and is not read"),
		Hint:    diag.Say("请移走", "remove it"),
	}
	if mode&fs.ModeSymlink != 0 {
		d.Rule = "symbolic-link"
		d.Message = diag.Say("这是符号链接，不予读取", "this is a symbolic link and is not followed")
		d.Hint = diag.Say("请改为文件本身", "put the file itself here")
	}
	return d
}

func tooLarge(p string, size int64) diag.Diagnostic {
	return diag.Diagnostic{
		Rule: "file-too-large", Severity: diag.Error, Path: p,
		Message: diag.Say("文件有 %d 字节，超过上限 %d（2 MB）", "the file has %d bytes, over the limit of %d (2 MB)", size, maxFile),
		Hint:    diag.Say("请拆分，或把附表改为附件", "split it, or make its tables attachments"),
	}
}

// small reads a file of the site's folder that is never larger than maxFile. It follows links: the configuration may be one.
func (b *builder) small(name string) ([]byte, diag.List, error) {
	switch info, err := os.Stat(b.disk(name)); {
	case err != nil:
		return nil, nil, err
	case info.IsDir():
		return nil, nil, &fs.PathError{Op: "read", Path: b.disk(name), Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return nil, diag.List{notAFile(b.under(name), info.Mode())}, nil
	case info.Size() > maxFile:
		return nil, diag.List{tooLarge(b.under(name), info.Size())}, nil
	}
	src, err := b.whole(name)
	return src, nil, err
}

// whole reads a file whose size was asked before. One that has grown beyond the limit since is refused, not read to its end.
func (b *builder) whole(name string) ([]byte, error) { return b.wholeInto(name, new(bytes.Buffer)) }

// wholeInto is whole into a buffer, in which the text stands until it is used again.
func (b *builder) wholeInto(name string, into *bytes.Buffer) ([]byte, error) {
	f, err := os.Open(b.disk(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	into.Reset()
	if _, err := into.ReadFrom(io.LimitReader(f, maxFile+1)); err != nil {
		return nil, err
	}
	if into.Len() > maxFile {
		return nil, &ChangedError{b.disk(name)}
	}
	return into.Bytes(), nil
}

// ChangedError says that a file was changed while the site was built.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("read %s: the file was changed during the build", e.Path)
}

// regular is a folder in which there are only files and folders: no links, which would lead out of it, no pipes.
type regular struct{ fs.FS }

// ReadDir is for fs.Glob and fs.WalkDir.
func (r regular) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(r.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && !e.Type().IsRegular() }), err
}
