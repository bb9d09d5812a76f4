//go:build !unix

package document

import "os/exec"

// together does nothing here: the program itself is ended, which is enough for those that start no other.
func together(*exec.Cmd) {}
