package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"

	"gongkai/internal/build"
	"gongkai/internal/publish"
)

// fail prints what ended the run: one fact, then one next action; and gives the exit code.
func (a *app) fail(err error) int {
	message, hint, code := a.explainError(err)
	fmt.Fprintf(a.err, "error: %s\n", message)
	if hint != "" {
		fmt.Fprintf(a.err, "  hint: %s\n", hint)
	}
	return code
}

// adviceError is a fault of this command's own that a person can mend: one fact, one next action.
type adviceError struct {
	message, hint string
	code          int
}

func (e adviceError) Error() string { return e.message }

func (a *app) explainError(err error) (message, hint string, code int) {
	var usage usageError
	var noSite *build.NoSiteError
	var problem *publish.Problem
	var base *build.BaseURLError
	var changed *build.ChangedError
	var there existsError
	var out outputError
	var advice adviceError
	switch {
	case errors.As(err, &advice):
		return advice.message, advice.hint, advice.code
	case errors.As(err, &usage):
		return usage.message, a.say("用 --help 看说明", "see --help"), exitUsage
	case errors.As(err, &noSite) && noSite.Configured:
		return fmt.Sprintf(a.say("%s 里没有 content 文件夹，没有可生成的内容", "there is no folder content in %s: nothing to build"), noSite.Dir),
			a.say("请核对 -s 指定的文件夹；新网站请先建 content 文件夹，或用 gongkai init", "check the folder given with -s; for a new site make the folder content, or use gongkai init"), exitMachine
	case errors.As(err, &noSite):
		return fmt.Sprintf(a.say("%s 里没有网站：找不到 %s，也没有 content 文件夹", "there is no site in %s: neither %s nor a folder content"), noSite.Dir, build.ConfigName),
			a.say("新建网站请用 gongkai init；网站在别处的，用 -s 指定", "make one with gongkai init, or name its folder with -s"), exitMachine
	case errors.As(err, &base):
		return fmt.Sprintf(a.say("--base-url 的“%s”不是完整的网址", "--base-url: %q is not a complete address"), base.Address),
			a.say("写法如 https://www.example.gov.cn/xxgk/", "write it as https://www.example.gov.cn/xxgk/"), exitUsage
	case errors.As(err, &changed):
		return fmt.Sprintf(a.say("%s 在生成期间被改动", "%s was changed during the build"), changed.Path),
			a.say("请等改好后再生成一次；已发布的内容没有改动", "build again when the change is complete; nothing published was changed"), exitMachine
	case errors.As(err, &there):
		return fmt.Sprintf(a.say("%s 已经存在，没有改动", "%s exists already and was not changed"), there.name),
			a.say("请直接编辑它，或换一个名称", "edit it, or choose another name"), exitMachine
	case errors.As(err, &out):
		return fmt.Sprintf(a.say("无法写到标准输出：%s", "cannot write to standard output: %s"), a.cause(err)), "", exitMachine
	case errors.As(err, &problem):
		return a.say(problem.Message.ZH, problem.Message.EN), a.say(problem.Hint.ZH, problem.Hint.EN), exitMachine
	case errors.Is(err, context.Canceled):
		return a.say("已中断，没有改动任何已发布的内容", "interrupted; nothing published was changed"), "", exitMachine
	}
	return a.machineError(err)
}

// machineError names the operation, the path and the cause of a fault of the machine.
func (a *app) machineError(err error) (message, hint string, code int) {
	op, name := "", ""
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	switch {
	case errors.As(err, &pathErr):
		op, name = pathErr.Op, pathErr.Path
	case errors.As(err, &linkErr):
		op, name = linkErr.Op, linkErr.New
	default:
		return err.Error(), "", exitMachine
	}
	cause := a.cause(err)
	message = fmt.Sprintf("%s %s：%s", a.operation(op), name, cause)
	if a.lang == "en" {
		message = fmt.Sprintf("%s %s: %s", op, name, cause)
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		hint = fmt.Sprintf(a.say("请腾出 %s 所在磁盘的空间后重试；已发布的内容没有改动", "free space on the disk of %s and try again; nothing published was changed"), path.Dir(name))
	case errors.Is(err, fs.ErrPermission):
		hint = fmt.Sprintf(a.say("请核对 %s 的读写权限", "check the permissions of %s"), name)
	case errors.Is(err, fs.ErrNotExist):
		hint = a.say("请核对路径", "check the path")
	default:
		hint = a.say("请排除上述原因后重试；已发布的内容没有改动", "remove the cause and try again; nothing published was changed")
	}
	return message, hint, exitMachine
}

// operation is a system call's name in words.
func (a *app) operation(op string) string {
	switch op {
	case "open", "openat":
		return "无法打开"
	case "read", "stat", "lstat", "readdir":
		return "无法读取"
	case "write", "create", "close", "copy":
		return "无法写入"
	case "mkdir":
		return "无法新建文件夹"
	case "rename", "exchange", "switch":
		return "无法切换到"
	case "remove", "removeall", "unlink", "unlinkat":
		return "无法删除"
	case "link":
		return "无法链接"
	case "lock":
		return "无法锁定"
	}
	return "操作（" + op + "）失败"
}

// cause is the innermost reason, in words where it is a common one, always with the system's own.
func (a *app) cause(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		for {
			inner := errors.Unwrap(err)
			if inner == nil {
				return err.Error()
			}
			err = inner
		}
	}
	words := map[syscall.Errno]string{
		syscall.ENOSPC: "磁盘已满", syscall.EACCES: "没有权限", syscall.EPERM: "没有权限", syscall.EIO: "磁盘读写出错",
		syscall.EROFS: "磁盘只读", syscall.ENOENT: "不存在", syscall.EEXIST: "已存在", syscall.ENOTDIR: "不是文件夹", syscall.EISDIR: "是文件夹",
		syscall.ELOOP: "符号链接互相指向", syscall.ENXIO: "不能当作文件打开", syscall.ENAMETOOLONG: "名称过长",
	}
	if w := words[errno]; w != "" && a.lang != "en" {
		return w + "（" + errno.Error() + "）"
	}
	return errno.Error()
}
