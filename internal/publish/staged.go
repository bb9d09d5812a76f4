package publish

import (
	"crypto/sha256"
	"io"
	"slices"
	"strings"
)

// Staged is a file that a stage holds.
type Staged struct {
	Path string
	Stamp
}

// Files lists what the stage holds by now, sorted by path.
func (s *Stage) Files() []Staged {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Staged, 0, len(s.site))
	for name, e := range s.site {
		list = append(list, Staged{name, e.stamp})
	}
	slices.SortFunc(list, func(x, y Staged) int { return strings.Compare(x.Path, y.Path) })
	return list
}

// Read returns the bytes of one of Files, in buf if they fit. One that is no longer what it was staged as is an error, as it is for Commit.
func (s *Stage) Read(f Staged, buf []byte) ([]byte, error) {
	s.mu.Lock()
	e := s.site[f.Path]
	s.mu.Unlock()
	at := s.place.stage + "/" + f.Path
	if e.kept {
		at = s.place.site + "/" + f.Path
	}
	r, err := s.fs.Open(at)
	if err != nil {
		return nil, s.fail(s.fault("open", at, err))
	}
	defer r.Close()
	buf = slices.Grow(buf[:0], int(f.Size)+1)[:f.Size]
	if _, err := io.ReadFull(r, buf); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, s.fail(s.fault("read", at, err))
	}
	if sha256.Sum256(buf) != f.Sum {
		return nil, s.fail(changed(s.place.path(at)))
	}
	return buf, nil
}
