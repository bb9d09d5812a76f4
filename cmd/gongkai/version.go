package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is what the program says of itself: the module's version and the commit it was built from.
type version struct{ Version, Commit string }

// What the linker puts in (scripts/release): a program that is built outside of a clone knows neither.
var (
	linkedVersion = ""
	linkedCommit  = ""
)

func readVersion() version {
	if linkedVersion != "" {
		return version{linkedVersion, linkedCommit}
	}
	v := version{Version: "dev"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := info.Main.Version; m != "" && m != "(devel)" {
		v.Version = m
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Commit = s.Value
		}
	}
	return v
}

// programSum tells one program from another by its bytes: version and commit say nothing of uncommitted changes.
func programSum() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   a.say("显示版本", "Print the version"),
		Example: "  gongkai version",
		Args:    a.noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := readVersion()
			fmt.Fprintf(a.out, "gongkai %s", v.Version)
			if v.Commit != "" {
				fmt.Fprintf(a.out, " (%.12s)", v.Commit)
			}
			fmt.Fprintln(a.out)
			return nil
		},
	}
}
