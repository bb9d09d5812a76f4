package deploy

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gongkai/internal/publish"
)

// inFile writes a bundle to a file.
func inFile(t testing.TB, src Source, base publish.Manifest, built publish.Info) string {
	t.Helper()
	return writeFile(t, filepath.Join(t.TempDir(), "x.tar.gz"), string(bundleBytes(t, src, base, built)))
}

func TestApply(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	one := sample(20, "1")
	built := publish.Info{Version: "1.2.0", Commit: "abc"}
	changesFirst := inFile(t, one, one.without("feed.xml").Manifest(), built)
	var problem *publish.Problem
	if _, err := Apply(t.Context(), changesFirst, target, opt); !errors.Is(err, ErrBase) || !errors.As(err, &problem) {
		t.Errorf("changes to nothing: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a refused bundle has touched the target")
	}
	whole := inFile(t, one, nil, built)
	if plan, err := PlanApply(t.Context(), whole, target, opt); err != nil || len(plan.Added) != len(one) {
		t.Errorf("plan: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a plan has touched the target")
	}
	r, err := Apply(t.Context(), whole, target, opt)
	if err != nil || r.Sent != len(one) || r.Record.Version != "1.2.0" {
		t.Fatalf("%+v, %v", r, err)
	}
	serves(t, dir, one)

	two := one.with(site{"feed.xml": "<feed>2</feed>", "new.txt": "new"}).without("about.html")
	two["about.html"] = redirectPage("index.html")
	changes := inFile(t, two, one.Manifest(), built)
	if r, err = Apply(t.Context(), changes, target, opt); err != nil || r.Sent != 3 || r.Linked != len(two)-3 {
		t.Fatalf("%+v, %v", r, err)
	}
	serves(t, dir, two)
	if r, err = Apply(t.Context(), changes, target, opt); err != nil || !r.Unchanged {
		t.Errorf("the same again: %+v, %v", r, err)
	}
	three := inFile(t, two.with(site{"feed.xml": "<feed>3</feed>"}), one.Manifest(), built)
	if _, err := Apply(t.Context(), three, target, opt); !errors.Is(err, ErrBase) {
		t.Errorf("changes to an older site: %v", err)
	}
	text, err := os.ReadFile(changes)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if _, err := Apply(t.Context(), writeFile(t, filepath.Join(t.TempDir(), "bad"), string(text)), target, opt); !errors.Is(err, ErrBundle) {
		t.Errorf("damaged: %v", err)
	}
	built.Findings.Error = 1
	_, err = Apply(t.Context(), inFile(t, sample(20, "4"), nil, built), target, opt)
	same(t, "built with an error", refused(t, err), []string{"deploy-findings public.manifest.json"})
	serves(t, dir, two)
	tidy(t, dir)
}

// TestApplyMeetsAnotherSite: somebody publishes between the comparison and the lock.
func TestApplyMeetsAnotherSite(t *testing.T) {
	target, dir := folder(t)
	one := sample(5, "1")
	deployed(t, target, one, options())
	changes := inFile(t, one.with(site{"feed.xml": "<feed>2</feed>"}), one.Manifest(), publish.Info{})
	between := one.without("404.html").with(site{"feed.xml": "<feed>x</feed>"})
	opt := options()
	opt.Approve = func(*Plan) (bool, error) {
		_, err := target.Deploy(t.Context(), between, options())
		return true, err
	}
	if _, err := Apply(t.Context(), changes, target, opt); !errors.Is(err, ErrBase) {
		t.Errorf("%v", err)
	}
	serves(t, dir, between)
}

// TestApplyInPlace: the other engine takes bundles of changes too.
func TestApplyInPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "www")
	target := FolderInPlaceTarget(FolderOptions{Name: "www", Path: dir}, 0)
	opt := options()
	one := sample(20, "1")
	if r, err := Apply(t.Context(), inFile(t, one, nil, publish.Info{}), target, opt); err != nil || r.Sent != len(one) {
		t.Fatalf("%+v, %v", r, err)
	}
	two := one.with(site{"feed.xml": "<feed>2</feed>", "new.txt": "new", "404.html": one["about.html"]})
	if r, err := Apply(t.Context(), inFile(t, two, one.Manifest(), publish.Info{}), target, opt); err != nil || r.Sent != 2 { // one of the three stands there under another name
		t.Fatalf("%+v, %v", r, err)
	}
	standsIn(t, dir, two)
	if _, err := Apply(t.Context(), inFile(t, one, one.with(site{"x.txt": "x"}).Manifest(), publish.Info{}), target, opt); !errors.Is(err, ErrBase) {
		t.Errorf("%v", err)
	}
	standsIn(t, dir, two)
}
