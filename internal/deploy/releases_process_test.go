package deploy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// deployChild names the target of the process that the tests below start and kill.
const deployChild = "GONGKAI_TEST_DEPLOY_TARGET"

// times is how often a test does what it does: in plain runs, in CI, in the soak run.
func times(plain, ci, soak int) int {
	switch {
	case os.Getenv("GONGKAI_SOAK") != "":
		return soak
	case os.Getenv("CI") != "":
		return ci
	}
	return plain
}

// TestDeployChild is not a test but the process to be killed: it deploys two sites in turn until it is.
func TestDeployChild(t *testing.T) {
	dir := os.Getenv(deployChild)
	if dir == "" {
		return // an ordinary run: the other tests start it again with a target
	}
	sites := []site{sample(40, "0"), sample(40, "1")}
	target := FolderTarget(FolderOptions{Path: dir})
	fmt.Println("ready")
	for i := 0; ; i++ {
		deployed(t, target, sites[i%2], realClock())
	}
}

// child starts that process and waits until it says that it is ready.
func child(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd := exec.Command(program, "-test.run=^TestDeployChild$", "-test.v")
	cmd.Env = append(os.Environ(), deployChild+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasSuffix(lines.Text(), "ready") {
			return cmd
		}
	}
	t.Fatal("the child did not start")
	return nil
}

// A process killed at any moment leaves one site whole, and the next run goes on by itself.
func TestKilledDeploy(t *testing.T) {
	target, dir := folder(t)
	sites := []site{sample(40, "0"), sample(40, "1")}
	deployed(t, target, sites[0], realClock())
	random := rand.New(rand.NewPCG(1, 2))
	switched := map[string]bool{}
	rounds := times(30, 50, 500)
	for n := 0; n < rounds || len(switched) < 5 && n < 10*rounds; n++ { // a busy machine takes more of them
		cmd := child(t, dir)
		time.Sleep(time.Duration(random.IntN(80_000)) * time.Microsecond)
		must(t, cmd.Process.Kill())
		cmd.Wait()
		either(t, dir, sites[0], sites[1])
		to, err := os.Readlink(filepath.Join(dir, "current"))
		must(t, err)
		switched[to] = true
		if t.Failed() {
			return
		}
	}
	if len(switched) < 5 {
		t.Errorf("the processes were killed before they did anything: %d releases seen", len(switched))
	}
	last := sample(41, "2")
	deployed(t, target, last, realClock())
	serves(t, dir, last)
	tidy(t, dir)
	logged(t, filepath.Join(dir, "releases.jsonl"))
}

// Readers at full speed never meet a page that is missing or torn, nor one whose style sheet or script is missing, however often the
// site is switched under them.
func TestReadersDuringDeploys(t *testing.T) {
	target, dir := folder(t)
	opt := realClock()
	deployed(t, target, sample(30, "0"), opt)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	errs := make([]error, 3)
	pages := make([]int, len(errs))
	for i := range errs {
		wg.Go(func() { pages[i], errs[i] = readSite(ctx, dir, uint64(i)) })
	}
	deploys := times(10, 50, 1000)
	for i := range deploys {
		r, err := target.Deploy(t.Context(), sample(30, strconv.Itoa(i+1)), opt)
		if err != nil || r.Unchanged {
			t.Errorf("deploy %d: %+v, %v", i, r, err)
			break
		}
	}
	cancel()
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	t.Logf("%d deploys, %v pages read", deploys, pages)
}

var linkTo = regexp.MustCompile(`(?:href|src)="([^"]+)"`)

// readSite reads pages and what they load until it is told to stop.
func readSite(ctx context.Context, dir string, seed uint64) (int, error) {
	random := rand.New(rand.NewPCG(seed, 1))
	current := filepath.Join(dir, "current")
	name, n := "index.html", 0
	for ; ctx.Err() == nil; n++ {
		text, err := os.ReadFile(filepath.Join(current, name))
		if err != nil {
			return n, err
		}
		if !strings.HasSuffix(string(text), "</html>") {
			return n, fmt.Errorf("%s is torn: %d bytes", name, len(text))
		}
		runtime.Gosched()
		var next []string
		for _, m := range linkTo.FindAllStringSubmatch(string(text), -1) {
			to := path.Join(path.Dir(name), m[1])
			if strings.HasSuffix(to, ".html") {
				next = append(next, to)
				continue
			}
			if text, err := os.ReadFile(filepath.Join(current, to)); err != nil || len(text) == 0 {
				return n, fmt.Errorf("%s lacks %s: %d bytes, %w", name, to, len(text), err)
			}
		}
		name = "index.html"
		if len(next) > 0 {
			name = next[random.IntN(len(next))]
		}
	}
	return n, nil
}

// Two deployers at once: each either deploys or is told who does, and one site stands whole.
func TestTwoDeployers(t *testing.T) {
	_, dir := folder(t)
	sites := []site{sample(30, "0"), sample(30, "1")}
	for range times(5, 20, 200) {
		var wg sync.WaitGroup
		errs := make([]error, len(sites))
		for i, x := range sites {
			wg.Go(func() {
				_, errs[i] = FolderTarget(FolderOptions{Path: dir}).Deploy(t.Context(), x, realClock())
			})
		}
		wg.Wait()
		if errs[0] != nil && errs[1] != nil {
			t.Errorf("none was let in: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		}
		either(t, dir, sites[0], sites[1])
		tidy(t, dir)
		if t.Failed() {
			return
		}
	}
}

// An interrupted deploy ends at once and leaves what readers saw.
func TestInterrupted(t *testing.T) {
	target, dir := folder(t)
	one, two := sample(20, "1"), sample(20, "2")
	deployed(t, target, one, options())
	for _, phase := range []string{"compare", "send", "verify"} {
		ctx, cancel := context.WithCancel(t.Context())
		opt := options()
		opt.Progress = func(now string, done, _ int) {
			if now == phase && done == 1 {
				cancel()
			}
		}
		if _, err := target.Deploy(ctx, two, opt); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", phase, err)
		}
		cancel()
		serves(t, dir, one)
		if _, err := os.Stat(filepath.Join(dir, "lock")); err == nil {
			t.Errorf("%s: the lock is left", phase)
		}
	}
	deployed(t, target, two, options())
	serves(t, dir, two)
	tidy(t, dir)
}
