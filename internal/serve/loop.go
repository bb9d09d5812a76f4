package serve

import (
	"context"
	"errors"
	"time"

	"github.com/fsnotify/fsnotify"

	"gongkai/internal/build"
	"gongkai/internal/diag"
)

// secondLook is how long what is missing or broken may be on its way before it is believed: an editor that saves by renaming, or a file
// that is being written.
const secondLook = 12 * time.Millisecond

// question asks the loop to look at a file before it is shown.
type question struct {
	name string
	done chan struct{}
}

// keeper is what the loop keeps between events.
type keeper struct {
	*server
	ctx    context.Context
	watch  *watch
	saves  *debounce
	doubt  map[string]bool
	second *time.Timer     // for the second look
	again  *time.Timer     // for watching new folders again
	made   map[string]bool // paths that were made, removed or renamed since the last update
	safety *time.Timer     // for the look at everything
	due    *time.Timer     // for the next report that becomes public
	failed string          // the last fault of the machine that was told
}

func newTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// loop brings the preview up to date, alone, until the context ends.
func (s *server) loop(ctx context.Context) (err error) {
	k := &keeper{server: s, ctx: ctx, watch: s.newWatch(), saves: newDebounce(s.Now), doubt: map[string]bool{}, made: map[string]bool{}, second: newTimer(), again: newTimer(), safety: newTimer(), due: newTimer()}
	defer func() { err = errors.Join(err, k.watch.close()) }()
	for _, t := range []*time.Timer{k.second, k.again, k.safety, k.due, k.saves.timer} {
		defer t.Stop()
	}
	for _, folder := range s.preview.Folders() {
		if k.watch.add(folder); ctx.Err() != nil {
			return nil
		}
	}
	k.everything(false) // what was written before the folders were watched
	k.arm()
	var events <-chan fsnotify.Event
	var faults <-chan error
	if k.watch.n != nil {
		events, faults = k.watch.n.Events(), k.watch.n.Errors()
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-events:
			if !ok {
				events = nil
			} else {
				k.hear(e)
			}
		case err, ok := <-faults:
			if !ok {
				faults = nil
				continue
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				k.watch.fall(err)
			}
			k.watch.lost()
			k.saves.add("")
		case <-k.saves.timer.C:
			if names := k.saves.take(); names == nil {
				k.everything(false)
			} else {
				k.update(names, true)
			}
			k.republished()
		case q := <-s.ask:
			c := k.update([]string{q.name}, true)
			close(q.done)
			if c != nil && c.Any && !k.saves.paths[q.name] && k.watch.untold(q.name) {
				k.safety.Reset(k.watch.interval())
			}
		case <-k.again.C:
			names := k.watch.renew()
			clear(k.watch.fresh)
			k.update(names, true)
		case <-k.second.C:
			names := keys(k.doubt)
			clear(k.doubt)
			k.update(names, false)
		case <-k.safety.C:
			for waiting := len(events); waiting > 0; waiting-- { // what has been told is not to count as silence
				k.hear(<-events)
			}
			k.everything(true)
			k.republished()
		case <-k.due.C:
			if due := s.state.Load().Due; !due.After(s.Now()) {
				s.preview.Refresh()
				k.show(&build.Change{Any: true, Site: true})
			} else {
				k.arm()
			}
		}
	}
}

// hear takes note of an event.
func (k *keeper) hear(e fsnotify.Event) {
	if name, ok := k.watch.name(e); ok {
		k.saves.add(name)
		k.made[name] = k.made[name] || e.Has(fsnotify.Create|fsnotify.Remove|fsnotify.Rename)
	}
}

func keys(m map[string]bool) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	return list
}

// everything looks at all files, and sets the time of the next such look. As a proof it also sees whether what it finds had been told.
func (k *keeper) everything(proof bool) {
	start := k.Now()
	c := k.update(nil, true)
	if c != nil {
		k.watch.looked(k.Now().Sub(start)-c.Took, proof && !k.watch.polling, c.Paths)
	}
	k.safety.Reset(k.watch.interval())
}

// update takes up what differs, follows folders that come and go, and shows the result. nil names look at everything.
func (k *keeper) update(names []string, patient bool) *build.Change {
	k.busy.Add(1)
	defer k.busy.Add(-1)
	var first *build.Change
	for names == nil || len(names) > 0 {
		c, err := k.preview.Update(k.ctx, names, patient)
		names = k.follow(c)
		for _, name := range c.Doubt {
			if len(k.doubt) == 0 {
				k.second.Reset(secondLook)
			}
			k.doubt[name] = true
		}
		if err != nil {
			k.fault(err)
			return nil
		}
		k.failed = ""
		if c.Any {
			k.show(c)
		}
		if first == nil {
			first = c
		}
	}
	return first
}

// follow watches the folders that have come, and returns them: what was written there before they were watched wants a look.
func (k *keeper) follow(c *build.Change) []string {
	for _, folder := range c.Left {
		k.watch.remove(folder)
		delete(k.watch.fresh, folder)
	}
	come := len(c.Entered) > 0
	for _, folder := range c.Entered {
		k.watch.fresh[folder] = true
	}
	for name, made := range k.made { // a folder removed and made again may look as it did
		if made {
			for _, folder := range k.preview.Below(name) {
				come, k.watch.fresh[folder] = true, true
			}
		}
	}
	clear(k.made)
	if !come && len(c.Left) == 0 {
		return []string{}
	}
	k.again.Reset(8 * secondLook)
	return k.watch.renew()
}

// fault tells of a machine that does not do its part, once, and tries again later.
func (k *keeper) fault(err error) {
	if k.ctx.Err() != nil {
		return
	}
	if text := err.Error(); text != k.failed {
		k.failed = text
		k.say(diag.Say("读取网站时出错，稍后再试：%v", "reading the site failed, trying again: %v", err))
	}
	k.safety.Reset(max(time.Second, k.watch.interval()))
}

// show makes a change the present state.
func (k *keeper) show(c *build.Change) {
	k.set(func(n *state) {
		n.Snapshot, n.diff, n.edited = k.preview.Snapshot(), nil, ""
		if !c.Styles {
			n.solid = n.seq
		}
		if c.Edited != "" {
			n.edited = c.Edited
		}
		n.found = without(n.found, k.preview, c.Paths)
		n.check = progress{0, 1}
	})
	k.arm()
	k.check()
}

// arm sets the timer of the next report that becomes public.
func (k *keeper) arm() {
	if wait := k.state.Load().Due.Sub(k.Now()); !k.state.Load().Due.IsZero() && wait > 0 {
		k.due.Reset(min(wait, time.Minute)) // a timer stands still while the machine sleeps
	}
}
