package document

import "gongkai/internal/diag"

// Rules documents every finding of this room.
func Rules() []diag.Rule {
	return []diag.Rule{
		diag.NewRule("document-empty", diag.Error, diag.Say("文件是空的，或没有文字", "a file is empty or holds no text"), ""),
		diag.NewRule("document-format", diag.Error, diag.Say("文件不是能读出文字的格式", "a file is of a kind from which no text can be read"), ""),
		diag.NewRule("document-damaged", diag.Error, diag.Say("文件损坏，内容不全", "a file is damaged; half of it would be lost"), ""),
		diag.NewRule("document-limit", diag.Error, diag.Say("文件过大或嵌套过深，可能是恶意文件", "a file is too large or nested too deeply, perhaps on purpose"), ""),
		diag.NewRule("document-encoding", diag.Error, diag.Say("文字编码无法确定，或已有丢失的字", "the encoding of a text cannot be proved, or characters were lost before"), ""),
		diag.NewRule("document-locked", diag.Error, diag.Say("文件加了密码，或禁止复制文字", "a file is protected by a password"), ""),
		diag.NewRule("document-tracked-change", diag.Error, diag.Say("文件带有修订记录：不知道哪一稿算数，也会泄露改动", "a file holds tracked changes: which version counts is open, and they tell of the drafting"), ""),
		diag.NewRule("document-comment", diag.Error, diag.Say("文件带有批注，不宜公开", "a file holds comments, which are not for publication"), ""),
		diag.NewRule("document-hidden", diag.Error, diag.Say("文件带有隐藏文字，不宜公开", "a file holds hidden text, which is not for publication"), ""),
		diag.NewRule("document-embedded", diag.Warning, diag.Say("文件里嵌有别的文件，其内容没有读入", "a file holds other files, which are not read"), ""),
		diag.NewRule("document-loss", diag.Warning, diag.Say("有些内容无法成为文字（图表、公式、特殊符号）", "something cannot become text (charts, formulas, symbols)"), ""),
		diag.NewRule("document-picture", diag.Warning, diag.Say("图片缺失，或浏览器不能显示", "a picture is missing, or no browser can show it"), ""),
		diag.NewRule("document-program", diag.Error, diag.Say("需要的程序没有安装，或没能完成转换", "a program is needed that is not installed or did not finish"), ""),
		diag.NewRule("document-scan", diag.Error, diag.Say("PDF 是扫描件，没有文字", "a PDF is a scan without text"), ""),
		diag.NewRule("document-garbled", diag.Error, diag.Say("读出的文字是乱码，不予采用", "the text comes out garbled and is not used"), ""),
		diag.NewRule("document-main-text", diag.Error, diag.Say("网页里找不到正文", "no main text is found in a web page"), ""),
	}
}
