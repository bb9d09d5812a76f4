package main

import (
	"bufio"
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bom is a software bill of materials in CycloneDX 1.6, as far as there is something to say.
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"` // the commit's
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Licenses   []license  `json:"licenses,omitempty"`
	URL        string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type license struct {
	Expression string `json:"expression"` // of SPDX identifiers
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOfMaterials reads from the programs themselves (as go version -m does) which modules they hold, from go.sum their checksums, and
// from vendor/ their licences.
func billOfMaterials(tree string, about about, programs []string) ([]byte, error) {
	modules := map[string]string{}
	for _, file := range programs {
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read modules of the program: %w", err)
		}
		for _, m := range info.Deps {
			if m.Replace != nil {
				return nil, fmt.Errorf("%s is replaced by %s: a release holds no such module", m.Path, m.Replace.Path)
			}
			modules[m.Path] = m.Version
		}
	}
	sums, err := readSums(filepath.Join(tree, "go.sum"))
	if err != nil {
		return nil, err
	}
	own := golang("gongkai", about.Version)
	own.Type, own.Licenses = "application", []license{{"Apache-2.0"}}
	own.Properties = []property{{"gongkai:commit", about.Commit}}
	b := bom{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{about.time().Format(time.RFC3339), own}}
	for path, version := range modules {
		c := golang(path, version)
		sum, ok := sums[path+" "+version]
		if !ok {
			return nil, fmt.Errorf("go.sum has no checksum of %s %s", path, version)
		}
		c.Properties = []property{{"go:sum", sum}}
		names, err := licences(filepath.Join(tree, "vendor", filepath.FromSlash(path)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		c.Licenses = []license{{strings.Join(names, " AND ")}}
		b.Components = append(b.Components, c)
	}
	std := golang("std", strings.TrimPrefix(about.Go, "go"))
	std.Licenses = []license{{"BSD-3-Clause"}}
	b.Components = append(b.Components, std)
	slices.SortFunc(b.Components, func(x, y component) int { return strings.Compare(x.Ref, y.Ref) })
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(b)
	return out.Bytes(), err
}

func golang(path, version string) component {
	url := "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
	return component{Type: "library", Ref: url, Name: path, Version: version, URL: url}
}

// readSums reads the checksums of module contents from go.sum.
func readSums(name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) == 3 && !strings.HasSuffix(words[1], "/go.mod") {
			sums[words[0]+" "+words[1]] = words[2]
		}
	}
	return sums, lines.Err()
}

// phrases tell the licences by words that stand in each and in no other of them.
var phrases = []struct{ id, phrase, not string }{
	{"Apache-2.0", "Apache License, Version 2.0", ""},
	{"Apache-2.0", "Apache License Version 2.0", ""},
	{"MIT", "Permission is hereby granted, free of charge", ""},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software", ""},
	{"ISC", "Permission to use, copy, modify, and distribute this software", ""},
	{"BSD-3-Clause", "to endorse or promote products derived from", ""},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms", "to endorse or promote products derived from"},
	{"MPL-2.0", "Mozilla Public License Version 2.0", ""},
	{"Unlicense", "This is free and unencumbered software released into the public domain", ""},
}

// licences finds the SPDX identifiers of the licences in a module's folder, sorted. A module whose licence is not known is an error: a person
// has to look at it.
func licences(dir string) ([]string, error) {
	var found []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(name, "LICENSE") && !strings.HasPrefix(name, "LICENCE") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		text := strings.Join(strings.Fields(string(b)), " ")
		for _, p := range phrases {
			if strings.Contains(text, p.phrase) && (p.not == "" || !strings.Contains(text, p.not)) && !slices.Contains(found, p.id) {
				found = append(found, p.id)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no licence that is known in %s", dir)
	}
	slices.Sort(found)
	return found, nil
}
