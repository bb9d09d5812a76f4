//go:build unix

package document

import (
	"os/exec"
	"syscall"
)

// together ends a program with all that it started: soffice is a script, and what it starts would live on.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
