package deploy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gongkai/internal/publish"
)

// forge builds an archive member by member, as gongkai does or otherwise.
type forge struct {
	t testing.TB
	bytes.Buffer
}

// raw adds a gzip member of these bytes.
func (f *forge) raw(data []byte) {
	z := gzip.NewWriter(f)
	if _, err := z.Write(data); err != nil {
		f.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// entry adds a file with any header.
func (f *forge) entry(h tar.Header, data string) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if h.Typeflag == 0 {
		h.Typeflag = tar.TypeReg
	}
	if h.Typeflag == tar.TypeReg {
		h.Size = int64(len(data))
	}
	if err := w.WriteHeader(&h); err != nil {
		f.t.Fatal(err)
	}
	if h.Typeflag == tar.TypeReg {
		if _, err := w.Write([]byte(data)); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		f.t.Fatal(err)
	}
	f.raw(b.Bytes())
}

func (f *forge) file(name, data string) { f.entry(tar.Header{Name: name, Mode: 0o644}, data) }

// begin adds the facts and the manifest of a site.
func (f *forge) begin(p site, files int, base string) {
	f.manifest(string(p.Manifest().Bytes()), p.Manifest().Tree().String(), files, base)
}

func (f *forge) manifest(text, tree string, files int, base string) {
	f.file(bundleFacts, string(BundleFacts{Format: bundleFormat, Tree: tree, Base: base, Files: files}.bytes()))
	f.file(bundleSite+publish.ManifestName, text)
}

func (f *forge) end() []byte {
	f.raw(make([]byte, tarEnd))
	return f.Bytes()
}

func TestBundleRefusesWhatIsNotOurs(t *testing.T) {
	x := site{"a.html": "A", "b.html": "B"}
	good := func(f *forge) { f.begin(x, 2, ""); f.file("site/a.html", "A"); f.file("site/b.html", "B"); f.end() }
	forged := func(make func(*forge)) []byte {
		f := &forge{t: t}
		make(f)
		return f.Bytes()
	}
	whole := forged(good)
	if !bytes.Equal(whole, bundleBytes(t, x, nil, publish.Info{})) {
		t.Fatal("the forger does not know the form")
	}
	if _, err := openBytes(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	one := func(h tar.Header, data string) func(*forge) {
		return func(f *forge) { f.begin(x, 2, ""); f.entry(h, data); f.file("site/b.html", "B"); f.end() }
	}
	listed := func(text string) func(*forge) {
		return func(f *forge) {
			tree := sumText(text)
			f.manifest(text, tree, 0, strings.Repeat("0", 64))
			f.end()
		}
	}
	line := func(name string) string { return sumText("") + "  " + name + "\n" }
	for name, make := range map[string]func(*forge){
		"empty":                 func(*forge) {},
		"one member, as tar -z": func(f *forge) { f.raw([]byte("bundle.json")) },
		"traversal":             one(tar.Header{Name: "site/../a.html", Mode: 0o644}, "A"),
		"absolute":              one(tar.Header{Name: "/site/a.html", Mode: 0o644}, "A"),
		"outside the site":      one(tar.Header{Name: "a.html", Mode: 0o644}, "A"),
		"symbolic link":         one(tar.Header{Name: "site/a.html", Mode: 0o644, Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, ""),
		"hard link":             one(tar.Header{Name: "site/a.html", Mode: 0o644, Typeflag: tar.TypeLink, Linkname: "site/b.html"}, ""),
		"device":                one(tar.Header{Name: "site/a.html", Mode: 0o644, Typeflag: tar.TypeChar, Devmajor: 1}, ""),
		"folder":                one(tar.Header{Name: "site/a.html/", Mode: 0o755, Typeflag: tar.TypeDir}, ""),
		"pipe":                  one(tar.Header{Name: "site/a.html", Mode: 0o644, Typeflag: tar.TypeFifo}, ""),
		"another mode":          one(tar.Header{Name: "site/a.html", Mode: 0o4755}, "A"),
		"an owner":              one(tar.Header{Name: "site/a.html", Mode: 0o644, Uid: 33}, "A"),
		"extended attributes":   one(tar.Header{Name: "site/a.html", Mode: 0o644, PAXRecords: map[string]string{"SCHILY.xattr.user.a": "b"}}, "A"),
		"other bytes":           one(tar.Header{Name: "site/a.html", Mode: 0o644}, "X"),
		"longer":                one(tar.Header{Name: "site/a.html", Mode: 0o644}, "AA"),
		"a file twice":          func(f *forge) { f.begin(x, 2, ""); f.file("site/a.html", "A"); f.file("site/a.html", "A"); f.end() },
		"wrong order":           func(f *forge) { f.begin(x, 2, ""); f.file("site/b.html", "B"); f.file("site/a.html", "A"); f.end() },
		"one missing":           func(f *forge) { f.begin(x, 1, ""); f.file("site/a.html", "A"); f.end() },
		"one too many": func(f *forge) {
			good(f)
			f.Truncate(0)
			f.begin(x, 2, "")
			f.file("site/a.html", "A")
			f.file("site/ab.html", "x")
			f.end()
		},
		"wrong number":    func(f *forge) { f.begin(x, 3, ""); f.file("site/a.html", "A"); f.file("site/b.html", "B"); f.end() },
		"negative number": func(f *forge) { f.begin(x, -1, strings.Repeat("0", 64)); f.end() },
		"second manifest": func(f *forge) { f.begin(x, 2, ""); f.file("site/manifest.sha256", "A"); f.end() },
		"no manifest": func(f *forge) {
			f.file(bundleFacts, string(BundleFacts{Format: 1, Tree: strings.Repeat("0", 64)}.bytes()))
			f.end()
		},
		"facts of another site": func(f *forge) {
			f.manifest(string(x.Manifest().Bytes()), strings.Repeat("0", 64), 0, strings.Repeat("1", 64))
			f.end()
		},
		"a base that is none": func(f *forge) { f.begin(x, 0, "../../x"); f.end() },
		"newer":               func(f *forge) { f.file(bundleFacts, `{"format":2,"more":true}`); f.end() },
		"facts with more": func(f *forge) {
			f.file(bundleFacts, `{"format":1,"tree":"`+strings.Repeat("0", 64)+`","files":0,"built":{},"x":1}`+"\n")
			f.end()
		},
		"facts that are none": func(f *forge) { f.file(bundleFacts, "{"); f.end() },
		"file and folder":     listed(line("a") + line("a/b")),
		"manifest unsorted":   listed(line("b") + line("a")),
		"manifest climbs":     listed(line("../a")),
		"manifest with .git":  listed(line(".git/config")),
		"something follows":   func(f *forge) { good(f); f.WriteByte(0) },
		"a member follows":    func(f *forge) { good(f); f.raw(nil) },
		"two archives":        func(f *forge) { good(f); good(f) },
		"no end":              func(f *forge) { f.begin(x, 2, ""); f.file("site/a.html", "A"); f.file("site/b.html", "B") },
		"short end": func(f *forge) {
			f.begin(x, 2, "")
			f.file("site/a.html", "A")
			f.file("site/b.html", "B")
			f.raw(make0(tarBlock))
		},
		"long end": func(f *forge) {
			f.begin(x, 2, "")
			f.file("site/a.html", "A")
			f.file("site/b.html", "B")
			f.raw(make0(3 * tarBlock))
		},
		"empty member": func(f *forge) { f.begin(x, 2, ""); f.raw(nil); f.end() },
		"dirty padding": func(f *forge) {
			f.begin(x, 2, "")
			f.padded("site/a.html", "A", 'x', 0)
			f.file("site/b.html", "B")
			f.end()
		},
		"more than it says": func(f *forge) {
			f.begin(x, 2, "")
			f.padded("site/a.html", "A", 0, 64<<20)
			f.file("site/b.html", "B")
			f.end()
		},
		"endless names":      func(f *forge) { f.begin(x, 2, ""); f.raw(longNames(2000)); f.end() },
		"huge facts":         func(f *forge) { f.padded(bundleFacts, strings.Repeat("{", maxFacts+1), 0, 0); f.end() },
		"a name in the gzip": func(f *forge) { f.named(); f.end() },
	} {
		_, err := openBytes(t.Context(), forged(make))
		var problem *publish.Problem
		if !errors.Is(err, ErrBundle) || !errors.As(err, &problem) || problem.Message.ZH == "" || problem.Hint.ZH == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func make0(n int) []byte { return make([]byte, n) }

func sumText(text string) string {
	return site{"x": text}.Manifest()[0].Sum.String()
}

// padded adds a file whose padding is not zero, or longer than it may be.
func (f *forge) padded(name, data string, pad byte, more int) {
	head, err := tarHeader(name, int64(len(data)))
	if err != nil {
		f.t.Fatal(err)
	}
	tail := bytes.Repeat([]byte{pad}, int(padding(int64(len(data))))+more)
	f.raw(append(append(head, data...), tail...))
}

// named adds a member whose gzip header has a name, as gzip writes it.
func (f *forge) named() {
	z := gzip.NewWriter(f)
	z.Name = "bundle.tar"
	if err := z.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// longNames is a header that goes on and on.
func longNames(n int) []byte {
	var b bytes.Buffer
	for range n {
		w := tar.NewWriter(&b)
		if err := w.WriteHeader(&tar.Header{Format: tar.FormatGNU, Typeflag: tar.TypeReg, Name: strings.Repeat("n", 1000)}); err != nil {
			panic(err)
		}
		b.Truncate(b.Len() - tarBlock) // the file itself never comes
	}
	return b.Bytes()
}

// TestBundleDamage cuts the archive at every length and changes every byte of it: what is accepted all the same is the same site.
func TestBundleDamage(t *testing.T) {
	x := site{"a.html": "A" + strings.Repeat("<p>段落</p>", 20), "b.html": "B"}
	whole := bundleBytes(t, x, nil, publish.Info{})
	for n := range whole {
		if _, err := openBytes(t.Context(), whole[:n]); !errors.Is(err, ErrBundle) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(whole), err)
		}
	}
	same := 0
	for i := range whole {
		for _, bit := range []byte{1, 0x10, 0x80} {
			damaged := bytes.Clone(whole)
			damaged[i] ^= bit
			b, err := openBytes(t.Context(), damaged)
			if err == nil {
				same++ // bits that fill up the last byte of compressed data mean nothing
				if got := checkBundle(t, b); fmt.Sprint(got) != fmt.Sprint(x) {
					t.Fatalf("byte %d changed, and the site with it", i)
				}
			} else if !errors.Is(err, ErrBundle) {
				t.Fatalf("byte %d changed: %v", i, err)
			}
		}
	}
	if same*20 > len(whole) {
		t.Errorf("%d changes of %d bytes were accepted", same, len(whole))
	}
}

func TestBundleInterrupted(t *testing.T) {
	whole := bundleBytes(t, someSite(), nil, publish.Info{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openBytes(ctx, whole); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	if _, err := newBundle(ctx, someSite(), nil, publish.Info{}).WriteTo(new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
}

// FuzzBundle reads its input as an archive, and as the members of one, so that the fuzzer meets no checksum of gzip. What is accepted
// can be read, and is what its manifest says.
func FuzzBundle(f *testing.F) {
	x := site{"a.html": "A", "b/c.html": "<p>总结</p>"}
	for _, base := range []publish.Manifest{nil, x.with(site{"a.html": "old"}).Manifest()} {
		archive := bundleBytes(f, x, base, publish.Info{Version: "1"})
		f.Add(archive)
		f.Add(archive[:len(archive)/2])
		f.Add(unzipped(f, archive))
	}
	f.Add([]byte{1, 0, 2, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, archive := range [][]byte{data, zipped(t, data)} {
			if b, err := openBytes(t.Context(), archive); err == nil {
				checkBundle(t, b)
			} else if !errors.Is(err, ErrBundle) {
				t.Errorf("an error of another kind: %v", err)
			}
		}
	})
}

// zipped makes members of pieces, each after its length in two bytes; of ten at most, because the compressor is slow to begin.
func zipped(t testing.TB, data []byte) []byte {
	f := &forge{t: t}
	for n := 0; n < 10 && len(data) >= 2; n++ {
		size := min(int(binary.LittleEndian.Uint16(data)), len(data)-2)
		f.raw(data[2 : 2+size])
		data = data[2+size:]
	}
	return f.Bytes()
}

// unzipped is the reverse.
func unzipped(t testing.TB, archive []byte) []byte {
	var all []byte
	tape := new(tape)
	tape.rewind(bytes.NewReader(archive))
	for int(tape.n) < len(archive) {
		if err := tape.unzip(); err != nil {
			t.Fatal(err)
		}
		var piece bytes.Buffer
		if _, err := piece.ReadFrom(tape.zip); err != nil {
			t.Fatal(err)
		}
		all = binary.LittleEndian.AppendUint16(all, uint16(piece.Len()))
		all = append(all, piece.Bytes()...)
	}
	return all
}
