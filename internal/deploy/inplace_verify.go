package deploy

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/publish"
)

// verify makes sure that readers get what was built: a list shows every file in the version that was proven, what was not proven is read
// back, and so is the manifest.
func (c *change) verify(ctx context.Context) error {
	there := map[string]Listed{}
	list, err := c.store.List(ctx, c.prefix, paths(c.manifest))
	if err != nil {
		return err
	}
	for _, l := range list {
		if name := strings.TrimPrefix(l.Name, c.prefix); !strings.HasPrefix(l.Name, c.state) && name != publish.ManifestName {
			there[name] = l
		}
	}
	c.files = there
	var wrong []string
	for _, l := range c.manifest {
		if !c.has(l) {
			wrong = append(wrong, l.Path)
		}
	}
	var back []string
	for name := range c.unproven {
		back = append(back, name)
	}
	slices.Sort(back)
	var mu sync.Mutex
	meter := c.opt.meter("verify", len(back))
	err = each(ctx, c.parallel, back, func(ctx context.Context, name string) error {
		defer meter.add(1)
		sum, err := c.sum(ctx, c.prefix+name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err != nil || sum != c.unproven[name] {
			mu.Lock()
			defer mu.Unlock()
			wrong = append(wrong, name)
			delete(c.ledger, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	text, _, err := c.store.Get(ctx, c.prefix+publish.ManifestName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(text, c.text) {
		wrong = append(wrong, publish.ManifestName)
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return c.session().differs(slices.Compact(wrong)...)
	}
	if c.opt.Check != nil {
		return c.opt.Check(ctx, c.manifest)
	}
	return nil
}

// goBack makes the release before the published one again, after it turned out that readers do not get what was built. When the store
// cannot be reached any more, it is left to the next run, which sends what is wrong anew.
func (c *change) goBack(ctx context.Context, l *lease, old published, oldText []byte, cause error) error {
	if errors.Is(cause, ErrCut) || errors.Is(cause, ErrBusy) {
		return cause
	}
	if l.isLost() {
		return lostLock(c.place)
	}
	ctx = context.WithoutCancel(ctx)
	d := &deployment{session: c.session(), old: old}
	bad := c.manifest
	c.manifest, c.src, c.opt.Check = old.manifest, nil, nil
	back := c.restore(ctx, l, old, bad)
	if back != nil {
		return errors.Join(d.undone(cause, false), back)
	}
	c.scene.manifest, c.text = old.manifest, oldText
	return d.undone(cause, true)
}

// restore puts the old bytes back and removes what came.
func (c *change) restore(ctx context.Context, l *lease, old published, bad publish.Manifest) error {
	c.index()
	if old.id == "" {
		if err := c.store.Delete(ctx, []string{c.prefix + publish.ManifestName}); err != nil {
			return err
		}
	} else {
		send := c.toSend()
		if err := c.bring(ctx, l, send, c.opt.meter("send", send.count())); err != nil {
			return err
		}
		if err := c.verify(ctx); err != nil {
			return err
		}
	}
	stays := sums(old.manifest)
	var names []string
	for _, name := range append(c.coming.Paths, paths(bad)...) {
		if at, there := c.files[name]; there {
			if _, ok := stays.find(name); !ok {
				names = append(names, at.Name)
			}
		}
	}
	if err := c.store.Delete(ctx, names); err != nil {
		return err
	}
	return c.store.Delete(ctx, []string{c.state + comingJSON})
}

func paths(m publish.Manifest) []string {
	l := make([]string, len(m))
	for i, line := range m {
		l[i] = line.Path
	}
	return l
}
