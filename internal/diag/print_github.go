package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteGitHub prints workflow commands, which GitHub shows as annotations on the lines of a change.
func WriteGitHub(w io.Writer, list List, lang string) error {
	b := bufio.NewWriter(w)
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, d := range list {
		if d.Waived != "" {
			continue
		}
		level := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}[d.Severity]
		start, end := d.span()
		message := d.Message.In(lang)
		if hint := d.Hint.In(lang); hint != "" {
			message += "\nhint: " + hint
		}
		fmt.Fprintf(b, "::%s file=%s,line=%d,col=%d,endLine=%d,endColumn=%d,title=%s::%s\n", level,
			property.Replace(d.Path), start.Line, start.Column, end.Line, end.Column, property.Replace(d.Rule), data.Replace(message))
	}
	return b.Flush()
}
