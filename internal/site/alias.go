package site

// AliasURL returns the file that stands at an old address of a page, as its front matter and its data write it.
func AliasURL(page, written string) string { return aliasURL(page, written) }
