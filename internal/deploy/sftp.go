package deploy

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

const (
	// sftpParallel is how many files are under way at a time: a file takes three round trips, and a link over a distance has many
	// milliseconds each.
	sftpParallel = 64
	// sftpRequests bounds the requests of one large file that have no answer yet; a request carries 32 KiB.
	sftpRequests = 64

	// A connection is given up when not one byte has come for so long, whatever is under way and however large it is; sftpKeepAlive
	// is when the host is asked for one.
	sftpSilence   = 60 * time.Second
	sftpKeepAlive = 15 * time.Second
	// sftpGrace is what work under way gets to end when the run is interrupted.
	sftpGrace = 5 * time.Second
)

// An sftpHost is a folder of a server, over one SSH connection. The server must rename one file over another (OpenSSH's extension
// posix-rename@openssh.com) for mode releases; without hardlink@openssh.com, Link answers errors.ErrUnsupported. It has no lock of
// the system's kind and cannot exchange folders.
type sftpHost struct {
	client *sftp.Client
	ctx    context.Context
	root   string // on the server; relative to the login folder when it is no absolute path
	shown  string // user@host
	conn   ssh.Conn
	wire   *watched
	stop   func() bool // ends the watch over ctx
	alive  *time.Timer // asks for a sign of life

	buffers sync.Pool // of *[]byte, sftpBuffer long
}

// watched is a connection that closes itself when it stays silent.
type watched struct {
	net.Conn
	every  time.Duration
	timer  *time.Timer
	silent atomic.Bool
}

func watch(conn net.Conn, every time.Duration) *watched {
	w := &watched{Conn: conn, every: every}
	w.timer = time.AfterFunc(every, func() {
		w.silent.Store(true)
		conn.Close()
	})
	return w
}

// Read implements io.Reader.
func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if n > 0 {
		w.timer.Reset(w.every)
	}
	return n, err
}

// Close implements io.Closer.
func (w *watched) Close() error {
	w.timer.Stop()
	return w.Conn.Close()
}

// connect connects and proves who both sides are. It is a connector.
func (o SFTPOptions) connect(ctx context.Context, create bool) (host, error) {
	auth, err := o.auth(ctx)
	if err != nil {
		return nil, err
	}
	defer auth.close()
	known, err := o.knownHosts()
	if err != nil {
		return nil, err
	}
	wire, conn, err := o.dial(ctx, auth, known)
	if err != nil {
		return nil, err
	}
	client, err := sftp.NewClient(conn, sftp.UseConcurrentWrites(true), sftp.MaxConcurrentRequestsPerFile(sftpRequests))
	if err != nil {
		conn.Close()
		return nil, noSFTP(o.shown(), err)
	}
	h := &sftpHost{client: client, ctx: ctx, root: o.root(), shown: o.shown(), conn: conn, wire: wire}
	h.buffers.New = func() any { b := make([]byte, sftpBuffer); return &b }
	h.stop = context.AfterFunc(ctx, func() { time.AfterFunc(sftpGrace, func() { wire.Close() }) })
	h.alive = time.AfterFunc(time.Hour, func() { h.beat(o.keepAlive()) })
	h.alive.Reset(o.keepAlive()) // not before h.alive is known to beat
	if err := h.findRoot(create); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// beat makes the server say something, which is what watched waits for.
func (h *sftpHost) beat(every time.Duration) {
	if _, _, err := h.conn.SendRequest("keepalive@openssh.com", true, nil); err == nil {
		h.alive.Reset(every)
	}
}

// findRoot makes sure that the root is there, and with create makes it with its parents.
func (h *sftpHost) findRoot(create bool) error {
	info, err := h.client.Stat(h.root)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return noRoot(h.shown, h.root, errNotFolder)
	case errors.Is(err, fs.ErrNotExist) && !create:
		return &fs.PathError{Op: "stat", Path: h.root, Err: fs.ErrNotExist}
	case errors.Is(err, fs.ErrNotExist):
		err = h.client.MkdirAll(h.root)
	}
	if err = h.fault("mkdir", h.root, h.full(err)); err == nil || errors.Is(err, ErrCut) || errors.Is(err, context.Canceled) {
		return err
	}
	return noRoot(h.shown, h.root, err)
}

// Close implements publish.FS. What the connection says at the end has no meaning for what was done: each file was answered for.
func (h *sftpHost) Close() error {
	h.stop()
	h.alive.Stop()
	h.client.Close()
	h.conn.Close()
	h.wire.Close()
	return nil
}

// at is a name as the server knows it.
func (h *sftpHost) at(name string) string { return path.Join(h.root, name) }

// fault makes an error say operation, name and cause; a lost connection says what to do.
func (h *sftpHost) fault(op, name string, err error) error {
	if err == nil {
		return nil
	}
	err = h.cause(err)
	if errors.Is(err, ErrCut) || errors.Is(err, context.Canceled) {
		return err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// cause tells a lost connection from what the server answered.
func (h *sftpHost) cause(err error) error {
	lost := errors.Is(err, sftp.ErrSSHFxConnectionLost) || errors.Is(err, sftp.ErrSSHFxNoConnection) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed)
	var network *net.OpError // not net.Error, which ENOSPC is too
	switch {
	case !lost && !errors.As(err, &network):
		var path *fs.PathError
		if errors.As(err, &path) {
			return path.Err
		}
		return err
	case h.ctx.Err() != nil:
		return h.ctx.Err()
	}
	return cut(h.shown, h.wire.silent.Load(), h.wire.every, err)
}
