package report

import "bytes"

// maxPlain is the number of plain paragraphs that get an id each; what follows becomes one last paragraph. Only a text beyond all
// limits is that long.
const maxPlain = 10_000

// plain renders a body that must not be parsed: paragraphs between blank lines, every character as it stands.
func (r *run) plain() {
	rest := r.src
	for n := 0; len(rest) > 0; n++ {
		r.begin()
		for len(rest) > 0 {
			line := rest
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				line = rest[:i]
			}
			rest = rest[min(len(line)+1, len(rest)):]
			if len(bytes.TrimSpace(line)) == 0 {
				if n < maxPlain && len(r.text()) > 0 {
					break
				}
				continue
			}
			r.literal(bytes.TrimSpace(line))
			r.pend = pendBreak
		}
		if id := r.end(kindParagraph); id != "" {
			r.block("p", id)
		}
	}
}
