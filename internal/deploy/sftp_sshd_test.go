package deploy

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"gongkai/internal/sitetest"
)

// sshd starts OpenSSH's server as the current user, with a host key and an authorized key of its own. Without one the test is skipped.
// options are those of its SFTP server.
func sshd(t testing.TB, options ...string) server {
	t.Helper()
	program := findSSHD(t)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	_, public, private := newHostKeys(t)
	userKey, userPrivate := newKey(t)
	port := freePort(t)
	config := writeFile(t, filepath.Join(work, "sshd_config"), strings.Join([]string{
		"Port " + port, "ListenAddress 127.0.0.1", "PidFile none", "UsePAM no", "StrictModes no", "LogLevel ERROR",
		"HostKey " + writeKey(t, filepath.Join(work, "host1"), private[0], ""),
		"HostKey " + writeKey(t, filepath.Join(work, "host2"), private[1], ""),
		"AuthorizedKeysFile " + writeFile(t, filepath.Join(work, "authorized"), string(ssh.MarshalAuthorizedKey(userKey.PublicKey()))),
		"PasswordAuthentication yes", "KbdInteractiveAuthentication no", "PermitRootLogin yes", "MaxStartups 100", "Subsystem sftp internal-sftp " + strings.Join(options, " "), "",
	}, "\n"))
	var log bytes.Buffer
	c := exec.Command(program, "-D", "-e", "-f", config)
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	for try := 0; ; try++ {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			break
		}
		if try == 100 {
			t.Fatalf("sshd does not listen: %v\n%s", err, log.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(work, "www")
	return server{SFTPOptions{
		Name: "host", Host: "127.0.0.1", Port: number, User: me.Username, Path: dir,
		KnownHosts: writeFile(t, filepath.Join(work, "known_hosts"), knownHostsLine("127.0.0.1:"+port, public[0])),
		KeyFile:    writeKey(t, filepath.Join(work, "id"), userPrivate, ""),
	}, dir, true, public}
}

// findSSHD finds the program, which is started by its full path, and the folder that it wants when root starts it.
func findSSHD(t testing.TB) string {
	t.Helper()
	program, err := exec.LookPath("sshd")
	for _, name := range []string{"/usr/sbin/sshd", "/usr/local/sbin/sshd"} {
		if _, e := os.Stat(name); err != nil && e == nil {
			program, err = name, nil
		}
	}
	if err != nil {
		sitetest.Missing(t, "sshd", fmt.Sprint(err))
	}
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			sitetest.Missing(t, "sshd", err.Error())
		}
	}
	return program
}

// servers runs a test against the server of this process, and against a real one.
func servers(t *testing.T, test func(*testing.T, server)) {
	t.Run("go", func(t *testing.T) { test(t, goServer(t)) })
	t.Run("sshd", func(t *testing.T) { test(t, sshd(t)) })
}
