package document

import "encoding/binary"

// gidToUnicode turns the character map of an embedded TrueType font round: a document that shows glyph numbers without a ToUnicode table can
// still be read when the font has kept its map.
func (f *pdfFile) gidToUnicode(sub pdfDict) map[int]rune {
	if m := f.resolve(sub["CIDToGIDMap"]); m != nil && m != pdfName("Identity") {
		return nil
	}
	file, ok := f.resolve(f.dict(sub["FontDescriptor"])["FontFile2"]).(*pdfStream)
	if !ok {
		return nil
	}
	data, err := f.unpack(file)
	if err != nil {
		return nil
	}
	cmap := sfntTable(data, "cmap")
	u16 := func(b []byte, at int) int {
		if at < 0 || at+2 > len(b) {
			return 0
		}
		return int(binary.BigEndian.Uint16(b[at:]))
	}
	u32 := func(b []byte, at int) int {
		if at < 0 || at+4 > len(b) {
			return 0
		}
		return int(binary.BigEndian.Uint32(b[at:]))
	}
	back := map[int]rune{}
	put := func(gid int, c rune) {
		if _, known := back[gid]; !known && gid > 0 {
			back[gid] = c
		}
	}
	for i := range min(u16(cmap, 2), 32) {
		platform, at := u16(cmap, 4+8*i), u32(cmap, 8+8*i)
		if platform != 3 && platform != 0 || at <= 0 || at >= len(cmap) {
			continue
		}
		t := cmap[at:]
		switch u16(t, 0) {
		case 4:
			n := u16(t, 6)
			for s := 0; s < n; s += 2 {
				end, start, delta, off := u16(t, 14+s), u16(t, 16+n+s), u16(t, 16+2*n+s), u16(t, 16+3*n+s)
				for c := start; c <= end && c < 0xffff; c++ {
					gid := c + delta
					if off != 0 {
						if gid = u16(t, 16+3*n+s+off+2*(c-start)); gid != 0 {
							gid += delta
						}
					}
					put(gid&0xffff, rune(c))
				}
			}
		case 12:
			for g := range min(u32(t, 12), 100_000) {
				start, end, gid := u32(t, 16+12*g), u32(t, 20+12*g), u32(t, 24+12*g)
				for c := start; c <= end && c-start < 0x10000 && len(back) < 0x10000; c++ {
					put(gid+c-start, rune(c))
				}
			}
		}
	}
	if len(back) == 0 {
		return nil
	}
	return back
}

// sfntTable finds a table of a TrueType font.
func sfntTable(data []byte, tag string) []byte {
	if len(data) < 12 {
		return nil
	}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		at := 12 + 16*i
		if at+16 > len(data) {
			break
		}
		if string(data[at:at+4]) == tag {
			from, n := int(binary.BigEndian.Uint32(data[at+8:])), int(binary.BigEndian.Uint32(data[at+12:]))
			if from >= 0 && n >= 0 && from+n <= len(data) {
				return data[from : from+n]
			}
		}
	}
	return nil
}
