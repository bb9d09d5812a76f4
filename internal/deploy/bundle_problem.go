package deploy

import (
	"errors"
	"io/fs"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// What a refused bundle can be; ask with errors.Is.
var (
	ErrBundle = errors.New("not a whole bundle")
	ErrBase   = errors.New("the bundle does not fit the target")
)

// damaged is an archive that is not, to the last byte, what gongkai has written; why is a part of a sentence.
func damaged(name string, why diag.Text, cause error) error {
	return problem(ErrBundle, name,
		diag.Text{ZH: "离线包 " + name + " 不能用：" + why.ZH, EN: "bundle " + name + " cannot be used: " + why.EN},
		diag.Say("请重新拷贝一次；仍不能用的，请在原处重新生成；目标没有改动", "copy it again, or make it again where it came from; the target was not changed"), cause)
}

func noBundle(name string, cause error) error {
	return damaged(name, diag.Say("它不是离线包，或者开头已损坏", "it is no bundle, or its beginning is damaged"), cause)
}

func newerBundle(name string) error {
	return problem(ErrBundle, name,
		diag.Say("离线包 %s 由更新的 gongkai 生成，本程序读不了", "bundle %s was made by a newer gongkai", name),
		diag.Say("请把这里的 gongkai 升级到同一版本", "upgrade gongkai here to the same version"), nil)
}

// wrongBase is a bundle of changes for another state of the site; here is "" when nothing is published.
func wrongBase(name, base, here string) error {
	message := diag.Say("离线包 %s 只含改动，要求目标是 %.8s 版；目标现在是 %.8s 版，没有改动目标",
		"bundle %s holds changes to %.8s only, but the target holds %.8s; it was not changed", name, base, here)
	if here == "" {
		message = diag.Say("离线包 %s 只含改动，要求目标是 %.8s 版；目标还没有发布过，没有改动目标",
			"bundle %s holds changes to %.8s only, but nothing is published at the target yet; it was not changed", name, base)
	}
	return problem(ErrBase, name, message,
		diag.Say("请先应用中间的离线包；没有的，请生成一个完整的离线包", "apply the bundles in between first, or make a bundle of the whole site"), nil)
}

// outsideBundle is a file that a bundle of changes does not hold. It is an fs.ErrNotExist: the target's own engine takes the file from
// what is published, and shows this when it is not there, because the target changed after it was compared.
func outsideBundle(name, file string) error {
	return problem(ErrBase, name,
		diag.Say("离线包 %s 只含改动，没有 %s，而目标也没有这个文件", "bundle %s holds changes only and lacks %s, which the target lacks too", name, file),
		diag.Say("请生成一个完整的离线包", "make a bundle of the whole site"), fs.ErrNotExist)
}

func notABase(name string, err error) error {
	return problem(ErrBase, name,
		diag.Say("%s 既不是清单（manifest.sha256），也不是离线包", "%s is neither a manifest (manifest.sha256) nor a bundle", name),
		diag.Say("请指定目标上现有网站的清单，或上一个离线包", "name the manifest of the site at the target, or the bundle before"), err)
}

func bundleHeld(path string, held *publish.Held) error {
	return problem(ErrLocked, path,
		diag.Say("%s 里正在写另一个离线包（进程 %s，开始于 %s）", "another bundle is being written into %s (process %s, since %s)", path, held.Note, held.Since.Format(time.DateTime)),
		diag.Say("请等它结束后再试", "wait for it to end, then try again"), held)
}

// onlyWritten is asked of a folder of bundles what can only be done where they are applied.
func onlyWritten(target string, what diag.Text) error {
	return problem(ErrNoSuch, target,
		diag.Text{ZH: "发布目标“" + target + "”只写离线包，" + what.ZH, EN: "the target " + target + " only writes bundles and " + what.EN},
		diag.Say("请在应用离线包的那一边，对那里的目标执行", "do it where the bundle was applied, on the target there"), nil)
}
