package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// BundleOptions says where bundles are written.
type BundleOptions struct {
	Name string // the target's name, for messages and the log
	Path string // the folder for the archives; made when it is missing

	// Base is the manifest of the site that the bundle will meet; nil for a bundle of the whole site. Who applies the bundle compares.
	Base publish.Manifest

	open func(dir string) (publish.FS, error) // for tests; nil means publish.OpenDisk
}

// BundleTarget writes bundles into a folder, each named by its tree hash. What is published elsewhere it cannot see: a plan compares with
// the base alone, whose pages it knows by their paths.
func BundleTarget(opt BundleOptions) Target { return bundles{opt} }

type bundles struct{ BundleOptions }

// bundleLock is held while a bundle is written; what lies under a name of bundleComing then was left by a killed run.
const (
	bundleLock   = ".gongkai.lock"
	bundleComing = ".coming-"
)

// Plan implements Target.
func (t bundles) Plan(ctx context.Context, src Source, opt Options) (*Plan, error) {
	old := published{manifest: t.Base, open: func(context.Context, string) (io.ReadCloser, error) { return nil, fs.ErrNotExist }}
	if t.Base != nil {
		old.id = t.Base.Tree().String()[:16]
	}
	return makePlan(ctx, old, src, opt, 0)
}

// Deploy implements Target. The archive is written beside its place, read back to its last byte, and renamed.
func (t bundles) Deploy(ctx context.Context, src Source, opt Options) (*Result, error) {
	plan, err := t.Plan(ctx, src, opt)
	if err != nil {
		return nil, err
	}
	if len(plan.Refused) > 0 {
		return nil, &Refusal{plan.Refused}
	}
	w := newBundle(ctx, src, t.Base, opt.Built)
	r := &Result{Plan: plan, Sent: len(w.lines), Record: t.record(w.facts, plan, opt)}
	if t.there(ctx, w.facts) {
		r.Unchanged, r.Sent = true, 0
		return r, nil
	}
	if opt.Approve != nil {
		switch yes, err := opt.Approve(plan); {
		case err != nil:
			return nil, err
		case !yes:
			return nil, ErrDeclined
		}
	}
	if err := t.write(ctx, w); err != nil {
		return nil, err
	}
	r.Notes = opt.note(r.Record)
	return r, nil
}

func (t bundles) record(f BundleFacts, plan *Plan, opt Options) Record {
	return Record{
		Time: opt.Now().UTC().Truncate(time.Second), Action: "deploy", Target: t.Name, ID: f.name(), Tree: f.Tree, Previous: f.Base, By: opt.By,
		Commit: opt.Built.Commit, Version: opt.Built.Version, Changes: plan.Changes(), Waived: opt.Built.Waived,
	}
}

// there tells whether exactly this bundle has been written already.
func (t bundles) there(ctx context.Context, facts BundleFacts) bool {
	b, err := OpenBundle(ctx, filepath.Join(t.Path, facts.name()))
	if err != nil {
		return false
	}
	defer b.Close() // it was only read
	return b.Facts.equal(facts)
}

// write writes the archive under the folder's lock.
func (t bundles) write(ctx context.Context, w *bundleWriter) (err error) {
	if err := os.MkdirAll(t.Path, 0o755); err != nil {
		return err
	}
	open := t.open
	if open == nil {
		open = func(dir string) (publish.FS, error) { return publish.OpenDisk(dir) }
	}
	folder, err := open(t.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if err := t.fault("lock", bundleLock, folder.Lock(bundleLock, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.fault("unlock", bundleLock, folder.Unlock())) }()
	names, err := folder.List(".")
	if err != nil {
		return t.fault("open", ".", err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, bundleComing) {
			if err := folder.Remove(name); err != nil {
				return t.fault("remove", name, err)
			}
		}
	}
	name := w.facts.name()
	coming := bundleComing + name
	if err := t.put(ctx, folder, w, coming); err != nil {
		return errors.Join(err, folder.Remove(coming))
	}
	return t.fault("rename", name, folder.Rename(coming, name))
}

// put writes the archive and reads it back.
func (t bundles) put(ctx context.Context, folder publish.FS, w *bundleWriter, coming string) error {
	if _, err := folder.Write(coming, w); err != nil {
		return t.fault("write", coming, err)
	}
	b, err := OpenBundle(ctx, filepath.Join(t.Path, coming))
	if err != nil {
		return err
	}
	return b.Close()
}

// fault makes an error of the folder say which file it was.
func (t bundles) fault(op, name string, err error) error {
	var problem *publish.Problem
	var held *publish.Held
	var path *fs.PathError
	switch {
	case err == nil || errors.As(err, &problem):
		return err
	case errors.As(err, &held):
		return bundleHeld(t.Path, held)
	case errors.As(err, &path):
		err = path.Err
	}
	return &fs.PathError{Op: op, Path: filepath.Join(t.Path, name), Err: err}
}

// Releases implements Target: the bundles of the folder, the newest first by the times of their files. None is current: which of them have
// been applied is known elsewhere.
func (t bundles) Releases(ctx context.Context) ([]Release, error) {
	entries, err := os.ReadDir(t.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var l []Release
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), "gongkai-") || !strings.HasSuffix(e.Name(), ".tar.gz") {
			continue
		}
		facts, err := readBundleFacts(filepath.Join(t.Path, e.Name()))
		if err != nil {
			return nil, err
		}
		l = append(l, Release{ID: e.Name(), Time: info.ModTime().UTC().Truncate(time.Second), Tree: facts.Tree, Commit: facts.Built.Commit, Version: facts.Built.Version,
			Changes: Changes{Added: facts.Files, SentBytes: info.Size()}})
	}
	slices.SortFunc(l, func(a, b Release) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.ID, b.ID)) })
	return l, ctx.Err()
}

// Rollback implements Target: it is done where the bundle was applied, and so is Purge.
func (t bundles) Rollback(context.Context, string, Options) (*Result, error) {
	return nil, onlyWritten(t.Name, diag.Say("不能退回", "cannot be rolled back"))
}

// Purge implements Target.
func (t bundles) Purge(context.Context, string, Options) (*Result, error) {
	return nil, onlyWritten(t.Name, diag.Say("不能清除", "cannot be purged"))
}

// Current implements Target.
func (t bundles) Current(context.Context) (publish.Manifest, error) {
	return nil, fmt.Errorf("%s: %w", t.Name, fs.ErrNotExist)
}
