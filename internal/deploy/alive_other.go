//go:build !unix

package deploy

import "os"

// alive reports whether a process of this machine runs.
func alive(pid int) bool {
	p, err := os.FindProcess(pid) // Windows opens the process, which a dead one refuses
	if err != nil {
		return false
	}
	p.Release()
	return true
}

// processSpace names the set in which process ids count.
func processSpace() string { return "" }
