package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Info is the file beside a published folder, public.manifest.json: the program that made the site and what it found in the content.
type Info struct {
	Version  string   `json:"version"`
	Commit   string   `json:"commit"`           // of the program
	Tree     Sum      `json:"tree"`             // written by the stage; says to which folder the rest belongs
	Drafts   int      `json:"drafts,omitempty"` // reports and pages that only --drafts has built
	Findings Findings `json:"findings"`
	Waived   []Waived `json:"waived"` // in the order of the findings
}

// Findings counts what no waiver covers.
type Findings struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Info    int `json:"info"`
}

// Waived (已核实例外) is a finding that was checked and let stand.
type Waived struct {
	Path   string `json:"path"` // slash-separated, below the site's source
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	By     string `json:"by,omitempty"`
	Date   string `json:"date,omitempty"` // 2021-11-03
}

// Bytes returns the file.
func (i Info) Bytes() ([]byte, error) {
	if i.Waived == nil {
		i.Waived = []Waived{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(i)
	return b.Bytes(), err
}

// ParseInfo reads what Bytes writes; keys of later versions are passed over.
func ParseInfo(text []byte) (Info, error) {
	var i struct {
		Info
		Findings *Findings `json:"findings"` // a file without it was written by a version that did not say
	}
	if err := json.Unmarshal(text, &i); err != nil {
		return Info{}, fmt.Errorf("not a file of gongkai: %w", err)
	}
	if i.Findings == nil || i.Tree == (Sum{}) {
		return Info{}, errors.New("not a file of gongkai: findings or tree is missing")
	}
	i.Info.Findings = *i.Findings
	return i.Info, nil
}

// ReadInfo reads the file beside a published folder, and returns its path also when it fails. A folder that is a symbolic link has
// it beside the folder that it points to.
func ReadInfo(folder string) (info Info, name string, err error) {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return Info{}, folder, err
	}
	if real, err = filepath.Abs(real); err != nil {
		return Info{}, folder, err
	}
	name = real + infoSuffix
	text, err := os.ReadFile(name)
	if err != nil {
		return Info{}, name, err
	}
	if info, err = ParseInfo(text); err != nil {
		err = &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return info, name, err
}

// infoSuffix makes the file's name from the folder's.
const infoSuffix = ".manifest.json"

// Found adds what a build found to the file beside the folder: drafts, findings and waivers. To be called before Commit.
func (s *Stage) Found(i Info) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info.Drafts, s.info.Findings, s.info.Waived = i.Drafts, i.Findings, i.Waived
}
