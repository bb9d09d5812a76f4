package sitetest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"testing"
)

// PDFPage is a page as pdftotext reads it; lengths are points.
type PDFPage struct {
	Width  float64   `xml:"width,attr"`
	Height float64   `xml:"height,attr"`
	Words  []PDFWord `xml:"word"`
}

// PDFWord is a run of characters without a blank and its box, the whole height of the font's.
type PDFWord struct {
	Left   float64 `xml:"xMin,attr"`
	Top    float64 `xml:"yMin,attr"`
	Right  float64 `xml:"xMax,attr"`
	Bottom float64 `xml:"yMax,attr"`
	Text   string  `xml:",chardata"`
}

// Middle is where the middle of the word's line lies.
func (w PDFWord) Middle() float64 { return (w.Top + w.Bottom) / 2 }

// ReadPDF returns the pages of a document (Require "poppler").
func ReadPDF(t testing.TB, pdf []byte) []PDFPage {
	t.Helper()
	cmd := exec.Command(Require(t, "poppler"), "-bbox", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v: %s", err, errs.Bytes())
	}
	var doc struct {
		Pages []PDFPage `xml:"body>doc>page"`
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	d.Strict, d.Entity = false, xml.HTMLEntity
	if err := d.Decode(&doc); err != nil {
		t.Fatal(fmt.Errorf("read what pdftotext writes: %w", err))
	}
	return doc.Pages
}

// Lines joins the words of a page that stand on one line, from the top down.
func (p PDFPage) Lines() []PDFWord {
	words := slices.Clone(p.Words)
	slices.SortStableFunc(words, func(a, b PDFWord) int {
		if math.Abs(a.Middle()-b.Middle()) > 3 {
			return int(math.Copysign(1, a.Middle()-b.Middle()))
		}
		return int(math.Copysign(1, a.Left-b.Left))
	})
	var lines []PDFWord
	for _, w := range words {
		if n := len(lines); n > 0 && math.Abs(lines[n-1].Middle()-w.Middle()) <= 3 {
			lines[n-1].Text += w.Text
			lines[n-1].Right = w.Right
			continue
		}
		lines = append(lines, w)
	}
	return lines
}
