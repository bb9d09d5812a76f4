package document

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
)

var (
	boldStyle  = regexp.MustCompile(`(?i)font-weight\s*:\s*(bold|[6-9]00)`)
	lightStyle = regexp.MustCompile(`(?i)font-weight\s*:\s*(normal|[1-5]00)`)
	alignStyle = regexp.MustCompile(`(?i)text-align\s*:\s*(center|right|left)`)
)

// element reads an inline element.
func (f *flow) element(k *html.Node, style Run) {
	if hidden(k) {
		f.p.put(squeeze(textOf(k)), ReasonHidden)
		return
	}
	switch {
	case f.p.notes.back[k]:
		return
	case f.p.notes.refs[k] != "":
		f.note(k)
		return
	}
	switch k.Data {
	case "br":
		f.br(k)
		return
	case "img":
		f.image(k)
		return
	case "b", "strong":
		style.Bold = true
	case "i", "em":
		style.Italic = true
	case "sup":
		style.Super = true
	case "sub":
		style.Sub = true
	case "a":
		if to := strings.TrimSpace(attr(k, "href")); to != "" && !strings.HasPrefix(strings.ToLower(to), "javascript:") && !strings.HasPrefix(to, "#") {
			style.Link = to
		}
	case "rt", "rp":
		f.p.put(squeeze(textOf(k)), ReasonReading)
		return
	}
	if css := attr(k, "style"); css != "" {
		style.Bold = (style.Bold || boldStyle.MatchString(css)) && !lightStyle.MatchString(css)
	}
	f.block(k, style)
}

// br ends a paragraph when the next line begins with a blank, as a new paragraph does, or when two follow each other; else it is a line
// feed in the text.
func (f *flow) br(k *html.Node) {
	next := k.NextSibling
	for next != nil && next.Type == html.TextNode && strings.Trim(next.Data, " \t\r\n") == "" {
		next = next.NextSibling
	}
	if next == nil {
		return
	}
	text := strings.TrimLeft(textOf(next), " \t\r\n")
	if next.Data == "br" || strings.HasPrefix(text, "\u3000") || strings.HasPrefix(text, "\u00a0") || strings.HasPrefix(text, "\u2003") {
		f.end(KindParagraph, "br")
		return
	}
	if len(f.runs) > 0 {
		f.push("\n", Run{})
	}
}

// say adds text as a browser shows it: ASCII white space is one space, and none between Chinese characters on two lines of the source.
func (f *flow) say(s string, style Run) {
	var b strings.Builder
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && strings.IndexByte(" \t\r\n\f", s[end]) >= 0 {
			end++
		}
		if end > i {
			before := lastRune(b.String())
			if before == 0 {
				before = f.last()
			}
			after := firstRune(s[end:])
			// At either end of a text the neighbour is not known yet; a space beside a line end is left out when it cannot part words.
			feed := strings.ContainsAny(s[i:end], "\r\n")
			if before != 0 && before != ' ' && before != '\n' && !(feed && (wide(before) || wide(after))) {
				b.WriteByte(' ')
			}
			i = end
			continue
		}
		for end < len(s) && strings.IndexByte(" \t\r\n\f", s[end]) < 0 {
			end++
		}
		b.WriteString(s[i:end])
		i = end
	}
	f.push(b.String(), style)
}

func (f *flow) push(s string, style Run) {
	if s == "" {
		return
	}
	if n := len(f.runs); n > 0 {
		last := f.runs[n-1]
		last.Text = s
		style.Text = s
		if last == style {
			f.runs[n-1].Text += s
			return
		}
	}
	style.Text = s
	f.runs = append(f.runs, style)
}

func (f *flow) last() rune {
	for i := len(f.runs) - 1; i >= 0; i-- {
		if r := lastRune(f.runs[i].Text); r != 0 {
			return r
		}
	}
	return 0
}

func firstRune(s string) rune {
	for _, c := range s {
		return c
	}
	return 0
}

func lastRune(s string) rune {
	r := []rune(s[max(0, len(s)-4):])
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}

// wide holds for Chinese characters and marks, between which no space belongs.
func wide(c rune) bool {
	return unicode.Is(unicode.Han, c) || c >= 0x3000 && c <= 0x303f || c >= 0xff00 && c <= 0xff60 || strings.ContainsRune("“”‘’—…·", c)
}

func (f *flow) image(k *html.Node) {
	src, alt := strings.TrimSpace(attr(k, "src")), strings.TrimSpace(attr(k, "alt"))
	if src == "" {
		return
	}
	pic := &Picture{Address: src, Alt: alt}
	if strings.HasPrefix(src, "data:") {
		pic.Address = ""
		head, body, _ := strings.Cut(src, ",")
		body, _ = url.PathUnescape(body)
		data := []byte(body)
		if strings.Contains(head, "base64") {
			decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
			if err != nil {
				return
			}
			data = decoded
		}
		pic.File = f.p.r.file(data, Place{Line: f.p.paragraph + 1})
	}
	f.after = append(f.after, Block{Kind: KindPicture, Picture: pic, Place: Place{Line: f.p.paragraph + 1}, Align: f.align})
	if len(f.after) > maxPictures {
		f.p.r.tooMuch(diag.Say("图片超过 %d 张", "there are more than %d pictures", maxPictures))
	}
}
