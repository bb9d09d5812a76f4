package deploy

import (
	"context"
	"errors"
	"io"

	"gongkai/internal/publish"
)

// A host (主机) is a place with folders and links. publish.Disk, the file systems of publish.Faulty and sftpHost implement it. Names
// are below the target's root. Its Lock serves short sections only (lock.go); it may answer errors.ErrUnsupported.
type host interface{ publish.LinkFS }

// A store (存储) is a place for files by name, without links between folders: S3, or a host in mode in-place.
type store interface {
	// Read opens a file; fs.ErrNotExist. Get reads a small one whole, with the version that Replace and Remove ask for.
	Read(ctx context.Context, name string) (io.ReadCloser, error)
	Get(ctx context.Context, name string) (data []byte, version string, err error)
	// Put makes or replaces a file: readers see all of the old bytes or all of the new.
	Put(ctx context.Context, f File) (Stored, error)
	// Copy copies within the store what List gave, errConflict when it has changed since; to is replaced.
	Copy(ctx context.Context, from Listed, to string) (Stored, error)
	// Delete removes files; missing ones are no error.
	Delete(ctx context.Context, names []string) error
	// List gives the files whose names begin with prefix, sorted. It may be quicker when most names, sorted, are likely known; they
	// decide nothing.
	List(ctx context.Context, prefix string, likely []string) ([]Listed, error)
	// Create makes a small file that must not exist yet, fs.ErrExist; Replace changes one that must still have this version,
	// errConflict. Both return the new version.
	Create(ctx context.Context, name string, data []byte) (version string, err error)
	Replace(ctx context.Context, name string, data []byte, version string) (string, error)
	Close() error
}

// errConflict is what Replace answers when another was quicker.
var errConflict = errors.New("changed by another meanwhile")

// A File is one file on its way to a store.
type File struct {
	Name string
	Size int64
	Sum  publish.Sum
	Open func() (io.ReadCloser, error) // may be called again after a failure
}

// Listed is a file of a store as its list shows it.
type Listed struct {
	Name    string
	Size    int64
	Version string // differs when the bytes do; without white space: an ETag, a host's size and time
}

// Stored is what a file has become.
type Stored struct {
	Version string // as List will show it
	Proven  bool   // the store's answer proves the bytes; else they are to be read back
}
