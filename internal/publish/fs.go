package publish

import (
	"errors"
	"io"
	"io/fs"
	"time"
)

// fileMode and folderMode are what published files and folders get, less the umask.
const (
	fileMode   fs.FileMode = 0o644
	folderMode fs.FileMode = 0o755
)

// An FS is one folder of a disk with every operation by which gongkai changes it, so that a test can fail each in turn. Names are
// slash-separated and below the folder. Disk is the real one, Faulty the one for tests. All methods but Lock, Unlock and Close may
// be called from several goroutines, as long as none of them moves or removes a folder in which others work.
type FS interface {
	// Lstat, Open and List read. Open follows symbolic links within the folder, as os.Root does; the others do not. List returns
	// the names in a folder, sorted.
	Lstat(name string) (fs.FileInfo, error)
	Open(name string) (io.ReadCloser, error)
	List(name string) ([]string, error)

	// Mkdir makes one folder; fs.ErrExist when something is there.
	Mkdir(name string) error
	// Write makes a file that does not exist yet, lets content write itself into it, closes it and returns what it has become. After
	// an error some of it may be there.
	Write(name string, content io.WriterTo) (fs.FileInfo, error)
	// Link gives a regular file a second name.
	Link(from, to string) error
	// Rename moves a file onto another or none, a folder onto none.
	Rename(from, to string) error
	// Exchange lets two folders change places in one step; errors.ErrUnsupported where that cannot be had.
	Exchange(a, b string) error
	// Remove removes a file or an empty folder, RemoveAll a folder with all it holds; it is no error when there is none.
	Remove(name string) error
	RemoveAll(name string) error

	// Lock takes the lock file of that name, making it where it is missing, and writes the note into it; a *Held error says that
	// another has it. It is lost when the process ends. Unlock removes the file and gives the lock back.
	Lock(name, note string) error
	Unlock() error

	// Close gives back what the FS keeps open, a lock too.
	Close() error
}

// Held says who has a lock.
type Held struct {
	Note  string    // what the holder wrote, trimmed: its process id
	Since time.Time // when
}

// Error implements error.
func (h *Held) Error() string { return "lock held by " + h.Note }

// readAll reads and closes.
func readAll(f io.ReadCloser) ([]byte, error) {
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}
