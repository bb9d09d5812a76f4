package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/internal/serverconf"
	"gongkai/internal/site"
)

// headersFlags are the flags of headers.
type headersFlags struct {
	build  buildFlags
	server serverconf.Options
	output string
}

func (a *app) headersCommand() *cobra.Command {
	f := headersFlags{build: buildFlags{format: "text", failOn: "none", noCache: true}}
	c := &cobra.Command{
		Use:   "headers --for nginx|caddy",
		Short: a.say("写出网站服务器的配置", "Write the web server's configuration"),
		Long: a.say("为 nginx 或 Caddy 写出配置：安全响应头、缓存、文件类型、旧网址转到新网址（aliases 和 redirects.csv）、已撤下的报告（410）、404 页、压缩文件。放好网站文件夹后，检查无误即可启用。",
			"Write the configuration for nginx or Caddy: security headers, caching, content types, old addresses (aliases and redirects.csv), withdrawn reports (410), the 404 page, compressed files."),
		Example: a.say(`  gongkai headers --for nginx --root /srv/www/gongkai/current -o gongkai.conf
  gongkai headers --for caddy --hsts 365`,
			`  gongkai headers --for nginx --root /srv/www/gongkai/current -o gongkai.conf
  gongkai headers --for caddy --hsts 365`),
		Args: a.noArgs,
		RunE: func(*cobra.Command, []string) error { return a.headers(f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.server.Server, "for", "", a.say("`服务器`：nginx 或 caddy", "the `server`: nginx or caddy"))
	flags.StringVarP(&f.output, "output", "o", "", a.say("写到这个`文件`（默认：标准输出）", "write this `file` (default: standard output)"))
	flags.StringVar(&f.server.Root, "root", "", a.say("服务器上网站所在的`文件夹`（默认：从 deploy 的目标得出，否则 "+defaultRoot+"）", "the site's `folder` on the server (default: from the deploy target, else "+defaultRoot+")"))
	flags.StringVar(&f.server.Frames, "frames", "self", a.say("`谁`可以把网页嵌入框架：self（本站）或 none", "`who` may show pages in a frame: self or none"))
	flags.IntVar(&f.server.HSTS, "hsts", 0, a.say("要求浏览器在这么多`天`内只用 HTTPS", "tell browsers to use nothing but HTTPS for so many `days`"))
	flags.StringVar(&f.server.Cert, "cert", "", a.say("证书`文件`", "the certificate's `file`"))
	flags.StringVar(&f.server.Key, "key", "", a.say("私钥`文件`", "the private key's `file`"))
	flags.BoolVar(&f.server.Brotli, "brotli", false, a.say("nginx 已装 brotli_static 模块", "nginx has its brotli_static module"))
	a.siteFlags(flags, &f.build)
	return c
}

// defaultRoot is where the current release stands when nothing says otherwise.
const defaultRoot = "/var/www/gongkai/current"

// maxHSTS is ten years.
const maxHSTS = 3650

func (a *app) headers(f headersFlags) error {
	switch o := f.server; {
	case !slices.Contains(serverconf.Servers(), o.Server):
		return usageError{a.say("请用 --for nginx 或 --for caddy 说明是哪种服务器", "say which server: --for nginx or --for caddy")}
	case o.Frames != "self" && o.Frames != "none":
		return usageError{a.say("--frames 只能是 self 或 none", "--frames is self or none")}
	case o.HSTS < 0 || o.HSTS > maxHSTS:
		return usageError{fmt.Sprintf(a.say("--hsts 是 0 到 %d 之间的天数", "--hsts is a number of days from 0 to %d"), maxHSTS)}
	case (o.Cert == "") != (o.Key == ""):
		return usageError{a.say("--cert 和 --key 要一起写", "--cert and --key go together")}
	}
	opt, err := a.buildOptions(f.build)
	if err != nil {
		return err
	}
	all, err := a.addresses(opt, "text")
	if err != nil {
		return err
	}
	f.server.Lang = a.lang
	if f.server.Root == "" {
		f.server.Root = serverRoot(all.Site.Config)
	}
	text, err := serverconf.Write(all.Site, f.server)
	var refusal *serverconf.Refusal
	if errors.As(err, &refusal) {
		return adviceError{refusal.Message.In(a.lang), refusal.Hint.In(a.lang), exitUsage}
	}
	if err != nil {
		return err
	}
	if f.output != "" {
		return replaceFile(f.output, text)
	}
	_, err = a.out.Write(text)
	return err
}

// serverRoot is the folder that a deploy to the default target leaves the site in.
func serverRoot(c *site.Config) string {
	t, _, ok := c.Deploy.Target("")
	if !ok || t.Kind != "folder" && t.Kind != "sftp" || !strings.HasPrefix(t.Path, "/") {
		return defaultRoot
	}
	if t.Mode == "in-place" {
		return t.Path
	}
	return path.Join(t.Path, "current")
}
