package deploy

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"gongkai/internal/sitetest"
)

// The keys of the test server.
const (
	gatewayKey    = "test-access-key"
	gatewaySecret = "test-secret-never-to-be-seen"
)

// A gateway is a real S3 server on loopback, versitygw, whose buckets are folders.
type gateway struct {
	address string
	dir     string
}

// newGateway starts one; it ends with the test. Without the program the test is skipped.
func newGateway(t testing.TB, flags ...string) gateway {
	t.Helper()
	program := findGateway(t)
	g := gateway{"127.0.0.1:" + freePort(t), t.TempDir()}
	var log bytes.Buffer
	args := append([]string{"--quiet", "--keep-alive", "--port", g.address, "posix"}, flags...)
	c := exec.Command(program, append(args, g.dir)...)
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+gatewayKey, "ROOT_SECRET_KEY="+gatewaySecret)
	c.Stdout, c.Stderr = &log, &log
	must(t, c.Start())
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	for try := 0; ; try++ {
		conn, err := net.Dial("tcp", g.address)
		if err == nil {
			conn.Close()
			return g
		}
		if try == 200 {
			t.Fatalf("versitygw does not listen: %v\n%s", err, log.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// findGateway looks where .ci/run installs it, and in PATH.
func findGateway(t testing.TB) string {
	t.Helper()
	cache := os.Getenv(sitetest.CacheEnv)
	if cache == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			cache = filepath.Join(dir, "gongkai-ci")
		}
	}
	name := filepath.Join(cache, "bin", "versitygw")
	if _, err := os.Stat(name); err == nil {
		return name
	}
	name, err := exec.LookPath("versitygw")
	if err != nil {
		sitetest.Missing(t, "versitygw", err.Error()+"; .ci/run installs it")
	}
	return name
}

// options fills in what reaches the gateway.
func (g gateway) options(opt S3Options) S3Options {
	if opt.Endpoint == "" {
		opt.Endpoint = "http://" + g.address
	}
	if opt.Bucket == "" {
		opt.Bucket = "xxgk"
	}
	if opt.AccessKey == "" {
		opt.AccessKey, opt.SecretKey = gatewayKey, gatewaySecret
	}
	opt.tries, opt.settling = cmp.Or(opt.tries, 3), cmp.Or(opt.settling, 10*time.Millisecond)
	opt.Name, opt.Region, opt.PathStyle = "bucket", "us-east-1", true
	return opt
}

// client is for what a test does behind the back of deploy.
func (g gateway) client(t testing.TB) *minio.Client {
	t.Helper()
	s, err := g.options(S3Options{}).connect(context.Background(), true)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s.(*s3Store).client.Client
}

// spot makes a bucket and a target of it.
func (g gateway) spot(t testing.TB, opt S3Options) spot {
	t.Helper()
	direct := opt
	direct.Endpoint = ""
	opt, direct = g.options(opt), g.options(direct)
	must(t, g.client(t).MakeBucket(t.Context(), opt.Bucket, minio.MakeBucketOptions{}))
	state := opt.State
	if state == "" {
		state = ".gongkai/" + opt.Prefix
	}
	dir := filepath.Join(g.dir, opt.Bucket)
	client := g.client(t)
	write := func(name, text string) {
		_, err := client.PutObject(context.Background(), opt.Bucket, name, strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{})
		must(t, err)
	}
	return spot{S3Target(opt), filepath.Join(dir, filepath.FromSlash(opt.Prefix)), filepath.Join(dir, filepath.FromSlash(state)), S3Target(direct), write, opt.Prefix, state}
}
