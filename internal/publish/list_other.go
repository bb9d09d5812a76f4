//go:build !linux

package publish

import "errors"

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
