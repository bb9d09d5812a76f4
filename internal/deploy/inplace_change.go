package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// change is a deploy or rollback under way.
type change struct {
	*visit
	manifest publish.Manifest // of what is to be published
	src      Source           // nil for a rollback: its bytes are all at the target
	plan     *Plan
	planned  bool // the plan was made with what is there now
	result   Result

	unproven map[string]publish.Sum // what is to be read back
}

// begin looks again, under the lock, and puts right what another left that was cut off.
func (c *change) begin(ctx context.Context, l *lease, found *scene, likely publish.Manifest) error {
	if l.took != (diag.Text{}) {
		c.result.Notes = append(c.result.Notes, l.took)
	}
	if err := c.look(ctx, likely); err != nil {
		return err
	}
	if found != nil { // what was read for the plan need not be read again
		for name, f := range found.ledger {
			if f.fresh && c.files[name].Version == f.version {
				c.ledger[name], c.fresh = f, true
			}
		}
		c.planned = c.coming == nil && bytes.Equal(c.text, found.text)
	}
	if err := c.store.Delete(ctx, c.left); err != nil {
		return err
	}
	if c.coming != nil && c.coming.Record.Tree == c.tree.String() && c.text != nil {
		if err := c.inspect(ctx, nil); err != nil {
			return err
		}
		c.result.Notes = append(c.result.Notes, diag.Say("上次发布 %s 在最后一步中断，已补完", "the deploy of %s was cut off at its last step and has been finished", c.coming.Record.ID))
		if err := c.tidy(ctx, 0); err != nil {
			return err
		}
		c.result.Purged, c.result.Dropped = nil, nil // that was the other's doing
	} else if c.coming != nil {
		c.result.Notes = append(c.result.Notes, diag.Say("接着上次中断的发布，已送到的不再重送", "went on with a deploy that was cut off; what had arrived was not sent again"))
	}
	c.result.Notes = append(c.result.Notes, c.notes()...)
	return nil
}

// run brings the site from what is there to c.manifest; c.coming says what is to be done and logged.
func (c *change) run(ctx context.Context, l *lease) error {
	if err := c.writeComing(ctx); err != nil {
		return err
	}
	if err := c.noteFresh(ctx); err != nil {
		return err
	}
	save, send := c.toSave(), c.toSend()
	meter := c.opt.meter("send", len(save)+send.count())
	if err := c.save(ctx, save, meter); err != nil {
		return err
	}
	old := published{id: c.id, manifest: c.scene.manifest}
	oldText := c.text
	if err := c.bring(ctx, l, send, meter); err != nil {
		return err
	}
	if err := c.verify(ctx); err != nil {
		return c.goBack(ctx, l, old, oldText, err)
	}
	c.id, c.scene.manifest, c.tree = c.coming.Record.ID, c.manifest, c.manifest.Tree()
	if err := c.tidy(ctx, c.grace); err != nil {
		return problem(ErrVerify, c.place,
			diag.Say("新网站已发布，但收尾没有做完：%v", "the new site is published, but tidying up failed: %v", err),
			diag.Say("请再运行一次 gongkai deploy，会接着做完", "run gongkai deploy again: it goes on where this ended"), err)
	}
	return nil
}

func (c *change) writeComing(ctx context.Context) error {
	text, err := json.Marshal(c.coming)
	if err != nil {
		return err
	}
	return c.put(ctx, comingJSON, append(text, '\n'))
}

// toSave are files whose bytes the change replaces or removes: without them there is no way back. Hashed assets stay where they are.
func (c *change) toSave() publish.Manifest {
	now := sums(c.manifest)
	var lines publish.Manifest
	taken := map[publish.Sum]bool{}
	for _, l := range c.scene.manifest {
		if sum, ok := now.find(l.Path); ok && sum == l.Sum || !ok && hashedName.MatchString(l.Path) || !c.has(l) || taken[l.Sum] {
			continue
		}
		if _, ok := c.objects[l.Sum]; !ok {
			taken[l.Sum] = true
			lines = append(lines, l)
		}
	}
	return lines
}

// save copies them to the objects.
func (c *change) save(ctx context.Context, lines publish.Manifest, meter *meter) error {
	return each(ctx, c.parallel, lines, func(ctx context.Context, l publish.Line) error {
		defer meter.add(1)
		from, to := c.files[l.Path], c.state+objectsName+l.Sum.String()
		stored, err := c.store.Copy(ctx, from, to)
		if errors.Is(err, errConflict) {
			return problem(ErrMoved, c.place,
				diag.Say("发布期间，%s 上的 %s 被别的程序改动", "%[2]s at %[1]s was changed by another program during the deploy", c.place, l.Path),
				diag.Say("请再运行一次", "run it again"), err)
		}
		if err != nil {
			return err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.objects[l.Sum] = Listed{to, from.Size, stored.Version}
		return nil
	})
}

// parcels are files to be sent, by rank.
type parcels [ranks]publish.Manifest

func (p parcels) count() int {
	n := 0
	for _, lines := range p {
		n += len(lines)
	}
	return n
}

// toSend are the files that are not as they should be.
func (c *change) toSend() parcels {
	var p parcels
	before := sums(c.scene.manifest)
	for _, line := range c.manifest {
		if c.has(line) {
			continue
		}
		_, old := before.find(line.Path)
		r := rank(line.Path, !old)
		p[r] = append(p[r], line)
	}
	return p
}

// bring makes the site what c.manifest says but for deletions, and publishes the manifest.
func (c *change) bring(ctx context.Context, l *lease, send parcels, meter *meter) error {
	c.unproven = map[string]publish.Sum{}
	c.result.Linked = len(c.manifest) - send.count()
	var size int64
	if c.plan != nil {
		size = c.plan.SendBytes
	}
	if err := c.clearWay(ctx); err != nil {
		return err
	}
	clerk := newClerk(c.visit, size, send.count())
	for _, lines := range send {
		err := each(ctx, c.parallel, lines, func(ctx context.Context, line publish.Line) error {
			defer meter.add(1)
			return c.send(ctx, clerk, line)
		})
		if err != nil {
			if !errors.Is(err, ErrCut) && !errors.Is(err, ErrBusy) {
				err = errors.Join(err, clerk.flush(context.WithoutCancel(ctx)))
			}
			return err
		}
	}
	if err := clerk.flush(ctx); err != nil {
		return err
	}
	text := c.manifest.Bytes()
	if bytes.Equal(text, c.text) {
		return nil
	}
	if err := l.confirm(ctx); err != nil {
		return err
	}
	_, err := c.store.Put(ctx, fileOf(c.prefix+publish.ManifestName, text))
	c.text = text
	return err
}

// clearWay removes files that stand where the new site has a folder, and the other way round: a host cannot have both.
func (c *change) clearWay(ctx context.Context) error {
	folders := map[string]bool{}
	files := map[string]bool{}
	for _, l := range c.manifest {
		files[l.Path] = true
		for dir := range above(l.Path) {
			folders[dir] = true
		}
	}
	var names []string
	for name, l := range c.files {
		blocks := folders[name]
		for dir := range above(name) {
			blocks = blocks || files[dir]
		}
		if blocks && !files[name] {
			names = append(names, l.Name)
			delete(c.files, name)
		}
	}
	slices.Sort(names)
	return c.store.Delete(ctx, names)
}

// above gives the folders of a path, the innermost first.
func above(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name[:i], '/') {
			if !yield(name[:i]) {
				return
			}
		}
	}
}

// send brings one file: from what was saved, from another place of the site that has its bytes, or from the source.
func (c *change) send(ctx context.Context, clerk *clerk, line publish.Line) error {
	stored, size, err := c.copyHere(ctx, line)
	copied := err == nil
	switch {
	case copied:
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errConflict):
		return err
	case c.src == nil:
		return c.session().differs(line.Path)
	default:
		if stored, size, err = c.sendNew(ctx, line); err != nil {
			return err
		}
	}
	c.mu.Lock()
	if copied {
		c.result.Linked++
	} else {
		c.result.Sent++
	}
	if !stored.Proven {
		c.unproven[line.Path] = line.Sum
	}
	c.mu.Unlock()
	return clerk.add(ctx, line.Path, size, fact{sum: line.Sum, version: stored.Version})
}

// sendNew sends a file from the source.
func (c *change) sendNew(ctx context.Context, line publish.Line) (Stored, int64, error) {
	size, err := sizeOf(c.src, line.Path)
	if err != nil {
		return Stored{}, 0, err
	}
	stored, err := c.store.Put(ctx, File{c.prefix + line.Path, size, line.Sum, func() (io.ReadCloser, error) {
		f, _, err := c.src.Open(line.Path)
		return f, err
	}})
	if errors.Is(err, ErrSource) {
		err = wrongBytes(line.Path) // as the built folder names it
	}
	return stored, size, err
}

// copyHere copies from what the target has; fs.ErrNotExist when it has not the bytes.
func (c *change) copyHere(ctx context.Context, line publish.Line) (Stored, int64, error) {
	c.mu.Lock()
	from, ok := c.objects[line.Sum]
	if other, there := c.bySum[line.Sum]; !ok && there {
		if sum, known := c.known(other); known && sum == line.Sum {
			from, ok = c.files[other], true
		}
	}
	c.mu.Unlock()
	if !ok {
		return Stored{}, 0, fs.ErrNotExist
	}
	stored, err := c.store.Copy(ctx, from, c.prefix+line.Path)
	return stored, from.Size, err
}
