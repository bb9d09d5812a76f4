package publish

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/andybalholm/brotli"

	"gongkai/internal/sitetest"
)

// released is a site in a folder: some pages in folders of each depth, an empty file, one that is larger than a buffer.
func released(t testing.TB) (dir string, x site) {
	t.Helper()
	x = first.with(site{"empty.txt": "", "610112/wjj/2021/大.json": strings.Repeat("{}", 200_000)})
	for i := range 40 {
		x[fmt.Sprintf("%06d/a%d/20%02d/r.html", i%5, i%3, i)] = strings.Repeat("text ", i+1)
	}
	x["empty.txt"] = ""
	dir = filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dir}, x)
	return dir, x
}

func verified(t testing.TB, dir string) *Verification {
	t.Helper()
	v, err := VerifyFolder(context.Background(), dir, VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// found writes differences as "kind path", for comparisons.
func found(v *Verification) []string {
	list := []string{}
	for _, d := range v.Differences {
		list = append(list, d.Kind+" "+d.Path)
	}
	return list
}

func wantFound(t testing.TB, v *Verification, want ...string) {
	t.Helper()
	if got := found(v); !slices.Equal(got, want) {
		t.Fatalf("found %q, want %q", got, want)
	}
}

// counts is how many changes a test makes: few on a plain run, more in CI, all of the issue in a soak.
func counts(plain, ci, soak int) int {
	switch {
	case os.Getenv("GONGKAI_SOAK") != "":
		return soak
	case os.Getenv("CI") != "":
		return ci
	}
	return plain
}

func TestVerifySame(t *testing.T) {
	dir, x := released(t)
	done := 0
	v, err := VerifyFolder(t.Context(), dir, VerifyOptions{Progress: func(n, all int) {
		if n == all {
			done = all
		}
	}})
	must(t, err)
	wantFound(t, v)
	size := int64(0)
	for _, text := range x {
		size += int64(len(text))
	}
	m, err := os.ReadFile(filepath.Join(dir, ManifestName))
	must(t, err)
	if v.Files != len(x) || v.Same != len(x) || v.Bytes != size || v.Tree != Sum(sha256.Sum256(m)) || done != len(x) {
		t.Errorf("%+v of %d files, %d bytes, progress to %d", v, len(x), size, done)
	}
}

// TestVerifyFindsEachChange: one bit of one byte of one file at a time, each found and nothing else; the same for files that are gone and
// files that came.
func TestVerifyFindsEachChange(t *testing.T) {
	dir, x := released(t)
	names := slices.Sorted(maps.Keys(x))
	dice := rand.New(rand.NewPCG(7, 7))
	pick := func() (name, path string) {
		name = names[dice.IntN(len(names))]
		return name, filepath.Join(dir, filepath.FromSlash(name))
	}
	bytesChanged := counts(100, 100, 1000)
	for n := 0; n < bytesChanged; n++ {
		name, path := pick()
		text := []byte(x[name])
		if len(text) == 0 {
			n--
			continue
		}
		text[dice.IntN(len(text))] ^= 1 << dice.IntN(8)
		must(t, os.WriteFile(path, text, 0o644))
		wantFound(t, verified(t, dir), "changed "+name)
		must(t, os.WriteFile(path, []byte(x[name]), 0o644))
	}
	for range 100 {
		name, path := pick()
		must(t, os.Remove(path))
		wantFound(t, verified(t, dir), "missing "+name)
		must(t, os.WriteFile(path, []byte(x[name]), 0o644))
	}
	for n := range 100 {
		name, _ := pick()
		extra := fmt.Sprintf("%s.%d", name, n)
		if n%3 == 0 {
			extra = fmt.Sprintf("new/%d/%s", n, name)
		}
		path := filepath.Join(dir, filepath.FromSlash(extra))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, nil, 0o644))
		wantFound(t, verified(t, dir), "extra "+extra)
		must(t, os.Remove(path))
	}
	t.Logf("%d bytes changed, 100 files missing, 100 files extra: each found alone", bytesChanged)
	wantFound(t, verified(t, dir))
}

// TestVerifyAllAtOnce: many differences are all told, in order, and sha256sum tells the same.
func TestVerifyAllAtOnce(t *testing.T) {
	dir, x := released(t)
	var want []string
	for i, name := range slices.Sorted(maps.Keys(x)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		switch i % 4 {
		case 0:
			must(t, os.WriteFile(path, []byte(x[name]+" "), 0o644))
			want = append(want, "changed "+name)
		case 1:
			must(t, os.Remove(path))
			want = append(want, "missing "+name)
		}
	}
	v := verified(t, dir)
	wantFound(t, v, want...)
	if v.Same != len(x)-len(want) {
		t.Errorf("%d the same, want %d", v.Same, len(x)-len(want))
	}
	if got := sha256sum(t, dir); !slices.Equal(got, want) {
		t.Errorf("sha256sum finds %q\nverify %q", got, want)
	}
}

func TestSHA256SumAgrees(t *testing.T) {
	dir, _ := released(t)
	if got := sha256sum(t, dir); len(got) != 0 {
		t.Errorf("sha256sum finds %q in a site that is whole", got)
	}
}

// sha256sum lets coreutils verify a folder and returns what it finds in the form of found.
func sha256sum(t *testing.T, dir string) []string {
	t.Helper()
	program, err := exec.LookPath("sha256sum")
	if err != nil {
		sitetest.Missing(t, "sha256sum", err.Error())
	}
	c := exec.Command(program, "--check", "--quiet", "--strict", ManifestName)
	c.Dir, c.Env = dir, append(os.Environ(), "LC_ALL=C")
	out, err := c.Output() // its exit code follows from what it says
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	list := []string{}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutSuffix(line, ": FAILED open or read"); ok {
			list = append(list, "missing "+name)
		} else if name, ok := strings.CutSuffix(line, ": FAILED"); ok {
			list = append(list, "changed "+name)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(a[8:], b[8:]) })
	if (err == nil) != (len(list) == 0) {
		t.Fatalf("sha256sum: %v, %s", err, out)
	}
	return list
}

// TestVerifyCarried: an asset of an earlier release is known by its bytes, one that only looks like it is not.
func TestVerifyCarried(t *testing.T) {
	dir, _ := released(t)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("p{color:red}")))[:10]
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write("assets/site."+sum+".css", "p{color:red}")
	write("assets/fonts/a."+sum+".woff2", "p{color:red}")
	var z, b bytes.Buffer
	gz, br := gzip.NewWriter(&z), brotli.NewWriter(&b)
	for _, w := range []io.WriteCloser{gz, br} {
		_, err := io.WriteString(w, "p{color:red}")
		must(t, errors.Join(err, w.Close()))
	}
	write("assets/site."+sum+".css.gz", z.String())
	write("assets/site."+sum+".css.br", b.String())
	write("assets/wrong."+sum+".css.gz", b.String())
	write("assets/wrong."+sum+".css.br", z.String()[:z.Len()/2])
	write("assets/other."+sum+".css", "p{color:rad}")
	write("assets/plain.css", "p{color:red}")
	write("assets/."+sum+".css", "p{color:red}")
	write("elsewhere/site."+sum+".css", "p{color:red}")
	v := verified(t, dir)
	wantFound(t, v, "extra assets/other."+sum+".css", "extra assets/plain.css", "extra assets/wrong."+sum+".css.br", "extra assets/wrong."+sum+".css.gz", "extra elsewhere/site."+sum+".css")
	if v.Carried != 5 {
		t.Errorf("%d carried, want 5", v.Carried)
	}
}

// TestVerifyHostileManifests: a manifest that is not one is refused, whatever stands in it.
func TestVerifyHostileManifests(t *testing.T) {
	dir, _ := released(t)
	name := filepath.Join(dir, ManifestName)
	good, err := os.ReadFile(name)
	must(t, err)
	line := strings.Repeat("0", 64) + "  "
	for _, text := range []string{
		"", "\n", "no manifest", line + "../../etc/passwd\n", line + "/etc/passwd\n", line + "a/../../b\n", line + "a\\b\n", line + "a\n" + line + "a\n",
		line + "b\n" + line + "a\n", line + "a", strings.ToUpper("abcdef") + line[6:] + "a\n", line + ManifestName + "\n", line + "a\x00b\n", line + "a\x1b[2Jb\n",
		line + ".git/config\n", line + "\xff\n", string(good[:len(good)-1]), string(good) + "\n", strings.ReplaceAll(string(good), "\n", "\r\n"), strings.Repeat("x", 1<<20),
	} {
		must(t, os.WriteFile(name, []byte(text), 0o644))
		if _, err := VerifyFolder(t.Context(), dir, VerifyOptions{}); !errors.Is(err, ErrNoManifest) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	must(t, os.Truncate(name, maxManifest+1))
	if _, err := VerifyFolder(t.Context(), dir, VerifyOptions{}); !errors.Is(err, ErrNoManifest) || !strings.Contains(err.Error(), "256 MB") {
		t.Errorf("a huge manifest: %v", err)
	}
	must(t, os.Remove(name))
	must(t, os.Mkdir(name, 0o755))
	if _, err := VerifyFolder(t.Context(), dir, VerifyOptions{}); !errors.Is(err, ErrNoManifest) {
		t.Errorf("a folder: %v", err)
	}
	must(t, os.Remove(name))
	if _, err := VerifyFolder(t.Context(), dir, VerifyOptions{}); !errors.Is(err, ErrNoManifest) {
		t.Errorf("none: %v", err)
	}
	if _, err := VerifyFolder(t.Context(), dir+"/nowhere", VerifyOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := VerifyFolder(t.Context(), filepath.Join(dir, "index.html"), VerifyOptions{}); !errors.Is(err, ErrNoManifest) {
		t.Error("a file passes for a folder")
	}
}

// TestVerifyWithFaults: whichever reading fails, a file that could not be read is told as such and never passes for whole.
func TestVerifyWithFaults(t *testing.T) {
	dir, x := released(t)
	for at := 1; ; at++ {
		faulty := &Faulty{At: at, Err: syscall.EIO, Reads: true}
		disk, err := faulty.Open(dir)
		must(t, err)
		v, err := Verify(t.Context(), disk, ".", VerifyOptions{})
		must(t, disk.Close())
		hit := faulty.Hit()
		if hit == "" {
			must(t, err)
			wantFound(t, v)
			t.Logf("%d readings, each failed once", at-1)
			return
		}
		if strings.HasSuffix(hit, ManifestName) {
			if !errors.Is(err, syscall.EIO) {
				t.Errorf("%s: %v", hit, err)
			}
			continue
		}
		must(t, err)
		_, name, _ := strings.Cut(hit, " ")
		want := len(x)
		if x[name] != "" || name == "empty.txt" {
			want--
		}
		if v.Same != want || len(v.Differences) != 1 || v.Differences[0].Kind != Unreadable || v.Differences[0].Path != name || v.Differences[0].Why.ZH != syscall.EIO.Error() {
			t.Errorf("%s: %d the same, %v", hit, v.Same, v.Differences)
		}
	}
}

func TestVerifyCanBeInterrupted(t *testing.T) {
	dir, _ := released(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := VerifyFolder(ctx, dir, VerifyOptions{Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// FuzzVerifyManifest: no manifest makes verify fail otherwise than by saying so, and none lets it look outside of the folder.
func FuzzVerifyManifest(f *testing.F) {
	line := strings.Repeat("0", 64) + "  "
	for _, s := range []string{"", line + "index.html\n", line + "a\n" + line + "a/b\n", line + "a//b\n", line + "../x\n", line + "index.html/x\n", line + "a\n" + line + "A\n"} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	must(f, os.WriteFile(filepath.Join(dir, "index.html"), []byte("home"), 0o644))
	must(f, os.Mkdir(filepath.Join(dir, "a"), 0o755))
	f.Fuzz(func(t *testing.T, text []byte) {
		must(t, os.WriteFile(filepath.Join(dir, ManifestName), text, 0o644))
		v, err := VerifyFolder(t.Context(), dir, VerifyOptions{})
		m, no := ParseManifest(text)
		if (err != nil) != (no != nil) {
			t.Fatalf("%v, the manifest itself %v", err, no)
		}
		if err != nil {
			return
		}
		if v.Files != len(m) || v.Same > 1 || len(v.Differences) < len(m)-v.Same || !bytes.Equal(m.Bytes(), text) {
			t.Fatalf("%+v", v)
		}
	})
}

// BenchmarkVerify is 10,000 files of 20 KB.
func BenchmarkVerify(b *testing.B) {
	names, data := benchSite()
	x := make(Manifest, 0, len(names))
	dir := b.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		must(b, os.MkdirAll(filepath.Dir(path), 0o755))
		must(b, os.WriteFile(path, data, 0o644))
		x = append(x, Line{name, sha256.Sum256(data)})
	}
	slices.SortFunc(x, func(a, b Line) int { return strings.Compare(a.Path, b.Path) })
	must(b, os.WriteFile(filepath.Join(dir, ManifestName), x.Bytes(), 0o644))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if v := verified(b, dir); v.Same != len(names) {
			b.Fatalf("%d of %d", v.Same, len(names))
		}
	}
	perFile(b)
}
