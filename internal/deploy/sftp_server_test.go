package deploy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A server is an SFTP server on a port of loopback: a real sshd, or one of this process.
type server struct {
	SFTPOptions        // of a target with its root in dir
	dir         string // on this disk
	real        bool
	keys        []ssh.PublicKey // the host's, of two kinds; known_hosts has the first
}

// newHostKeys makes a host's keys of two kinds.
func newHostKeys(t testing.TB) (signers []ssh.Signer, public []ssh.PublicKey, private []crypto.PrivateKey) {
	t.Helper()
	_, first, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.PrivateKey{first, second} {
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		signers, public, private = append(signers, signer), append(public, signer.PublicKey()), append(private, key)
	}
	return signers, public, private
}

// newKey makes a key pair.
func newKey(t testing.TB) (ssh.Signer, ed25519.PrivateKey) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, private
}

// writeKey writes a private key as ssh-keygen does.
func writeKey(t testing.TB, name string, key crypto.PrivateKey, passphrase string) string {
	t.Helper()
	var block *pem.Block
	var err error
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(key, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, name, string(pem.EncodeToMemory(block)))
}

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// knownHostsLine is a line for a server at an address.
func knownHostsLine(address string, key ssh.PublicKey) string {
	return knownhosts.Line([]string{knownhosts.Normalize(address)}, key) + "\n"
}

const testPassword = "correct horse"

// goServer starts an SSH server in this process that takes one key, and testPassword.
func goServer(t testing.TB) server {
	t.Helper()
	work := t.TempDir()
	hostKeys, public, _ := newHostKeys(t)
	userKey, userPrivate := newKey(t)
	same := func(a, b []byte) error {
		if subtle.ConstantTimeCompare(a, b) == 1 {
			return nil
		}
		return errors.New("no")
	}
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			return nil, same(key.Marshal(), userKey.PublicKey().Marshal())
		},
		PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, same(password, []byte(testPassword))
		},
	}
	for _, key := range hostKeys {
		config.AddHostKey(key)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serveSSH(conn, config) })
		}
	})
	t.Cleanup(func() { listener.Close(); wg.Wait() })
	dir := filepath.Join(work, "www")
	return server{SFTPOptions{
		Name: "host", Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, User: "deploy", Path: dir,
		KnownHosts: writeFile(t, filepath.Join(work, "known_hosts"), knownHostsLine(listener.Addr().String(), public[0])),
		KeyFile:    writeKey(t, filepath.Join(work, "id"), userPrivate, ""),
	}, dir, false, public}
}

// serveSSH serves SFTP to one client.
func serveSSH(conn net.Conn, config *ssh.ServerConfig) {
	defer conn.Close()
	c, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer c.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { ssh.DiscardRequests(requests) })
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		wg.Go(func() {
			for r := range requests {
				r.Reply(r.Type == "subsystem", nil)
			}
		})
		files, err := sftp.NewServer(channel)
		if err != nil {
			return
		}
		wg.Go(func() {
			files.Serve()
			channel.Close()
		})
	}
}

// A relay (中继) stands between a client and a server and can lose the line.
type relay struct {
	net.Listener
	to string
	wg sync.WaitGroup

	mu    sync.Mutex
	left  int64 // bytes that may still pass to the server; negative for all
	sent  int64 // bytes that have passed to the server
	mute  bool  // swallows everything, and keeps the connections
	conns []net.Conn
}

// newRelay puts a relay before a server and returns the server as seen through it.
func newRelay(t testing.TB, s server) (*relay, server) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: listener, to: s.address(), left: -1}
	r.wg.Go(r.accept)
	t.Cleanup(func() {
		listener.Close()
		r.cut()
		r.wg.Wait()
	})
	// The host's key is known for the relay's address too.
	s.KnownHosts = writeFile(t, filepath.Join(t.TempDir(), "known_hosts"), knownHostsLine(listener.Addr().String(), s.keys[0]))
	s.Port = listener.Addr().(*net.TCPAddr).Port
	return r, s
}

func (r *relay) accept() {
	for {
		in, err := r.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", r.to)
		if err != nil {
			in.Close()
			continue
		}
		r.mu.Lock()
		r.conns = append(r.conns, in, out)
		r.mu.Unlock()
		r.wg.Go(func() { r.copy(out, in, true) })
		r.wg.Go(func() { r.copy(in, out, false) })
	}
}

// copy passes bytes on until the line is lost.
func (r *relay) copy(to, from net.Conn, counted bool) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 4<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		r.mu.Lock()
		mute, ends := r.mute, false
		if counted {
			if r.left >= 0 && int64(n) >= r.left {
				n, ends = int(r.left), true
			}
			if r.left >= 0 {
				r.left -= int64(n)
			}
			r.sent += int64(n)
		}
		r.mu.Unlock()
		if mute {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil || ends {
			if ends {
				r.cut()
			}
			return
		}
	}
}

// cut loses all connections.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		c.Close()
	}
	r.conns = nil
}

// allow sets how many bytes may pass to the server, negative for all, and returns how many have passed since the last call.
func (r *relay) allow(n int64) (passed int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	passed, r.left, r.sent = r.sent, n, 0
	return passed
}

func (r *relay) setMute(mute bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mute = mute
}

// freePort is a port that nobody has just now.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
