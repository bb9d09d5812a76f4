package importer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// compound is an OLE compound file ([MS-CFB]), the box of .doc and .wps: streams in chains of sectors below a directory. It is changed in
// place, stream by stream, so that no length and no offset changes.
type compound struct {
	data    []byte
	sector  int      // bytes of a sector
	next    []uint32 // FAT: the sector behind each
	mini    []uint32 // the same of the small sectors, which lie in the root's stream
	root    []int    // offsets of the root's sectors in data
	entries []compoundEntry
}

type compoundEntry struct {
	name  string
	kind  byte // 1 storage, 2 stream, 5 root
	child uint32
	start uint32
	size  int
}

const (
	compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	freeSector    = 0xFFFFFFFF
	lastSector    = 0xFFFFFFFE
	miniSector    = 64
	miniLimit     = 4096 // streams below it lie in small sectors
)

var errCompound = errors.New("it is no sound OLE file")

// openCompound reads the directory of a file; it fails on anything unsound.
func openCompound(data []byte) (*compound, error) {
	if len(data) < 1536 || string(data[:8]) != compoundMagic {
		return nil, errCompound
	}
	c := &compound{data: data}
	switch binary.LittleEndian.Uint16(data[0x1E:]) {
	case 9:
		c.sector = 512
	case 12:
		c.sector = 4096
	default:
		return nil, errCompound
	}
	if err := c.readFAT(); err != nil {
		return nil, err
	}
	dir, err := c.read(c.chain(c.next, c.word(0x30)), -1)
	if err != nil {
		return nil, err
	}
	for ; len(dir) >= 128; dir = dir[128:] {
		n := int(binary.LittleEndian.Uint16(dir[64:]))
		if n < 2 || n > 64 || dir[66] == 0 {
			continue
		}
		units := make([]uint16, n/2-1)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(dir[2*i:])
		}
		c.entries = append(c.entries, compoundEntry{string(utf16.Decode(units)), dir[66], binary.LittleEndian.Uint32(dir[76:]), binary.LittleEndian.Uint32(dir[116:]), int(binary.LittleEndian.Uint32(dir[120:]))})
	}
	if len(c.entries) == 0 || c.entries[0].kind != 5 {
		return nil, errCompound
	}
	if c.root = c.chain(c.next, c.entries[0].start); c.root == nil && c.entries[0].size > 0 {
		return nil, errCompound
	}
	small, err := c.read(c.chain(c.next, c.word(0x3C)), -1)
	if err != nil {
		return nil, err
	}
	c.mini = words(small)
	return c, nil
}

func (c *compound) word(at int) uint32 { return binary.LittleEndian.Uint32(c.data[at:]) }

func words(b []byte) []uint32 {
	list := make([]uint32, len(b)/4)
	for i := range list {
		list[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return list
}

// readFAT gathers the sectors of the allocation table: the first 109 are named in the header, the others in sectors of their own.
func (c *compound) readFAT() error {
	list := words(c.data[0x4C:512])
	per := c.sector / 4
	for at, n := c.word(0x44), 0; at < lastSector-3; n++ {
		b, ok := c.at(at)
		if !ok || n > len(c.data)/c.sector {
			return errCompound
		}
		more := words(b)
		list, at = append(list, more[:per-1]...), more[per-1]
	}
	for _, n := range list {
		if n >= lastSector-3 {
			continue
		}
		b, ok := c.at(n)
		if !ok {
			return errCompound
		}
		c.next = append(c.next, words(b)...)
	}
	return nil
}

// at is a sector's bytes.
func (c *compound) at(n uint32) ([]byte, bool) {
	from := (int(n) + 1) * c.sector
	if n >= lastSector-3 || from+c.sector > len(c.data) {
		return nil, false
	}
	return c.data[from : from+c.sector], true
}

// chain lists the offsets of the sectors that begin with one; nil when it runs out of the table or round in it.
func (c *compound) chain(table []uint32, n uint32) []int {
	var list []int
	for n < lastSector-3 {
		if int(n) >= len(table) || len(list) > len(table) {
			return nil
		}
		list = append(list, (int(n)+1)*c.sector)
		n = table[n]
	}
	return list
}

// read puts sectors together; size -1 takes them whole.
func (c *compound) read(at []int, size int) ([]byte, error) {
	var b []byte
	for _, from := range at {
		if from+c.sector > len(c.data) {
			return nil, errCompound
		}
		b = append(b, c.data[from:from+c.sector]...)
	}
	if size > len(b) {
		return nil, errCompound
	}
	if size >= 0 {
		b = b[:size]
	}
	return b, nil
}

// find is the entry of a name, nil when there is none.
func (c *compound) find(name string) *compoundEntry {
	for i := range c.entries {
		if c.entries[i].name == name {
			return &c.entries[i]
		}
	}
	return nil
}

// places lists where the pieces of a stream lie in data, and how long each is.
func (c *compound) places(e *compoundEntry) (at []int, size int, err error) {
	if e.size >= miniLimit {
		at = c.chain(c.next, e.start)
		if len(at)*c.sector < e.size {
			return nil, 0, errCompound
		}
		return at, c.sector, nil
	}
	for n := e.start; n < lastSector-3; n = c.mini[n] {
		i := int(n) * miniSector
		if int(n) >= len(c.mini) || len(at) > len(c.mini) || i/c.sector >= len(c.root) {
			return nil, 0, errCompound
		}
		at = append(at, c.root[i/c.sector]+i%c.sector)
	}
	if len(at)*miniSector < e.size {
		return nil, 0, errCompound
	}
	return at, miniSector, nil
}

// change lets a function change the bytes of a stream, but not its length.
func (c *compound) change(e *compoundEntry, edit func(b []byte) error) error {
	at, size, err := c.places(e)
	if err != nil {
		return err
	}
	var b []byte
	for _, from := range at {
		if from+size > len(c.data) {
			return errCompound
		}
		b = append(b, c.data[from:from+size]...)
	}
	if err := edit(b[:e.size:e.size]); err != nil {
		return err
	}
	for i, from := range at {
		copy(c.data[from:from+size], b[i*size:])
	}
	return nil
}

// wipeFree blanks the sectors that belong to nothing: what was deleted may still stand there.
func (c *compound) wipeFree() {
	for n, next := range c.next {
		if b, ok := c.at(uint32(n)); ok && next == freeSector {
			clear(b)
		}
	}
}

// emptyProperties makes of a property stream one that says nothing.
func emptyProperties(b []byte) error {
	if len(b) < 56 || !bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return errCompound
	}
	clear(b[8:24])
	binary.LittleEndian.PutUint32(b[24:], 1)  // one section
	binary.LittleEndian.PutUint32(b[44:], 48) // behind the header
	clear(b[48:])
	binary.LittleEndian.PutUint32(b[48:], 8) // of eight bytes, without a property
	return nil
}
