package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func headSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(FrontMatterSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("head.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("head.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as an editor's language server does: YAML 1.2, dates as text.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		t.Fatal(err)
	}
	var untime func(n *yaml.Node)
	untime = func(n *yaml.Node) {
		if n.ShortTag() == "!!timestamp" {
			n.Tag = "!!str"
		}
		for _, c := range n.Content {
			untime(c)
		}
	}
	untime(&node)
	var v any
	if err := node.Decode(&v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSchemaAndDecoderAgree: samples that the decoder takes are good for editors too, and of the bad ones those that a schema can tell.
func TestSchemaAndDecoderAgree(t *testing.T) {
	schema := headSchema(t)
	const base = "title: a\nkind: plan\n"
	for _, good := range []string{
		base, "标题: a\n材料类型: 工作计划\n", base + "date: 2021-11-03\nwritten: 2021年11月3日\n成文日期:\n", base + "period: 2021\nplan_period: 2021-H1\nindex_number: 012\n",
		base + "keywords: 一、二\n", base + "关键词: [一, 3.10]\nagency: [甲, 乙]\n", base + "status: 正常\n", base + "status: {state: withdrawn, mode: notice, date: 2021-01-01}\n",
		base + "信息状态: {已撤下: {方式: 移除全文, 日期: 2021-01-01}}\n", base + "attachments: [a.pdf, {文件: b.pdf, 名称: c}]\ndraft: 是\n地区: 610112\nyear: 2021\n",
		base + "source: {name: 甲, url: 'https://a.cn'}\nrevisions: [{date: 2021-01-01, type: 更正, note: 丙}]\nwaive: [{rule: a-b, span: c, reason: d}]\n",
		base + "figures: [{span: a, value: 12.5, period: 2021}]\nreview: {secrecy: {by: 甲, date: 2021-01-01}}\naliases: /a.html\n",
	} {
		if err := schema.Validate(asJSON(t, good)); err != nil {
			t.Errorf("%q: %v", good, err)
		}
		yamlText := strings.ReplaceAll(good, "成文日期:\n", "")
		if _, found := headOf(yamlText); len(found) > 0 {
			t.Errorf("%q: %v", good, found)
		}
	}
	for _, bad := range []string{
		base + "distrct: x\n", base + "发布日起: x\n", base + "draft: yes please\n", base + "kind2: x\n", "title: a\nkind: 总接\n", base + "date: 昨天\n", base + "status: withdrawn\n",
		base + "status: {stat: x}\n", base + "attachments: a.pdf\n", base + "publicity: 公开\n", base + "year: 1900\n", base + "source: {url: a.cn}\n",
	} {
		if err := schema.Validate(asJSON(t, bad)); err == nil {
			t.Errorf("%q is good for editors", bad)
		}
		if _, found := headOf(bad); len(found) == 0 {
			t.Errorf("%q is good for the decoder", bad)
		}
	}
	for _, incomplete := range []string{"title: a\n", "材料类型: 工作总结\n"} { // defaults may add what is missing; editors say so early
		if err := schema.Validate(asJSON(t, incomplete)); err == nil {
			t.Errorf("%q is complete for editors", incomplete)
		}
	}
}

// TestSchemaNamesEveryKey walks the schema: the decoder knows every key in it, nested ones too, and every key is described.
func TestSchemaNamesEveryKey(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(FrontMatterSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	n := 0
	var walk func(s map[string]any, wrap func(string) string)
	walk = func(s map[string]any, wrap func(string) string) {
		if list, ok := s["anyOf"].([]any); ok {
			for _, one := range list {
				walk(one.(map[string]any), wrap)
			}
		}
		if items, ok := s["items"].(map[string]any); ok {
			walk(items, func(inner string) string { return wrap("[" + inner + "]") })
		}
		properties, _ := s["properties"].(map[string]any)
		for key, p := range properties {
			n++
			p := p.(map[string]any)
			if text, _ := p["description"].(string); text == "" {
				t.Errorf("%s is not described", key)
			}
			_, found := headOf(wrap("{" + key + ": }")[len("x: "):])
			for _, d := range found {
				if strings.HasSuffix(d.Rule, "-key") {
					t.Errorf("%s: %v", wrap(key), d)
				}
			}
			walk(p, func(inner string) string { return wrap("{" + key + ": " + inner + "}") })
		}
	}
	walk(schema, func(inner string) string { return "x: " + inner })
	if n < 100 {
		t.Errorf("only %d keys", n)
	}
}
