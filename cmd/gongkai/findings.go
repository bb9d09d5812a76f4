package main

import (
	"os"
	"path/filepath"

	"gongkai/internal/diag"
)

// printFindings prints a run's findings: text and annotations on standard error, JSON, SARIF and GitLab's report on standard output (contract §4).
func (a *app) printFindings(found diag.List, format string) error {
	switch format {
	case "json":
		return diag.WriteJSON(a.out, found, a.lang)
	case "sarif":
		return diag.WriteSARIF(a.out, found, a.lang, readVersion().Version)
	case "github":
		return diag.WriteGitHub(a.err, found, a.lang)
	case "gitlab":
		return diag.WriteGitLab(a.out, found, a.lang)
	}
	return diag.WriteText(a.err, found, diag.TextOptions{Lang: a.lang, Color: a.color(a.err), Source: excerpt})
}

// excerpt reads a file for the source line under a finding; a file that is not text, or not there, has none.
func excerpt(path string) []byte {
	info, err := os.Stat(filepath.FromSlash(path))
	if err != nil || !info.Mode().IsRegular() || info.Size() > 4<<20 {
		return nil
	}
	src, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		return nil
	}
	return src
}
