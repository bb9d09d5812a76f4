package build

import "gongkai/internal/diag"

// Rules documents what the reading of a folder reports.
func Rules() []diag.Rule {
	return []diag.Rule{
		diag.NewRule("file-stray", diag.Warning, diag.Say("content/ 里有不属于任何报告的文件，不会公开", "a file below content/ belongs to no report and is not published"), "contract §1"),
		diag.NewRule("file-too-large", diag.Error, diag.Say("Markdown 文件超过 2 MB", "a Markdown file is larger than 2 MB"), ""),
		diag.NewRule("irregular-file", diag.Error, diag.Say("content、layouts、static 里的管道、设备等特殊文件一律不读取", "pipes, devices and the like below content, layouts and static are never read"), "contract §1"),
		diag.NewRule("symbolic-link", diag.Error, diag.Say("content、layouts、static 里的符号链接一律不读取", "symbolic links below content, layouts and static are never followed"), "contract §1"),
	}
}
