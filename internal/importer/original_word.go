package importer

import (
	"bytes"
	"encoding/binary"

	"gongkai/internal/diag"
)

// Where the head of Word's main stream (FIB, [MS-DOC] 2.5) says what.
const (
	fibFlags = 0x0A
	fibEnd   = 0x2DA

	flagFast      = 1 << 2 // saved fast: deleted text is still there
	flagEncrypted = 1 << 8
	flagTable1    = 1 << 9 // the tables are in 1Table, not 0Table
)

// personTables are the tables of names: associated strings (author, last editor, template), editors of changes, who saved it and where,
// authors of comments.
var personTables = [...]int{0x19A, 0x232, 0x2D2, 0x1BA}

// stripWord blanks the names of persons in a .doc or .wps file, every offset of which holds. It refuses what it cannot clean.
func stripWord(data []byte) ([]byte, diag.Text) {
	unsound := diag.Say("文件结构有损，无法清除作者信息", "it is damaged, and its author cannot be removed")
	c, err := openCompound(bytes.Clone(data))
	if err != nil {
		return nil, unsound
	}
	for _, name := range [...]string{"Macros", "_VBA_PROJECT_CUR", "VBA", "_VBA_PROJECT"} {
		if c.find(name) != nil {
			return nil, diag.Say("带有宏", "it holds macros")
		}
	}
	if pool := c.find("ObjectPool"); pool != nil && pool.child != freeSector {
		return nil, diag.Say("带有嵌入文件", "it holds an embedded file")
	}
	word := c.find("WordDocument")
	if word == nil {
		return nil, diag.Say("不是 Word 或 WPS 文字文件", "it is no text of Word or WPS")
	}
	var fib []byte
	if err := c.change(word, func(b []byte) error {
		if len(b) < fibEnd || binary.LittleEndian.Uint16(b) != 0xA5EC {
			return errCompound
		}
		fib = bytes.Clone(b[:fibEnd])
		return nil
	}); err != nil {
		return nil, unsound
	}
	flags := binary.LittleEndian.Uint16(fib[fibFlags:])
	switch {
	case flags&flagEncrypted != 0:
		return nil, diag.Say("文件已加密，无法清除作者信息", "it is encrypted and its author cannot be removed")
	case flags&flagFast != 0:
		return nil, diag.Say("文件是“快速保存”的，可能还带着删去的文字", "it was saved fast and may still hold deleted text")
	}
	table := c.find("0Table")
	if flags&flagTable1 != 0 {
		table = c.find("1Table")
	}
	if table == nil || c.change(table, func(b []byte) error { return blankPersons(b, fib) }) != nil {
		return nil, unsound
	}
	for _, name := range [...]string{"\x05SummaryInformation", "\x05DocumentSummaryInformation"} {
		if e := c.find(name); e != nil && e.size > 0 && c.change(e, emptyProperties) != nil {
			return nil, unsound
		}
	}
	c.wipeFree()
	return c.data, diag.Text{}
}

// blankPersons overwrites the strings of the tables of names with blanks.
func blankPersons(b, fib []byte) error {
	for _, at := range personTables {
		from, size := int(binary.LittleEndian.Uint32(fib[at:])), int(binary.LittleEndian.Uint32(fib[at+4:]))
		if size == 0 {
			continue
		}
		if from > len(b) || size > len(b)-from {
			return errCompound
		}
		if err := blankStrings(b[from : from+size]); err != nil {
			return err
		}
	}
	return nil
}

// blankStrings overwrites the strings of a string table (STTB, [MS-DOC] 2.2.4), or of a list of counted strings.
func blankStrings(b []byte) error {
	extra, at := 0, 0
	if len(b) >= 6 && binary.LittleEndian.Uint16(b) == 0xFFFF {
		extra, at = int(binary.LittleEndian.Uint16(b[4:])), 6
	}
	for at+2 <= len(b) {
		n := 2 * int(binary.LittleEndian.Uint16(b[at:]))
		if at += 2; at+n > len(b) {
			return errCompound
		}
		for i := at; i < at+n; i += 2 {
			b[i], b[i+1] = ' ', 0
		}
		at += n + extra
	}
	return nil
}
