package strictyaml

// About is a key for people: its names, the English one first, and what it means, in Chinese.
type About struct {
	Names []string
	Text  string
}

// Keys lists the keys of an Object, in their order; nil for other types.
func (t Type[T]) Keys() []About {
	list := make([]About, len(t.abouts))
	for i, text := range t.abouts {
		list[i] = About{t.names[i], text}
	}
	return list
}
