package laws

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/internal/sitetest"
)

// borrowed is how many Han characters in a row, punctuation and digits left out, count as wording of another. The pages of content/
// are held to a stricter measure by TestContentIsOurOwnWording.
const borrowed = 24

// mayRepeat lists what may agree with other texts at any length, and why. The key is a file or a folder.
var mayRepeat = map[string]string{
	"internal/division/": "names of places are facts, and lists of them follow the order of their codes",
}

// mayName lists wordings that are nobody's: names of laws, organs and programmes longer than the measure.
var mayName = map[string]string{}

// wordingLaw returns a breach for every stretch of text that also stands in one of the sources.
func wordingLaw(name, text string, owner map[string]string) []string {
	var l []string
	for allowed := range mayName {
		text = strings.ReplaceAll(text, allowed, "")
	}
	r := []rune(han(text))
	end := 0 // the end of the stretch reported last
	for i := 0; i+borrowed <= len(r); i++ {
		source, found := owner[string(r[i:i+borrowed])]
		if found && i >= end {
			end = i + borrowed
			breach(&l, name, "%d characters as in %s: %s", borrowed, source, string(r[i:end]))
		}
	}
	return l
}

// runs enters every run of a source into the table of owners.
func runs(owner map[string]string, source, text string) {
	r := []rune(han(text))
	for i := 0; i+borrowed <= len(r); i++ {
		if run := string(r[i : i+borrowed]); owner[run] == "" || source < owner[run] {
			owner[run] = source
		}
	}
}

func TestNoBorrowedWording(t *testing.T) {
	shared := sitetest.Require(t, "shared")
	owner := map[string]string{}
	for _, dir := range []string{"reports", "seeds", "corpus", "examples"} {
		err := filepath.WalkDir(filepath.Join(shared, dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := sourceText(name)
			if err == nil {
				runs(owner, dir+"/"+d.Name(), text)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(owner) < 100_000 {
		t.Fatalf("only %d runs: the sources were not read", len(owner))
	}
	for name, text := range texts(t) {
		if !strings.HasPrefix(name, "content/") && !allowedToRepeat(name) {
			report(t, wordingLaw(name, text, owner))
		}
	}
}

func allowedToRepeat(name string) bool {
	for prefix := range mayRepeat {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// sourceText reads a source: text in UTF-8 or GB18030, JSON, or the words of a .docx file.
func sourceText(name string) (string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read source: %w", err)
	}
	switch {
	case path.Ext(name) == ".docx":
		return wordsOfDocx(b)
	case utf8.Valid(b):
		return string(b), nil
	}
	b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	return string(b), err
}

var tags = regexp.MustCompile(`<[^>]*>`)

func wordsOfDocx(b []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", err
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		return "", err
	}
	defer f.Close()
	xml, err := io.ReadAll(f)
	return tags.ReplaceAllString(string(xml), ""), err
}

func TestWordingLawCanFail(t *testing.T) {
	const words = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳"
	owner := map[string]string{}
	runs(owner, "source", words)
	r := []rune(words)
	wantBreaches(t, wordingLaw("a", string(r[:borrowed-1])+"云腾致雨"+string(r[borrowed-1:]), owner))
	wantBreaches(t, wordingLaw("a", "甲乙"+string(r[3:10])+"，\n"+string(r[10:3+borrowed])+"丙丁", owner), "24 characters as in source")
}
