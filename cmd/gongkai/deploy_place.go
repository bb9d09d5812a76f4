package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// checkPlace refuses a target in a folder that is read or replaced by build: what is published there is gone with the next build, or
// becomes a source of it.
func (a *app) checkPlace(t destination, built string) error {
	if t.Kind != "folder" && t.Kind != "bundle" {
		return nil
	}
	place := realPath(a.sitePath(t.Path))
	for _, dir := range []string{built, filepath.Join(a.source, "content"), filepath.Join(a.source, "layouts"), filepath.Join(a.source, "static")} {
		if rest, err := filepath.Rel(realPath(dir), place); dir != "" && err == nil && filepath.IsLocal(rest) {
			return adviceError{code: exitMachine,
				message: fmt.Sprintf(a.say("发布目标 %s 的 path 是 %s，在 %s 里面，生成时会被读取或替换", "the path of target %s is %s, which lies in %s: build reads or replaces that"), t.Name, t.Path, dir),
				hint:    a.say("请在配置里另写一个文件夹，例如 ../www", "name another folder in the configuration, such as ../www")}
		}
	}
	return nil
}

// realPath follows the symbolic links of a path as far as it exists.
func realPath(name string) string {
	full, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	for dir := full; ; dir = filepath.Dir(dir) {
		real, err := filepath.EvalSymlinks(dir)
		switch {
		case err == nil:
			return filepath.Join(real, full[len(dir):])
		case !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir:
			return full
		}
	}
}
