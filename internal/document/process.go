package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"gongkai/internal/diag"
)

// maxOutput bounds what is kept of another program's output.
const maxOutput = 128 << 20

// bounded keeps what is written to it, up to maxOutput.
type bounded struct {
	bytes.Buffer
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOutput {
		b.full = true
		return 0, errLimit
	}
	return b.Buffer.Write(p)
}

// external runs a program on the file in a temporary folder of its own, with a time limit, and returns what it wrote: to standard output,
// or to the file result. What the program makes of the document is for the caller to see; a program that takes too long or writes too
// much is a finding, one that cannot be started an error.
func (r *reader) external(limit time.Duration, as, result string, command func(ctx context.Context, in string) *exec.Cmd) (out []byte, said string, err error) {
	dir, err := os.MkdirTemp(r.opt.TempDir, "gongkai-document-")
	if err != nil {
		return nil, "", fmt.Errorf("make a temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	in := filepath.Join(dir, as)
	if err := os.WriteFile(in, r.data, 0o600); err != nil {
		return nil, "", fmt.Errorf("write a temporary file: %w", err)
	}
	ctx, cancel := context.WithTimeout(r.ctx, limit)
	defer cancel()
	var stdout, stderr bounded
	cmd := command(ctx, in)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &stdout, &stderr, 2*time.Second
	together(cmd)
	runErr := cmd.Run()
	var exit *exec.ExitError
	name := filepath.Base(cmd.Path)
	switch {
	case r.ctx.Err() != nil:
		return nil, "", r.ctx.Err()
	case ctx.Err() != nil:
		r.refuse("document-program", Place{}, diag.Say("%s 处理了 %v 还没有完成，已停止", "%s took longer than %v and was stopped", name, limit), diag.Say("请拆成几份，或另存为其他格式", "split the file, or save it in another format"))
		return nil, "", nil
	case stdout.full:
		r.tooMuch(diag.Say("%s 读出的文字超过 %d MB", "%s wrote more than %d MB", name, maxOutput>>20))
		return nil, "", nil
	case runErr != nil && !errors.As(runErr, &exit) && !errors.Is(runErr, exec.ErrWaitDelay):
		return nil, "", fmt.Errorf("run %s: %w", name, runErr)
	}
	if result == "" {
		return stdout.Bytes(), stderr.String(), nil
	}
	info, err := os.Stat(filepath.Join(dir, result))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, stderr.String(), nil
	}
	if err == nil && info.Size() > maxFile {
		r.tooMuch(diag.Say("%s 转换的结果超过 %d MB", "%s wrote more than %d MB", name, maxFile>>20))
		return nil, "", nil
	}
	if out, err = os.ReadFile(filepath.Join(dir, result)); err != nil {
		return nil, "", fmt.Errorf("read what %s wrote: %w", name, err)
	}
	return out, stderr.String(), nil
}
