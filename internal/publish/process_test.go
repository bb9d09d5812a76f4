package publish

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Environment of the child process that the tests below start and kill.
const (
	childDest = "GONGKAI_TEST_PUBLISH_DEST"
	childHold = "GONGKAI_TEST_PUBLISH_HOLD"
)

// version is a site whose every file says the same.
func version(v string) site {
	x := site{"index.html": v}
	for i := range 120 {
		x[fmt.Sprintf("%d/%d/r%d.html", i%4, i%12, i)] = v + strings.Repeat(".", i)
	}
	x["same.html"] = "same"
	return x
}

// TestChild is not a test but the process to be killed: it publishes one version after the other until it is.
func TestChild(t *testing.T) {
	dest := os.Getenv(childDest)
	if dest == "" {
		return // an ordinary run: the other tests start it again with a destination
	}
	if os.Getenv(childHold) != "" {
		mustOpen(t, Options{Destination: dest})
		fmt.Println("ready")
		time.Sleep(time.Minute)
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		mustRun(t, Options{Destination: dest}, version(strconv.Itoa(i%2)))
	}
}

// child starts that process and waits until it says that it is ready.
func child(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd := exec.Command(program, "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), env...)
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

// A process killed at any moment leaves one version whole; the next one starts over its leftovers. GONGKAI_SOAK=1 kills more.
func TestKilledProcess(t *testing.T) {
	kills := 20
	if os.Getenv("GONGKAI_SOAK") != "" {
		kills = 1000
	}
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, version("0"))
	random := rand.New(rand.NewPCG(1, 2))
	for range kills {
		cmd := child(t, childDest+"="+dest)
		time.Sleep(time.Duration(random.IntN(30_000)) * time.Microsecond)
		must(t, cmd.Process.Kill())
		cmd.Wait()
		v, err := os.ReadFile(filepath.Join(dest, "index.html"))
		must(t, err)
		holds(t, dest, version(string(v)))
		if t.Failed() {
			return
		}
	}
	mustRun(t, Options{Destination: dest}, version("0"))
	holds(t, dest, version("0"))
	beside(t, dest, "public", "public.manifest.json")
}

// The lock of another process names that process, and goes with it.
func TestLockOfAnotherProcess(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	cmd := child(t, childDest+"="+dest, childHold+"=1")
	_, err := Open(context.Background(), Options{Destination: dest})
	var held *Held
	if !errors.Is(err, ErrLocked) || !errors.As(err, &held) || held.Note != strconv.Itoa(cmd.Process.Pid) {
		t.Errorf("got %v, want process %d", err, cmd.Process.Pid)
	}
	must(t, cmd.Process.Kill())
	cmd.Wait()
	mustRun(t, Options{Destination: dest}, first)
	holds(t, dest, first)
	beside(t, dest, "public", "public.manifest.json")
}

// Readers never meet a missing folder or two versions in one look at it, however often it is switched.
func TestReadersDuringSwitches(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, version("0"))
	if d, err := OpenDisk(t.TempDir()); err != nil {
		t.Fatal(err)
	} else if !canExchange(d) {
		t.Skip("no exchange of folders here")
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 3)
	for range cap(done) {
		go func() { done <- readUntil(ctx, dest) }()
	}
	switches := 12
	if os.Getenv("GONGKAI_SOAK") != "" {
		switches = 1000
	}
	for i := range switches {
		mustRun(t, Options{Destination: dest}, version(strconv.Itoa(i%2)))
	}
	cancel()
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func readUntil(ctx context.Context, dest string) error {
	for ctx.Err() == nil {
		for i := range 120 {
			b, err := os.ReadFile(filepath.Join(dest, strconv.Itoa(i%4), strconv.Itoa(i%12), fmt.Sprintf("r%d.html", i)))
			if err != nil {
				return err
			}
			if len(b) != i+1 {
				return fmt.Errorf("r%d.html has %d bytes", i, len(b))
			}
		}
	}
	return nil
}

func canExchange(d *Disk) bool {
	defer d.Close()
	return errors.Join(d.Mkdir("a"), d.Mkdir("b"), d.Exchange("a", "b")) == nil
}
