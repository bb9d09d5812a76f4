package strictyaml

import (
	"encoding/json"
	"slices"
)

// Schema is a JSON Schema (draft 2020-12) or a part of one.
type Schema map[string]any

// JSONSchema writes the schema of documents of a type, for editors: descriptions in Chinese, synonyms as keys of their own. Of the
// required keys any of the names will do.
func JSONSchema[T any](t Type[T], title, about string, required ...string) []byte {
	s := t.schema("")
	properties := s["properties"].(Schema)
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"], s["description"] = title, about
	var all []Schema
	for _, key := range required {
		names := []Schema{{"required": []string{key}}}
		for _, synonym := range sortedSynonyms(properties, key) {
			names = append(names, Schema{"required": []string{synonym}})
		}
		all = append(all, Schema{"anyOf": names})
	}
	if len(all) > 0 {
		s["allOf"] = all
	}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // only maps, slices and strings of ours
	}
	return append(out, '\n')
}

func (o object[T]) schema(pointer string) Schema {
	properties := Schema{}
	for _, f := range o.fields {
		at := pointer + "/properties/" + f.names[0]
		s := Schema{}
		for k, v := range f.schema(at) {
			s[k] = v
		}
		s["description"] = f.about
		if len(f.names) > 1 {
			s["title"] = f.names[1]
		}
		properties[f.names[0]] = s
		for _, synonym := range f.names[1:] {
			properties[synonym] = Schema{"$ref": "#" + at, "description": f.about + "（同 " + f.names[0] + "）"}
		}
	}
	s := Schema{"type": "object", "additionalProperties": false, "properties": properties}
	if pointer != "" {
		s["type"] = anyOf("object", "null") // a key may be left empty
	}
	return s
}

func textSchema() Schema { return Schema{"type": anyOf("string", "number", "boolean", "null")} }

func anyOf(types ...string) []string { return types }

// sortedSynonyms lists the other names of a key.
func sortedSynonyms(properties Schema, key string) []string {
	var list []string
	for name, s := range properties {
		if s.(Schema)["$ref"] == "#/properties/"+key {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
