package deploy

import (
	"net"
	"path/filepath"
	"sync"
	"testing"

	"crypto/ed25519"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// lockKey writes a key again, under a passphrase.
func lockKey(t testing.TB, text []byte, passphrase string) string {
	t.Helper()
	return writeKey(t, filepath.Join(t.TempDir(), "locked"), parseKey(t, text), passphrase)
}

func parseKey(t testing.TB, text []byte) ed25519.PrivateKey {
	t.Helper()
	key, err := ssh.ParseRawPrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return *key.(*ed25519.PrivateKey)
}

// startAgent starts an SSH agent with one key and returns its socket.
func startAgent(t testing.TB, text []byte) string {
	t.Helper()
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: parseKey(t, text)}); err != nil {
		t.Fatal(err)
	}
	return listen(t, "unix", filepath.Join(t.TempDir(), "s"), func(c net.Conn) { agent.ServeAgent(keys, c) }).String()
}

// mumble starts a server that says something which is not SSH, and perhaps hangs up.
func mumble(t testing.TB, says string, hangUp bool) (port int) {
	t.Helper()
	over := make(chan struct{})
	address := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		c.Write([]byte(says))
		if !hangUp {
			<-over
		}
	})
	t.Cleanup(func() { close(over) })
	return address.(*net.TCPAddr).Port
}

// listen serves until the test ends.
func listen(t testing.TB, network, address string, serve func(net.Conn)) net.Addr {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return l.Addr()
}
