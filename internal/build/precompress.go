package build

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/andybalholm/brotli"

	"gongkai/internal/publish"
	"gongkai/internal/render"
)

// With --precompress a text file has <file>.gz and <file>.br beside it, which a web server sends as they are. They follow from the file's
// bytes and the program alone: gzip without name and time, both at fixed levels, each file by itself.
const (
	minCompress = 1000     // bytes; below that a response fits into a packet or two as it is
	maxCompress = 16 << 20 // what is compressed stands in memory
	gzipLevel   = gzip.BestCompression
	brotliLevel = 6                      // 11 saves 13 % more and takes thirty times as long,
	assetLevel  = brotli.BestCompression // which the few files that every page needs are worth
)

// precompress adds the compressed variants of everything in the stage. A variant whose original has not changed since the last build by
// this program is kept; one that is not smaller is left out.
func (w *writer) precompress(ctx context.Context, stage *publish.Stage) error {
	var todo []publish.Staged
	for _, f := range stage.Files() {
		if publish.Compressible(f.Path) && f.Size >= minCompress && f.Size <= maxCompress {
			todo = append(todo, f)
		}
	}
	var done atomic.Int64
	return parallel(ctx, len(todo), func() func(int) error {
		c := &compressor{writer: w, stage: stage}
		return func(i int) error {
			err := c.file(todo[i])
			w.Progress("compress", int(done.Add(1)), len(todo))
			return err
		}
	})
}

// compressor is what a goroutine keeps from one file to the next.
type compressor struct {
	*writer
	stage      *publish.Stage
	data       []byte
	out        bytes.Buffer
	gzip       *gzip.Writer
	brotli     *brotli.Writer
	bestBrotli *brotli.Writer
}

// file makes both variants of one file, reading it only if one of them cannot be kept.
func (c *compressor) file(f publish.Staged) error {
	read := false
	for _, end := range []string{".br", ".gz"} {
		var key *render.Key
		if c.ledger.keys != nil {
			of := variantKey(c.source.memory.program, f.Sum, end, f.Path)
			if kept, err := c.ledger.kept(f.Path+end, of); kept || err != nil {
				if err := c.refused(err, f.Path+end); err != nil {
					return err
				}
				continue
			}
			key = &of
		}
		if !read {
			var err error
			if c.data, err = c.stage.Read(f, c.data); err != nil {
				return err
			}
			read = true
		}
		c.out.Reset()
		if err := c.compress(f.Path, end); err != nil {
			return fmt.Errorf("compress %s: %w", f.Path, err)
		}
		if c.out.Len() >= len(c.data) {
			continue
		}
		if err := c.put(f.Path+end, key, c.out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// variantKey stands for all that a variant follows from.
func variantKey(program string, original publish.Sum, end, name string) render.Key {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %t", program, original, end, asset(name)))
	return render.Key(sum[:len(render.Key{})])
}

func asset(name string) bool { return strings.HasPrefix(name, "assets/") }

// compress writes the variant of c.data into c.out.
func (c *compressor) compress(name, end string) error {
	var w interface {
		io.WriteCloser
		Reset(io.Writer)
	}
	switch {
	case end == ".gz":
		if c.gzip == nil {
			z, err := gzip.NewWriterLevel(nil, gzipLevel)
			if err != nil {
				return err
			}
			c.gzip = z
		}
		w = c.gzip
	case asset(name):
		if c.bestBrotli == nil {
			c.bestBrotli = brotli.NewWriterLevel(nil, assetLevel)
		}
		w = c.bestBrotli
	default:
		if c.brotli == nil {
			c.brotli = brotli.NewWriterLevel(nil, brotliLevel)
		}
		w = c.brotli
	}
	w.Reset(&c.out)
	if _, err := w.Write(c.data); err != nil {
		return err
	}
	return w.Close()
}
