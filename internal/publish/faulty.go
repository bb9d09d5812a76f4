package publish

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
)

// ErrKilled is what every operation answers once a Faulty has been killed.
var ErrKilled = errors.New("killed by the test")

// A Faulty makes file systems for tests that fail at one operation, counted from 1 over all that it opened: every way in which a disk
// can spoil a build, one run each. Use Options.Open = faulty.Open, and raise At until Hit stays empty.
//
// Unless Reads is set, only operations that change the disk are counted. A failing write leaves half the file and a failing RemoveAll half the folder,
// as real ones do; of the others nothing is done. What happens after the switch has happened cannot fail the build: then Commit
// succeeds, and Result.Litter holds the error.
type Faulty struct {
	At    int                          // which operation fails; 0 for none, which counts them
	Err   error                        // what it answers, such as syscall.ENOSPC
	Kill  bool                         // nothing works any more from then on, as if the process had been killed; Err is not used
	Reads bool                         // count Lstat, Open and List too
	Inner func(dir string) (FS, error) // makes the real one; nil means OpenDisk

	mu     sync.Mutex
	count  int
	hit    string
	killed bool
	opened []FS
}

// Open has the form of Options.Open.
func (f *Faulty) Open(dir string) (FS, error) {
	inner := f.Inner
	if inner == nil {
		inner = func(dir string) (FS, error) { return OpenDisk(dir) }
	}
	real, err := inner(dir)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = append(f.opened, real)
	return &faultyFS{f, real}, nil
}

// Count returns the number of operations so far.
func (f *Faulty) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// Hit returns the operation that failed, "write public/index.html"; empty when At has not been reached.
func (f *Faulty) Hit() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

// step counts an operation. When it is the one, half is done of it, nil for nothing.
func (f *Faulty) step(counted bool, half func(), verb string, names ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.killed {
		return ErrKilled
	}
	if !counted {
		return nil
	}
	f.count++
	if f.count != f.At {
		return nil
	}
	f.hit = strings.Join(append([]string{verb}, names...), " ")
	if half != nil {
		half()
	}
	if !f.Kill {
		return f.Err
	}
	f.killed = true
	for _, real := range f.opened {
		real.Close() // the system takes locks and handles from a killed process
	}
	return ErrKilled
}

type faultyFS struct {
	f    *Faulty
	real FS
}

func (x *faultyFS) Lstat(name string) (fs.FileInfo, error) {
	if err := x.f.step(x.f.Reads, nil, "lstat", name); err != nil {
		return nil, err
	}
	return x.real.Lstat(name)
}

func (x *faultyFS) Open(name string) (io.ReadCloser, error) {
	if err := x.f.step(x.f.Reads, nil, "open", name); err != nil {
		return nil, err
	}
	return x.real.Open(name)
}

func (x *faultyFS) List(name string) ([]string, error) {
	if err := x.f.step(x.f.Reads, nil, "list", name); err != nil {
		return nil, err
	}
	return x.real.List(name)
}

func (x *faultyFS) Mkdir(name string) error {
	if err := x.f.step(true, nil, "mkdir", name); err != nil {
		return err
	}
	return x.real.Mkdir(name)
}

func (x *faultyFS) Write(name string, content io.WriterTo) (fs.FileInfo, error) {
	half := func() {
		var b bytes.Buffer
		content.WriteTo(&b)
		x.real.Write(name, bytes.NewReader(b.Bytes()[:b.Len()/2]))
	}
	if err := x.f.step(true, half, "write", name); err != nil {
		return nil, err
	}
	return x.real.Write(name, content)
}

func (x *faultyFS) Link(from, to string) error {
	if err := x.f.step(true, nil, "link", from, to); err != nil {
		return err
	}
	return x.real.Link(from, to)
}

func (x *faultyFS) Rename(from, to string) error {
	if err := x.f.step(true, nil, "rename", from, to); err != nil {
		return err
	}
	return x.real.Rename(from, to)
}

func (x *faultyFS) Exchange(a, b string) error {
	if err := x.f.step(true, nil, "exchange", a, b); err != nil {
		return err
	}
	return x.real.Exchange(a, b)
}

func (x *faultyFS) Remove(name string) error {
	if err := x.f.step(true, nil, "remove", name); err != nil {
		return err
	}
	return x.real.Remove(name)
}

func (x *faultyFS) RemoveAll(name string) error {
	half := func() {
		if names, err := x.real.List(name); err == nil && len(names) > 0 {
			x.real.RemoveAll(name + "/" + names[0])
		}
	}
	if err := x.f.step(true, half, "removeall", name); err != nil {
		return err
	}
	return x.real.RemoveAll(name)
}

func (x *faultyFS) Lock(name, note string) error {
	if err := x.f.step(true, nil, "lock", name); err != nil {
		return err
	}
	return x.real.Lock(name, note)
}

func (x *faultyFS) Unlock() error {
	if err := x.f.step(true, nil, "unlock"); err != nil {
		return err
	}
	return x.real.Unlock()
}

// Close is never failed: it is how a test gives back what a fault left open.
func (x *faultyFS) Close() error {
	if err := x.f.step(false, nil, "close"); err != nil {
		return err
	}
	return x.real.Close()
}
