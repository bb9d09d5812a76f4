package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gongkai/internal/publish"
)

// A spot is an in-place target whose files lie on this disk.
type spot struct {
	Target
	dir   string // what readers see
	state string // what deploy keeps for itself
	raw   Target // the same without whatever stands between

	// write puts a file of the folder that holds both, as another program would; site and state say where they are in it.
	write      func(name, text string)
	site, kept string
}

// hostSpot is a folder in mode in-place.
func hostSpot(t testing.TB) spot {
	dir := filepath.Join(t.TempDir(), "www")
	target := FolderInPlaceTarget(FolderOptions{Name: "www", Path: dir}, 0)
	write := func(name, text string) {
		name = filepath.Join(filepath.Dir(dir), filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, []byte(text), 0o644))
	}
	return spot{target, dir, dir + ".gongkai", target, write, "www/", "www.gongkai/"}
}

// onBoth runs a test over a folder and over a bucket of a real server.
func onBoth(t *testing.T, test func(t *testing.T, x spot)) {
	t.Run("folder", func(t *testing.T) { test(t, hostSpot(t)) })
	t.Run("s3", func(t *testing.T) { test(t, newGateway(t).spot(t, S3Options{})) })
}

// below reads all files below a folder but those of others.
func below(t testing.TB, dir string, others ...string) site {
	t.Helper()
	got := site{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(others, name) {
			return filepath.SkipDir
		}
		if !e.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		got[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if !os.IsNotExist(err) {
		must(t, err)
	}
	return got
}

// readers is what readers get.
func (x spot) readers(t testing.TB) site {
	return below(t, x.dir, x.state, filepath.Join(x.dir, ".sgwtmp"))
}

// shows makes sure that readers get exactly this site, and that no hashed asset is there but of kept releases.
func (x spot) shows(t testing.TB, want site) {
	t.Helper()
	got := x.readers(t)
	if got[publish.ManifestName] != string(want.Manifest().Bytes()) {
		t.Errorf("the manifest is another")
	}
	delete(got, publish.ManifestName)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s is %.60q, want %.60q", name, got[name], want[name])
		}
		delete(got, name)
	}
	for name, text := range got {
		sum := sha256.Sum256([]byte(text))
		if !hashedName.MatchString(name) || !strings.Contains(name, hex.EncodeToString(sum[:5])) {
			t.Errorf("%s is extra", name)
		}
	}
}

// tidied makes sure that the state is in order: nothing of a run is left, every kept release can be gone back to, no object is there
// that none needs.
func (x spot) tidied(t testing.TB) {
	t.Helper()
	state := below(t, x.state)
	needed := map[string]bool{}
	for name, text := range state {
		switch {
		case name == logName, strings.HasPrefix(name, objectsName), strings.HasPrefix(name, ledgerName):
		case strings.HasPrefix(name, manifestsName):
			m, err := publish.ParseManifest([]byte(text))
			must(t, err)
			for _, l := range m {
				needed[l.Sum.String()] = true
			}
		default:
			t.Errorf("%s is left in the state", name)
		}
	}
	for name, text := range state {
		if digits, ok := strings.CutPrefix(name, objectsName); ok {
			if sum := sha256.Sum256([]byte(text)); digits != hex.EncodeToString(sum[:]) {
				t.Errorf("%s has other bytes", name)
			}
			if !needed[digits] {
				t.Errorf("%s is needed by no kept release", name)
			}
		}
	}
}
