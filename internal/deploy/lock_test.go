package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gongkai/internal/publish"
)

// deadProcess returns the id of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd := exec.Command(program, "-test.run=^$")
	must(t, cmd.Run())
	return cmd.Process.Pid
}

func lockFile(t *testing.T, h holder) string {
	t.Helper()
	text, err := json.Marshal(h)
	must(t, err)
	return string(text)
}

func TestLock(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	us := By{User: "li", Host: "web1"}
	here := holder{Who: "wang@web1", Host: "web1", PID: os.Getpid(), Space: processSpace(), Since: now, Expires: now.Add(leaseTime), Token: "x"}
	dead, elsewhere, expired, container := here, here, here, here
	dead.PID = deadProcess(t)
	elsewhere.Host, elsewhere.PID, elsewhere.Who = "web2", dead.PID, "github deploy"
	expired.Host, expired.Expires = "web2", now.Add(-time.Second)
	container.Space, container.PID = "pid:[1]", dead.PID
	for _, c := range []struct {
		name, file string
		taken      bool
		words      string // of the note, or of the refusal
	}{
		{"free", "", true, ""},
		{"a live process", lockFile(t, here), false, "wang@web1"},
		{"a dead process", lockFile(t, dead), true, "wang@web1"},
		{"another machine", lockFile(t, elsewhere), false, "github deploy"},
		{"expired", lockFile(t, expired), true, "web2"},
		{"a process of another container", lockFile(t, container), false, "wang@web1"},
		{"torn", `{"who": "wa`, true, "中断"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.file != "" {
				must(t, os.WriteFile(filepath.Join(dir, "lock"), []byte(c.file), 0o644))
			}
			d, err := publish.OpenDisk(dir)
			must(t, err)
			defer d.Close()
			done := false
			opt := Options{Now: func() time.Time { return now }, By: us}
			var note string
			err = withLock(t.Context(), hostFiles{d}, "lock", "www", opt, func(ctx context.Context, l *lease) error {
				done, note = true, l.took.ZH
				return l.confirm(ctx)
			})
			if done != c.taken {
				t.Fatalf("taken: %v, %v", done, err)
			}
			entries, _ := os.ReadDir(dir)
			if c.taken {
				must(t, err)
				if !strings.Contains(note, c.words) || (note == "") != (c.words == "") {
					t.Errorf("note %q", note)
				}
				if len(entries) != 0 {
					t.Errorf("%v is left", entries)
				}
				return
			}
			var no *publish.Problem
			if !errors.Is(err, ErrLocked) || !errors.As(err, &no) || !strings.Contains(no.Message.ZH, c.words) || no.Hint.ZH == "" {
				t.Errorf("got %v", err)
			}
			text, _ := os.ReadFile(filepath.Join(dir, "lock"))
			if string(text) != c.file || len(entries) != 1 {
				t.Errorf("the lock was touched: %q, %v", text, entries)
			}
		})
	}
}

// Of many who come at once one gets the lock, whether it is free or expired.
func TestLockRace(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, file := range []string{"", lockFile(t, holder{Who: "x", Host: "web2", Expires: now.Add(-time.Hour)})} {
		for range 5 {
			dir := t.TempDir()
			if file != "" {
				must(t, os.WriteFile(filepath.Join(dir, "lock"), []byte(file), 0o644))
			}
			var won atomic.Int32
			var wg sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				wg.Go(func() {
					d, err := publish.OpenDisk(dir)
					if err != nil {
						errs[i] = err
						return
					}
					defer d.Close()
					_, errs[i] = takeLock(context.Background(), hostFiles{d}, "lock", "www", Options{Now: func() time.Time { return now }, By: By{Host: "web1"}})
					if errs[i] == nil {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			for _, err := range errs {
				if err != nil && !errors.Is(err, ErrLocked) {
					t.Error(err)
				}
			}
			if won.Load() != 1 {
				t.Errorf("%d have the lock", won.Load())
			}
		}
	}
}

// The lease is renewed as long as the work goes on, and work that has lost it is told.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		d, err := publish.OpenDisk(dir)
		must(t, err)
		defer d.Close()
		name := filepath.Join(dir, "lock")
		opt := Options{Now: time.Now, By: By{User: "li", Host: "web1"}}
		must(t, withLock(t.Context(), hostFiles{d}, "lock", "www", opt, func(context.Context, *lease) error {
			time.Sleep(10 * leaseTime)
			text, err := os.ReadFile(name)
			must(t, err)
			var h holder
			must(t, json.Unmarshal(text, &h))
			if left := time.Until(h.Expires); left < leaseTime/2 {
				t.Errorf("the lease has %v left", left)
			}
			return nil
		}))
		err = withLock(t.Context(), hostFiles{d}, "lock", "www", opt, func(ctx context.Context, l *lease) error {
			must(t, os.WriteFile(name, []byte("another's"), 0o644))
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, ErrLostLock) {
			t.Errorf("got %v", err)
		}
		if text, _ := os.ReadFile(name); string(text) != "another's" {
			t.Errorf("the other's lock is %q", text)
		}
	})
}

// A deploy that loses its lock on the way switches nothing.
func TestDeployLosesLock(t *testing.T) {
	target, dir := folder(t)
	one, two := sample(5, "1"), sample(5, "2")
	deployed(t, target, one, options())
	opt := options()
	other := lockFile(t, holder{Who: "wang@web2", Host: "web2", Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
	opt.Progress = func(phase string, done, _ int) {
		if phase == "send" && done == 3 {
			must(t, os.WriteFile(filepath.Join(dir, "lock"), []byte(other), 0o644))
		}
	}
	if _, err := target.Deploy(t.Context(), two, opt); !errors.Is(err, ErrLostLock) {
		t.Errorf("got %v", err)
	}
	serves(t, dir, one)
	if text, _ := os.ReadFile(filepath.Join(dir, "lock")); string(text) != other {
		t.Error("the other's lock is gone")
	}
	if _, err := target.Deploy(t.Context(), two, options()); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, "lock")))
	deployed(t, target, two, options())
	serves(t, dir, two)
	tidy(t, dir)
}
