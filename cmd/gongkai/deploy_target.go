package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"gongkai/internal/build"
	"gongkai/internal/deploy"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/site"
)

// A destination is a target of the configuration, opened.
type destination struct {
	site.DeployTarget
	deploy.Target
	config *site.Config
}

// readConfig reads the configuration; findings that stop the command have been printed when it is an exitCode: with format json in the
// form of the commands that change a target.
func (a *app) readConfig(format string) (*site.Config, error) {
	c, found, err := a.soundConfig()
	if c != nil || err != nil {
		return c, err
	}
	if format == "json" {
		err = (&deployTeller{app: a}).json(deployJSON{}, found)
	} else {
		err = a.printFindings(found, "text")
	}
	if err != nil {
		return nil, err
	}
	return nil, exitCode(exitFindings)
}

// soundConfig reads the configuration; without one, found says why there is none. What an official site lacks is for build to say.
func (a *app) soundConfig() (c *site.Config, found diag.List, err error) {
	c, all, err := build.ReadConfig(a.source)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range all {
		if d.Rule != "official-missing" {
			found = append(found, d)
		}
	}
	if c != nil && found.AtLeast(diag.Error) == 0 {
		return c, found, nil
	}
	return nil, found, nil
}

// target finds a target of the configuration and opens it; "" asks for the default.
func (a *app) target(c *site.Config, name string) (destination, error) {
	return a.targetAgainst(c, name, "")
}

// targetAgainst is target for a bundle of what differs from a base; "" for all of the site.
func (a *app) targetAgainst(c *site.Config, name, base string) (destination, error) {
	t, near, ok := c.Deploy.Target(name)
	if !ok {
		return destination{}, a.noTarget(c, name, near)
	}
	if base != "" && t.Kind != "bundle" {
		return destination{}, usageError{fmt.Sprintf(a.say("--base 只用于离线包，%s 是 %s 目标", "--base is for bundles only, and %s is a target of kind %s"), t.Name, t.Kind)}
	}
	opened, err := a.open(t, base)
	return destination{t, opened, c}, err
}

// noTarget says why there is no such target, and which there are.
func (a *app) noTarget(c *site.Config, name, near string) error {
	names := strings.Join(c.Deploy.Names(), a.say("、", ", "))
	e := adviceError{code: exitUsage}
	switch {
	case names == "":
		e.message = fmt.Sprintf(a.say("%s 里没有登记发布目标", "%s declares no deploy target"), build.ConfigName)
		e.hint = a.say("请加上，例如：deploy: {targets: [{name: www, kind: folder, path: ../www}]}", "add one, for example: deploy: {targets: [{name: www, kind: folder, path: ../www}]}")
	case name == "":
		e.message = fmt.Sprintf(a.say("有几个发布目标，请写明发布到哪一个：%s", "there are several deploy targets: name one of %s"), names)
		e.hint = a.say("也可以在配置里写 deploy.default", "or name one as deploy.default in the configuration")
	default:
		e.message = fmt.Sprintf(a.say("没有“%s”这个发布目标；有 %s", "there is no deploy target %q; there are: %s"), name, names)
		e.hint = a.say("请核对名称，或在 gongkai.yaml 里登记", "check the name, or declare it in gongkai.yaml")
		if near != "" {
			e.hint = fmt.Sprintf(a.say("是否为“%s”？", "did you mean %q?"), near)
		}
	}
	return e
}

// open makes a target of its configuration. It connects to nothing yet.
func (a *app) open(t site.DeployTarget, base string) (deploy.Target, error) {
	switch t.Kind {
	case "bundle":
		opt := deploy.BundleOptions{Name: t.Name, Path: a.sitePath(t.Path)}
		if base != "" {
			var err error
			if opt.Base, err = deploy.BaseManifest(a.ctx, base); err != nil {
				return nil, err
			}
		}
		return deploy.BundleTarget(opt), nil
	case "sftp":
		return a.openSFTP(t)
	case "s3":
		return a.openS3(t)
	}
	opt := deploy.FolderOptions{Name: t.Name, Path: a.sitePath(t.Path)}
	if t.Mode == "in-place" {
		return deploy.FolderInPlaceTarget(opt, t.Grace), nil
	}
	return deploy.FolderTarget(opt), nil
}

func (a *app) openSFTP(t site.DeployTarget) (deploy.Target, error) {
	opt := deploy.SFTPOptions{
		Name: t.Name, Host: t.Host, Port: t.Port, User: t.User, Path: t.Path,
		KnownHosts: a.sitePath(cmp.Or(t.KnownHosts, "~/.ssh/known_hosts")), Agent: a.Getenv("SSH_AUTH_SOCK"),
		Passphrase: a.secret(t.PassphraseEnv), Password: a.secret(t.PasswordEnv),
		InPlace: t.Mode == "in-place", Grace: t.Grace,
	}
	if t.KeyFile != "" {
		opt.KeyFile = a.sitePath(t.KeyFile)
	}
	if t.PasswordEnv != "" && opt.Password == "" && opt.KeyFile == "" && opt.Agent == "" {
		return nil, a.unset(t, t.PasswordEnv)
	}
	return deploy.SFTPTarget(opt), nil
}

func (a *app) openS3(t site.DeployTarget) (deploy.Target, error) {
	opt := deploy.S3Options{
		Name: t.Name, Endpoint: t.Endpoint, Region: t.Region, Bucket: t.Bucket, Prefix: t.Prefix, State: t.State, PathStyle: t.PathStyle,
		SecretKey: a.secret(t.SecretKeyEnv), SessionToken: a.secret(t.SessionTokenEnv), Grace: t.Grace,
	}
	if t.AccessKeyEnv != "" {
		opt.AccessKey = a.Getenv(t.AccessKeyEnv)
	}
	if t.CredentialsFile != "" {
		opt.CredentialsFile = a.sitePath(t.CredentialsFile)
		return deploy.S3Target(opt), nil
	}
	switch {
	case opt.AccessKey == "":
		return nil, a.unset(t, t.AccessKeyEnv)
	case opt.SecretKey == "":
		return nil, a.unset(t, t.SecretKeyEnv)
	}
	return deploy.S3Target(opt), nil
}

// secret reads a secret from the environment; from now on it is taken out of whatever is printed.
func (a *app) secret(variable string) deploy.Secret {
	if variable == "" {
		return ""
	}
	value := a.Getenv(variable)
	a.out, a.err = hide(a.out, value), hide(a.err, value)
	return deploy.Secret(value)
}

// unset says which variable of the environment is missing.
func (a *app) unset(t site.DeployTarget, variable string) error {
	return adviceError{code: exitMachine,
		message: fmt.Sprintf(a.say("没有设置环境变量 %s，登录 %s 要用它", "the environment variable %s is not set; %s needs it to log in"), variable, t.Name),
		hint:    a.say("请设置它：在 CI 里用加密变量，在本机用 export；不要写进配置", "set it: as a secret variable in CI, with export on this machine; never write it into the configuration")}
}

// sitePath is a path of the configuration: below the site's folder unless it is absolute or begins with ~/.
func (a *app) sitePath(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		if home := a.home(); home != "" {
			return filepath.Join(home, filepath.FromSlash(rest))
		}
	}
	if name = filepath.FromSlash(name); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.source, name)
}

func (a *app) home() string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if dir := a.Getenv(name); dir != "" {
			return dir
		}
	}
	return ""
}

// builtSite opens the built folder and reads what stands beside it: without it nobody knows what was found, which only --fail-on none
// lets pass. A site with drafts in it is refused.
func (a *app) builtSite(dir string, failOn diag.Severity) (*deploy.Folder, publish.Info, error) {
	src, err := deploy.OpenFolder(dir)
	if err != nil {
		return nil, publish.Info{}, err
	}
	info, name, err := publish.ReadInfo(dir)
	switch {
	case failOn != diag.None && err == nil && info.Drafts > 0:
		_ = src.Close() // it was only read
		return nil, info, &deploy.Refusal{Findings: diag.List{{
			Rule: "deploy-drafts", Severity: diag.Error, Path: filepath.ToSlash(dir),
			Message: diag.Say("生成时用了 -D，其中 %d 个页面是草稿或未到日期", "built with -D: %d pages are drafts or before their date", info.Drafts),
			Hint:    diag.Say("请不带 -D 重新生成：gongkai build", "build again without -D: gongkai build"),
		}}}
	case err == nil && info.Tree == src.Manifest().Tree():
		return src, info, nil
	case failOn == diag.None:
		return src, publish.Info{}, nil
	}
	message := fmt.Sprintf(a.say("%s 说的不是 %s 里的这个网站", "%s tells of another site than the one in %s"), name, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		message = fmt.Sprintf(a.say("找不到 %s，不知道生成时发现了什么问题", "there is no %s to tell what the build has found"), name)
	case err != nil:
		message = fmt.Sprintf(a.say("不能读取 %s：%s", "cannot read %s: %s"), name, a.cause(err))
	}
	_ = src.Close() // it was only read, and the other fault is the one to tell
	return nil, publish.Info{}, adviceError{
		message: message, hint: a.say("请用 gongkai build 重新生成；一定要发布的，用 --fail-on none", "build again with gongkai build; to publish all the same use --fail-on none"), code: exitMachine,
	}
}
