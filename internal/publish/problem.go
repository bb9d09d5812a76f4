package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// What a Problem can be; ask with errors.Is.
var (
	ErrNotOurs    = errors.New("destination was not made by gongkai")
	ErrProtected  = errors.New("destination would swallow other files")
	ErrMountPoint = errors.New("destination is a mount point")
	ErrLocked     = errors.New("destination is being published by another process")
	ErrPath       = errors.New("path cannot be published")
	ErrCollision  = errors.New("two outputs have one path")
	ErrEmpty      = errors.New("nothing to publish")
	ErrChanged    = errors.New("the folder being replaced changed meanwhile")
)

// errDone is what a stage says after Commit or Abort.
var errDone = fmt.Errorf("publish: the stage has ended: %w", os.ErrClosed)

// Text is a message in Chinese and English. Its fields are those of diag.Text, so that one converts to the other; publish itself
// imports nothing of gongkai's.
type Text struct{ ZH, EN string }

func say(zh, en string, args ...any) Text {
	return Text{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}
}

// A Problem is a refusal: the fact, and the one thing to do about it. Its Kind is one of the Err values above.
type Problem struct {
	Kind          error
	Path          string
	Message, Hint Text
	Err           error // the system's answer behind it; may be nil
}

// Error returns message and hint in English.
func (p *Problem) Error() string { return p.Message.EN + "; " + p.Hint.EN }

// Unwrap makes errors.Is find the kind and the cause.
func (p *Problem) Unwrap() []error {
	if p.Err == nil {
		return []error{p.Kind}
	}
	return []error{p.Kind, p.Err}
}

func notOurs(path, zh, en string) *Problem {
	return &Problem{Kind: ErrNotOurs, Path: path,
		Message: Text{"不能发布到 " + path + "：" + zh, "cannot publish to " + path + ": " + en},
		Hint:    Text{"请用 -d 指定一个空文件夹或尚不存在的文件夹", "name an empty or a new folder with -d"},
	}
}

func protected(path, zh, en string) *Problem {
	return &Problem{Kind: ErrProtected, Path: path,
		Message: Text{"不能发布到 " + path + "：" + zh, "cannot publish to " + path + ": " + en},
		Hint:    Text{"请用 -d 指定另一个文件夹，如 public", "name another folder with -d, such as public"},
	}
}

func mountPoint(path string, err error) *Problem {
	return &Problem{Kind: ErrMountPoint, Path: path, Err: err,
		Message: say("不能发布到 %s：它是挂载点，无法整体替换", "cannot publish to %s: it is a mount point and cannot be switched as a whole", path),
		Hint:    say("请用 -d 指定挂载点里面的一个文件夹", "name a folder inside of the mount with -d"),
	}
}

func lockedBy(path string, held *Held) *Problem {
	since := held.Since.Format(time.DateTime)
	return &Problem{Kind: ErrLocked, Path: path, Err: held,
		Message: say("%s 正由另一次构建发布（进程 %s，开始于 %s）", "%s is being published by another build (process %s, since %s)", path, held.Note, since),
		Hint:    say("请等它结束后再试", "wait for it to end, then try again"),
	}
}

func badPath(path, zh, en string) *Problem {
	return &Problem{Kind: ErrPath, Path: path,
		Message: Text{fmt.Sprintf("输出路径 %q %s", path, zh), fmt.Sprintf("output path %q %s", path, en)},
		Hint:    say("请改文件名", "rename the file"),
	}
}

func collision(path, other string) *Problem {
	return &Problem{Kind: ErrCollision, Path: path,
		Message: say("两项输出占用同一路径：%s 与 %s", "two outputs take one path: %s and %s", other, path),
		Hint:    say("请给其中一个改名（大小写不同不算不同）", "rename one of them (a difference of case does not count)"),
	}
}

func empty(path string) *Problem {
	return &Problem{Kind: ErrEmpty, Path: path,
		Message: say("没有可发布的文件，%s 保持原样", "there is nothing to publish, %s stays as it is", path),
		Hint:    say("请先在 content 中添加文件", "add a file to content first"),
	}
}

func changed(path string) *Problem {
	return &Problem{Kind: ErrChanged, Path: path,
		Message: say("构建期间 %s 被其他程序改动", "%s was changed by another program during the build", path),
		Hint:    say("请再构建一次", "build again"),
	}
}

// fault makes an error of the operating system say verb, path and cause, whatever path the file system knew.
func (s *Stage) fault(verb, name string, err error) error {
	return &fs.PathError{Op: verb, Path: s.place.path(name), Err: cause(err)}
}

// fault2 is fault for an operation on two names. A folder that the system will not move is a mount point.
func (s *Stage) fault2(verb, from, to string, err error) error {
	full := &os.LinkError{Op: verb, Old: s.place.path(from), New: s.place.path(to), Err: cause(err)}
	moving := from == s.place.site || to == s.place.site
	if moving && (errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EBUSY)) {
		return mountPoint(s.place.shown, full)
	}
	return full
}

// cause takes verb and path off an error of package os.
func cause(err error) error {
	for {
		switch e := err.(type) {
		case *fs.PathError:
			err = e.Err
		case *os.LinkError:
			err = e.Err
		case *os.SyscallError:
			err = e.Err
		default:
			return err
		}
	}
}
