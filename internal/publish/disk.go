package publish

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"sync"
	"syscall"
)

// maxFolders bounds the folders that a Disk keeps open. Sites are written folder by folder, so a few would do.
const maxFolders = 128

// A Disk is the FS of a real folder. Every path goes through os.Root, so none leaves the folder; and because os.Root opens a path
// element by element, the folders last used are kept open and files are reached from there (a third of the time of a write, two
// thirds of a link's, measured at four elements).
type Disk struct {
	root *os.Root
	held *os.File // the lock, open
	lock string   // its name

	mu      sync.Mutex
	folders map[string]*folder
	moved   int // counts the operations after which an open folder may have another name
}

// A folder is a handle on a folder, shared by those who use it.
type folder struct {
	root  *os.Root
	users int
	stale bool // to be closed by its last user

	once   sync.Once
	handle *os.File // opened when first needed; os.Root does not give its own
	err    error
}

// OpenDisk opens an existing folder.
func OpenDisk(dir string) (*Disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Disk{root: root, folders: map[string]*folder{}}, nil
}

// Close implements FS.
func (d *Disk) Close() error {
	d.forget()
	var err error
	if d.held != nil {
		err = d.held.Close()
		d.held = nil
	}
	return errors.Join(err, d.root.Close())
}

// in calls f with the folder that holds name, and name's last element.
func (d *Disk) in(name string, f func(at *folder, base string) error) error {
	at, err := d.acquire(path.Dir(name))
	if err != nil {
		return err
	}
	defer d.release(at)
	return f(at, path.Base(name))
}

func (d *Disk) acquire(dir string) (*folder, error) {
	d.mu.Lock()
	at, ok := d.folders[dir]
	if ok {
		at.users++
	}
	moved := d.moved
	d.mu.Unlock()
	if ok {
		return at, nil
	}
	at, err := d.open(dir)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if other, ok := d.folders[dir]; ok {
		at.close()
		other.users++
		return other, nil
	}
	at.users = 1
	at.stale = moved != d.moved
	if !at.stale {
		d.evict()
		d.folders[dir] = at
	}
	return at, nil
}

// open opens a folder from the one above it, and no symbolic link on the way.
func (d *Disk) open(dir string) (*folder, error) {
	if dir == "/" {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: fs.ErrInvalid}
	}
	at := new(folder)
	if dir == "." {
		root, err := d.root.OpenRoot(".")
		at.root = root
		return at, err
	}
	return at, d.in(dir, func(above *folder, base string) error {
		info, err := above.root.Lstat(base)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
		}
		at.root, err = above.root.OpenRoot(base)
		return err
	})
}

// evict makes room for one more: any folder that nobody uses goes.
func (d *Disk) evict() {
	if len(d.folders) < maxFolders {
		return
	}
	for dir, at := range d.folders {
		if at.users == 0 {
			at.close()
			delete(d.folders, dir)
			return
		}
	}
}

func (d *Disk) release(at *folder) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at.users--
	if at.stale && at.users == 0 {
		at.close()
	}
}

// forget closes all folders: their names may change now, and Windows moves no folder that is open.
func (d *Disk) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.moved++
	for _, at := range d.folders {
		if at.stale = true; at.users == 0 {
			at.close()
		}
	}
	clear(d.folders)
}

func (at *folder) close() {
	at.once.Do(func() {})
	if at.handle != nil {
		at.handle.Close()
	}
	at.root.Close()
}

// fd returns the descriptor of a folder, for the system calls that os.Root lacks. It lives as long as the folder is in use.
func (at *folder) fd() (int, error) {
	at.once.Do(func() { at.handle, at.err = at.root.Open(".") })
	if at.err != nil {
		return 0, at.err
	}
	return int(at.handle.Fd()), nil
}
