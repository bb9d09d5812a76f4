// Command gotest reads what "go test -json" writes and prints what a person wants of it: go test's closing line of each package, the
// output of what failed, every test that was skipped with its reason, the slowest tests, and a count. It exits with 1 when a test failed
// or was skipped, or when none ran: in CI every tool is there, so a skip is a check that silently ended.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	ok, err := summarise(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// event is a line of "go test -json" (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64 // seconds
}

// test is a finished test, or, without a name, a package.
type test struct {
	pkg, name string
	seconds   float64
}

func (t test) String() string { return t.pkg + " " + t.name }

const slowest = 10

// summarise reports whether at least one test ran and all that ran passed.
func summarise(in io.Reader, out io.Writer) (bool, error) {
	var passed, failed, skipped []test
	output := map[test]*strings.Builder{}
	broken := false // a package failed, whatever its tests say
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			fmt.Fprint(out, line) // what go itself says
		} else {
			key := test{pkg: e.Package, name: e.Test}
			done := test{e.Package, e.Test, e.Elapsed}
			switch e.Action {
			case "build-output":
				fmt.Fprint(out, e.Output)
			case "output":
				if e.Test == "" && closing(e.Output) {
					fmt.Fprint(out, e.Output)
				}
				if output[key] == nil {
					output[key] = &strings.Builder{}
				}
				output[key].WriteString(e.Output)
			case "pass":
				if e.Test != "" {
					passed = append(passed, done)
				}
				delete(output, key)
			case "fail":
				broken = true
				if e.Test != "" {
					failed = append(failed, done)
				}
				if text := output[key]; text != nil {
					fmt.Fprintf(out, "---- %s\n%s", key, text)
				}
			case "skip":
				if e.Test != "" { // a package without tests is "skipped" too
					skipped = append(skipped, done)
					fmt.Fprintf(out, "---- skipped: %s\n%s", key, output[key])
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	slices.SortStableFunc(passed, func(a, b test) int { return cmp.Compare(b.seconds, a.seconds) })
	for i, t := range passed {
		if i < slowest && t.seconds >= 1 {
			fmt.Fprintf(out, "slow: %6.1f s  %s\n", t.seconds, t)
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", len(passed), len(failed), len(skipped))
	return len(passed) > 0 && len(failed)+len(skipped) == 0 && !broken, nil
}

// closing tells the lines with which go test ends a package.
func closing(line string) bool {
	return strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "FAIL\t") || strings.HasPrefix(line, "?   \t")
}
