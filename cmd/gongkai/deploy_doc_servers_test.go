package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/internal/sitetest"
)

// tool finds a program by its places, then in PATH; without it the test is skipped, or fails where it is required.
func tool(t *testing.T, name string, places ...string) string {
	t.Helper()
	for _, p := range places {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	found, err := exec.LookPath(name)
	if err != nil {
		sitetest.Missing(t, name, err.Error())
	}
	return found
}

// startServer starts a program that listens on a port of loopback, and ends it with the test.
func startServer(t *testing.T, port string, env []string, program string, args ...string) {
	t.Helper()
	var log bytes.Buffer
	c := exec.Command(program, args...)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), env...), &log, &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		c.Process.Kill()
		<-ended
	})
	for range 400 {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.Process.Kill()
	err := <-ended
	ended <- err
	t.Fatalf("%s does not listen: %v\n%s", program, err, log.String())
}

// unusedPort is a port of loopback that was free a moment ago.
func unusedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// docSFTP starts OpenSSH's server as the current user.
func docSFTP(t *testing.T) docTarget {
	sshd, keygen := tool(t, "sshd", "/usr/sbin/sshd", "/usr/local/sbin/sshd"), tool(t, "ssh-keygen")
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // which it wants when root starts it
			sitetest.Missing(t, "sshd", err.Error())
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	dir, port := t.TempDir(), unusedPort(t)
	for _, key := range []string{"host", "id"} {
		if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, key)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	public, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	if err != nil {
		t.Fatal(err)
	}
	writeIn(t, dir, "known_hosts", "[127.0.0.1]:"+port+" "+string(public))
	writeIn(t, dir, "sshd_config", strings.Join([]string{
		"Port " + port, "ListenAddress 127.0.0.1", "PidFile none", "UsePAM no", "StrictModes no", "PermitRootLogin yes", "HostKey " + filepath.Join(dir, "host"),
		"AuthorizedKeysFile " + filepath.Join(dir, "id.pub"), "Subsystem sftp internal-sftp", "",
	}, "\n"))
	startServer(t, port, nil, sshd, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	return docTarget{
		blocks: 1, env: []string{"SSH_AUTH_SOCK="}, published: filepath.Join(dir, "www", "current"),
		replace: []string{
			"host: www.example.gov.cn", "host: 127.0.0.1, port: " + port + ", known_hosts: " + filepath.Join(dir, "known_hosts"),
			"user: deploy", "user: " + me.Username, "path: /var/www/gongkai", "path: " + filepath.Join(dir, "www"), "key_file: ~/.ssh/id_ed25519", "key_file: " + filepath.Join(dir, "id"),
		},
	}
}

// docS3 starts versitygw, whose buckets are folders.
func docS3(t *testing.T) docTarget {
	cache := os.Getenv(sitetest.CacheEnv)
	if cache == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			cache = filepath.Join(dir, "gongkai-ci")
		}
	}
	gateway := tool(t, "versitygw", filepath.Join(cache, "bin", "versitygw"))
	dir, port := t.TempDir(), unusedPort(t)
	if err := os.Mkdir(filepath.Join(dir, "xxgk"), 0o755); err != nil {
		t.Fatal(err)
	}
	const key, secret = "test-access-key", "test-secret-never-to-be-seen"
	startServer(t, port, []string{"ROOT_ACCESS_KEY=" + key, "ROOT_SECRET_KEY=" + secret}, gateway, "--quiet", "--port", "127.0.0.1:"+port, "posix", dir)
	return docTarget{
		blocks: 1, env: []string{"GONGKAI_S3_ACCESS_KEY=" + key, "GONGKAI_S3_SECRET_KEY=" + secret}, published: filepath.Join(dir, "xxgk"),
		replace: []string{"endpoint: https://s3.example.cn", "region: us-east-1, path_style: true, endpoint: http://127.0.0.1:" + port},
	}
}
