//go:build !linux

package publish

import (
	"errors"
	"io/fs"
)

// lstatAtOnce is not to be had.
func (d *Disk) lstatAtOnce(string) (info fs.FileInfo, err error, ok bool) { return nil, nil, false }

func (d *Disk) list(name string) ([]string, error) {
	at, err := d.acquire(name)
	if err != nil {
		return nil, err
	}
	defer d.release(at)
	f, err := at.root.Open(".")
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	return names, errors.Join(err, f.Close())
}
