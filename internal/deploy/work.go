package deploy

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"sync"

	"gongkai/internal/publish"
)

// each calls do for all items, at most parallel at a time, and returns the first error; the others are told by their context.
func each[T any](ctx context.Context, parallel int, items []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan T)
	var wg sync.WaitGroup
	for range min(max(parallel, 1), len(items)) {
		wg.Go(func() {
			for item := range queue {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, item); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		queue <- item
	}
	close(queue)
	wg.Wait()
	return context.Cause(ctx)
}

// A meter counts the files of a phase for Options.Progress.
type meter struct {
	report func(phase string, done, all int)
	phase  string
	all    int

	mu   sync.Mutex
	done int
}

func (o Options) meter(phase string, all int) *meter {
	m := &meter{report: o.Progress, phase: phase, all: all}
	m.add(0)
	return m
}

func (m *meter) add(n int) {
	if m.report == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += n
	m.report(m.phase, m.done, m.all)
}

// digest is a SHA-256 under way.
type digest struct{ hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) sum() publish.Sum { return publish.Sum(d.Sum(nil)) }

// sumOf reads to the end.
func sumOf(r io.Reader) (publish.Sum, error) {
	d := newDigest()
	_, err := io.CopyBuffer(d, struct{ io.Reader }{r}, make([]byte, 128<<10))
	return d.sum(), err
}
