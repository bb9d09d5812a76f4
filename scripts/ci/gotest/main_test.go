package main

import (
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	const (
		pass  = `{"Action":"pass","Package":"p","Test":"TestA","Elapsed":2}` + "\n"
		skip  = `{"Action":"output","Package":"p","Test":"TestB","Output":"b_test.go:3: no Java\n"}` + "\n" + `{"Action":"skip","Package":"p","Test":"TestB"}` + "\n"
		fail  = `{"Action":"output","Package":"p","Test":"TestC","Output":"c_test.go:3: wrong\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestC"}` + "\n"
		ok    = `{"Action":"output","Package":"p","Output":"ok  \tp\t2.0s\n"}` + "\n" + `{"Action":"pass","Package":"p"}` + "\n"
		empty = `{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}` + "\n" + `{"Action":"skip","Package":"q"}` + "\n"
		build = `{"Action":"build-output","ImportPath":"p","Output":"p.go:1: oh\n"}` + "\n" + `{"Action":"fail","Package":"p"}` + "\n"
	)
	tests := []struct {
		name, in string
		ok       bool
		want     []string
	}{
		{"all pass", pass + ok + empty, true, []string{"ok  \tp\t2.0s\n", "slow:    2.0 s  p TestA\n", "1 passed, 0 failed, 0 skipped\n"}},
		{"one skips", pass + skip + ok, false, []string{"skipped: p TestB\nb_test.go:3: no Java\n", "1 passed, 0 failed, 1 skipped\n"}},
		{"one fails", pass + fail, false, []string{"---- p TestC\nc_test.go:3: wrong\n", "1 passed, 1 failed, 0 skipped\n"}},
		{"does not build", pass + build, false, []string{"p.go:1: oh\n"}},
		{"none", empty, false, []string{"0 passed, 0 failed, 0 skipped\n"}},
		{"words of go", "go: no such module\n", false, []string{"go: no such module\n"}},
		{"cut off", pass + `{"Action":`, true, []string{`{"Action":`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			ok, err := summarise(strings.NewReader(tt.in), &out)
			if err != nil || ok != tt.ok {
				t.Errorf("ok %v, error %v; want %v", ok, err, tt.ok)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("want %q in:\n%s", want, out.String())
				}
			}
		})
	}
}
