package publish

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// list names what stands in a folder, with three system calls where os.Root and os.File take twelve: a build lists every folder of the site,
// and a site of 10,000 reports has as many. No symbolic link is followed.
func (d *Disk) list(name string) (names []string, err error) {
	err = d.in(name, func(at *folder, base string) error {
		above, err := at.fd()
		if err != nil {
			return err
		}
		fd, err := again(func() (int, error) {
			return unix.Openat(above, base, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		})
		if err != nil {
			return &fs.PathError{Op: "open", Path: name, Err: err}
		}
		names, err = entries(fd)
		if err = errors.Join(err, unix.Close(fd)); err != nil {
			return &fs.PathError{Op: "list", Path: name, Err: err}
		}
		return nil
	})
	return names, err
}

func entries(fd int) (names []string, err error) {
	buf := make([]byte, 4<<10)
	for {
		n, err := again(func() (int, error) { return unix.ReadDirent(fd, buf) })
		if err != nil || n <= 0 {
			return names, err
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

// again makes a system call until no signal has interrupted it.
func again(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
