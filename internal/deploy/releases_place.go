package deploy

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"gongkai/internal/diag"
)

// mustBeOurs refuses a first deploy to a place where others have files: they would be published, or ours be removed with theirs. Names that
// begin with a dot are no site's, and every disk may have lost+found.
func (s *session) mustBeOurs() error {
	names, err := s.h.List(".")
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(names, func(name string) bool {
		switch name {
		case releasesName, nextName, "lost+found":
			return true
		case logName, lockName:
			info, err := s.h.Lstat(name)
			return err != nil || info.Mode().IsRegular()
		}
		return strings.HasPrefix(name, ".")
	})
	kept, err := s.list()
	if err != nil {
		return err
	}
	for _, name := range kept {
		if id := strings.TrimSuffix(name, ".json"); !idPattern.MatchString(id) && !strings.HasPrefix(name, ".") {
			others = append(others, folderOf(name))
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return s.notOurs(diag.Say("那里有别的文件（如 %s），没有 gongkai 发布的网站", "other files lie there (such as %s), and no site of gongkai's", strings.Join(others[:min(3, len(others))], "、")), nil)
}

// usable says what is wrong with a path that is there and is no folder. That there is nothing yet is no fault.
func (opt FolderOptions) usable() error {
	hint := diag.Say("请核对配置里的 path，写一个空的或新的文件夹", "check path in the configuration: name a folder that is empty or new")
	_, there := os.Lstat(opt.Path)
	switch info, err := os.Stat(opt.Path); {
	case err == nil && !info.IsDir():
		return problem(ErrRoot, opt.Path, diag.Say("发布目标 %s 是文件，不是文件夹", "the target %s is a file and no folder", opt.Path), hint, nil)
	case there == nil && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP)):
		return problem(ErrRoot, opt.Path, diag.Say("发布目标 %s 是符号链接，没有指向文件夹", "the target %s is a symbolic link that leads to no folder", opt.Path), hint, nil)
	}
	return nil
}

// noAccess says that the system refuses to let us read or write at the target.
func noAccess(place string, err error) error {
	return problem(ErrDenied, place, diag.Say("不能在 %s 读写文件（%s）", "files at %s cannot be read or written (%s)", place, because(err)),
		diag.Say("请核对这个文件夹的权限，以及磁盘是否只读；网站保持原样", "check the permissions of the folder, and whether its disk is read-only; the site is as it was"), err)
}

// forbidden reports whether the system does not let us.
func forbidden(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
