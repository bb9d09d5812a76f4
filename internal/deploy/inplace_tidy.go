package deploy

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// An eraser is a store that may keep old bytes of its own accord.
type eraser interface {
	// Erase removes all old bytes of files; what stands there now stays.
	Erase(ctx context.Context, names []string) error
}

// tidy ends what c.coming began, once its manifest is the published one: the release is listed, removed texts are purged, the log gets its
// line, and after the grace what is no longer needed goes. It can be done again from the beginning. Whoever interrupts it leaves the rest
// to the next run.
func (c *change) tidy(ctx context.Context, grace time.Duration) error {
	if id := c.coming.Record.ID; !slices.Contains(c.kept, id) {
		if err := c.put(ctx, manifestsName+id+manifestMark, c.text); err != nil {
			return err
		}
		c.kept = append(c.kept, id)
		slices.Sort(c.kept)
	}
	if err := c.purge(ctx); err != nil {
		return err
	}
	if err := c.addLog(ctx, c.coming.Record); err != nil {
		return err
	}
	c.result.Record = c.coming.Record
	if err := c.remove(ctx, grace); err != nil {
		return err
	}
	if err := c.drop(ctx); err != nil {
		return err
	}
	if err := c.erase(ctx); err != nil {
		return err
	}
	if err := c.compact(ctx); err != nil {
		return err
	}
	c.coming = nil
	return c.store.Delete(ctx, []string{c.state + comingJSON})
}

// addLog adds a line to the log at the target, and to the one in the site's folder, unless they have it.
func (c *change) addLog(ctx context.Context, r Record) error {
	if slices.ContainsFunc(c.log, func(x Record) bool { return x.ID == r.ID && x.Action == r.Action && x.Time.Equal(r.Time) }) {
		return nil
	}
	text := slices.Clone(c.logText)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n') // sent there by other means
	}
	text = append(text, r.line()...)
	if err := c.put(ctx, logName, text); err != nil {
		return err
	}
	c.log, c.logText = append(c.log, r), text
	c.result.Notes = append(c.result.Notes, c.opt.note(r)...)
	return nil
}

// remove removes, after the grace, what is ours and the published site does not have any more. Hashed assets go with the last release that
// has them.
func (c *change) remove(ctx context.Context, grace time.Duration) error {
	now := sums(c.scene.manifest)
	var names []string
	for name, at := range c.files {
		if _, stays := now.find(name); !stays && !hashedName.MatchString(name) && !c.foreign(name) {
			names = append(names, at.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	if err := sleep(ctx, grace); err != nil {
		return err
	}
	slices.Sort(names)
	meter := c.opt.meter("clean", len(names))
	defer meter.add(len(names))
	for _, name := range names {
		delete(c.files, strings.TrimPrefix(name, c.prefix))
	}
	return c.store.Delete(ctx, names)
}

// drop removes the releases beyond Options.Keep, and what only they needed. A rollback drops none.
func (c *change) drop(ctx context.Context) error {
	if c.coming.Record.Action != "deploy" || c.opt.Keep < 1 {
		return nil
	}
	stay := stayIDs(c.kept, c.id, c.coming.Record.Previous, c.opt.Keep)
	for _, id := range c.kept {
		if !slices.Contains(stay, id) {
			c.result.Dropped = append(c.result.Dropped, id)
		}
	}
	if len(c.result.Dropped) == 0 {
		return nil
	}
	return c.forget(ctx, c.result.Dropped, func(string) bool { return true })
}

// forget removes releases, the objects that only they needed, and of the hashed assets that only they had those that may go.
func (c *change) forget(ctx context.Context, ids []string, mayGo func(asset string) bool) error {
	var names []string
	for _, id := range ids {
		names = append(names, c.state+manifestsName+id+manifestMark)
	}
	if err := c.store.Delete(ctx, names); err != nil {
		return err
	}
	c.kept = slices.DeleteFunc(c.kept, func(id string) bool { return slices.Contains(ids, id) })
	return c.sweep(ctx, mayGo)
}

// sweep removes the objects that no kept release needs, and hashed assets that none has.
func (c *change) sweep(ctx context.Context, mayGo func(asset string) bool) error {
	needed := map[publish.Sum]bool{}
	assets := map[string]bool{}
	for _, id := range c.kept {
		m := c.scene.manifest
		if id != c.id {
			var err error
			if m, err = c.manifestOf(ctx, id); errors.Is(err, ErrVerify) {
				continue // nobody can go back to it
			}
			if err != nil {
				return err
			}
		}
		for _, l := range m {
			needed[l.Sum] = needed[l.Sum] || id != c.id
			if hashedName.MatchString(l.Path) {
				assets[l.Path] = true
			}
		}
	}
	var names []string
	for sum, l := range c.objects {
		if !needed[sum] {
			names = append(names, l.Name)
			delete(c.objects, sum)
		}
	}
	for name, l := range c.files {
		if hashedName.MatchString(name) && !assets[name] && mayGo(name) && !c.foreign(name) {
			names = append(names, l.Name)
			delete(c.files, name)
		}
	}
	slices.Sort(names)
	return c.store.Delete(ctx, names)
}

// manifestOf reads the manifest of a kept release.
func (v *visit) manifestOf(ctx context.Context, id string) (publish.Manifest, error) {
	text, _, err := v.store.Get(ctx, v.state+manifestsName+id+manifestMark)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m, wrong := publish.ParseManifest(text)
	if err == nil && wrong == nil {
		return m, nil
	}
	return nil, problem(ErrVerify, v.place,
		diag.Say("发布版本 %s 的清单读不出来", "the manifest of release %s cannot be read", id),
		diag.Say("请用 gongkai releases 查看其他版本", "see what else is there with gongkai releases"), wrong)
}

// purge removes every release but the current one that holds the text of a page that c.coming asks for. Assets that hold no words stay for
// half-loaded pages, until the next release goes.
func (c *change) purge(ctx context.Context) error {
	if len(c.coming.Purge) == 0 {
		return nil
	}
	ids, names, err := c.holders(ctx, c.coming.Purge)
	if err != nil {
		return err
	}
	if len(ids) > 0 { // noted first: once the releases are gone nothing else tells
		c.coming.Erase = names
		c.coming.Record.Purged = append(c.coming.Record.Purged, ids...)
		if err := c.writeComing(ctx); err != nil {
			return err
		}
	}
	c.result.Purged = c.coming.Record.Purged
	return c.forget(ctx, ids, func(asset string) bool { return !harmless(asset) })
}

// holders finds the kept releases but the current one that hold the text of a page, and the names of all files that may have had words of it.
func (c *change) holders(ctx context.Context, pages []string) (ids, names []string, err error) {
	now := c.release(ctx, c.id, c.scene.manifest)
	if pages, err = without(pages, now); err != nil {
		return nil, nil, err
	}
	var others []*release
	for _, id := range c.kept {
		if id == c.id {
			continue
		}
		m, err := c.manifestOf(ctx, id)
		if errors.Is(err, ErrVerify) { // who can say that it does not hold the text?
			ids = append(ids, id)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		others = append(others, c.release(ctx, id, m))
	}
	if err := c.session().trace(ctx, now, others, pages); err != nil {
		return nil, nil, err
	}
	for _, r := range others {
		left, err := without(pages, r)
		if err != nil {
			return nil, nil, err
		}
		if !r.marked && len(left) == len(pages) {
			continue
		}
		ids = append(ids, r.id)
		for _, l := range r.manifest {
			if sum, ok := now.manifest.find(l.Path); !ok || sum != l.Sum {
				names = append(names, c.prefix+l.Path, c.state+objectsName+l.Sum.String())
			}
		}
	}
	slices.Sort(ids)
	slices.Sort(names)
	return ids, slices.Compact(names), nil
}

// without leaves out the pages whose text a release holds.
func without(pages []string, r *release) ([]string, error) {
	var l []string
	for _, name := range pages {
		holds, err := r.holds(name)
		if err != nil {
			return nil, err
		}
		if !holds {
			l = append(l, name)
		}
	}
	return l, nil
}

// release is a release looked at for texts.
func (v *visit) release(ctx context.Context, id string, m publish.Manifest) *release {
	open := v.opener(sums(m))
	return &release{id: id, manifest: sums(m), open: func(name string) (io.ReadCloser, error) { return open(ctx, name) }}
}

// erase makes a store forget old bytes that it keeps of its own accord. When it does not let us, a person must know.
func (c *change) erase(ctx context.Context) error {
	e, ok := c.store.(eraser)
	if !ok || len(c.coming.Erase) == 0 {
		return nil
	}
	err := e.Erase(ctx, c.coming.Erase)
	if errors.Is(err, ErrDenied) || errors.Is(err, errors.ErrUnsupported) {
		c.result.Notes = append(c.result.Notes, diag.Say("存储桶如保留历史版本，其中可能还有已移除的报告，访问密钥无权查看和清除；请管理员在控制台删除这些文件的历史版本",
			"if the bucket keeps old versions, they may still hold the removed report, and the access key may not see or delete them; have an administrator delete the old versions of its files"))
		return nil
	}
	return err
}
