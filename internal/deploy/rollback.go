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

// Rollback implements Target. It only switches: a release stands or falls with its manifest, and a whole one needs no sending.
func (r *releases) Rollback(ctx context.Context, id string, opt Options) (*Result, error) {
	return r.locked(ctx, opt, func(ctx context.Context, s *session, l *lease) (*Result, error) { return s.rollback(ctx, l, id) })
}

// locked acts on what is published, under the lock.
func (r *releases) locked(ctx context.Context, opt Options, act func(context.Context, *session, *lease) (*Result, error)) (*Result, error) {
	var result *Result
	err := r.session(ctx, false, opt, func(s *session) error {
		if err := s.mustHave(); err != nil {
			return err
		}
		return withLock(ctx, s.files, lockName, s.place, opt, func(ctx context.Context, l *lease) error {
			var err error
			result, err = act(ctx, s, l)
			return err
		})
	})
	if isNoRoot(err) {
		return nil, nothingPublished(r.place)
	}
	if err != nil {
		return nil, r.explain(err)
	}
	return result, nil
}

func (s *session) rollback(ctx context.Context, l *lease, id string) (*Result, error) {
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
	if id, err = s.choose(id, current); err != nil {
		return nil, err
	}
	f, err := s.facts(id)
	if err != nil {
		return nil, err
	}
	result := &Result{Record: f.Record, Notes: left.notes}
	if id == current {
		result.Unchanged = true
		return result, nil
	}
	m, err := s.manifest(id)
	if err != nil {
		return nil, err
	}
	absent, err := s.absent(ctx, id, m)
	if err != nil {
		return nil, err
	}
	if len(absent) > 0 {
		return nil, incomplete(s.place, id, absent)
	}
	if err := s.carryBack(ctx, current, id, sums(m), result); err != nil {
		return nil, err
	}
	if err := l.confirm(ctx); err != nil {
		return nil, err
	}
	if err := s.point(id); err != nil {
		return nil, err
	}
	result.Record = Record{
		Time: s.opt.Now().UTC().Truncate(time.Second), Action: "rollback", Target: s.name, ID: id, Tree: m.Tree().String(), Previous: current,
		By: s.opt.By, Commit: f.Commit, Version: f.Version, Waived: f.Waived,
	}
	if err := s.log(result.Record); err != nil {
		result.Notes = append(result.Notes, diag.Say("已换到 %s，但目标上的记录没有写成（%s）", "%s is current, but the log at the target could not be written (%s)", id, because(err)))
	}
	result.Notes = append(result.Notes, s.opt.note(result.Record)...)
	return result, nil
}

// choose finds the release that a person means: the one before, an id, or the beginning of one.
func (s *session) choose(id, current string) (string, error) {
	ids, err := s.ids()
	if err != nil {
		return "", err
	}
	if id == "" {
		return s.before(ids, current)
	}
	return oneOf(ids, id, s.place)
}

// oneOf finds the release that a person means by an id, its beginning or its last part.
func oneOf(ids []string, id, place string) (string, error) {
	var found []string
	for _, x := range ids {
		if x == id {
			return id, nil
		}
		if strings.HasPrefix(x, id) || strings.HasSuffix(x, "-"+id) {
			found = append(found, x)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return "", problem(ErrNoSuch, place,
		diag.Say("%s 没有保留发布版本 %s", "%s keeps no release %s", place, id),
		diag.Say("可换到：%s", "there are: %s", strings.Join(ids, "、")), nil)
}

// before is the release that was current when the current one was deployed; when that is no longer kept, the next older one. One with the
// same tree, of which the current one is the repair, is passed over.
func (s *session) before(ids []string, current string) (string, error) {
	for id := current; id != ""; {
		f, err := s.facts(id)
		if err != nil {
			return "", err
		}
		if !slices.Contains(ids, f.Previous) || f.Previous >= id {
			break
		}
		if id = f.Previous; !sameTree(id, current) {
			return id, nil
		}
	}
	for _, id := range slices.Backward(ids) {
		if current == "" || id < current && !sameTree(id, current) {
			return id, nil
		}
	}
	return "", problem(ErrNoSuch, s.place,
		diag.Say("%s 没有更早的发布版本可换", "%s keeps no earlier release", s.place),
		diag.Say("更早的版本可能因 keep 或清除而不在了；请改正内容后重新生成、发布", "they may have gone by keep or by a purge; mend the content, build and deploy"), nil)
}

// sameTree compares the tree hashes in two ids.
func sameTree(a, b string) bool {
	_, x, _ := strings.Cut(a, "-")
	_, y, _ := strings.Cut(b, "-")
	return x == y
}

// carryBack gives the release its successor's hashed assets: pages of that are half loaded just now.
func (s *session) carryBack(ctx context.Context, current, id string, m sums, result *Result) error {
	if current == "" {
		return nil
	}
	f, err := s.facts(current)
	if err != nil {
		return err
	}
	var lines publish.Manifest
	for _, name := range f.Assets {
		if _, own := m.find(name); !own && hashedName.MatchString(name) {
			lines = append(lines, publish.Line{Path: name})
		}
	}
	if err := s.folders(ctx, folderOf(id), lines); err != nil {
		return err
	}
	for _, l := range lines {
		name := l.Path
		from, to := folderOf(current)+"/"+name, folderOf(id)+"/"+name
		err := s.files.link(from, to)
		if publish.NoLinks(err) {
			err = s.copy(from, to)
		}
		switch {
		case err == nil:
			result.Carried++
		case !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return context.Cause(ctx)
}
