package deploy

import (
	"os"
	"path/filepath"
	"testing"
)

// pictured is a site whose assets lie in folders of their own, one of them with an ending in capitals.
func pictured(version string) (x site, assets []string) {
	x = sample(3, version)
	for _, a := range [][2]string{{"img/deep/map", ".png"}, {"fonts/song", ".woff2"}, {"Seal", ".PNG"}, {"index/shard", ".json"}} {
		name, text := asset(a[0], a[1], a[0]+version)
		x[name] = text
		assets = append(assets, name)
	}
	return x, assets
}

// TestCarryFolders: assets in folders below assets/ are carried along too, there and back, and those that may hold words go with a purge.
func TestCarryFolders(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	one, old := pictured("1")
	two, fresh := pictured("2")
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, "current", filepath.FromSlash(name)))
		return err == nil
	}
	deployed(t, target, one, opt)
	deployed(t, target, two, opt)
	for _, name := range old {
		if !there(name) {
			t.Errorf("%s is gone for pages that are half loaded", name)
		}
	}
	serves(t, dir, two)
	if _, err := target.Rollback(t.Context(), "", opt); err != nil {
		t.Fatal(err)
	}
	for _, name := range fresh {
		if !there(name) {
			t.Errorf("after going back, %s is gone", name)
		}
	}
	const page = "110100/wjw/2015/zongjie-0.html"
	three := two.with(site{page: removedPage}).without(stem(page) + ".json")
	deployed(t, target, three, opt)
	for _, name := range old {
		if want := harmless(name); there(name) && !want {
			t.Errorf("%s may hold words of a removed report", name)
		}
	}
}

// TestInPlaceFolders: so do they in a place whose files are replaced one by one.
func TestInPlaceFolders(t *testing.T) {
	root := filepath.Join(t.TempDir(), "www")
	target := FolderInPlaceTarget(FolderOptions{Name: "www", Path: root}, 0)
	opt := options()
	one, old := pictured("1")
	two, _ := pictured("2")
	deployed(t, target, one, opt)
	deployed(t, target, two, opt)
	for _, name := range old {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
			t.Errorf("%s is gone for pages that are half loaded", name)
		}
	}
}
