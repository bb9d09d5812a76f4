package deploy

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"sync"

	"gongkai/internal/publish"
)

// A body is the bytes of one request, read as they are sent, so that no file is ever held in memory. It never gives its last byte when
// its bytes are not those of the manifest. A request that has failed may still read it for a moment: hence the lock, and a body of its
// own for each try.
type body struct {
	file File
	fail func(error) // told of a fault of the source, after which there is no sense in trying again

	mu   sync.Mutex
	from io.ReadCloser
	n    int64
	sum  digest
	md5  hash.Hash
	err  error
}

func openBody(f File, fail func(error)) (*body, error) {
	from, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &body{file: f, fail: fail, from: from, sum: newDigest(), md5: md5.New()}, nil
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.from.Read(p)
	b.sum.Write(p[:n])
	b.md5.Write(p[:n])
	b.n += int64(n)
	switch {
	case err != nil && err != io.EOF:
		return 0, b.failed(fmt.Errorf("read %s: %w", b.file.Name, err))
	case b.n > b.file.Size, b.n == b.file.Size && b.sum.sum() != b.file.Sum, err == io.EOF && b.n < b.file.Size:
		return 0, b.failed(wrongBytes(b.file.Name))
	}
	return n, err
}

func (b *body) failed(err error) error {
	b.err = err
	b.fail(err)
	return err
}

// close ends the reading.
func (b *body) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(b.err, fs.ErrClosed) {
		return nil
	}
	b.err = fs.ErrClosed
	return b.from.Close()
}

// etag is what a store that hashes with MD5 answers once all has been sent.
func (b *body) etag() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return hex.EncodeToString(b.md5.Sum(nil))
}

// sumOfBytes is the sum of a small file.
func sumOfBytes(data []byte) publish.Sum {
	d := newDigest()
	d.Write(data)
	return d.sum()
}
