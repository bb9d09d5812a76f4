package deploy

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// Current implements Target.
func (e *inPlace) Current(ctx context.Context) (publish.Manifest, error) {
	var m publish.Manifest
	err := e.visit(ctx, false, Options{}, func(v *visit) error {
		text, _, err := v.store.Get(ctx, v.prefix+publish.ManifestName)
		if err == nil {
			m, err = publish.ParseManifest(text)
		}
		return err
	})
	return m, err
}

// Releases implements Target.
func (e *inPlace) Releases(ctx context.Context) ([]Release, error) {
	var l []Release
	err := e.visit(ctx, false, Options{}, func(v *visit) error {
		err := v.look(ctx, nil)
		for _, id := range slices.Backward(v.ids()) {
			r := v.record(id)
			l = append(l, Release{id, id == v.id, r.Time, r.Tree, r.By, r.Commit, r.Version, r.Changes})
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return l, err
}

// locked does something under the lock, where something is published.
func (e *inPlace) locked(ctx context.Context, opt Options, act func(context.Context, *change, *lease) error) (*Result, error) {
	c := &change{}
	err := e.visit(ctx, false, opt, func(v *visit) error {
		c.visit = v
		text, _, err := v.store.Get(ctx, v.prefix+publish.ManifestName)
		if errors.Is(err, fs.ErrNotExist) {
			return nothingPublished(e.place)
		}
		if err != nil {
			return err
		}
		likely, _ := publish.ParseManifest(text) // what is wrong with it is told under the lock
		return withLock(ctx, v.store, v.state+lockName, v.place, opt, func(ctx context.Context, l *lease) error {
			if err := c.begin(ctx, l, nil, likely); err != nil {
				return err
			}
			return act(ctx, c, l)
		})
	})
	if errors.Is(err, fs.ErrNotExist) && c.visit == nil {
		err = nothingPublished(e.place)
	}
	if err != nil {
		return nil, err
	}
	return &c.result, nil
}

// Rollback implements Target. Nothing is sent: the bytes of a kept release are all at the target.
func (e *inPlace) Rollback(ctx context.Context, id string, opt Options) (*Result, error) {
	return e.locked(ctx, opt, func(ctx context.Context, c *change, l *lease) error { return c.rollback(ctx, l, id) })
}

func (c *change) rollback(ctx context.Context, l *lease, id string) error {
	id, err := c.choose(id)
	if err != nil {
		return err
	}
	r := c.record(id)
	c.result.Record = r
	if c.manifest, err = c.manifestOf(ctx, id); err != nil {
		return err
	}
	if err := c.inspect(ctx, c.manifest); err != nil {
		return err
	}
	if id == c.id && c.clean(c.manifest) {
		c.result.Unchanged = true
		return nil
	}
	var absent []string
	for _, line := range c.manifest {
		if !c.has(line) && !c.available(line.Sum) {
			absent = append(absent, line.Path)
		}
	}
	if len(absent) > 0 {
		return incomplete(c.place, id, absent)
	}
	added, _, removed := diff(c.scene.manifest, c.manifest)
	c.coming = &coming{Paths: c.litter(added), Gone: removed, Record: Record{
		Time: c.opt.Now().UTC().Truncate(time.Second), Action: "rollback", Target: c.name, ID: id, Tree: c.manifest.Tree().String(), Previous: c.id,
		By: c.opt.By, Commit: r.Commit, Version: r.Version, Waived: r.Waived,
	}}
	return c.run(ctx, l)
}

// incomplete says why a release cannot be gone back to.
func incomplete(place, id string, absent []string) error {
	return problem(ErrVerify, place,
		diag.Say("发布版本 %s 已不完整，缺 %d 个文件（如 %s），没有退回", "release %s is no longer whole: %d files are missing (such as %s); nothing was changed", id, len(absent), strings.Join(absent[:min(3, len(absent))], "、")),
		diag.Say("请换到另一个版本，或重新生成那时的网站再发布", "go to another release, or build that site again and deploy it"), nil)
}

// choose finds the release that a person means: the one before, an id, or the beginning of one.
func (c *change) choose(id string) (string, error) {
	if id == "" {
		return c.before()
	}
	return oneOf(c.ids(), id, c.place)
}

// before is the release that was current when the current one was deployed; when that is no longer kept, the next older one.
func (c *change) before() (string, error) {
	if previous := c.record(c.id).Previous; slices.Contains(c.kept, previous) {
		return previous, nil
	}
	for _, id := range slices.Backward(c.kept) {
		if id < c.id {
			return id, nil
		}
	}
	return "", problem(ErrNoSuch, c.place,
		diag.Say("%s 没有更早的发布版本可换", "%s keeps no earlier release", c.place),
		diag.Say("更早的版本可能因 keep 或清除而不在了；请改正内容后重新生成、发布", "they may have gone by keep or by a purge; mend the content, build and deploy"), nil)
}

// Purge implements Target.
func (e *inPlace) Purge(ctx context.Context, name string, opt Options) (*Result, error) {
	name, err := pagePath(name)
	if err != nil {
		return nil, err
	}
	return e.locked(ctx, opt, func(ctx context.Context, c *change, _ *lease) error { return c.purgePage(ctx, name) })
}

func (c *change) purgePage(ctx context.Context, name string) error {
	if err := c.inspect(ctx, nil); err != nil {
		return err
	}
	holds, err := c.release(ctx, c.id, c.scene.manifest).holds(name)
	if err != nil {
		return err
	}
	if holds {
		return &Refusal{diag.List{refusal(rulePurge, name,
			diag.Say("现在公开的网站里仍有“%s”", "the published site still holds %q", name),
			diag.Say("请先把报告标为 status: withdrawn、mode: removed，生成并发布；发布时会自动清除", "first withdraw the report (status: withdrawn, mode: removed), build and deploy: that purges it"))}}
	}
	ids, _, err := c.holders(ctx, []string{name})
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		c.result.Unchanged, c.result.Record = true, c.record(c.id)
		return nil
	}
	c.coming = &coming{Purge: []string{name}, Record: Record{
		Time: c.opt.Now().UTC().Truncate(time.Second), Action: "purge", Target: c.name, ID: c.id, Tree: c.tree.String(), By: c.opt.By, Commit: c.opt.Commit,
	}}
	if err := c.writeComing(ctx); err != nil {
		return err
	}
	return c.tidy(ctx, 0)
}
