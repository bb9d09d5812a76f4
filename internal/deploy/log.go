package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"

	"gongkai/internal/diag"
)

// logName is the log at the target.
const logName = "releases.jsonl"

// line is the record as the log has it.
func (r Record) line() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(r) // strings, numbers and times cannot fail
	return b.Bytes()
}

// readLog reads a log. A line that was torn, or written by a later version in another form, is passed over.
func readLog(text []byte) []Record {
	var l []Record
	for line := range bytes.Lines(text) {
		var r Record
		if json.Unmarshal(line, &r) == nil && r.Action != "" {
			l = append(l, r)
		}
	}
	return l
}

// ended makes an addition to a log whose last line may be torn: it begins on a line of its own.
func ended(log, line []byte) []byte {
	if len(log) > 0 && log[len(log)-1] != '\n' {
		return append([]byte{'\n'}, line...)
	}
	return line
}

// note adds a line to the log in the site's folder. The deploy stands whether or not it can be noted there.
func (o Options) note(r Record) []diag.Text {
	if o.LocalLog == "" {
		return nil
	}
	f, err := os.OpenFile(o.LocalLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err == nil {
		_, err = f.Write(r.line())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return []diag.Text{diag.Say("已完成，但 %s 没有记上（%s）", "done, but %s could not be written (%s)", o.LocalLog, because(err))}
	}
	return nil
}
