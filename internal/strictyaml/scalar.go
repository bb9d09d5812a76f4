package strictyaml

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
)

// Scalar is a type of our own: parse reads the text as written, or reports at the value why it cannot and returns false.
func Scalar[T any](schema Schema, parse func(v Value, text string) (T, bool)) Type[T] {
	return Type[T]{
		schema: func(string) Schema { return schema },
		decode: func(v Value, into *T) {
			if text, ok := v.Text(); ok {
				if x, ok := parse(v, text); ok {
					*into = x
				}
			}
		},
	}
}

// Line is a text on one line. Written over several lines in the source it is joined, without a space between Chinese characters.
func Line() Type[string] {
	return Scalar(textSchema(), func(_ Value, text string) (string, bool) { return strings.ReplaceAll(text, "\t", " "), true })
}

// Matching is a Line of a fixed form; fault words the finding for a text that has not got it.
func Matching(form *regexp.Regexp, rule string, fault func(text string) (say, hint diag.Text)) Type[string] {
	schema := textSchema()
	schema["pattern"] = form.String()
	return Scalar(schema, func(v Value, text string) (string, bool) {
		if form.MatchString(text) {
			return text, true
		}
		say, hint := fault(Clip(text))
		v.Error(rule, say, hint)
		return "", false
	})
}

// Bool is true, false, 是 or 否; yes, no, on and off are words, not truth values.
func Bool() Type[bool] {
	return Scalar(Schema{"enum": []any{true, false, "是", "否", nil}}, func(v Value, text string) (bool, bool) {
		switch text {
		case "true", "是":
			return true, true
		case "false", "否":
			return false, true
		}
		name := v.Name()
		v.Error("wrong-type", diag.Text{ZH: name.ZH + "只能写 true、false、是、否，这里是“" + Clip(text) + "”", EN: name.EN + " must be true or false, not " + strconv.Quote(Clip(text))},
			diag.Say("请写 true 或 false", "write true or false"))
		return false, false
	})
}

// Whole is a whole number between two limits.
func Whole(low, high int) Type[int] {
	schema := Schema{"type": anyOf("integer", "null"), "minimum": low, "maximum": high}
	return Scalar(schema, func(v Value, text string) (int, bool) {
		n, err := strconv.Atoi(text)
		if err != nil || n < low || n > high {
			name := v.Name()
			within := diag.Say("%d 到 %d 之间的整数", "a whole number from %d to %d", low, high)
			if high == math.MaxInt {
				within = diag.Say("不小于 %d 的整数", "a whole number of at least %d", low)
			}
			v.Error("wrong-type", diag.Text{ZH: name.ZH + "应为" + within.ZH + "，这里是“" + Clip(text) + "”", EN: name.EN + " must be " + within.EN + ", not " + strconv.Quote(Clip(text))},
				diag.Say("请用阿拉伯数字", "use digits"))
			return 0, false
		}
		return n, true
	})
}

// Word is a value of an Enum: its key and the Chinese words for it.
type Word struct {
	Key      string
	Synonyms []string
}

// Enum is one of a few words, written in English or in Chinese; the result is the key.
func Enum[T ~string](words ...Word) Type[T] {
	all := []any{}
	names := []string{}
	for _, w := range words {
		for _, name := range append([]string{w.Key}, w.Synonyms...) {
			names = append(names, name)
			all = append(all, name)
		}
	}
	return Scalar(Schema{"enum": append(all, nil)}, func(v Value, text string) (T, bool) {
		for _, w := range words {
			if text == w.Key || slices.Contains(w.Synonyms, text) {
				return T(w.Key), true
			}
		}
		name := v.Name()
		hint := diag.Text{ZH: "可写：" + enumWords(words), EN: "one of: " + enumKeys(words)}
		if near, ok := Nearest(text, names); ok {
			hint = diag.Say("是否为“%s”？", "did you mean %q?", near)
		}
		v.Error("unknown-value", diag.Text{ZH: name.ZH + "不能是“" + Clip(text) + "”", EN: name.EN + " cannot be " + strconv.Quote(Clip(text))}, hint)
		return "", false
	})
}

func enumKeys(words []Word) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Key
	}
	return strings.Join(list, ", ")
}

func enumWords(words []Word) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Key
		if len(w.Synonyms) > 0 {
			list[i] = w.Synonyms[0] + "（" + w.Key + "）"
		}
	}
	return strings.Join(list, "、")
}
