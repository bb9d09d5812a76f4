package deploy

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"gongkai/internal/diag"
)

// The lock is a lease: a small file at the target that says who deploys and until when,
//
//	{"who": "li@web1", "host": "web1", "pid": 4711, "since": "2026-11-22T00:13:41Z", "expires": "2026-11-22T00:15:41Z", "token": "…"}
//
// renewed every third of its time. Another may take it over once it has expired, or at once when it was taken on the same machine by
// a process that is no more. Clocks that differ cannot do harm: who lost a lease learns it before the switch and ends.
const leaseTime = 2 * time.Minute

// locker is what a lock needs of a place; see store. hostFiles is one for a host.
type locker interface {
	Get(ctx context.Context, name string) (data []byte, version string, err error)
	Create(ctx context.Context, name string, data []byte) (version string, err error)
	Replace(ctx context.Context, name string, data []byte, version string) (string, error)
	Delete(ctx context.Context, names []string) error
}

// holder is what the file says.
type holder struct {
	Who     string    `json:"who"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Space   string    `json:"space,omitempty"` // where the process id counts: containers have their own
	Since   time.Time `json:"since"`
	Expires time.Time `json:"expires"`
	Token   string    `json:"token"` // tells two leases of one process apart
}

// lease is a lock that we hold.
type lease struct {
	at    locker
	name  string
	place string // of the target, for messages
	now   func() time.Time
	took  diag.Text // from whom it was taken over; zero when it was free

	mu      sync.Mutex
	holder  holder
	version string
	lost    bool
}

// withLock does something under the lock and gives the lock back. The context of do ends with ErrLostLock when another takes the lock
// over.
func withLock(ctx context.Context, at locker, name, place string, opt Options, do func(context.Context, *lease) error) error {
	l, err := takeLock(ctx, at, name, place, opt)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		tick := time.NewTicker(leaseTime / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if err := l.renew(context.WithoutCancel(ctx)); err != nil && l.isLost() {
					cancel(err)
					return
				}
			}
		}
	})
	err = do(ctx, l)
	close(done)
	wg.Wait()
	cancel(nil)
	switch {
	case !l.isLost():
		return errors.Join(err, l.release(context.WithoutCancel(ctx)))
	case errors.Is(err, context.Canceled):
		return lostLock(place)
	}
	return err
}

// takeLock takes the lock, or says who has it.
func takeLock(ctx context.Context, at locker, name, place string, opt Options) (*lease, error) {
	l := &lease{at: at, name: name, place: place, now: opt.Now}
	l.holder = holder{Who: opt.By.Name(), Host: opt.By.Host, PID: os.Getpid(), Space: processSpace(), Token: rand.Text()}
	torn := false
	for try := 0; ; try++ {
		l.holder.Since = l.now().UTC().Truncate(time.Second)
		version, err := at.Create(ctx, name, l.text())
		if err == nil {
			l.version = version
			return l, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		text, version, err := at.Get(ctx, name)
		if errors.Is(err, fs.ErrNotExist) && try < 10 {
			continue // it has just been given back
		}
		if err != nil {
			return nil, err
		}
		var other holder
		bad := json.Unmarshal(text, &other)
		switch {
		case bad != nil && !torn: // being written just now, or left by one that was killed writing it
			torn = true
			if err := sleep(ctx, time.Second); err != nil {
				return nil, err
			}
			continue
		case bad != nil, other.expired(l.now()), other.dead(l.holder):
		default:
			return nil, locked(place, name, other, l.now())
		}
		version, err = at.Replace(ctx, name, l.text(), version)
		switch {
		case err == nil:
			l.version = version
			l.took = tookOver(other)
			return l, nil
		case !(errors.Is(err, errConflict) || errors.Is(err, fs.ErrNotExist)) || try >= 10:
			return nil, err
		}
	}
}

// text is the file, with a new end of the lease.
func (l *lease) text() []byte {
	l.holder.Expires = l.now().UTC().Truncate(time.Second).Add(leaseTime)
	text, _ := json.Marshal(l.holder) // strings, numbers and times of our own
	return append(text, '\n')
}

// expired: the holder has had time to renew and has not.
func (h holder) expired(now time.Time) bool { return now.After(h.Expires) }

// dead: the holder was a process of this machine and is no more.
func (h holder) dead(us holder) bool {
	return h.Host != "" && h.Host == us.Host && h.Space == us.Space && h.PID > 0 && !alive(h.PID)
}

// renew extends the lease.
func (l *lease) renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return lostLock(l.place)
	}
	version, err := l.at.Replace(ctx, l.name, l.text(), l.version)
	switch {
	case err == nil:
		l.version = version
		return nil
	case errors.Is(err, errConflict) || errors.Is(err, fs.ErrNotExist):
		l.lost = true
		return lostLock(l.place)
	}
	return err // the place cannot be reached just now: the next third, or the work itself, will tell
}

// confirm makes sure, before something that cannot be taken back, that the lock is ours.
func (l *lease) confirm(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return l.renew(ctx)
}

func (l *lease) isLost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// release removes the file, if it is still ours.
func (l *lease) release(ctx context.Context) error {
	if err := l.renew(ctx); err != nil {
		if l.isLost() {
			return nil
		}
		return err
	}
	return l.at.Delete(ctx, []string{l.name})
}

// sleep waits unless the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

func locked(place, name string, h holder, now time.Time) error {
	since, until := h.Since.Local().Format(time.DateTime), h.Expires.Local().Format(time.DateTime)
	hint := diag.Say("请等它结束后再试；对方若已中断，它的锁在 %s 失效，之后再发布即可", "wait for it to end, then try again; if it was cut off, its lock ends at %s: deploy again after that", until)
	if h.Expires.Sub(now) > 2*leaseTime { // no lease is so long: waiting is no advice
		hint = diag.Say("它的锁到 %s 才失效，两台机器的时钟不一致；确知对方已中断的，删去目标的 %s，再发布一次", "its lock ends as late as %s: the clocks of the two machines differ; if you know that it was cut off, delete %s at the target and deploy again", until, name)
	}
	return problem(ErrLocked, place,
		diag.Say("%s 正由 %s 发布（%s 上的进程 %d，%s 开始）", "%s is being published by %s (process %[4]d on %[3]s, since %[5]s)", place, h.Who, h.Host, h.PID, since), hint, nil)
}

func lostLock(place string) error {
	return problem(ErrLostLock, place,
		diag.Say("发布 %s 期间，锁被另一次发布接管", "another deploy took over the lock of %s meanwhile", place),
		diag.Say("本次没有切换，线上由对方发布；请等它结束后再发布一次", "this one has not switched anything; wait for the other to end, then deploy again"), nil)
}

func tookOver(h holder) diag.Text {
	if h.Who == "" {
		return diag.Say("接管了一次中断的发布留下的锁", "took over the lock of a deploy that was cut off")
	}
	return diag.Say("接管了 %s 中断的发布留下的锁（%s 上的进程 %d）", "took over the lock of %s, whose deploy was cut off (process %[3]d on %[2]s)", h.Who, h.Host, h.PID)
}
