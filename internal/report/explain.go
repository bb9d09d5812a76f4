package report

import "gongkai/internal/strictyaml"

// Fields lists the keys of front matter for people.
func Fields() []strictyaml.About { return headType().Keys() }
