package deploy

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/publish"
)

// A ledger (台账) is what is known of the files of the site: that the version which a list shows has these bytes, because they were proven
// when they were sent, or were read. A file whose version is another has been touched since.
//
// It is kept in parts, which are only ever added, each with the lines
//
//	<sha256> <version> <path>
//
// Later parts count more. A deploy writes one from time to time, so that another can go on after a cut; when there are many, they become one.
type ledger map[string]fact

type fact struct {
	sum     publish.Sum
	version string
	fresh   bool // in no part yet
}

// maxParts is how many parts there may be.
const maxParts = 16

// read applies a part. Lines that are not in the form count for nothing: then the file is read again.
func (l ledger) read(text []byte) {
	for line := range strings.Lines(string(text)) {
		digits, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		version, name, ok := strings.Cut(rest, " ")
		if sum, good := parseSum(digits); ok && good && name != "" {
			l[name] = fact{sum: sum, version: version}
		}
	}
}

func (f fact) appendTo(b []byte, name string) []byte {
	b = hex.AppendEncode(b, f.sum[:])
	b = append(b, ' ')
	b = append(b, f.version...)
	b = append(b, ' ')
	b = append(b, name...)
	return append(b, '\n')
}

func parseSum(digits string) (publish.Sum, bool) {
	var sum publish.Sum
	if len(digits) != 2*len(sum) {
		return sum, false
	}
	_, err := hex.Decode(sum[:], []byte(digits))
	return sum, err == nil && digits == strings.ToLower(digits)
}

// A clerk writes the ledger while files are sent.
type clerk struct {
	v    *visit
	each int64 // bytes sent between two parts

	sent    int64 // with the visit's lock
	waiting []byte
	writing sync.Mutex
}

// lineWeight is what a file counts for besides its bytes, so that many small ones make a part too.
const lineWeight = 4 << 10

// newClerk cuts what is to be sent into some fifty parts.
func newClerk(v *visit, bytes int64, files int) *clerk {
	return &clerk{v: v, each: max((bytes+int64(files)*lineWeight)/50, 64<<10)}
}

// add notes what a file has become, and now and then writes a part.
func (c *clerk) add(ctx context.Context, name string, size int64, f fact) error {
	c.v.mu.Lock()
	c.v.files[name] = Listed{c.v.prefix + name, size, f.version}
	c.v.ledger[name] = f
	c.waiting = f.appendTo(c.waiting, name)
	c.sent += size + lineWeight
	full := c.sent >= c.each
	c.v.mu.Unlock()
	if !full {
		return nil
	}
	return c.flush(ctx)
}

// flush writes what waits.
func (c *clerk) flush(ctx context.Context) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.v.mu.Lock()
	text := c.waiting
	c.waiting, c.sent = nil, 0
	c.v.mu.Unlock()
	if len(text) == 0 {
		return nil
	}
	return c.v.addPart(ctx, text)
}

func (v *visit) addPart(ctx context.Context, text []byte) error {
	next := 1
	if len(v.parts) > 0 {
		last := v.parts[len(v.parts)-1]
		fmt.Sscanf(last[strings.LastIndexByte(last, '/')+1:], "%d", &next) // readState lets only numbers in
		next++
	}
	name := ledgerName + fmt.Sprintf("%08d", next)
	if err := v.put(ctx, name, text); err != nil {
		return err
	}
	v.parts = append(v.parts, v.state+name)
	return nil
}

// noteFresh writes what was found by reading.
func (v *visit) noteFresh(ctx context.Context) error {
	var names []string
	for name, f := range v.ledger {
		if f.fresh {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var text bytes.Buffer
	for _, name := range names {
		f := v.ledger[name]
		text.Write(f.appendTo(nil, name))
		v.ledger[name] = fact{f.sum, f.version, false}
	}
	v.fresh = false
	if text.Len() == 0 {
		return nil
	}
	return v.addPart(ctx, text.Bytes())
}

// compact makes one part of many, with what is true of the files that are there.
func (v *visit) compact(ctx context.Context) error {
	if len(v.parts) <= maxParts {
		return nil
	}
	var names []string
	for name := range v.files {
		if _, ok := v.known(name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var text []byte
	for _, name := range names {
		text = v.ledger[name].appendTo(text, name)
	}
	old := v.parts
	if err := v.addPart(ctx, text); err != nil {
		return err
	}
	if err := v.store.Delete(ctx, old); err != nil {
		return err
	}
	v.parts = v.parts[len(v.parts)-1:]
	return nil
}
