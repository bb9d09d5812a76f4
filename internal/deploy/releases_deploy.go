package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// Plan implements Target.
func (r *releases) Plan(ctx context.Context, src Source, opt Options) (*Plan, error) {
	var plan *Plan
	err := r.session(ctx, false, opt, func(s *session) error {
		old, err := s.published()
		if err == nil {
			plan, err = makePlan(ctx, old, src, opt, r.parallel)
		}
		return err
	})
	if isNoRoot(err) {
		return makePlan(ctx, published{}, src, opt, r.parallel) // nothing is there yet
	}
	if err != nil {
		return nil, r.explain(err)
	}
	return plan, nil
}

// Deploy implements Target.
func (r *releases) Deploy(ctx context.Context, src Source, opt Options) (*Result, error) {
	plan, err := r.Plan(ctx, src, opt)
	if err != nil {
		return nil, err
	}
	if len(plan.Refused) > 0 {
		return nil, &Refusal{plan.Refused}
	}
	if opt.Approve != nil && !plan.Unchanged() {
		switch yes, err := opt.Approve(plan); {
		case err != nil:
			return nil, err
		case !yes:
			return nil, ErrDeclined
		}
	}
	d := &deployment{src: src, manifest: src.Manifest(), plan: plan}
	err = r.session(ctx, true, opt, func(s *session) error {
		d.session = s
		return withLock(ctx, s.files, lockName, s.place, opt, d.run)
	})
	if err != nil {
		return nil, r.explain(err)
	}
	return &d.result, nil
}

// explain adds to what the system says where it happened and, if it is known, what to do.
func (r *releases) explain(err error) error {
	var no *publish.Problem
	var refusal *Refusal
	switch {
	case errors.As(err, &no) || errors.As(err, &refusal) || errors.Is(err, context.Canceled):
		return err
	case forbidden(err):
		return noAccess(r.place, err)
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return problem(ErrFull, r.place,
			diag.Say("%s 所在的磁盘已满，线上没有改动", "the disk of %s is full; readers see what they saw before", r.place),
			diag.Say("请清出空间后再发布一次，已送到的不会重送", "make room and deploy again: what has arrived is not sent again"), err)
	}
	return fmt.Errorf("%s: %w", r.place, err)
}

// deployment is one deploy under way.
type deployment struct {
	*session
	src      Source
	manifest publish.Manifest
	plan     *Plan
	result   Result

	old    published
	damage map[string]bool // published files that are missing or not what their manifest says
	kept   []facts         // of the releases that stay, newest first, the current one among them

	id     string
	coming string            // the folder that fills
	links  map[string]string // path → the published file of the same bytes
	sends  []string          // the other paths
}

// run is done under the lock.
func (d *deployment) run(ctx context.Context, l *lease) error {
	if l.took != (diag.Text{}) {
		d.result.Notes = append(d.result.Notes, l.took)
	}
	d.coming = comingFolder(d.plan.Tree)
	left, err := d.recover(ctx, d.plan.Tree)
	if err != nil {
		return err
	}
	d.result.Notes = append(d.result.Notes, left.notes...)
	if d.old, err = d.published(); err != nil {
		return err
	}
	if err := d.again(ctx); err != nil {
		return err
	}
	if err := d.inspect(ctx, d.opt.Recheck || left.unverified); err != nil {
		return err
	}
	d.result.Plan = d.plan
	if d.plan.Unchanged() && len(d.damage) == 0 {
		f, err := d.facts(d.old.id)
		d.result.Record, d.result.Unchanged = f.Record, true
		return errors.Join(err, left.close())
	}
	if err := left.close(); err != nil {
		return err
	}
	if len(d.damage) > 0 {
		d.result.Notes = append(d.result.Notes, diag.Say("网上有 %d 个文件缺失或与清单不符，已重新发布", "%d published files were missing or damaged and have been published anew", len(d.damage)))
	}
	if err := d.prepare(); err != nil {
		return err
	}
	if err := d.send(ctx); err != nil {
		return err
	}
	return d.finish(ctx, l)
}

// again plans once more if somebody published between the plan and the lock.
func (d *deployment) again(ctx context.Context) error {
	if d.old.id == d.plan.Previous {
		return nil
	}
	plan, err := makePlan(ctx, d.old, d.src, d.opt, d.parallel)
	if err != nil {
		return err
	}
	if len(plan.Refused) > 0 {
		return &Refusal{plan.Refused}
	}
	if d.opt.Approve != nil && !slices.Equal(plan.Reports, d.plan.Reports) {
		return problem(ErrMoved, d.place,
			diag.Say("确认计划以后，%s 又有别人发布过", "somebody else published to %s after the plan was approved", d.place),
			diag.Say("请再运行一次，看过新的计划再确认", "run it again and look at the new plan"), nil)
	}
	d.plan = plan
	return nil
}

// prepare decides what is linked and what is sent, and names the release.
func (d *deployment) prepare() error {
	ids, err := d.ids()
	if err != nil {
		return err
	}
	d.id = newID(d.opt.Now(), d.plan.Tree, ids)
	for _, id := range keptIDs(ids, d.old.id, d.opt.Keep) {
		f, err := d.facts(id)
		if err != nil {
			return err
		}
		d.kept = append(d.kept, f)
	}
	bytes := map[publish.Sum]string{}
	for _, l := range d.old.manifest {
		if !d.damage[l.Path] {
			bytes[l.Sum] = l.Path
		}
	}
	d.links = make(map[string]string, len(d.manifest))
	old := sums(d.old.manifest)
	for _, l := range d.manifest {
		if sum, ok := old.find(l.Path); ok && sum == l.Sum && !d.damage[l.Path] {
			d.links[l.Path] = folderOf(d.old.id) + "/" + l.Path
		} else if from, ok := bytes[l.Sum]; ok {
			d.links[l.Path] = folderOf(d.old.id) + "/" + from
		} else {
			d.sends = append(d.sends, l.Path)
		}
	}
	return nil
}

// keptIDs are the releases that stay beside a new one: the current one and the newest others.
func keptIDs(ids []string, current string, keep int) []string {
	var l []string
	if current != "" {
		l = append(l, current)
	}
	for _, id := range slices.Backward(ids) {
		if id != current && len(l) < max(keep, 1) {
			l = append(l, id)
		}
	}
	return l
}

// stayIDs are the releases that stay once another has become current: it, the one before, to which rollback leads however old it is, and
// the newest others. prepare carries the assets of the same ones.
func stayIDs(ids []string, current, previous string, keep int) []string {
	others := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == current })
	if !slices.Contains(others, previous) {
		previous = ""
	}
	return append(keptIDs(others, previous, keep), current)
}

// finish switches to what has arrived, makes sure of it and tidies up.
func (d *deployment) finish(ctx context.Context, l *lease) error {
	record := Record{
		Time: d.opt.Now().UTC().Truncate(time.Second), Action: "deploy", Target: d.name, ID: d.id, Tree: d.plan.Tree.String(), Previous: d.old.id,
		By: d.opt.By, Commit: d.opt.Commit, Version: d.opt.Built.Version, Changes: d.plan.Changes(), Waived: d.opt.Built.Waived,
	}
	if err := d.writeFacts(record); err != nil {
		return err
	}
	if len(d.plan.purge) > 0 {
		if err := d.files.replace(purgeName, []byte(strings.Join(d.plan.purge, "\n")+"\n")); err != nil {
			return err
		}
	}
	if err := d.h.Rename(d.coming, folderOf(d.id)); err != nil {
		return err
	}
	if err := l.confirm(ctx); err != nil {
		return err
	}
	if err := d.point(d.id); err != nil {
		return err
	}
	if err := d.verify(ctx); err != nil {
		return d.restore(ctx, l, err)
	}
	// From here on the site is published; what fails is told, and finished by the next run.
	ctx = context.WithoutCancel(ctx)
	purged, err := d.purgePending(ctx, d.id)
	record.Purged, d.result.Purged, d.result.Record = purged, purged, record
	if err != nil {
		return err
	}
	d.result.Notes = append(d.result.Notes, d.tidy(record)...)
	d.result.Notes = append(d.result.Notes, d.opt.note(record)...)
	return nil
}

// tidy writes the log, ends the journal and drops what is beyond keep.
func (d *deployment) tidy(record Record) []diag.Text {
	err := d.log(record)
	if err == nil {
		err = d.h.Remove(d.coming + journalMark)
	}
	if err != nil {
		return []diag.Text{diag.Say("已发布，但目标上的记录没有写完（%s）；下次发布会补上", "published, but the log at the target could not be finished (%s); the next deploy will do it", because(err))}
	}
	d.result.Dropped, err = d.drop(d.id, d.old.id)
	if err != nil {
		return []diag.Text{diag.Say("已发布，但旧版本没有清完（%s）；下次发布会再清", "published, but old releases could not all be removed (%s); the next deploy will try again", because(err))}
	}
	return nil
}

// writeFacts writes releases/<id>.json.
func (d *deployment) writeFacts(record Record) error {
	f := facts{Record: record}
	for _, l := range d.manifest {
		if hashedName.MatchString(l.Path) {
			f.Assets = append(f.Assets, l.Path)
		}
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return d.files.replace(factsOf(d.id), append(text, '\n'))
}

// drop removes the releases beyond keep.
func (s *session) drop(current, previous string) ([]string, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	stay := stayIDs(ids, current, previous, s.opt.Keep)
	ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(stay, id) })
	for _, id := range ids {
		if err := s.remove(id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// remove removes a release. It is renamed first, so that a run that is killed meanwhile leaves none that looks whole.
func (s *session) remove(id string) error {
	gone := releasesName + "/" + goneMark + id
	if err := s.h.RemoveAll(gone); err != nil {
		return err
	}
	if err := s.h.Rename(folderOf(id), gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(s.h.RemoveAll(gone), s.h.Remove(factsOf(id)))
}

// log adds a line to the log at the target, which is replaced whole: none of its lines is ever torn.
func (s *session) log(r Record) error {
	text, err := s.files.read(logName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.files.replace(logName, append(text, ended(text, r.line())...))
}
