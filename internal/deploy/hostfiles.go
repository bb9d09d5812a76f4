package deploy

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"time"

	"gongkai/internal/publish"
)

// hostFiles are small files of a host: the lock's, and those that are replaced whole.
type hostFiles struct{ host }

// guardName is a lock of the system's kind, held while a file is compared and replaced.
const guardName = ".guard"

// read reads a file whole.
func (h hostFiles) read(name string) ([]byte, error) {
	f, err := h.Open(name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(f)
	return text, errors.Join(err, f.Close())
}

// Get implements locker. The version of a file is its text: a lease has a token.
func (h hostFiles) Get(_ context.Context, name string) ([]byte, string, error) {
	text, err := h.read(name)
	return text, string(text), err
}

// Create implements locker: the file has its text from its first moment on, by a link where the host has them.
func (h hostFiles) Create(_ context.Context, name string, text []byte) (string, error) {
	err := h.through(name, text, func(beside string) error {
		err := h.link(beside, name)
		if publish.NoLinks(err) {
			_, err = h.Write(name, bytes.NewReader(text))
		}
		return errors.Join(err, h.Remove(beside))
	})
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s: %w", name, fs.ErrExist)
	}
	return string(text), err
}

// Replace implements locker. Where the system has a lock, nobody comes between the comparison and the renaming. Where it has none, of two
// who come at once the later stays, and the other learns it when it looks again.
func (h hostFiles) Replace(ctx context.Context, name string, text []byte, version string) (string, error) {
	locked, err := h.guard(ctx)
	if err != nil {
		return "", err
	}
	if locked {
		defer h.Unlock()
	}
	_, now, err := h.Get(ctx, name)
	if err != nil {
		return "", err
	}
	if now != version {
		return "", errConflict
	}
	if err := h.replace(name, text); err != nil {
		return "", err
	}
	if _, now, err = h.Get(ctx, name); err == nil && now != string(text) {
		err = errConflict
	}
	return string(text), err
}

// guard takes the system's lock, where there is one. It is held for a moment only, so it is worth waiting for.
func (h hostFiles) guard(ctx context.Context) (bool, error) {
	for try := 0; ; try++ {
		err := h.Lock(guardName, strconv.Itoa(os.Getpid()))
		var held *publish.Held
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, errors.ErrUnsupported):
			return false, nil
		case try == 100 || !errors.As(err, &held) && !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return false, err
		}
	}
}

// replace writes a file beside another and renames it over that one.
func (h hostFiles) replace(name string, text []byte) error {
	return h.through(name, text, func(beside string) error {
		if err := h.Rename(beside, name); err != nil {
			return errors.Join(err, h.Remove(beside))
		}
		return nil
	})
}

// through writes a file beside another, to be made that one by into. Who has the lock takes such files for litter of killed processes
// and removes them: then it is done again.
func (h hostFiles) through(name string, text []byte, into func(beside string) error) error {
	for try := 0; ; try++ {
		beside := besides(name)
		if _, err := h.Write(beside, bytes.NewReader(text)); err != nil {
			return errors.Join(err, h.Remove(beside))
		}
		if err := into(beside); try == 10 || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}

// link is Link, whose error names both files whatever the host says.
func (h hostFiles) link(from, to string) error {
	err := h.Link(from, to)
	var named *os.LinkError
	if err != nil && !errors.As(err, &named) {
		err = &os.LinkError{Op: "link", Old: from, New: to, Err: err}
	}
	return err
}

// besides is a name for a file that is to become another; what a killed process leaves begins with a dot.
func besides(name string) string {
	return path.Join(path.Dir(name), "."+path.Base(name)+"."+rand.Text())
}

// Delete implements locker.
func (h hostFiles) Delete(_ context.Context, names []string) error {
	var errs []error
	for _, name := range names {
		errs = append(errs, h.Remove(name))
	}
	return errors.Join(errs...)
}
