package deploy

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"gongkai/internal/publish"
)

const (
	// s3Parallel is how many objects are under way at a time: each is a round trip, and holds one buffer.
	s3Parallel = 16
	// s3Tries is how often a request is tried before the deploy ends; the waits between them add up to some ten seconds.
	s3Tries = 8
	// s3Silence is when a connection is given up on which no byte goes or comes.
	s3Silence = 2 * time.Minute
	// s3Settling is how long another may be under way who saw no lock when we saw none, where the store has no conditions.
	s3Settling = 2 * time.Second
)

// S3Options says where an S3 target is, and how to prove who asks: AWS, OSS, COS, OBS, MinIO and others that speak S3 with signature v4.
// TLS certificates are always verified. The keys are either given or read from a file in the form of AWS's (aws_access_key_id and
// aws_secret_access_key under [default]).
type S3Options struct {
	Name      string // the target's name, for messages and the log
	Endpoint  string // https://host or http://host, with a port if need be
	Region    string // "" asks the store
	Bucket    string
	Prefix    string // of the site's objects, "" or with a final slash
	State     string // of what deploy keeps for itself, from the bucket's root, with a final slash; "" means .gongkai/ and Prefix
	PathStyle bool   // endpoint/bucket/name instead of bucket.endpoint/name

	AccessKey       string
	SecretKey       Secret
	SessionToken    Secret // of temporary keys
	CredentialsFile string // a file of this system

	Grace time.Duration // between the new pages and the deletions

	tries             int           // for tests; 0 means s3Tries
	parallel          int           // for tests; 0 means s3Parallel
	silence, settling time.Duration // for tests; 0 means s3Silence and s3Settling
}

// S3Target is a bucket, or a part of one.
func S3Target(opt S3Options) Target {
	if opt.State == "" {
		opt.State = ".gongkai/" + opt.Prefix
	}
	opt.parallel = cmp.Or(opt.parallel, s3Parallel)
	return &inPlace{name: opt.Name, place: opt.place(), parallel: opt.parallel, grace: opt.Grace, prefix: opt.Prefix, state: opt.State, connect: opt.connect}
}

// place is the target as people know it.
func (o S3Options) place() string {
	return strings.TrimSuffix(o.Endpoint, "/") + "/" + o.Bucket + "/" + o.Prefix
}

// s3Store is a bucket.
type s3Store struct {
	S3Options
	client    minio.Core
	transport *http.Transport
	answered  atomic.Bool // the store has answered once, so it is the right one
	weak      atomic.Bool // it ignores conditions
}

// connect is a storeConnector. Nothing is asked yet.
func (o S3Options) connect(ctx context.Context, _ bool) (store, error) {
	host, secure, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	keys, err := o.keys()
	if err != nil {
		return nil, err
	}
	o.tries, o.silence, o.settling = cmp.Or(o.tries, s3Tries), cmp.Or(o.silence, s3Silence), cmp.Or(o.settling, s3Settling)
	lookup := minio.BucketLookupDNS
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	s := &s3Store{S3Options: o, transport: o.newTransport()}
	client, err := minio.New(host, &minio.Options{
		Creds: keys, Secure: secure, Transport: lean{s.transport}, Region: o.Region, BucketLookup: lookup, MaxRetries: o.tries,
	})
	if err != nil {
		return nil, badEndpoint(o.Endpoint, err)
	}
	s.client = minio.Core{Client: client}
	return s, nil
}

func (o S3Options) endpoint() (host string, secure bool, err error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		return "", false, badEndpoint("", nil) // the address may hold what must not be shown
	}
	if u.User != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", false, badEndpoint(u.Redacted(), nil)
	}
	return u.Host, u.Scheme == "https", nil
}

// keys reads the credentials.
func (o S3Options) keys() (*credentials.Credentials, error) {
	switch {
	case o.AccessKey != "" && o.SecretKey != "":
		return credentials.NewStaticV4(o.AccessKey, string(o.SecretKey), string(o.SessionToken)), nil
	case o.CredentialsFile == "":
		return nil, noKeys(o.place())
	}
	if _, err := os.ReadFile(o.CredentialsFile); err != nil {
		return nil, badKeysFile(o.CredentialsFile, err)
	}
	keys := credentials.NewFileAWSCredentials(filepath.Clean(o.CredentialsFile), "default")
	value, err := keys.GetWithContext(nil)
	if err != nil || value.AccessKeyID == "" || value.SecretAccessKey == "" {
		return nil, badKeysFile(o.CredentialsFile, nil) // what the parser says may quote the file
	}
	return keys, nil
}

// newTransport gives connections up that stay silent, whatever is under way and however large it is.
func (o S3Options) newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return busy{watch(conn, o.silence)}, nil
		},
		TLSHandshakeTimeout: 30 * time.Second,
		MaxIdleConnsPerHost: o.parallel + 2,
		IdleConnTimeout:     min(30*time.Second, o.silence/2),
		DisableCompression:  true, // bytes are compared as they are stored
	}
}

// busy is a connection on which sending is a sign of life too.
type busy struct{ *watched }

// errSilent is why a connection was given up.
var errSilent = errors.New("no answer")

// Read implements io.Reader.
func (b busy) Read(p []byte) (int, error) {
	n, err := b.watched.Read(p)
	if err != nil && b.silent.Load() {
		err = errSilent
	}
	return n, err
}

// Write implements io.Writer.
func (b busy) Write(p []byte) (int, error) {
	n, err := b.watched.Write(p)
	if n > 0 {
		b.timer.Reset(b.every)
	}
	return n, err
}

// Close implements store.
func (s *s3Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// Read implements store.
func (s *s3Store) Read(ctx context.Context, name string) (io.ReadCloser, error) {
	r, _, err := s.open(ctx, name)
	return r, err
}

func (s *s3Store) open(ctx context.Context, name string) (io.ReadCloser, string, error) {
	r, info, _, err := s.client.GetObject(ctx, s.Bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, "", s.fault(ctx, "get", name, err)
	}
	s.answered.Store(true)
	return &s3Reader{s, ctx, r, name}, info.ETag, nil
}

// s3Reader makes a cut connection say what to do.
type s3Reader struct {
	s    *s3Store
	ctx  context.Context
	from io.ReadCloser
	name string
}

// Read implements io.Reader.
func (r *s3Reader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF {
		err = r.s.fault(r.ctx, "get", r.name, err)
	}
	return n, err
}

// Close implements io.Closer.
func (r *s3Reader) Close() error { return r.from.Close() }

// Get implements store.
func (s *s3Store) Get(ctx context.Context, name string) (data []byte, version string, err error) {
	err = s.try(ctx, func() error {
		r, etag, err := s.open(ctx, name)
		if err != nil {
			return err
		}
		version = etag
		data, err = io.ReadAll(r)
		return errors.Join(err, r.Close())
	})
	return data, version, err
}

// try does something again as long as it fails for a reason that may pass. minio itself tries again only what it can rewind.
func (s *s3Store) try(ctx context.Context, do func() error) error {
	for n := 1; ; n++ {
		err := do()
		if err == nil || n >= s.tries || ctx.Err() != nil || !errors.Is(err, ErrCut) && !errors.Is(err, ErrBusy) {
			return err
		}
		if err := sleep(ctx, min(200*time.Millisecond<<n, 3*time.Second)); err != nil {
			return err
		}
	}
}

// options are how an object is kept and served.
func (s *s3Store) options(name, sum string, open func() (io.ReadCloser, error)) (minio.PutObjectOptions, error) {
	opt := stateOptions()
	if sum != "" {
		opt.UserMetadata = map[string]string{"sha256": sum}
	}
	path, ok := strings.CutPrefix(name, s.Prefix)
	if !ok || strings.HasPrefix(name, s.State) {
		return opt, nil
	}
	var err error
	opt.CacheControl = publish.CacheControl(path)
	opt.ContentType, err = contentType(path, open)
	return opt, err
}

// stateOptions are those of what deploy keeps for itself.
func stateOptions() minio.PutObjectOptions {
	return minio.PutObjectOptions{CacheControl: cacheNever, ContentType: "application/octet-stream", DisableContentSha256: true}
}

// missing says that an object is not there.
func missing(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }
