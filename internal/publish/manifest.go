package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// A Sum is the SHA-256 of a file's bytes.
type Sum [sha256.Size]byte

// String returns the 64 lower-case hexadecimal digits of the manifest.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// MarshalText writes the digits.
func (s Sum) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Sum) UnmarshalText(text []byte) error {
	if len(text) != 2*len(s) || bytes.ContainsAny(text, "ABCDEF") {
		return fmt.Errorf("%.80q is not a SHA-256 in hexadecimal", text)
	}
	if _, err := hex.Decode(s[:], text); err != nil {
		return fmt.Errorf("%q is not a SHA-256 in hexadecimal", text)
	}
	return nil
}

// A Line (清单行) is one file of a manifest.
type Line struct {
	Path string // slash-separated, below the published folder
	Sum  Sum
}

// A Manifest (清单) is every file of a published folder but the manifest itself, sorted by the bytes of the path.
type Manifest []Line

// Bytes returns the manifest in the form of sha256sum.
func (m Manifest) Bytes() []byte {
	size := 0
	for _, l := range m {
		size += 2*sha256.Size + len("  ") + len(l.Path) + len("\n")
	}
	text := make([]byte, 0, size)
	for _, l := range m {
		text = hex.AppendEncode(text, l.Sum[:])
		text = append(text, "  "...)
		text = append(text, l.Path...)
		text = append(text, '\n')
	}
	return text
}

// Tree returns the tree hash, the SHA-256 of the manifest's bytes.
func (m Manifest) Tree() Sum { return sha256.Sum256(m.Bytes()) }

// ParseManifest reads what Bytes writes and nothing else: an error names the first line that is not in that form.
func ParseManifest(text []byte) (Manifest, error) {
	if len(text) == 0 {
		return nil, fmt.Errorf("%s is empty", ManifestName)
	}
	m := make(Manifest, 0, bytes.Count(text, []byte("\n")))
	rest := string(text) // paths share it
	for len(rest) > 0 {
		line, after, ended := strings.Cut(rest, "\n")
		rest = after
		l, ok := parseLine(line)
		switch {
		case !ok || !ended:
			return nil, fmt.Errorf("%s:%d: not a line of sha256sum", ManifestName, len(m)+1)
		case len(m) > 0 && m[len(m)-1].Path >= l.Path:
			return nil, fmt.Errorf("%s:%d: not sorted", ManifestName, len(m)+1)
		}
		m = append(m, l)
	}
	return m, nil
}

func parseLine(line string) (Line, bool) {
	const digits = 2 * sha256.Size
	if len(line) < digits+len("  x") || line[digits:digits+2] != "  " {
		return Line{}, false
	}
	l := Line{Path: line[digits+2:]}
	if _, err := hex.Decode(l.Sum[:], []byte(line[:digits])); err != nil || strings.ContainsAny(line[:digits], "ABCDEF") {
		return Line{}, false
	}
	return l, CheckPath(l.Path) == nil
}

// manifest lists what the stage holds.
func (s *Stage) manifest() Manifest {
	m := make(Manifest, 0, len(s.site))
	for path, e := range s.site {
		m = append(m, Line{path, e.stamp.Sum})
	}
	slices.SortFunc(m, func(a, b Line) int { return strings.Compare(a.Path, b.Path) })
	return m
}
