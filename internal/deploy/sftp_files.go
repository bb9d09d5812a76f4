package deploy

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/pkg/sftp"
)

// sftpBuffer is what is read or written at once: so much of a large file is under way without an answer.
const (
	sftpBuffer = 512 << 10
	sftpFirst  = 64 << 10 // of a small file; more than one request, because then the end comes with the same answer
)

// The extensions of OpenSSH without which something is not to be had.
const (
	extHardlink    = "hardlink@openssh.com"
	extPosixRename = "posix-rename@openssh.com"
	extStatVFS     = "statvfs@openssh.com"
)

// Lstat implements publish.FS.
func (h *sftpHost) Lstat(name string) (fs.FileInfo, error) {
	info, err := h.client.Lstat(h.at(name))
	if err != nil {
		return nil, h.fault("lstat", name, err)
	}
	return info, nil
}

// Readlink implements host.
func (h *sftpHost) Readlink(name string) (string, error) {
	target, err := h.client.ReadLink(h.at(name))
	return target, h.fault("readlink", name, err)
}

// List implements publish.FS.
func (h *sftpHost) List(name string) ([]string, error) {
	infos, err := h.Infos(name)
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name()
	}
	return names, err
}

// Open implements publish.FS.
func (h *sftpHost) Open(name string) (io.ReadCloser, error) {
	f, err := h.client.Open(h.at(name))
	if err != nil {
		return nil, h.fault("open", name, err)
	}
	return &sftpReader{h: h, f: f, name: name, buf: h.buffers.Get().(*[]byte), next: sftpFirst}, nil
}

// An sftpReader reads a file with many requests at a time, however little its user asks for.
type sftpReader struct {
	h    *sftpHost
	f    *sftp.File
	name string
	buf  *[]byte
	next int    // how much to ask for
	rest []byte // of buf
	err  error
}

// Read implements io.Reader.
func (r *sftpReader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 && r.err == nil && len(b) > 0 {
		n, err := r.f.Read((*r.buf)[:r.next])
		if err != nil && !errors.Is(err, io.EOF) { // a lost connection has an error of its own
			err = r.h.fault("read", r.name, err)
		}
		r.rest, r.err, r.next = (*r.buf)[:n], err, sftpBuffer
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	if n == 0 && len(b) > 0 {
		return 0, r.err
	}
	return n, nil
}

// Close implements io.Closer.
func (r *sftpReader) Close() error {
	if r.buf == nil {
		return fs.ErrClosed
	}
	r.h.buffers.Put(r.buf)
	r.buf, r.rest, r.err = nil, nil, fs.ErrClosed
	return r.h.fault("close", r.name, r.f.Close())
}

// Mkdir implements publish.FS.
func (h *sftpHost) Mkdir(name string) error {
	return h.made("mkdir", name, h.client.Mkdir(h.at(name)))
}

// Symlink implements host.
func (h *sftpHost) Symlink(target, name string) error {
	return h.made("symlink", name, h.client.Symlink(target, h.at(name)))
}

// Link implements publish.FS.
func (h *sftpHost) Link(from, to string) error {
	if _, ok := h.client.HasExtension(extHardlink); !ok {
		return &fs.PathError{Op: "link", Path: to, Err: errors.ErrUnsupported}
	}
	err := h.made("link", to, h.client.Link(h.at(from), h.at(to)))
	var status *sftp.StatusError
	// The file system below has none or no more of them, or the file belongs to another user: what is really forbidden, copying shows.
	if errors.As(err, &status) || errors.Is(err, fs.ErrPermission) {
		return &fs.PathError{Op: "link", Path: to, Err: errors.ErrUnsupported}
	}
	return err
}

// made is the answer to making something. The protocol has no word for "it is there already", so that is asked.
func (h *sftpHost) made(op, name string, err error) error {
	if isFailure(err) {
		if _, e := h.client.Lstat(h.at(name)); e == nil {
			err = fs.ErrExist
		}
	}
	return h.fault(op, name, h.full(err))
}

// isFailure knows the answer that stands for all faults that the protocol has no word for.
func isFailure(err error) bool {
	var status *sftp.StatusError
	return errors.As(err, &status) && status.FxCode() == sftp.ErrSSHFxFailure
}

// full asks whether a failure is a full disk, for which the protocol has no word either.
func (h *sftpHost) full(err error) error {
	if _, ok := h.client.HasExtension(extStatVFS); !ok || !isFailure(err) {
		return err
	}
	// A few blocks can be left when the next write needs more.
	if vfs, e := h.client.StatVFS(h.root); e == nil && (vfs.Bavail*vfs.Frsize < 64<<10 || vfs.Files > 0 && vfs.Favail == 0) {
		return syscall.ENOSPC
	}
	return err
}

// Write implements publish.FS.
func (h *sftpHost) Write(name string, content io.WriterTo) (fs.FileInfo, error) {
	f, err := h.client.OpenFile(h.at(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, h.made("open", name, err)
	}
	sent, err := h.send(f, content)
	var info fs.FileInfo
	if err == nil {
		info, sent = f.Stat()
	}
	if e := f.Close(); err == nil && sent == nil {
		sent = e
	}
	if sent == nil && err == nil {
		return info, nil
	}
	sent = h.fault("write", name, h.full(sent))
	h.client.Remove(h.at(name)) // or try to: what is left of it would keep a full disk full
	if sent == nil {
		return nil, err // it is the content that could not be read
	}
	return nil, sent
}

// Infos implements infoLister.
func (h *sftpHost) Infos(name string) ([]fs.FileInfo, error) {
	infos, err := h.client.ReadDir(h.at(name))
	if err != nil {
		return nil, h.fault("open", name, err)
	}
	slices.SortFunc(infos, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return infos, nil
}

// Append implements host.
func (h *sftpHost) Append(name string, data []byte) error {
	f, err := h.client.OpenFile(h.at(name), os.O_WRONLY|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return h.fault("open", name, h.full(err))
	}
	if err = toEnd(f); err == nil {
		_, err = f.Write(data)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return h.fault("write", name, h.full(err))
}

// toEnd is for servers that do not know the flag for appending.
func toEnd(f *sftp.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = f.Seek(info.Size(), io.SeekStart)
	return err
}

// send writes through a buffer, because each write waits for its answers. The first error is the server's, the second the content's or
// the same.
func (h *sftpHost) send(f *sftp.File, content io.WriterTo) (sent, err error) {
	buf := h.buffers.Get().(*[]byte)
	defer h.buffers.Put(buf)
	w := &sftpWriter{f: f, buf: (*buf)[:0]}
	if _, err = content.WriteTo(w); err == nil {
		err = w.flush()
	}
	return w.err, err
}

// An sftpWriter collects what is written and sends it in large pieces.
type sftpWriter struct {
	f   *sftp.File
	buf []byte
	err error
}

// Write implements io.Writer.
func (w *sftpWriter) Write(b []byte) (int, error) {
	written := 0
	for len(b) > 0 {
		n := min(len(b), cap(w.buf)-len(w.buf))
		w.buf = append(w.buf, b[:n]...)
		b, written = b[n:], written+n
		if len(w.buf) == cap(w.buf) {
			if err := w.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

func (w *sftpWriter) flush() error {
	if len(w.buf) > 0 && w.err == nil {
		_, w.err = w.f.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}

// Rename implements publish.FS. Where the server cannot rename a file over another, the old one is removed first; a link is never
// replaced so, because readers would find nothing in between.
func (h *sftpHost) Rename(from, to string) error {
	if _, ok := h.client.HasExtension(extPosixRename); ok {
		return h.fault("rename", to, h.full(h.client.PosixRename(h.at(from), h.at(to))))
	}
	err := h.client.Rename(h.at(from), h.at(to))
	if !isFailure(err) {
		return h.fault("rename", to, err)
	}
	switch info, e := h.client.Lstat(h.at(to)); {
	case e == nil && info.Mode()&fs.ModeSymlink != 0:
		return noSwitch(h.shown)
	case e != nil || !info.Mode().IsRegular():
		return h.fault("rename", to, err)
	}
	if err := h.client.Remove(h.at(to)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return h.fault("remove", to, err)
	}
	return h.fault("rename", to, h.client.Rename(h.at(from), h.at(to)))
}

// Exchange implements publish.FS.
func (h *sftpHost) Exchange(a, b string) error {
	return &fs.PathError{Op: "exchange", Path: b, Err: errors.ErrUnsupported}
}

// Lock implements publish.FS: the protocol has no locks.
func (h *sftpHost) Lock(name, _ string) error {
	return &fs.PathError{Op: "lock", Path: name, Err: errors.ErrUnsupported}
}

// Unlock implements publish.FS.
func (h *sftpHost) Unlock() error { return nil }

// Remove implements publish.FS.
func (h *sftpHost) Remove(name string) error {
	return h.fault("remove", name, removed(h.client.Remove(h.at(name))))
}

// removed takes it as done when there was nothing to remove.
func removed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// RemoveAll implements publish.FS: all folders are listed, then the files go, then the folders from the innermost outwards; many at
// a time.
func (h *sftpHost) RemoveAll(name string) error {
	switch info, err := h.client.Lstat(h.at(name)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return h.fault("lstat", name, err)
	case !info.IsDir():
		return h.Remove(name)
	}
	ctx := context.WithoutCancel(h.ctx) // who cleans up after an interruption may do so
	levels := [][]string{{name}}
	var files []string
	for len(levels[len(levels)-1]) > 0 {
		var mu sync.Mutex
		var below []string
		err := each(ctx, sftpParallel, levels[len(levels)-1], func(_ context.Context, dir string) error {
			infos, err := h.client.ReadDir(h.at(dir))
			mu.Lock()
			defer mu.Unlock()
			for _, info := range infos {
				if full := path.Join(dir, info.Name()); info.IsDir() {
					below = append(below, full)
				} else {
					files = append(files, full)
				}
			}
			return h.fault("open", dir, removed(err))
		})
		if err != nil {
			return err
		}
		levels = append(levels, below)
	}
	err := each(ctx, sftpParallel, files, func(_ context.Context, file string) error { return h.Remove(file) })
	for _, dirs := range slices.Backward(levels) {
		if err == nil {
			err = each(ctx, sftpParallel, dirs, func(_ context.Context, dir string) error {
				return h.fault("remove", dir, removed(h.client.RemoveDirectory(h.at(dir))))
			})
		}
	}
	return err
}
