package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gongkai/internal/publish"
)

func mustConnect(t testing.TB, o SFTPOptions) host {
	t.Helper()
	h, err := o.connect(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// TestSFTPIsAHost does the same on a disk and on a server: the answers must be of the same kind.
func TestSFTPIsAHost(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		dir := t.TempDir()
		disk, err := publish.OpenDisk(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer disk.Close()
		far := mustConnect(t, s.SFTPOptions)
		large := strings.Repeat("0123456789abcdef", 100_000)
		for _, step := range []struct {
			name string
			do   func(h host) (any, error)
		}{
			{"mkdir", func(h host) (any, error) { return nil, h.Mkdir("a") }},
			{"mkdir again", func(h host) (any, error) { return nil, h.Mkdir("a") }},
			{"mkdir without parent", func(h host) (any, error) { return nil, h.Mkdir("x/y") }},
			{"write", func(h host) (any, error) { return write(h, "a/f.txt", "text") }},
			{"write again", func(h host) (any, error) { return write(h, "a/f.txt", "other") }},
			{"write empty", func(h host) (any, error) { return write(h, "a/empty", "") }},
			{"write large", func(h host) (any, error) { return write(h, "a/大文件.bin", large) }},
			{"write without folder", func(h host) (any, error) { return write(h, "b/f.txt", "text") }},
			{"read", func(h host) (any, error) { return hostFiles{h}.read("a/f.txt") }},
			{"read empty", func(h host) (any, error) { return hostFiles{h}.read("a/empty") }},
			{"read large", func(h host) (any, error) { return hostFiles{h}.read("a/大文件.bin") }},
			{"read missing", func(h host) (any, error) { return hostFiles{h}.read("a/none") }},
			{"lstat", func(h host) (any, error) { return lstat(h, "a/f.txt") }},
			{"lstat folder", func(h host) (any, error) { return lstat(h, "a") }},
			{"lstat missing", func(h host) (any, error) { return lstat(h, "a/none") }},
			{"list", func(h host) (any, error) { return h.List("a") }},
			{"list root", func(h host) (any, error) { return h.List(".") }},
			{"list missing", func(h host) (any, error) { return h.List("none") }},
			{"link", func(h host) (any, error) { return nil, h.Link("a/f.txt", "g.txt") }},
			{"link again", func(h host) (any, error) { return nil, h.Link("a/f.txt", "g.txt") }},
			{"link missing", func(h host) (any, error) { return nil, h.Link("a/none", "h.txt") }},
			{"symlink", func(h host) (any, error) { return nil, h.Symlink("a", "current") }},
			{"symlink again", func(h host) (any, error) { return nil, h.Symlink("b", "current") }},
			{"readlink", func(h host) (any, error) { return h.Readlink("current") }},
			{"readlink missing", func(h host) (any, error) { return h.Readlink("none") }},
			{"lstat link", func(h host) (any, error) { return lstat(h, "current") }},
			{"new link", func(h host) (any, error) { return nil, h.Symlink("b", "current.new") }},
			{"rename link over link", func(h host) (any, error) { return nil, h.Rename("current.new", "current") }},
			{"where it leads", func(h host) (any, error) { return h.Readlink("current") }},
			{"rename over", func(h host) (any, error) { return nil, h.Rename("a/empty", "a/f.txt") }},
			{"rename missing", func(h host) (any, error) { return nil, h.Rename("a/none", "a/f.txt") }},
			{"rename folder", func(h host) (any, error) { return nil, h.Rename("a", "c") }},
			{"append", func(h host) (any, error) { return nil, h.Append("log", []byte("one\n")) }},
			{"append more", func(h host) (any, error) { return nil, h.Append("log", []byte("two\n")) }},
			{"append nothing", func(h host) (any, error) { return nil, h.Append("journal", nil) }},
			{"log", func(h host) (any, error) { return hostFiles{h}.read("log") }},
			{"remove", func(h host) (any, error) { return nil, h.Remove("g.txt") }},
			{"remove missing", func(h host) (any, error) { return nil, h.Remove("g.txt") }},
			{"remove link", func(h host) (any, error) { return nil, h.Remove("current") }},
			{"remove all", func(h host) (any, error) { return nil, deepTree(h) }},
			{"remove all missing", func(h host) (any, error) { return nil, h.RemoveAll("deep") }},
			{"remove all of a file", func(h host) (any, error) { return nil, h.RemoveAll("log") }},
			{"in the end", func(h host) (any, error) { return h.List(".") }},
		} {
			near, nearErr := step.do(disk)
			got, err := step.do(far)
			if kindOf(err) != kindOf(nearErr) {
				t.Errorf("%s: %v on the server, %v on disk", step.name, err, nearErr)
			}
			if err == nil && fmt.Sprint(got) != fmt.Sprint(near) {
				t.Errorf("%s: %.100v on the server, %.100v on disk", step.name, got, near)
			}
		}
		for name, err := range map[string]error{"exchange": far.Exchange("c", "c"), "lock": far.Lock("l", "")} {
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func write(h host, name, text string) (any, error) {
	info, err := h.Write(name, strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return fmt.Sprint(info.Name(), info.Size(), info.IsDir()), nil
}

func lstat(h host, name string) (any, error) {
	info, err := h.Lstat(name)
	if err != nil {
		return nil, err
	}
	return fmt.Sprint(info.Name(), info.Mode().Type(), info.IsDir()), nil
}

// deepTree makes a tree with a link out of it and removes it.
func deepTree(h host) error {
	for _, dir := range []string{"deep", "deep/1", "deep/1/2", "deep/3"} {
		if err := h.Mkdir(dir); err != nil {
			return err
		}
		for i := range 50 {
			if _, err := h.Write(fmt.Sprintf("%s/%d.txt", dir, i), strings.NewReader("x")); err != nil {
				return err
			}
		}
	}
	return errors.Join(h.Symlink("../c", "deep/out"), h.RemoveAll("deep"))
}

// kindOf is what a caller can ask of an error.
func kindOf(err error) string {
	for _, kind := range []error{fs.ErrExist, fs.ErrNotExist, fs.ErrPermission} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	if err != nil {
		return "other"
	}
	return ""
}

// brokenContent fails on this side of the line.
type brokenContent struct{}

func (brokenContent) WriteTo(w io.Writer) (int64, error) {
	n, _ := w.Write(make([]byte, 100))
	return int64(n), io.ErrUnexpectedEOF
}

func TestSFTPTellsWhoseFaultItWas(t *testing.T) {
	h := mustConnect(t, goServer(t).SFTPOptions)
	if _, err := h.Write("a", brokenContent{}); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrCut) {
		t.Errorf("content that cannot be read: %v", err)
	}
}

func TestSFTPRoot(t *testing.T) {
	s := goServer(t)
	if _, err := s.connect(t.Context(), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no root: %v", err)
	}
	if _, err := os.Stat(s.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a look has made the root: %v", err)
	}
	o := s.SFTPOptions
	o.Path = filepath.Join(s.dir, "deep", "er")
	mustConnect(t, o)
	if info, err := os.Stat(o.Path); err != nil || !info.IsDir() {
		t.Error(err)
	}
	writeFile(t, filepath.Join(s.dir, "file"), "")
	for _, name := range []string{"file", "file/below"} {
		o.Path = filepath.Join(s.dir, name)
		if _, err := o.connect(t.Context(), true); !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for given, want := range map[string]string{"~": ".", "~/www": "./www", "www": "www", "/srv/~x": "/srv/~x", "~li/www": "~li/www"} {
		if got := (SFTPOptions{Path: given}).root(); got != want {
			t.Errorf("%s: root %s, want %s", given, got, want)
		}
	}
}

// checkRefused wants a connection refused for a reason, in words of both languages, and without secrets.
func checkRefused(t *testing.T, name string, o SFTPOptions, want error, words ...string) {
	t.Helper()
	h, err := o.connect(t.Context(), true)
	if err == nil {
		h.Close()
	}
	var problem *publish.Problem
	if !errors.Is(err, want) || !errors.As(err, &problem) {
		t.Errorf("%s: %v, want %v", name, err, want)
		return
	}
	said := fmt.Sprintf("%v\n%+v\n%#v\n%s\n%s", err, err, err, problem.Message, problem.Hint)
	for _, word := range words {
		if !strings.Contains(said, word) {
			t.Errorf("%s: %q does not say %q", name, said, word)
		}
	}
	for _, secret := range []string{string(o.Password), string(o.Passphrase)} {
		if secret != "" && strings.Contains(said, secret) {
			t.Errorf("%s: %q tells a secret", name, said)
		}
	}
}

func TestSFTPLogin(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		dir := t.TempDir()
		_, other := newKey(t)
		wrong := s.SFTPOptions
		wrong.KeyFile = writeKey(t, filepath.Join(dir, "other"), other, "")
		checkRefused(t, "another key", wrong, ErrLogin, "key_file", "authorized_keys")
		wrong.KeyFile, wrong.Password = "", "battery staple"
		checkRefused(t, "wrong password", wrong, ErrLogin, "password")
		wrong.Password = ""
		checkRefused(t, "nothing", wrong, ErrLogin, "password_env")
		wrong.Agent = filepath.Join(dir, "no-agent")
		checkRefused(t, "no agent", wrong, ErrLogin, "ssh-agent")
		wrong.KeyFile = filepath.Join(dir, "none")
		checkRefused(t, "no key file", wrong, ErrLogin, "none")
		wrong.KeyFile = writeFile(t, filepath.Join(dir, "junk"), "junk")
		checkRefused(t, "no key", wrong, ErrLogin, "junk")
		wrong.KeyFile = writeKey(t, filepath.Join(dir, "locked"), other, "open sesame")
		checkRefused(t, "key with passphrase", wrong, ErrLogin, "口令")
		wrong.Passphrase = "close sesame"
		checkRefused(t, "wrong passphrase", wrong, ErrLogin, "口令不对")
		wrong = s.SFTPOptions
		wrong.User = "nobody-of-this-name"
		if s.real {
			checkRefused(t, "wrong user", wrong, ErrLogin, wrong.User)
		}
	})
	s := goServer(t)
	o := s.SFTPOptions
	o.KeyFile, o.Password = "", testPassword
	mustConnect(t, o)
	text, err := os.ReadFile(s.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	o = s.SFTPOptions
	o.KeyFile, o.Passphrase = lockKey(t, text, "open sesame"), "open sesame"
	mustConnect(t, o)
	o.KeyFile, o.Passphrase, o.Agent = "", "", startAgent(t, text)
	mustConnect(t, o)
}

func TestSFTPHostKey(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		dir := t.TempDir()
		known, err := os.ReadFile(s.KnownHosts)
		if err != nil {
			t.Fatal(err)
		}
		other, _ := newKey(t)
		file := func(name, text string) SFTPOptions {
			o := s.SFTPOptions
			o.KnownHosts = writeFile(t, filepath.Join(dir, name), text)
			return o
		}
		checkRefused(t, "empty", file("empty", ""), ErrHostKey, "SHA256:", "ssh-ed25519 ")
		checkRefused(t, "another host", file("another", knownHostsLine("example.gov.cn", other.PublicKey())), ErrHostKey, "SHA256:")
		checkRefused(t, "another key", file("changed", "# 网站主机\n"+knownHostsLine(s.address(), other.PublicKey())), ErrHostKey, "第 2 行", "line 2")
		checkRefused(t, "revoked", file("revoked", "@revoked * "+strings.Join(strings.Fields(string(known))[1:], " ")+"\n"), ErrHostKey)
		checkRefused(t, "not such a file", file("junk", "junk junk junk\n"), ErrHostKey)
		o := s.SFTPOptions
		o.KnownHosts = filepath.Join(dir, "none")
		checkRefused(t, "no file", o, ErrHostKey, "none")
		o.KnownHosts = ""
		checkRefused(t, "no name of a file", o, ErrHostKey, "known_hosts")
		mustConnect(t, file("more", knownHostsLine("example.gov.cn", other.PublicKey())+string(known)))
	})
}

// TestSFTPHostKeyOfOneKind: the host has keys of two kinds, and the file either of them.
func TestSFTPHostKeyOfOneKind(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		authority, _ := newKey(t)
		signed := "@cert-authority " + knownHostsLine("*.example.gov.cn", authority.PublicKey())
		for _, key := range s.keys {
			o := s.SFTPOptions
			o.KnownHosts = writeFile(t, filepath.Join(t.TempDir(), "known"), signed+knownHostsLine(s.address(), key))
			mustConnect(t, o)
		}
	})
}

func TestSFTPUnreachable(t *testing.T) {
	s := goServer(t)
	o := s.SFTPOptions
	fmt.Sscan(freePort(t), &o.Port)
	checkRefused(t, "nobody there", o, ErrConnect, "host", "port")
	o.Host, o.silence = "no-such-host.invalid", 2*time.Second
	checkRefused(t, "no such name", o, ErrConnect)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.connect(ctx, true); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	for name, says := range map[string]string{"silent": "", "not SSH": "HTTP/1.1 400 Bad Request\r\n\r\n", "cut off": "SSH-2.0-x\r\n"} {
		o := s.SFTPOptions
		o.Port = mumble(t, says, name != "silent")
		o.silence = 200 * time.Millisecond
		checkRefused(t, name, o, ErrConnect)
	}
}

func TestSFTPSilence(t *testing.T) {
	r, s := newRelay(t, goServer(t))
	s.silence, s.every = 400*time.Millisecond, 100*time.Millisecond
	h := mustConnect(t, s.SFTPOptions)
	time.Sleep(time.Second) // longer than the silence: the host is asked for signs of life
	if _, err := write(h, "a", "text"); err != nil {
		t.Fatalf("idle for a while: %v", err)
	}
	r.setMute(true)
	_, err := h.Lstat("a")
	var problem *publish.Problem
	if !errors.Is(err, ErrCut) || !errors.As(err, &problem) || !strings.Contains(problem.Message.ZH, "没有回应") {
		t.Errorf("silent: %v", err)
	}
	if _, err := h.List("."); !errors.Is(err, ErrCut) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestSFTPInterrupted(t *testing.T) {
	r, s := newRelay(t, goServer(t))
	ctx, cancel := context.WithCancel(t.Context())
	h, err := s.connect(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := write(h, "a", "text"); err != nil {
		t.Errorf("what is under way may end: %v", err)
	}
	r.cut()
	if _, err := write(h, "b", "text"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// TestSFTPCut loses the line while a large file is read and written, after any number of bytes.
func TestSFTPCut(t *testing.T) {
	r, s := newRelay(t, goServer(t))
	large := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	whole := mustConnect(t, s.SFTPOptions)
	if _, err := whole.Write("whole", bytes.NewReader(large)); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		h := mustConnect(t, s.SFTPOptions)
		r.allow(int64(1000 + i*200_000))
		_, err := h.Write(fmt.Sprint("cut", i), bytes.NewReader(large))
		if !errors.Is(err, ErrCut) {
			t.Errorf("write %d: %v", i, err)
		}
		r.allow(-1)
		h = mustConnect(t, s.SFTPOptions)
		r.allow(int64(100 + i*300))
		text, err := hostFiles{h}.read("whole")
		if err == nil && !slices.Equal(text, large) || err != nil && !errors.Is(err, ErrCut) {
			t.Errorf("read %d: %d bytes, %v", i, len(text), err)
		}
		r.allow(-1)
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	o := SFTPOptions{Password: "hunter2", Passphrase: "hunter3"}
	text, err := o.Password.MarshalText()
	if said := fmt.Sprintf("%v %+v %#v %s %q %x %s", o, o, o, o.Password, o.Password, o.Password, text); err != nil || strings.Contains(said, "hunter") || strings.Contains(said, "68756e") {
		t.Error(said)
	}
}
