package serverconf

import (
	"slices"
	"strings"

	"gongkai/internal/publish"
	"gongkai/internal/site"
)

// own is the address below which nginx finds the site's files for its error pages. It is internal: from outside there is nothing.
const own = "/_gongkai/"

// nginx writes a file for conf.d: two maps and the server. Exact locations are compared with case, and found in a tree however many there
// are; a map would compare without case.
func (c *conf) nginx() {
	c.comment(0, "由 gongkai headers --for nginx 生成。放进 /etc/nginx/conf.d/，先 nginx -t 再 nginx -s reload。网站的旧地址或撤下的报告有变动时，重新生成。",
		"Written by gongkai headers --for nginx. Put it into /etc/nginx/conf.d/, then nginx -t and nginx -s reload. Write it again when old addresses or removed reports change.")
	c.line(0, "map $uri $gongkai_cache {")
	c.line(1, `default %s;`, quoted(publish.Revalidate))
	c.line(1, `%s %s;`, quoted("~"+c.hashedPath()), quoted(publish.Forever))
	c.line(0, "}")
	c.line(0, "map $uri $gongkai_hidden {")
	c.line(1, `default "";`)
	c.line(1, `"~/\.(?!well-known/)" 1;`)
	c.line(0, "}")
	if c.Cert != "" && c.secure && c.port == "" {
		c.line(0, "server {")
		c.listen("80")
		c.line(1, "server_tokens off;")
		c.line(1, "return 301 https://%s$request_uri;", c.host)
		c.line(0, "}")
	}
	c.line(0, "server {")
	c.nginxServer()
	c.line(0, "}")
}

// listen opens a port. IPv6 is for the administrator: a machine without it would not start.
func (c *conf) listen(port string) {
	c.line(1, "listen %s;", port)
	c.line(1, "# listen [::]:%s;", port)
	if c.host != "" {
		c.line(1, "server_name %s;", c.host)
	} else {
		c.line(1, "server_name _;")
	}
}

func (c *conf) nginxServer() {
	port := c.port
	switch {
	case c.Cert != "" && c.secure:
		if port == "" {
			port = "443"
		}
		c.listen(port + " ssl")
		c.line(1, "ssl_certificate %s;", quoted(c.Cert))
		c.line(1, "ssl_certificate_key %s;", quoted(c.Key))
		c.line(1, "ssl_protocols TLSv1.2 TLSv1.3;")
	case c.secure:
		c.comment(1, "HTTPS 由前面的设备处理；由 nginx 自己处理时，请用 --cert 和 --key 重新生成。", "HTTPS ends in front of this server; for nginx to do it, write this again with --cert and --key.")
		c.listen("80")
	default:
		if port == "" {
			port = "80"
		}
		c.listen(port)
	}
	c.line(1, "server_tokens off;")
	c.line(1, "absolute_redirect off;")
	c.line(1, "index index.html;")
	c.nginxTypes()
	for _, h := range c.headers() {
		c.line(1, "add_header %s %s always;", h.name, quoted(h.value))
	}
	c.line(1, "add_header Cache-Control $gongkai_cache always;")
	c.line(1, "error_page 404 %s404.html;", own)
	c.line(1, "error_page 403 =404 %s404.html;", own)
	c.line(1, "error_page 410 %s404.html;", own)
	c.line(1, "location ^~ %s {", own)
	c.line(2, "internal;")
	c.line(2, "alias %s;", quoted(c.folder()))
	c.line(1, "}")
	c.nginxSite()
	c.nginxMoves()
}

// folder is the site's folder with a slash at its end.
func (c *conf) folder() string { return strings.TrimRight(c.Root, "/") + "/" }

// nginxTypes replaces the types of the system. They are written with their charset: the charset directive leaves out compressed variants.
func (c *conf) nginxTypes() {
	types, endings := publish.ContentTypes()
	c.line(1, "default_type application/octet-stream;")
	c.line(1, "types {")
	for _, t := range types {
		c.line(2, "%s %s;", quoted(t), strings.Join(endings[t], " "))
	}
	c.line(1, "}")
	c.line(1, "gzip on;")
	c.line(1, "gzip_vary on;")
	c.line(1, "gzip_min_length 1000;")
	var text []string
	for _, t := range types {
		if slices.ContainsFunc(endings[t], func(end string) bool { return publish.Compressible("x." + end) }) {
			text = append(text, quoted(t))
		}
	}
	c.line(1, "gzip_types %s;", strings.Join(text, " "))
	c.line(1, "gzip_static on;")
	if c.Brotli {
		c.line(1, "brotli_static on;")
	}
}

// nginxSite is the site's own location.
func (c *conf) nginxSite() {
	if c.base == "/" {
		c.line(1, "root %s;", quoted(c.Root))
		c.line(1, "location / {")
	} else {
		c.line(1, "location = %s {", quoted(strings.TrimSuffix(c.base, "/")))
		c.line(2, "return 301 %s;", site.Escape(c.base))
		c.line(1, "}")
		c.comment(1, "本机的其他栏目写在这里。", "Whatever else this host serves stands here.")
		c.line(1, "location / {")
		c.line(2, "return 404;")
		c.line(1, "}")
		c.line(1, "location ^~ %s {", quoted(c.base))
		c.line(2, "alias %s;", quoted(c.folder()))
	}
	c.line(2, "if ($gongkai_hidden) {")
	c.line(3, "return 404;")
	c.line(2, "}")
	c.nginxAskedOfPages()
	c.line(1, "}")
}

// nginxAskedOfPages are the moves of paths at which a page stands: only the query leads elsewhere.
func (c *conf) nginxAskedOfPages() {
	paths, by := c.asked()
	paths = slices.DeleteFunc(paths, func(p string) bool { return !c.standing(p) })
	if len(paths) > 0 {
		c.line(2, "set $gongkai_asked \"$uri?$args\";")
	}
	for _, p := range paths {
		for _, m := range by[p] {
			c.line(2, "if ($gongkai_asked ~ %s) {", quoted("^"+pattern(p+"?", false)+pattern(m.From.Query, true)+"$"))
			c.answer(3, m)
			c.line(2, "}")
		}
	}
}

// standing reports whether the site has a file or folder at a path of the host.
func (c *conf) standing(p string) bool {
	rel, ok := c.rel(p)
	if !ok {
		return false
	}
	if rel == "" || strings.HasSuffix(rel, "/") {
		rel += "index.html"
	}
	_, moved := c.moved[p]
	return !moved && (c.site.Has(rel) || c.site.Has(rel+"/index.html"))
}

// nginxMoves are the old addresses.
func (c *conf) nginxMoves() {
	paths, by := c.asked()
	done := map[string]bool{}
	for _, p := range paths {
		if c.standing(p) {
			continue
		}
		done[p] = true
		c.line(1, "location = %s {", quoted(p))
		for _, m := range by[p] {
			c.line(2, "if ($args ~ %s) {", quoted("^"+pattern(m.From.Query, true)+"$"))
			c.answer(3, m)
			c.line(2, "}")
		}
		if m, ok := c.moved[p]; ok {
			c.answer(2, m)
		} else {
			c.line(2, "return 404;")
		}
		c.line(1, "}")
	}
	for _, m := range c.whole() {
		if !done[m.From.Path] {
			c.line(1, "location = %s {", quoted(m.From.Path))
			c.answer(2, m)
			c.line(1, "}")
		}
	}
	for _, m := range c.below() {
		c.line(1, "location ^~ %s {", quoted(m.From.Path))
		c.answer(2, m)
		c.line(1, "}")
	}
}

// answer sends the reader on, or says that a report is gone, with its notice.
func (c *conf) answer(indent int, m site.Move) {
	switch {
	case m.Status != 410:
		c.line(indent, "return %d %s;", m.Status, quoted(m.To))
		return
	case m.Notice != "":
		c.line(indent, "error_page 410 %s%s;", own, site.Escape(m.Notice))
	}
	c.line(indent, "return 410;")
}

// quoted is a word of nginx's language. Only a quote and a backslash have a meaning in it, except where nginx takes variables: no value that
// comes there has a $ (headers, types, addresses that were escaped, folders that were checked, regular expressions).
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		// before anything else a backslash is kept as it is, so \x22 needs no second one; \\ would become \
		if s[i] == '"' || s[i] == '\\' && (i+1 == len(s) || strings.IndexByte(`"'\trn`, s[i+1]) >= 0) {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}
