package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// left is what a killed run left at the target, and what is to be done about it.
type left struct {
	notes      []diag.Text
	unverified bool         // the current release was switched in, and perhaps not read back
	purged     []string     // releases that went because a purge had been cut off
	close      func() error // to be called once it has been looked at; never nil
}

// recover puts right what a killed run left: what has arrived of this tree stays for resuming, a release that was switched in is
// logged, everything else that is unfinished goes.
func (s *session) recover(ctx context.Context, tree publish.Sum) (*left, error) {
	l := &left{close: func() error { return nil }}
	if err := s.h.Mkdir(releasesName); err != nil && !errors.Is(err, fs.ErrExist) {
		return l, err
	}
	names, err := s.list()
	if err != nil {
		return l, err
	}
	current, err := s.current()
	if err != nil {
		return l, err
	}
	for _, name := range names {
		if journal, ok := strings.CutSuffix(name, journalMark); ok && strings.HasPrefix(name, comingMark) {
			if err := s.unfinished(l, names, current, journal, comingFolder(tree)); err != nil {
				return l, err
			}
		}
	}
	for _, name := range names {
		if s.litter(name, names, comingFolder(tree)) {
			if err := s.h.RemoveAll(releasesName + "/" + name); err != nil {
				return l, err
			}
		}
	}
	if err := s.clearRoot(); err != nil {
		return l, err
	}
	if current == "" {
		return l, errors.Join(s.h.Remove(purgeName), s.tryLink())
	}
	if l.purged, err = s.purgePending(ctx, current); len(l.purged) > 0 {
		l.notes = append(l.notes, diag.Say("补完了上次没有做完的清除：%s", "finished the purge that was cut off: %s", strings.Join(l.purged, "、")))
	}
	return l, err
}

// unfinished looks after one journal.
func (s *session) unfinished(l *left, names []string, current, coming, ours string) error {
	coming = releasesName + "/" + coming
	digits := strings.TrimPrefix(coming, releasesName+"/"+comingMark)
	if current != "" {
		f, err := s.facts(current)
		if err != nil {
			return err
		}
		if strings.HasPrefix(f.Tree, digits) {
			return s.switched(l, f.Record, coming, ours)
		}
	}
	complete, err := s.complete(names, current, digits)
	if err != nil {
		return err
	}
	if coming != ours {
		for _, id := range complete {
			if err := s.remove(id); err != nil {
				return err
			}
		}
		return errors.Join(s.h.RemoveAll(coming), s.h.Remove(coming+journalMark))
	}
	for _, id := range complete { // it had only to be switched in: it goes back to where it arrived
		if err := s.h.RemoveAll(coming); err != nil {
			return err
		}
		if err := s.h.Rename(folderOf(id), coming); err != nil {
			return err
		}
		if err := s.h.Remove(factsOf(id)); err != nil {
			return err
		}
	}
	l.notes = append(l.notes, diag.Say("接着上次中断的发布，已送到的不再重送", "went on with a deploy that was cut off; what had arrived was not sent again"))
	return nil
}

// switched looks after a deploy that was killed after its switch: the log gets its line, unless it has it.
func (s *session) switched(l *left, r Record, coming, ours string) error {
	text, err := s.files.read(logName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	logged := slices.ContainsFunc(readLog(text), func(x Record) bool { return x.ID == r.ID && x.Action == "deploy" })
	before := l.close
	l.close = func() error {
		if err := before(); err != nil {
			return err
		}
		if !logged {
			r.Purged = l.purged
			if err := s.log(r); err != nil {
				return err
			}
			l.notes = append(l.notes, s.opt.note(r)...)
		}
		return errors.Join(s.h.RemoveAll(coming), s.h.Remove(coming+journalMark))
	}
	if !logged {
		l.unverified = true
		l.notes = append(l.notes, diag.Say("上次发布 %s 在切换之后中断，已补完", "the deploy of %s was cut off after its switch and has been finished", r.ID))
	}
	return nil
}

// complete lists releases of a tree that had arrived and were never switched in: younger than the current one, and not in the log.
func (s *session) complete(names []string, current, digits string) ([]string, error) {
	var l []string
	var log []Record
	for _, id := range names {
		if !idPattern.MatchString(id) || id <= current || !strings.HasSuffix(id, "-"+digits[:min(8, len(digits))]) {
			continue
		}
		if log == nil {
			text, err := s.files.read(logName)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			log = readLog(text)
		}
		if !slices.ContainsFunc(log, func(r Record) bool { return r.ID == id || r.Previous == id }) {
			l = append(l, id)
		}
	}
	return l, nil
}

// litter tells what no run needs any more.
func (s *session) litter(name string, names []string, ours string) bool {
	full := releasesName + "/" + name
	switch {
	case full == purgeName, full == ours:
		return false
	case strings.HasSuffix(name, journalMark): // looked after, whatever it was
		return false
	case strings.HasPrefix(name, "."):
		return true
	}
	id, ok := strings.CutSuffix(name, ".json")
	return ok && idPattern.MatchString(id) && !slices.Contains(names, id)
}

// tryLink makes sure, before a first deploy sends anything, that the host has symbolic links.
func (s *session) tryLink() error {
	err := s.h.Symlink(releasesName, nextName)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return problem(ErrNoLinks, s.place,
			diag.Say("%s 不允许建立符号链接", "%s does not allow symbolic links", s.place),
			diag.Say("请检查该文件夹的权限；主机确实不支持的，在配置里给这个目标写 mode: in-place", "look at the permissions of the folder; if the host has no links, give the target mode: in-place in the configuration"), err)
	}
	return errors.Join(err, s.h.Remove(nextName))
}

// clearRoot removes a link that was never switched in, and files that were to replace another.
func (s *session) clearRoot() error {
	names, err := s.h.List(".")
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == nextName || strings.HasPrefix(name, "."+lockName+".") || strings.HasPrefix(name, "."+logName+".") {
			if err := s.h.Remove(name); err != nil {
				return fmt.Errorf("remove %s: %w", name, err)
			}
		}
	}
	return nil
}
