package deploy

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// Purge implements Target.
func (r *releases) Purge(ctx context.Context, name string, opt Options) (*Result, error) {
	name, err := pagePath(name)
	if err != nil {
		return nil, err
	}
	return r.locked(ctx, opt, func(ctx context.Context, s *session, l *lease) (*Result, error) { return s.purge(ctx, l, name) })
}

// pagePath accepts the path of a report's page as people write it.
func pagePath(name string) (string, error) {
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	if clean != "" && path.Ext(clean) == "" {
		clean += ".html"
	}
	return clean, publish.CheckPath(clean)
}

func nothingPublished(place string) error {
	return problem(ErrNoSuch, place,
		diag.Say("%s 还没有发布过", "nothing has been published to %s yet", place),
		diag.Say("请先运行 gongkai deploy", "run gongkai deploy first"), fs.ErrNotExist)
}

// mustHave makes sure that something was published here, before a lock is written into a folder that is none of ours.
func (s *session) mustHave() error {
	id, err := s.current()
	if err != nil || id != "" {
		return err
	}
	if ids, err := s.ids(); err != nil || len(ids) > 0 {
		return err
	}
	return nothingPublished(s.place)
}

func (s *session) purge(ctx context.Context, l *lease, name string) (*Result, error) {
	left, err := s.recover(ctx, publish.Sum{})
	if err != nil {
		return nil, err
	}
	if err := left.close(); err != nil {
		return nil, err
	}
	current, err := s.current()
	if err != nil {
		return nil, err
	}
	if current == "" {
		return nil, nothingPublished(s.place)
	}
	result := &Result{Notes: left.notes}
	f, err := s.facts(current)
	if err != nil {
		return nil, err
	}
	result.Record = f.Record
	now, err := s.release(current)
	if err != nil {
		return nil, err
	}
	switch holds, err := now.holds(name); {
	case err != nil:
		return nil, err
	case holds:
		return nil, &Refusal{diag.List{refusal(rulePurge, name,
			diag.Say("现在公开的网站里仍有“%s”", "the published site still holds %q", name),
			diag.Say("请先把报告标为 status: withdrawn、mode: removed，生成并发布；发布时会自动清除", "first withdraw the report (status: withdrawn, mode: removed), build and deploy: that purges it"))}}
	}
	if err := l.confirm(ctx); err != nil {
		return nil, err
	}
	if err := s.files.replace(purgeName, []byte(name+"\n")); err != nil {
		return nil, err
	}
	if result.Purged, err = s.purgePending(ctx, current); err != nil {
		return nil, err
	}
	if len(result.Purged) == 0 {
		result.Unchanged = true
		return result, nil
	}
	result.Record = Record{
		Time: s.opt.Now().UTC().Truncate(time.Second), Action: "purge", Target: s.name, ID: current, Tree: f.Tree,
		By: s.opt.By, Commit: s.opt.Commit, Purged: result.Purged,
	}
	if err := s.log(result.Record); err != nil {
		return nil, err
	}
	result.Notes = append(result.Notes, s.opt.note(result.Record)...)
	return result, nil
}

// purgePending does what releases/.purge asks for, and removes it at the end: every release but the current one that holds one of the
// texts goes, and hashed files that earlier releases left behind and that may hold words of them.
func (s *session) purgePending(ctx context.Context, current string) ([]string, error) {
	text, err := s.files.read(purgeName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	now, err := s.release(current)
	if err != nil {
		return nil, err
	}
	var pages []string
	for name := range strings.Lines(string(text)) {
		name = strings.TrimSuffix(name, "\n")
		holds, err := now.holds(name)
		if err != nil {
			return nil, err
		}
		if !holds { // else the deploy that asked for it was not switched in
			pages = append(pages, name)
		}
	}
	var purged []string
	if len(pages) > 0 {
		if purged, err = s.purgeAll(ctx, now, pages); err != nil {
			return purged, problem(ErrVerify, s.place,
				diag.Say("已移除的报告还没有从旧版本中清完：%v", "removed reports are not yet purged from earlier releases: %v", err),
				diag.Say("请再发布一次，会接着清除", "deploy again: the purge goes on"), err)
		}
	}
	return purged, s.h.Remove(purgeName)
}

func (s *session) purgeAll(ctx context.Context, now *release, pages []string) ([]string, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	var others []*release
	for _, id := range ids {
		if id == now.id {
			continue
		}
		r, err := s.release(id)
		if errors.Is(err, ErrVerify) { // who can say that it does not hold the text?
			r.marked, err = true, nil
		}
		if err != nil {
			return nil, err
		}
		others = append(others, r)
	}
	if err := s.trace(ctx, now, others, pages); err != nil {
		return nil, err
	}
	var purged []string
	stay := []*release{now}
	for _, r := range others {
		for _, name := range pages {
			holds, err := r.holds(name)
			if err != nil {
				return purged, err
			}
			r.marked = r.marked || holds
		}
		if !r.marked {
			stay = append(stay, r)
			continue
		}
		if err := s.remove(r.id); err != nil {
			return purged, err
		}
		purged = append(purged, r.id)
	}
	for _, r := range stay {
		if err := s.stripAssets(ctx, r); err != nil {
			return purged, err
		}
	}
	return purged, nil
}

// stripAssets removes from a release what was carried into it and may hold words of a report.
func (s *session) stripAssets(ctx context.Context, r *release) error {
	dir := folderOf(r.id) + "/assets"
	names, err := s.tree(ctx, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range names {
		if _, own := r.manifest.find("assets/" + name); own || harmless(name) {
			continue
		}
		if err := s.h.Remove(dir + "/" + name); err != nil {
			return err
		}
	}
	return nil
}

// release is a kept release looked at for texts.
type release struct {
	id       string
	manifest sums
	open     func(name string) (io.ReadCloser, error)
	marked   bool // holds one of the texts
}

func (s *session) release(id string) (*release, error) {
	m, err := s.manifest(id)
	return &release{id: id, manifest: sums(m), open: func(name string) (io.ReadCloser, error) { return s.h.Open(folderOf(id) + "/" + name) }}, err
}

// holds reports whether a release holds the text of a report: its page with anything but a notice or a redirection, its data, its
// attachments.
func (r *release) holds(name string) (bool, error) {
	if len(r.manifest.of(name)) > 0 {
		return true, nil
	}
	if _, ok := r.manifest.find(name); !ok {
		return false, nil
	}
	p, err := openPage(name, r.open)
	return p.kind != kindRemoved && p.kind != kindRedirect, err
}

// of lists what else belongs to the report of a page.
func (m sums) of(page string) []string {
	at := stem(page)
	i, _ := slices.BinarySearchFunc(m, at, func(l publish.Line, at string) int { return strings.Compare(l.Path, at) })
	var l []string
	for ; i < len(m) && strings.HasPrefix(m[i].Path, at); i++ {
		if belongs(m[i].Path, at) {
			l = append(l, m[i].Path)
		}
	}
	return l
}

// trace marks the releases that hold the texts under an earlier address: where the current one or a kept one leads to the removed page, and
// where a page that the current one no longer has reads the same. The build drops the old addresses of a removed report: that its text may
// have been corrected since it moved, only a release in between can tell.
func (s *session) trace(ctx context.Context, now *release, others []*release, pages []string) error {
	texts := map[string]bool{}
	for _, r := range others {
		for _, name := range pages {
			if _, ok := r.manifest.find(name); ok {
				p, err := openPage(name, r.open)
				if err != nil {
					return err
				}
				if p.sum != "" {
					texts[p.sum] = true
				}
			}
		}
	}
	type candidate struct {
		r    *release
		name string
	}
	var list []candidate
	for _, r := range others {
		for _, l := range r.manifest {
			if reportPath.MatchString(l.Path) || plainPath.MatchString(l.Path) {
				if sum, ok := now.manifest.find(l.Path); !ok || sum != l.Sum {
					list = append(list, candidate{r, l.Path})
				}
			}
		}
	}
	var mu sync.Mutex // of what follows
	leads := map[string]bool{}
	var held []candidate // with a text
	err := each(ctx, s.parallel, list, func(_ context.Context, c candidate) error {
		var today page
		if _, ok := now.manifest.find(c.name); ok {
			var err error
			if today, err = openPage(c.name, now.open); err != nil {
				return err
			}
		}
		if today.article() {
			return nil
		}
		then, err := openPage(c.name, c.r.open)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, p := range []page{today, then} {
			if p.kind == kindRedirect && slices.Contains(pages, p.to) {
				leads[c.name] = true
			}
		}
		if then.article() {
			held = append(held, c)
		}
		c.r.marked = c.r.marked || then.sum != "" && texts[then.sum]
		return nil
	})
	for _, c := range held {
		c.r.marked = c.r.marked || leads[c.name]
	}
	return err
}
