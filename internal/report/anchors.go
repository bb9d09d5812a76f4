package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"gongkai/internal/han"
)

// anchors hands out the ids of one page (contract §5). No id is given twice.
type anchors struct {
	seen    map[string]int
	scratch []byte
}

func (a *anchors) reset() {
	if a.seen == nil || len(a.seen) > 10_000 { // a map never shrinks
		a.seen = make(map[string]int, 128)
	}
	clear(a.seen)
}

// paragraph is p- and 8 hex digits of the SHA-256 of the normalised text; the second equal one ends in -2.
func (a *anchors) paragraph(text []byte) string {
	a.scratch = han.AppendNormalised(a.scratch[:0], text)
	return a.hashed("p-", a.scratch)
}

// heading is s and the written numbers from the outermost in (path, "1-2-3"); h- and 8 hex digits of the SHA-256 of the text as it
// stands when there is no number or the numbers are taken.
func (a *anchors) heading(path string, text []byte) string {
	if path != "" {
		if id := "s" + path; a.seen[id] == 0 {
			a.seen[id] = 1
			return id
		}
	}
	return a.hashed("h-", text)
}

func (a *anchors) hashed(prefix string, text []byte) string {
	sum := sha256.Sum256(text)
	var buf [10]byte
	copy(buf[:], prefix)
	hex.Encode(buf[2:], sum[:4])
	id := string(buf[:])
	return a.unique(id)
}

func (a *anchors) unique(id string) string {
	a.seen[id]++
	if n := a.seen[id]; n > 1 {
		id += "-" + strconv.Itoa(n)
		a.seen[id] = 1
	}
	return id
}

func (a *anchors) has(id string) bool { return a.seen[id] > 0 }
