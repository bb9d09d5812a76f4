// Package publish puts a finished site into a folder: it stages the files beside their destination, switches the whole folder in
// one step and writes the manifest by which anyone can verify it. It knows nothing of reports; it moves bytes.
//
// # What a published folder is
//
// The destination, say public, holds the files that were written and manifest.sha256, which lists every other file of the folder
// in the form of sha256sum ("sha256sum -c manifest.sha256" verifies the folder): 64 lower-case hexadecimal digits, two spaces, the
// slash-separated path, a line feed; sorted by the bytes of the path; no path twice. The SHA-256 of that file is the tree hash.
// Files have mode 0644 and folders 0755, both less the umask. Beside the folder stands public.manifest.json,
//
//	{"version": "1.2.0", "commit": "…", "tree": "<tree hash>", "findings": {"error": 0, "warning": 2, "info": 1},
//	 "waived": [{"path": "content/…", "rule": "…", "reason": "…", "by": "…", "date": "2021-11-03"}]}
//
// with "drafts": 3 besides when --drafts has built so many. It is the only place that names the generator and what was found, so that
// equal content gives equal bytes inside the folder.
//
// # Whose folder is replaced
//
// A destination is ours when it is missing, empty, or holds a manifest.sha256 in exactly the form above; any other is refused
// ([ErrNotOurs]), and so is one with version control at its top (.git, .hg, .svn, …), which a switch would destroy. Whatever else
// lies in a folder of ours goes with the old tree ([Result.Foreign]). A destination that is a symbolic link stands for the folder
// it points to: that folder is switched, beside itself, and the link stays. A mount point cannot be switched and is refused
// ([ErrMountPoint]).
//
// # The working folder
//
// While a stage is open there is a folder .public.gongkai beside the destination, on the same file system:
//
//	lock            held by the operating system as long as the process lives; the process id stands in it, its modification
//	                time is the start
//	stage/          the new tree; after the switch the old one, until it is removed
//	old/            the old tree on its way out, where two folders cannot be exchanged in one step
//	manifest.json   the coming public.manifest.json
//	spare/          with [Options.Spare]: the published tree once more, by hard links
//
// It is gone when the stage ends, but for the spare. What a killed run left there is cleaned, or put right, by the next [Open].
//
// # The spare
//
// Making the whole tree anew and removing the old one costs two operations a file, however little has changed. With Options.Spare the old
// tree is not removed after the switch but brought up to date, which takes one operation for each file that differs, and kept: the next
// stage begins with it and replaces what differs again. It holds the published bytes and no others. A spare that is not beyond doubt
// (its manifest is another, a file in it is not the published one, a folder has another mode) is not used.
//
// # What a reader sees
//
// A killed process leaves the old tree or the new one, never a mixture. On Linux (renameat2 with RENAME_EXCHANGE) and macOS
// (renamex_np with RENAME_SWAP) the two folders change places in one step. Where the file system or the system has no exchange, the
// old folder is renamed to old/ and the new one to the destination: between the two calls there is a moment without a folder, and
// a process killed just then leaves none; the next Open puts the old tree back before it does anything else. This holds for a
// killed process, not for a power cut: files are not flushed one by one.
//
// A file whose bytes equal those of the folder being replaced is hard-linked from it (copied where links are not to be had), and
// a site in which nothing at all differs is not switched: its folder is not touched.
package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"sync"
)

// ManifestName is the name of the manifest at the top of a published folder.
const ManifestName = "manifest.sha256"

// Options says where to publish.
type Options struct {
	// Destination is the folder to replace. Missing parents are made, and removed again when the stage is aborted.
	Destination string

	// Protected are folders that the destination may neither be nor contain: the site's source, the user's home.
	Protected []string

	// Inputs are folders, such as content, that the destination may moreover not lie in: the next build would read its own output.
	Inputs []string

	// Generator goes into the file beside the folder.
	Generator Info

	// Spare keeps a second tree of links beside the destination, so that a small change costs little.
	Spare bool

	// Open gives the folder in which everything happens, an existing ancestor of Destination; nil means OpenDisk. A test passes
	// the method of a Faulty.
	Open func(dir string) (FS, error)
}

// A Stage (待发布区) collects a finished site beside its destination and switches it in. Open takes the lock, which Commit and
// Abort give back: one of the two must be called. Write, Copy and Keep may be called from several goroutines.
type Stage struct {
	fs         FS
	place      place
	info       Info
	spare      spare
	ours       []string // folders to remove in the end if they are empty: those made on the way to the destination, the working folder
	old        map[string]Sum
	oldFolders map[string]bool // in which these stand
	oldText    []byte          // the manifest of the folder being replaced; nil when there is none
	exists     bool            // there is a folder to replace
	mode       fs.FileMode     // what a file written by this process gets; 0 where modes mean nothing
	buffers    sync.Pool       // of *[]byte, to read files

	mu    sync.Mutex
	names names
	site  map[string]*entry
	err   error // the first that failed
	done  bool

	folders sync.RWMutex
	made    map[string]bool
}

// Open takes the destination's lock, puts right what a killed run left, checks that the destination may be replaced, and returns an
// empty stage. A refusal is a *Problem; everything else is a *fs.PathError or *os.LinkError with verb, path and cause.
func Open(ctx context.Context, opt Options) (*Stage, error) {
	place, err := locate(opt)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	open := opt.Open
	if open == nil {
		open = func(dir string) (FS, error) { return OpenDisk(dir) }
	}
	disk, err := open(place.root)
	if err != nil {
		return nil, err
	}
	s := &Stage{fs: disk, place: place, info: opt.Generator, spare: spare{wanted: opt.Spare}, site: map[string]*entry{}, made: map[string]bool{".": true}}
	s.names.init()
	s.buffers.New = func() any { b := make([]byte, 64<<10); return &b }
	if err := s.refuseEarly(); err != nil {
		s.fs.Close()
		return nil, err
	}
	// From here on a failure is reported alone: what cannot be cleaned up after it is for the next run.
	if err := s.lock(); err != nil {
		s.leave()
		s.fs.Close()
		return nil, err
	}
	if err := s.prepare(); err != nil {
		s.clean()
		return nil, err
	}
	return s, nil
}

// lock makes the working folder and takes the lock in it. The holder of a lock removes the working folder when it ends, hence the
// further tries: each means that another stage has just ended.
func (s *Stage) lock() error {
	for _, dir := range s.place.missing {
		if err := s.fs.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
			return s.fault("mkdir", dir, err)
		}
		s.ours = append(s.ours, dir)
	}
	for try := 0; ; try++ {
		if err := s.fs.Mkdir(s.place.work); err != nil && !errors.Is(err, fs.ErrExist) {
			return s.fault("mkdir", s.place.work, err)
		}
		switch info, err := s.fs.Lstat(s.place.work); {
		case err == nil && !info.IsDir():
			return notOurs(s.place.shown, "旁边的 "+s.place.work+" 不是文件夹", s.place.work+" beside it is not a folder")
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return s.fault("stat", s.place.work, err)
		}
		s.ours = append(s.ours[:len(s.place.missing):len(s.place.missing)], s.place.work)
		err := s.fs.Lock(s.place.lock, strconv.Itoa(os.Getpid())+"\n")
		var held *Held
		switch {
		case err == nil:
			return nil
		case errors.As(err, &held):
			return lockedBy(s.place.shown, held)
		case try < 100 && errors.Is(err, fs.ErrNotExist):
		default:
			return s.fault("lock", s.place.lock, err)
		}
	}
}

// prepare is done under the lock: recovery, the check of the destination, an empty stage.
func (s *Stage) prepare() error {
	if err := s.recover(); err != nil {
		return err
	}
	if err := s.refuse(); err != nil {
		return err
	}
	if err := s.readOld(); err != nil {
		return err
	}
	if err := s.fs.Mkdir(s.place.stage); err != nil {
		return s.fault("mkdir", s.place.stage, err)
	}
	info, err := s.fs.Lstat(s.place.stage)
	if err != nil {
		return s.fault("stat", s.place.stage, err)
	}
	if posixModes {
		s.mode = info.Mode().Perm() & fileMode // so the umask of this process is known without asking for it
	}
	return s.adopt(info.Mode())
}

// recover puts right what a killed run left: the old tree if it had just been renamed away, and nothing else.
func (s *Stage) recover() error {
	names, err := s.fs.List(s.place.work)
	if err != nil {
		return s.fault("read", s.place.work, err)
	}
	left := func(name string) bool { return slices.Contains(names, path.Base(name)) }
	moved := left(s.place.old)
	if moved {
		_, err := s.fs.Lstat(s.place.site)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err := s.fs.Rename(s.place.old, s.place.site); err != nil {
				return s.fault2("rename", s.place.old, s.place.site, err)
			}
			moved = false
		case err != nil:
			return s.fault("stat", s.place.site, err)
		}
	}
	for _, name := range []string{s.place.stage, s.place.old, s.place.coming, s.place.spare} {
		if name == s.place.spare && s.spare.wanted {
			continue
		}
		if !left(name) || name == s.place.old && !moved {
			continue
		}
		if err := s.fs.RemoveAll(name); err != nil {
			return s.fault("remove", name, err)
		}
	}
	return nil
}
