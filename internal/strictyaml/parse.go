package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
)

// parse turns the source into the root mapping; nil when there is none, which has then been reported.
func (d *document) parse() *yaml.Node {
	d.index()
	switch {
	case len(d.src) > d.MaxBytes:
		d.report(finding{
			rule: "too-large", severity: diag.Error, from: place{1, 1},
			say:  diag.Say("YAML 部分有 %d 字节，上限为 %d 字节", "the YAML holds %d bytes; the limit is %d", len(d.src), d.MaxBytes),
			hint: diag.Say("请把正文移出，或删去不需要的内容", "move text out of it, or delete what is not needed"),
		})
		return nil
	case !utf8.Valid(d.src):
		d.report(finding{
			rule: "encoding", severity: diag.Error, from: d.firstInvalid(),
			say:  diag.Say("此处不是 UTF-8 编码", "this is not UTF-8"),
			hint: diag.Say("请用编辑器另存为 UTF-8", "save the file as UTF-8"),
		})
		return nil
	}
	root, err := d.read()
	if err != nil {
		return nil
	}
	if root == nil || isEmpty(root) {
		d.empty()
		return nil
	}
	sound := d.audit(root)
	if root.Kind == yaml.AliasNode {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		d.report(finding{
			rule: "not-a-mapping", severity: diag.Error, from: d.placeOf(root),
			say:  diag.Say("这里应逐行写“字段: 值”", "lines of “key: value” are wanted here"),
			hint: diag.Say("例如 title: 2021年工作总结", "for example title: …"),
		})
		return nil
	}
	if !sound {
		return nil
	}
	return root
}

// read loads the document; a slip of the input method is repaired first. Most documents hold none of its traces and are loaded at
// once; their lines are only scanned when that fails. An error has been reported.
func (d *document) read() (*yaml.Node, error) {
	var lines *scanner
	text := d.src
	if suspicious(text) {
		lines = scan(d)
		text = lines.text()
	}
	root, err := d.load(text)
	if lines == nil && (err != nil || root != nil && root.Kind == yaml.ScalarNode) {
		if lines = scan(d); lines.swapped {
			root, err = d.load(lines.text())
		}
	}
	if err != nil {
		d.syntax(lines, err)
	}
	return root, err
}

func (d *document) firstInvalid() place {
	for n := range d.starts {
		col := 1
		for line := d.line(n + 1); len(line) > 0; col++ {
			r, size := utf8.DecodeRune(line)
			if r == utf8.RuneError && size == 1 {
				return place{n + 1, col}
			}
			line = line[size:]
		}
	}
	return place{1, 1}
}

// empty is only a finding where something must be written.
func (d *document) empty() {
	if d.AllowEmpty {
		d.emptyOK = true
		return
	}
	d.report(finding{
		rule: "empty", severity: diag.Error, from: place{1, 1},
		say:  diag.Say("没有任何字段", "there is not a single key"),
		hint: diag.Say("请逐行写“字段: 值”", "write lines of “key: value”"),
	})
}

// load runs yaml.v3 over the text. What it panics with is a fault of the document too: it only ever sees that.
func (d *document) load(text []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, errors.New("yaml: this document cannot be read")
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	d.single(dec)
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		return doc.Content[0], nil
	}
	return nil, nil
}

// single reports a second document; what it holds is not read.
func (d *document) single(dec *yaml.Decoder) {
	var second yaml.Node
	if err := dec.Decode(&second); errors.Is(err, io.EOF) {
		return
	}
	at := place{1, 1}
	for n := range d.starts { // the second document begins at a marker; the first line may be the first one's own
		line := d.line(n + 1)
		if n > 0 && (bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))) {
			at = place{n + 1, 1}
			break
		}
	}
	d.report(finding{
		rule: "second-document", severity: diag.Error, from: at,
		say:  diag.Say("此处开始了第二个 YAML 文档", "a second YAML document begins here"),
		hint: diag.Say("只用一个文档：请删去这一行分隔符", "keep one document: delete this separator"),
	})
}

// audit refuses what YAML allows and a text for people does not need: anchors, aliases, merge keys, tags, deep nesting.
// It reports whether the tree can be decoded.
func (d *document) audit(root *yaml.Node) bool {
	sound := true
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		if !sound {
			return
		}
		if depth > maxDepth {
			d.tooDeep(d.placeOf(n))
			sound = false
			return
		}
		d.auditNode(n)
		for _, c := range n.Content {
			walk(c, depth+1)
		}
	}
	walk(root, 1)
	return sound
}

func (d *document) tooDeep(at place) {
	d.report(finding{
		rule: "too-deep", severity: diag.Error, from: at,
		say:  diag.Say("列表和字段嵌套超过 %d 层", "lists and mappings are nested deeper than %d levels", maxDepth),
		hint: diag.Say("请减少嵌套", "nest less"),
	})
}

func (d *document) auditNode(n *yaml.Node) {
	var say diag.Text
	rule := "anchor"
	switch {
	case n.Kind == yaml.AliasNode:
		say = diag.Say("不接受引用“*%s”", "aliases are not accepted: *%s", Clip(n.Value))
	case n.Anchor != "":
		say = diag.Say("不接受锚点“&%s”", "anchors are not accepted: &%s", Clip(n.Anchor))
	case n.Style&yaml.TaggedStyle != 0:
		rule, say = "tag", diag.Say("不接受类型标记“%s”", "tags are not accepted: %s", Clip(n.Tag))
	case n.Kind == yaml.ScalarNode && d.byteAt(d.placeOf(n)) == '!':
		rule, say = "tag", diag.Say("不接受类型标记“!”", "tags are not accepted: !")
	default:
		return
	}
	d.report(finding{
		rule: rule, severity: diag.Error, from: d.placeOf(n), say: say,
		hint: diag.Say("请直接写出内容；确是文字的，请加引号", "write the content itself; if it is text, quote it"),
	})
}

func (d *document) byteAt(p place) byte {
	if i := d.offset(p); i < len(d.src) {
		return d.src[i]
	}
	return 0
}

func isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == "" && n.Anchor == ""
}

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(?s:(.*))$`)

// syntax turns an error of yaml.v3 into one finding, placed and explained by what the lines themselves show.
func (d *document) syntax(lines *scanner, err error) {
	line, what := 1, err.Error()
	if m := yamlError.FindStringSubmatch(what); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		what = m[2]
		if m[1] != "" && strings.HasPrefix(what, "did not find expected") {
			line++ // yaml.v3 counts these from 0
		}
	}
	at := d.clamp(place{line, 1})
	if strings.Contains(what, "exceeded max depth") {
		d.tooDeep(at)
		return
	}
	d.report(lines.cause(at, what))
}
