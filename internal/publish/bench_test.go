package publish

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// The bench site: 10,000 files of 20 KB in 2,000 folders. TMPDIR says on which file system.
const (
	benchFiles   = 10_000
	benchFolders = 2_000
	benchSize    = 20 << 10
)

func benchSite() (names []string, data []byte) {
	names = make([]string, benchFiles)
	for i := range names {
		folder := i / (benchFiles / benchFolders)
		names[i] = fmt.Sprintf("%06d/agency%d/r%d.html", folder/10, folder%10, i)
	}
	return names, make([]byte, benchSize)
}

// parallel calls f for every name, each worker over a stretch of its own.
func parallel(b *testing.B, names []string, f func(i int, name string) error) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := len(names) * w / workers; i < len(names)*(w+1)/workers; i++ {
				if err := f(i, names[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func perFile(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchFiles, "ns/file")
}

// BenchmarkBare is the floor: folders made once, os.WriteFile, no sums, no switch, nothing removed.
func BenchmarkBare(b *testing.B) {
	names, data := benchSite()
	b.ReportAllocs()
	for i := range b.N {
		dir := filepath.Join(b.TempDir(), fmt.Sprint(i))
		made := map[string]bool{}
		for _, name := range names {
			if d := filepath.Dir(name); !made[d] {
				made[d] = true
				must(b, os.MkdirAll(filepath.Join(dir, d), 0o755))
			}
		}
		parallel(b, names, func(_ int, name string) error { return os.WriteFile(filepath.Join(dir, name), data, 0o644) })
		b.StopTimer()
		must(b, os.RemoveAll(dir))
		b.StartTimer()
	}
	perFile(b)
}

func benchRun(b *testing.B, dest string, names []string, f func(s *Stage, i int, name string) error) {
	s, err := Open(context.Background(), Options{Destination: dest})
	must(b, err)
	parallel(b, names, func(i int, name string) error { return f(s, i, name) })
	r, err := s.Commit(context.Background())
	must(b, err)
	must(b, r.Litter)
}

// BenchmarkNew publishes where nothing was.
func BenchmarkNew(b *testing.B) {
	names, data := benchSite()
	dest := filepath.Join(b.TempDir(), "public")
	b.ReportAllocs()
	for range b.N {
		benchRun(b, dest, names, func(s *Stage, _ int, name string) error { _, err := s.Write(name, data); return err })
		b.StopTimer()
		must(b, os.RemoveAll(dest))
		b.StartTimer()
	}
	perFile(b)
}

// BenchmarkAgain publishes over an earlier site of the same files: all with the bytes at hand, or by their stamps; with nothing
// changed, or with one file changed and the rest linked.
func BenchmarkAgain(b *testing.B) {
	for _, keep := range []bool{false, true} {
		for _, changes := range []int{0, 1} {
			b.Run(fmt.Sprintf("keep=%t/changed=%d", keep, changes), func(b *testing.B) {
				names, data := benchSite()
				stamps := make([]Stamp, len(names))
				dest := filepath.Join(b.TempDir(), "public")
				write := func(s *Stage, i int, name string) (err error) { stamps[i], err = s.Write(name, data); return err }
				benchRun(b, dest, names, write)
				b.ReportAllocs()
				b.ResetTimer()
				for n := range b.N {
					benchRun(b, dest, names, func(s *Stage, i int, name string) error {
						if i < changes {
							_, err := s.Write(name, fmt.Append(nil, n))
							return err
						}
						if !keep {
							return write(s, i, name)
						}
						ok, err := s.Keep(name, stamps[i])
						if !ok {
							b.Error("not kept: ", name)
						}
						return err
					})
				}
				perFile(b)
			})
		}
	}
}
