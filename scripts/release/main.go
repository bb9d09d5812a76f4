// Command release makes the files of a release from a clone, or from the source archive of a release, and nothing but them:
//
//	go run ./scripts/release -o out            all of a release, from a clean clone
//	go run ./scripts/release -o out -dirty -only linux/amd64
//
// They are
//
//	gongkai-<version>-<system>-<processor>     static programs, for linux amd64, arm64, loong64; windows amd64 (.exe); darwin arm64
//	gongkai-<version>-source.tar.gz            the source with everything that it imports (vendor/), for networks without a proxy
//	gongkai-<version>.cdx.json                 what the programs are made of, with versions, checksums and licences (CycloneDX 1.6)
//	SHA256SUMS                                 of the others, in the form of sha256sum
//
// Equal source and an equal version of Go give equal bytes, on every machine and without a network: times are the commit's, paths are
// trimmed, nothing of the machine is asked. README.md says how to verify that.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// platforms are those that a release is for.
var platforms = []string{"linux/amd64", "linux/arm64", "linux/loong64", "windows/amd64", "darwin/arm64"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	out, source, version string
	only                 []string
	dirty                bool
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.StringVar(&o.out, "o", "out", "the `folder` to write to: new or empty")
	flags.StringVar(&o.source, "C", ".", "the `folder` of the clone or of the unpacked source archive")
	flags.StringVar(&o.version, "version", "", "the `version`, such as 1.2.0 (default: the tag of the commit)")
	only := flags.String("only", strings.Join(platforms, ","), "the `platforms` to build for")
	flags.BoolVar(&o.dirty, "dirty", false, "release what is not committed, for trials; the version says so")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.only = strings.Split(*only, ",")
	for _, p := range o.only {
		if !slices.Contains(platforms, p) {
			return o, fmt.Errorf("no platform %q; there are %s", p, strings.Join(platforms, " "))
		}
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}

func run(ctx context.Context, args []string, say io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if err := emptyFolder(o.out); err != nil {
		return err
	}
	src, err := readSource(ctx, o)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "gongkai-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	tree := filepath.Join(temp, "gongkai")
	if err := src.unpack(ctx, tree); err != nil {
		return err
	}
	fmt.Fprintf(say, "gongkai %s, commit %.12s, %s\n", src.about.Version, src.about.Commit, src.about.Go)
	name := "gongkai-" + src.about.Version
	var files, programs []string
	for _, platform := range o.only {
		file := name + "-" + strings.ReplaceAll(platform, "/", "-")
		if strings.HasPrefix(platform, "windows/") {
			file += ".exe"
		}
		if err := compile(ctx, tree, src.about, platform, filepath.Join(temp, file)); err != nil {
			return err
		}
		files, programs = append(files, file), append(programs, filepath.Join(temp, file))
	}
	bill, err := billOfMaterials(tree, src.about, programs)
	if err != nil {
		return err
	}
	archive := name + "-source.tar.gz"
	if err := errors.Join(writeFile(filepath.Join(temp, name+".cdx.json"), bill), pack(tree, name, src.about, filepath.Join(temp, archive))); err != nil {
		return err
	}
	return deliver(temp, o.out, append(files, archive, name+".cdx.json"), say)
}

// emptyFolder refuses a folder that holds something.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s is not empty: name another folder with -o", dir)
	}
	return err
}

// compile builds the program for a platform. All that could make two machines differ is set: the experiments, the processor's variant,
// flags from outside, the commit that Go would look up.
func compile(ctx context.Context, tree string, about about, platform, file string) error {
	system, processor, _ := strings.Cut(platform, "/")
	flags := fmt.Sprintf("-s -w -buildid= -X main.linkedVersion=%s -X main.linkedCommit=%s", about.Version, about.Commit)
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=vendor", "-trimpath", "-buildvcs=false", "-ldflags="+flags, "-o", file, "./cmd/gongkai")
	cmd.Dir = tree
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off", "GOAMD64=v1", "GOARM64=v8.0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build for %s: %w\n%s", platform, err, out)
	}
	return nil
}

// deliver moves what was made to its folder and writes the sums behind it.
func deliver(temp, out string, files []string, say io.Writer) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	slices.Sort(files)
	var sums strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(filepath.Join(temp, file))
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if filepath.Ext(file) != ".json" && filepath.Ext(file) != ".gz" {
			mode = 0o755
		}
		if err := os.WriteFile(filepath.Join(out, file), b, mode); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), file)
		fmt.Fprintf(say, "%8.1f MB  %s\n", float64(len(b))/1e6, file)
	}
	return writeFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()))
}

func writeFile(name string, b []byte) error { return os.WriteFile(name, b, 0o644) }
