package document

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gongkai/internal/diag"
)

// Office (办公软件) is LibreOffice, of which one process runs at a time: several at once take all memory of a small machine.
type Office struct {
	turn  chan struct{}
	limit time.Duration
}

// NewOffice makes an Office for the files of one run. Limit bounds one conversion; 0 is two minutes.
func NewOffice(limit time.Duration) *Office {
	if limit <= 0 {
		limit = officeLimit
	}
	return &Office{turn: make(chan struct{}, 1), limit: limit}
}

// readOffice lets LibreOffice make a docx or xlsx of the file, and reads that.
func (r *reader) readOffice() error {
	program := r.look("soffice")
	if program == "" {
		program = r.look("libreoffice")
	}
	if program == "" {
		r.refuse("document-program", Place{}, diag.Say("%s 文件要由 LibreOffice 转换，本机没有安装", "a %s file is converted by LibreOffice, which is not installed here", strings.ToUpper(r.doc.Format)),
			diag.Say("请安装 LibreOffice 后再试，或用 Word、WPS 另存为 docx", "install LibreOffice and try again, or save it as docx in Word or WPS"))
		return nil
	}
	office := r.opt.Office
	if office == nil || office.turn == nil {
		office = NewOffice(0)
	}
	select {
	case office.turn <- struct{}{}:
		defer func() { <-office.turn }()
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
	as, to, filter := "in."+r.doc.Format, "docx", "docx:MS Word 2007 XML"
	switch r.doc.Format {
	case "wordml":
		as = "in.xml"
	case "xls", "et":
		as, to, filter = "in.xls", "xlsx", "xlsx:Calc MS Excel 2007 XML"
	case "wps":
		if detectOLE(".doc", r.data) == "doc" { // what WPS writes is Word's format under another name
			as = "in.doc"
		}
	}
	data, said, err := r.external(office.limit, as, "in."+to, func(ctx context.Context, in string) *exec.Cmd {
		dir := filepath.Dir(in)
		profile := "file://" + filepath.ToSlash(filepath.Join(dir, "profile"))
		if !strings.HasPrefix(profile, "file:///") {
			profile = "file:///" + strings.TrimPrefix(profile, "file://") // a drive letter
		}
		return exec.CommandContext(ctx, program, "-env:UserInstallation="+profile, "--headless", "--norestore", "--nolockcheck", "--convert-to", filter, "--outdir", dir, in)
	})
	if err != nil || r.list.AtLeast(diag.Error) > 0 {
		return err
	}
	if len(data) == 0 {
		first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
		r.refuse("document-program", Place{}, diag.Say("LibreOffice 没能转换这份文件（%s）", "LibreOffice could not convert the file (%s)", first),
			diag.Say("请用 Word、WPS 打开后另存为 docx", "open it in Word or WPS and save it as docx"))
		return nil
	}
	r.doc.Via = "libreoffice"
	if to == "xlsx" {
		r.readXLSX(data)
	} else {
		r.readDOCX(data)
	}
	return nil
}
