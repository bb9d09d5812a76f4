package document

import (
	"context"
	"os/exec"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
)

// reader is one call of Read: what it was given and what it has found.
type reader struct {
	ctx  context.Context
	name string
	data []byte
	opt  Options
	doc  *Document
	list diag.List
}

// read fills doc, or list with an Error. An error is a fault of the machine.
func (r *reader) read() error {
	if len(r.data) == 0 {
		r.refuse("document-empty", Place{}, diag.Say("文件是空的（0 字节）", "the file is empty (0 bytes)"), diag.Say("请重新取得这份文件", "obtain the file again"))
		return nil
	}
	if len(r.data) > maxFile {
		r.tooMuch(diag.Say("文件有 %d MB，超过 %d MB", "the file has %d MB, more than %d MB", len(r.data)>>20, maxFile>>20))
		return nil
	}
	var err error
	switch r.doc.Format {
	case "txt", "md":
		r.readText()
	case "html":
		r.readHTML(r.data)
	case "mht":
		r.readMHT()
	case "docx":
		r.readDOCX(r.data)
	case "xlsx":
		r.readXLSX(r.data)
	case "ofd":
		r.readOFD()
	case "pdf":
		err = r.readPDF()
	case "doc", "wps", "rtf", "odt", "wordml", "xls", "et":
		err = r.readOffice()
	default:
		r.refuseFormat()
	}
	if err == nil && r.list.AtLeast(diag.Error) == 0 {
		r.check()
	}
	return err
}

// check looks at what every reader must deliver: some text, and no character that stands for a lost one.
func (r *reader) check() {
	text := r.doc.Text()
	if strings.TrimSpace(text) == "" && len(r.doc.Files) == 0 {
		r.refuse("document-empty", Place{}, diag.Say("文件里没有文字", "the file holds no text"), diag.Say("请确认文件是否完整；扫描件请先做文字识别", "make sure that the file is whole; a scan needs OCR first"))
		return
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
		place := Place{}
		for _, b := range r.doc.Blocks {
			if strings.ContainsRune(joinText([]Block{b}), utf8.RuneError) {
				place = b.Place
				break
			}
		}
		r.refuse("document-encoding", place, diag.Say("文件里有已经丢失的字（显示为“�”，U+FFFD）", "the file holds characters that were lost before (U+FFFD)"),
			diag.Say("请向原单位索取没有乱码的文件", "ask the organ for a file without lost characters"))
	}
}

func (r *reader) refuseFormat() {
	if r.doc.Format == "-locked" {
		r.refuse("document-locked", Place{}, diag.Say("文件加了密码，打不开", "the file is protected by a password"), diag.Say("请去掉密码后另存一份", "save it anew without the password"))
		return
	}
	about, known := foreignFormats[r.doc.Format]
	if !known {
		about = foreignFormats["-binary"]
	}
	r.refuse("document-format", Place{}, diag.Text{ZH: "这是" + about.ZH + "，读不出文字", EN: "this is " + about.EN + ": it cannot be read as text"},
		diag.Say("请提供 txt、md、docx、xlsx、html、pdf、ofd、doc 或 wps 文件", "give a txt, md, docx, xlsx, html, pdf, ofd, doc or wps file"))
}

// refuse reports an Error, after which no Document is returned.
func (r *reader) refuse(rule string, at Place, message, hint diag.Text) {
	r.find(diag.Error, rule, at, message, hint)
}

func (r *reader) warn(rule string, at Place, message, hint diag.Text) {
	r.find(diag.Warning, rule, at, message, hint)
}

// find records a finding. A place in a text file becomes the finding's position, any other stands before the message: a packed file
// has no lines that an editor could go to.
func (r *reader) find(severity diag.Severity, rule string, at Place, message, hint diag.Text) {
	if len(r.list) >= maxFindings && (severity < diag.Error || r.list.AtLeast(diag.Error) > 0) {
		return
	}
	d := diag.Diagnostic{Rule: rule, Severity: severity, Path: r.name, Message: message, Hint: hint}
	if at.Plain {
		d.Start = diag.Pos{Line: at.Line, Column: 1}
	} else if where := r.doc.Where(at); where.ZH != "" {
		d.Message = diag.Text{ZH: where.ZH + "：" + message.ZH, EN: where.EN + ": " + message.EN}
	}
	r.list = append(r.list, d)
}

func (r *reader) damaged(what string, err error) {
	r.refuse("document-damaged", Place{}, diag.Say("文件已损坏：%s 读不出来（%v）", "the file is damaged: %s cannot be read (%v)", what, err),
		diag.Say("请用原来的软件打开后另存一份，或重新取得这份文件", "open it in its own program and save it anew, or obtain the file again"))
}

func (r *reader) tooMuch(message diag.Text) {
	r.refuse("document-limit", Place{}, message, diag.Say("请拆成几份，或另存为纯文本后再导入", "split it, or save it as plain text and import that"))
}

// drop hands over a text that is not among the blocks; blank ones are forgotten.
func (r *reader) drop(at Place, text string, reason Reason) {
	if n := len(r.doc.Dropped); n > 0 && (reason == ReasonDeleted || reason == ReasonHidden) {
		if last := &r.doc.Dropped[n-1]; last.Place == at && last.Reason == reason { // runs of one paragraph
			last.Text += text
			return
		}
	}
	if strings.TrimSpace(text) != "" {
		r.doc.Dropped = append(r.doc.Dropped, Dropped{Place: at, Text: text, Reason: reason, Count: 1})
	}
}

// look finds a program, or returns "".
func (r *reader) look(program string) string {
	look := r.opt.Look
	if look == nil {
		look = exec.LookPath
	}
	found, err := look(program)
	if err != nil {
		return ""
	}
	return found
}

// excerpt is the beginning of a text, for messages.
func excerpt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 24 {
		return string(runes[:24]) + "…"
	}
	return s
}
