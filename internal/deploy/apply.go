package deploy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"gongkai/internal/publish"
)

// Apply publishes a bundle at a target. The bundle is verified to its last byte before the target is asked for anything, a bundle of
// changes is refused when the target does not hold its base; then the target deploys it as it deploys a folder. What the site was
// built with comes from the bundle: opt.Built is not used.
func Apply(ctx context.Context, bundle string, target Target, opt Options) (*Result, error) {
	return applied(ctx, bundle, target, &opt, target.Deploy)
}

// PlanApply says what Apply would do, and writes nothing.
func PlanApply(ctx context.Context, bundle string, target Target, opt Options) (*Plan, error) {
	return applied(ctx, bundle, target, &opt, target.Plan)
}

func applied[T any](ctx context.Context, name string, target Target, opt *Options, do func(context.Context, Source, Options) (T, error)) (T, error) {
	var none T
	b, err := OpenBundle(ctx, name)
	if err != nil {
		return none, err
	}
	defer b.Close() // it was only read
	if b.Facts.Base != "" {
		current, err := target.Current(ctx)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return none, err
		}
		if err := b.CheckBase(current); err != nil {
			return none, err
		}
	}
	opt.Built = b.Facts.Built
	return do(ctx, b, *opt)
}

// BaseManifest reads the manifest that a bundle of changes is to be made against: a manifest.sha256, or a bundle whose target has
// applied it.
func BaseManifest(ctx context.Context, name string) (publish.Manifest, error) {
	text, err := readBase(name)
	if err != nil {
		return nil, err
	}
	if text == nil {
		b, err := OpenBundle(ctx, name)
		if err != nil {
			return nil, err
		}
		return b.manifest, b.Close()
	}
	m, err := publish.ParseManifest(text)
	if err != nil {
		return nil, notABase(name, err)
	}
	return m, nil
}

// readBase returns the text of a manifest, nil when the file begins as a bundle does.
func readBase(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	var magic [2]byte
	if _, err := io.ReadFull(f, magic[:]); err == nil && magic == [2]byte{0x1f, 0x8b} {
		return nil, nil
	}
	return io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(magic[:]), f), maxManifest))
}
