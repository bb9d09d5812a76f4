package serverconf

import (
	"strings"

	"gongkai/internal/publish"
	"gongkai/internal/site"
)

// caddy writes a Caddyfile. Old addresses stand in maps, compared as they are or, where a character would have a meaning, by a pattern.
func (c *conf) caddy() {
	c.comment(0, "由 gongkai headers --for caddy 生成。作为 Caddyfile 使用，或在 Caddyfile 里 import。网站的旧地址或撤下的报告有变动时，重新生成。",
		"Written by gongkai headers --for caddy. Use it as the Caddyfile or import it there. Write it again when old addresses or removed reports change.")
	c.line(0, "(gongkai_headers) {")
	c.line(1, "header {")
	for _, h := range c.headers() {
		c.line(2, "%s %s", h.name, raw(h.value))
	}
	c.line(2, "-Server")
	c.line(1, "}")
	c.line(0, "}")
	c.line(0, "%s {", c.address())
	if c.Cert != "" && c.secure {
		c.line(1, "tls %s %s", raw(c.Cert), raw(c.Key))
	}
	c.line(1, "root * %s", raw(c.Root))
	c.line(1, "route {")
	c.line(2, "import gongkai_headers")
	c.caddyKinds()
	c.caddyMoves()
	c.caddySite()
	c.line(1, "}")
	c.caddyErrors()
	c.line(0, "}")
}

// address is the name of the site in a Caddyfile; for https Caddy gets the certificate itself.
func (c *conf) address() string {
	at := c.host
	if c.port != "" {
		at += ":" + c.port
	}
	switch {
	case c.host == "":
		return ":80"
	case c.secure:
		return "https://" + at
	}
	return "http://" + at
}

// caddyKinds sets types and how long a file may be kept.
func (c *conf) caddyKinds() {
	c.line(2, "header Cache-Control %s", raw(publish.Revalidate))
	c.line(2, "@gongkai_hashed path_regexp %s", raw(c.hashedPath()))
	c.line(2, "header @gongkai_hashed Cache-Control %s", raw(publish.Forever))
	c.line(2, "map {http.request.uri.path} {gongkai_type} {")
	types, endings := publish.ContentTypes()
	for _, t := range types {
		c.line(3, "%s %s", raw(`~(?i)\.(?:`+strings.Join(endings[t], "|")+`)$`), raw(t))
	}
	c.line(3, "%s %s", raw(`~\.[^./]+$`), raw(publish.ContentType("")))
	c.line(3, `default ""`)
	c.line(2, "}")
	c.line(2, "@gongkai_typed not vars {gongkai_type} \"\"")
	c.line(2, "header @gongkai_typed Content-Type {gongkai_type}")
	c.line(2, "vars gongkai_page /404.html")
	c.line(2, "@gongkai_method not method GET HEAD")
	c.line(2, "error @gongkai_method 405")
	c.line(2, "@gongkai_hidden {")
	c.line(3, "path_regexp %s", raw(`/\.`))
	c.line(3, "not path_regexp %s", raw(`^(?:/(?:[^./][^/]*|\.well-known))*/?$`))
	c.line(2, "}")
	c.line(2, "error @gongkai_hidden 404")
	c.line(2, "@gongkai_control path_regexp %s", raw(`[\x00-\x1f\x7f]`))
	c.line(2, "error @gongkai_control 404")
}

// caddyMoves are the old addresses: first those with a query.
func (c *conf) caddyMoves() {
	var asked []site.Move
	paths, by := c.asked()
	for _, p := range paths {
		asked = append(asked, by[p]...)
	}
	if len(asked) > 0 {
		c.caddyMap("{http.request.uri.path}?{http.request.uri.query}", "asked", asked)
	}
	c.caddyMap("{http.request.uri.path}", "moved", c.whole())
	below := c.below()
	if len(below) == 0 {
		return
	}
	c.line(2, "map {http.request.uri.path} {gongkai_below} {")
	for _, m := range below {
		c.line(3, "%s %s", raw("~^"+pattern(m.From.Path, false)), raw(notice(m)))
	}
	c.line(3, "default \"\"")
	c.line(2, "}")
	c.line(2, "@gongkai_below not vars {gongkai_below} \"\"")
	c.line(2, "vars @gongkai_below gongkai_page {gongkai_below}")
	c.line(2, "error @gongkai_below 410")
}

// caddyMap answers for addresses that a placeholder names.
func (c *conf) caddyMap(source, name string, list []site.Move) {
	if len(list) == 0 {
		return
	}
	to, status := "{gongkai_"+name+"_to}", "{gongkai_"+name+"_status}"
	c.line(2, "map %s %s %s {", source, to, status)
	for _, m := range list {
		where := m.To
		if m.Status == 410 {
			where = notice(m)
		}
		c.line(3, "%s %s %d", key(m.From), raw(where), m.Status)
	}
	c.line(3, `default "" ""`)
	c.line(2, "}")
	// Caddy reads the whole map each time that it is asked for a value: once for an address that is not in it.
	c.line(2, "@gongkai_%s not vars %s \"\"", name, status)
	c.line(2, "route @gongkai_%s {", name)
	c.line(3, "@301 vars %s 301", status)
	c.line(3, "redir @301 %s 301", to)
	c.line(3, "@302 vars %s 302", status)
	c.line(3, "redir @302 %s 302", to)
	c.line(3, "vars gongkai_page %s", to)
	c.line(3, "error 410")
	c.line(2, "}")
}

// notice is the page that says why something is gone.
func notice(m site.Move) string {
	if m.Notice == "" {
		return "/404.html"
	}
	return "/" + site.Escape(m.Notice)
}

// key is an address as a map compares it: as it is, or as a pattern.
func key(a site.Address) string {
	text := a.Path
	if a.Query != "" {
		text += "?" + a.Query
	}
	if plain(text) {
		return raw(text)
	}
	p := pattern(a.Path, false)
	if a.Query != "" {
		p += `\x3f` + pattern(a.Query, true)
	}
	return raw("~^" + p + "$")
}

func (c *conf) caddySite() {
	if c.base != "/" {
		top := strings.TrimSuffix(c.base, "/")
		c.line(2, "@gongkai_base path_regexp %s", raw("^"+pattern(top, false)+"$"))
		c.line(2, "redir @gongkai_base %s 301", raw(site.Escape(c.base)))
		c.comment(2, "本机的其他栏目写在这里。", "Whatever else this host serves stands here.")
		c.line(2, "@gongkai_outside not path_regexp %s", raw("^"+pattern(c.base, false)))
		c.line(2, "error @gongkai_outside 404")
		c.line(2, "uri strip_prefix %s", raw(site.Escape(top)))
	}
	c.line(2, "encode gzip")
	c.files(2)
}

func (c *conf) files(indent int) {
	c.line(indent, "file_server {")
	c.line(indent+1, "precompressed br gzip")
	c.line(indent, "}")
}

// raw is a word of a Caddyfile. Between backquotes nothing has a meaning; a placeholder in braces has one later, and {$…} has one earlier:
// no value has braces or a $ before one.
func raw(s string) string { return "`" + s + "`" }

// caddyErrors shows the notice of what is gone, else the site's 404 page, with the status of the error.
func (c *conf) caddyErrors() {
	c.line(1, "handle_errors {")
	c.line(2, "import gongkai_headers")
	c.line(2, "header Cache-Control %s", raw(publish.Revalidate))
	c.line(2, "@gongkai_page expression {http.error.status_code} in [403, 404, 410]")
	c.line(2, "handle @gongkai_page {")
	c.line(3, "header Content-Type %s", raw(publish.ContentType("404.html")))
	c.line(3, "rewrite * {http.vars.gongkai_page}")
	c.files(3)
	c.line(2, "}")
	c.line(1, "}")
}
