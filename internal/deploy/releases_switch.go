package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// point lets current lead to a release: this is the moment. A new link is renamed over the old one.
func (s *session) point(id string) error {
	if err := s.h.Remove(nextName); err != nil {
		return err
	}
	if err := s.h.Symlink(folderOf(id), nextName); err != nil {
		return err
	}
	return s.h.Rename(nextName, currentName)
}

// verify makes sure that readers get what was built: the link leads to the release, every file of the manifest is there, and what was
// sent reads back as it was built.
func (d *deployment) verify(ctx context.Context) error {
	id, err := d.current()
	if err != nil {
		return err
	}
	if id != d.id {
		return d.differs(fmt.Sprintf("%s → %s", currentName, id))
	}
	absent, err := d.absent(ctx, d.id, d.manifest)
	if err != nil {
		return err
	}
	if len(absent) > 0 {
		return d.differs(absent...)
	}
	var lines publish.Manifest
	all := sums(d.manifest)
	for _, name := range d.sends {
		sum, _ := all.find(name)
		lines = append(lines, publish.Line{Path: name, Sum: sum})
	}
	lines = append(lines, publish.Line{Path: publish.ManifestName, Sum: d.plan.Tree})
	wrong, err := d.wrong(ctx, d.id, lines)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return d.differs(wrong...)
	}
	if d.opt.Check != nil {
		return d.opt.Check(ctx, d.manifest)
	}
	return nil
}

// differs names what is not as it was built.
func (s *session) differs(names ...string) error {
	shown := names
	if len(shown) > 3 {
		shown = shown[:3]
	}
	return problem(ErrVerify, s.place,
		diag.Say("送到 %s 的文件有 %d 个与生成的不符：%s", "%[2]d files at %[1]s are not what was built: %[3]s", s.place, len(names), strings.Join(shown, "、")),
		diag.Say("请检查目标所在的磁盘和网络，再发布一次", "look at the disk and the network of the target, then deploy again"), nil)
}

// restore takes the switch back after it turned out that readers do not get what was built. A deploy that has lost its lock touches
// nothing more.
func (d *deployment) restore(ctx context.Context, l *lease, cause error) error {
	if l.isLost() {
		return lostLock(d.place)
	}
	ctx = context.WithoutCancel(ctx)
	if err := l.confirm(ctx); err != nil {
		return errors.Join(cause, err)
	}
	back := d.h.Remove(currentName)
	if d.old.id != "" {
		back = d.point(d.old.id)
	}
	if back != nil {
		return errors.Join(d.undone(cause, false), back)
	}
	// The release that failed goes, and what it was sent as: nothing of it is trusted.
	return errors.Join(d.undone(cause, true), d.remove(d.id), d.h.Remove(purgeName), d.h.Remove(d.coming+journalMark))
}

// undone says what readers see after a deploy that failed at the last moment.
func (d *deployment) undone(cause error, done bool) error {
	var why diag.Text
	var no *publish.Problem
	switch {
	case errors.As(cause, &no):
		why = diag.Text(no.Message)
	case errors.Is(cause, context.Canceled):
		why = diag.Say("核验被中断", "the verification was interrupted")
	default:
		why = diag.Say("核验时出错：%v", "the verification failed: %v", cause)
	}
	state := diag.Say("没能换回原来的版本 %s", "the release before, %s, could not be switched back", d.old.id)
	hint := diag.Say("请运行 gongkai rollback 换回，再检查目标", "run gongkai rollback, then look at the target")
	if done {
		state = diag.Say("已自动换回 %s", "%s was switched back", d.old.id)
		if d.old.id == "" {
			state = diag.Say("已撤回，网站仍未发布", "the switch was taken back; nothing is published yet")
		}
		hint = diag.Say("请检查目标所在的磁盘、网络和网址，再发布一次", "look at the target's disk, network and address, then deploy again")
	}
	return problem(ErrVerify, d.place, diag.Text{ZH: why.ZH + "；" + state.ZH, EN: why.EN + "; " + state.EN}, hint, cause)
}

// absent lists the paths of a manifest that are not there, by listing the folders.
func (s *session) absent(ctx context.Context, id string, m publish.Manifest) ([]string, error) {
	folders := map[string]map[string]bool{".": nil}
	for _, level := range foldersOf(m) {
		for _, dir := range level {
			folders[dir] = nil
		}
	}
	dirs := make([]string, 0, len(folders))
	for dir := range folders {
		dirs = append(dirs, dir)
	}
	var mu sync.Mutex
	err := each(ctx, s.parallel, dirs, func(_ context.Context, dir string) error {
		names, err := s.h.List(path.Join(folderOf(id), dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		there := make(map[string]bool, len(names))
		for _, name := range names {
			there[name] = true
		}
		mu.Lock()
		defer mu.Unlock()
		folders[dir] = there
		return nil
	})
	var l []string
	for _, line := range m {
		if !folders[path.Dir(line.Path)][path.Base(line.Path)] {
			l = append(l, line.Path)
		}
	}
	return l, err
}

// wrong reads files of a release and lists those that have other bytes, or none.
func (s *session) wrong(ctx context.Context, id string, lines publish.Manifest) ([]string, error) {
	var mu sync.Mutex
	var l []string
	meter := s.opt.meter("verify", len(lines))
	err := each(ctx, s.parallel, lines, func(_ context.Context, line publish.Line) error {
		defer meter.add(1)
		sum, err := s.sum(folderOf(id) + "/" + line.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err != nil || sum != line.Sum {
			mu.Lock()
			defer mu.Unlock()
			l = append(l, line.Path)
		}
		return nil
	})
	slices.Sort(l)
	return l, err
}

func (s *session) sum(name string) (publish.Sum, error) {
	f, err := s.h.Open(name)
	if err != nil {
		return publish.Sum{}, err
	}
	sum, err := sumOf(f)
	return sum, errors.Join(err, f.Close())
}

// inspect finds published files that are missing, or with thorough also those that are damaged: they are not linked.
func (d *deployment) inspect(ctx context.Context, thorough bool) error {
	if d.old.id == "" || !thorough && !d.plan.Unchanged() {
		return nil
	}
	bad, err := d.absent(ctx, d.old.id, d.old.manifest)
	if err == nil && thorough {
		bad, err = d.wrong(ctx, d.old.id, d.old.manifest)
	}
	d.damage = make(map[string]bool, len(bad))
	for _, name := range bad {
		d.damage[name] = true
	}
	return err
}
