package publish

import (
	"crypto/sha256"
	"io/fs"
	"sync"
)

// A Rehearsal (试排) takes the files of a site as a Stage does and refuses the same paths, but keeps none and touches no disk.
type Rehearsal struct {
	mu    sync.Mutex
	names names
}

// Rehearse begins one.
func Rehearse() *Rehearsal {
	r := &Rehearsal{}
	r.names.init()
	return r
}

func (r *Rehearsal) claim(name string) error {
	if err := CheckPath(name); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.names.claim(name)
}

// Write takes a path.
func (r *Rehearsal) Write(name string, data []byte) (Stamp, error) {
	return Stamp{Size: int64(len(data)), Sum: sha256.Sum256(data)}, r.claim(name)
}

// Copy takes a path if the source can be opened.
func (r *Rehearsal) Copy(name string, src fs.FS, from string) (Stamp, error) {
	if err := r.claim(name); err != nil {
		return Stamp{}, err
	}
	f, info, err := open(src, from)
	if err != nil {
		return Stamp{}, err
	}
	return Stamp{Size: info.Size()}, f.Close()
}

// Keep takes a path: what was made for the same key before can be made again.
func (r *Rehearsal) Keep(name string, _ Stamp) (bool, error) { return true, r.claim(name) }
