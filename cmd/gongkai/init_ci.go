package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/template"

	"gongkai/internal/build"
	"gongkai/internal/site"
)

//go:embed ci
var pipelines embed.FS

// pipelineFiles are where each kind of CI looks, from the top of the repository.
var pipelineFiles = map[string]string{"github": ".github/workflows/gongkai.yml", "gitlab": ".gitlab-ci.yml"}

// pipeline is what a template of ci/ is filled with.
type pipeline struct {
	Site      string // the site's folder below the top of the repository, "." for the top itself
	Lang      string
	Offline   bool
	OwnRunner bool         // the deploy needs a machine of one's own
	Sum       string       // SHA-256 of the program, "" when it must be filled in
	Target    string       // named when it is not the default
	Secrets   []string     // names of variables that hold secrets
	Files     []secretFile // to be written before a deploy
	Needs     []string     // what must be filled in, a line each
	Notes     []string
}

// secretFile is a file that a deploy reads a secret from; its content is kept as a variable.
type secretFile struct{ Secret, Shell string }

// Below is a path in the site's folder, from the top of the repository.
func (p pipeline) Below(name string) string {
	if p.Site == "." {
		return name
	}
	return p.Site + "/" + name
}

// initCI writes the pipeline for the site in dir into the repository around it.
func (a *app) initCI(dir, kind string, offline bool) error {
	top, below, err := repository(dir)
	if err != nil {
		return err
	}
	if !plainPath.MatchString(below) {
		return a.oddPath(below)
	}
	config, found, err := build.ReadConfig(dir)
	if err != nil {
		return err
	}
	if config == nil {
		if err := a.printFindings(found, "text"); err != nil {
			return err
		}
		return exitCode(exitFindings)
	}
	p := pipeline{Site: below, Lang: a.lang, Offline: offline, OwnRunner: offline}
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" { // as the machines of CI mostly are
		if p.Sum, err = programSum(); err != nil {
			return err
		}
	}
	a.needProgram(&p)
	if offline && kind == "github" {
		p.Notes = append(p.Notes, a.say("actions/ 开头的三项由 GitHub 服务器提供；内网的服务器要先同步这三个版本。", "The three actions come from the GitHub server; one without the internet must hold these versions."))
	}
	if err := a.needTarget(&p, &config.Deploy); err != nil {
		return err
	}
	text, err := a.fillPipeline(kind, p)
	if err != nil {
		return err
	}
	return a.writePipeline(top, kind, text)
}

func (a *app) writePipeline(top, kind string, text []byte) error {
	name := pipelineFiles[kind]
	err := writeNew(filepath.Join(top, filepath.FromSlash(name)), text)
	if errors.Is(err, fs.ErrExist) {
		return adviceError{fmt.Sprintf(a.say("%s 已经存在，没有改动", "%s exists already and was not changed"), filepath.Join(top, filepath.FromSlash(name))),
			a.say("请改名或删去它，再运行一次；或把两份合在一起", "rename or delete it and run this again, or put the two together by hand"), exitMachine}
	}
	if err == nil && !a.quiet {
		fmt.Fprintf(a.out, a.say("已写：%s\n下一步：按文件开头的说明填写变量，再提交它\n", "wrote: %s\nnext: fill in the variables that it names at its top, then commit it\n"), name)
	}
	return err
}

// repository finds the top of the repository around a folder, and the folder's path below it. Without a repository the folder is the top.
func repository(dir string) (top, below string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			below, err := filepath.Rel(at, dir)
			return at, filepath.ToSlash(below), err
		}
		if filepath.Dir(at) == at {
			return dir, ".", nil
		}
	}
}

// plainPath has nothing that a shell, YAML or a CI would read as more than a name.
var plainPath = regexp.MustCompile(`^[\p{L}\p{N}._/~ -]+$`)

func (a *app) oddPath(name string) error {
	return adviceError{fmt.Sprintf(a.say("路径“%s”里有流水线不能安全书写的符号", "the path %q has characters that cannot be written safely in a pipeline"), name),
		a.say("请改成只含文字、数字、- _ . / 的路径", "use a path of letters, digits, - _ . / only"), exitMachine}
}

// needProgram says how the pipeline gets its program.
func (a *app) needProgram(p *pipeline) {
	if p.Offline {
		p.Notes = append(p.Notes, a.say("运行的机器要先装好 gongkai（放在 PATH 里）；流水线不下载程序。", "The machines that run it need gongkai in their PATH; the pipeline downloads no program."))
	} else {
		p.Needs = append(p.Needs, a.say("GONGKAI_URL（变量）：程序的 https 下载网址，即发布文件 gongkai-版本-linux-amd64 所在处", "GONGKAI_URL (variable): the https address of the program, the release's file gongkai-VERSION-linux-amd64"))
	}
	if p.Sum == "" {
		p.Needs = append(p.Needs, a.say("GONGKAI_SHA256（变量）：该文件的 SHA-256，见发布文件 SHA256SUMS", "GONGKAI_SHA256 (variable): the SHA-256 of that file, from the release's SHA256SUMS"))
	} else {
		p.Notes = append(p.Notes, a.say("GONGKAI_SHA256 是写下本文件的程序的校验值；更换程序时一并更换。", "GONGKAI_SHA256 is that of the program which wrote this file; change it together with the program."))
	}
}

// needTarget says what the deploy needs for the target that it means: the default, the only one, or else the first.
func (a *app) needTarget(p *pipeline, d *site.ConfigDeploy) error {
	t, _, ok := d.Target("")
	switch {
	case ok:
	case len(d.Targets) > 0:
		t = d.Targets[0]
		p.Target = t.Name
	default:
		p.Notes = append(p.Notes, fmt.Sprintf(a.say("%s 里还没有登记发布目标（deploy）：登记后删去本文件，再运行一次 gongkai init --ci。", "%s declares no deploy target yet: declare one, delete this file and run gongkai init --ci once more."), build.ConfigName))
		return nil
	}
	for _, v := range []struct{ name, zh, en string }{
		{t.PasswordEnv, "登录密码", "the password"}, {t.PassphraseEnv, "私钥的口令", "the passphrase of the key"},
		{t.AccessKeyEnv, "访问密钥编号", "the access key"}, {t.SecretKeyEnv, "访问密钥", "the secret key"}, {t.SessionTokenEnv, "会话令牌", "the session token"},
	} {
		if v.name != "" && !slices.Contains(p.Secrets, v.name) {
			p.Secrets = append(p.Secrets, v.name)
			p.Needs = append(p.Needs, fmt.Sprintf(a.say("%s（机密）：%s 的%s", "%s (secret): %[3]s of %[2]s"), v.name, t.Name, a.say(v.zh, v.en)))
		}
	}
	for _, f := range []struct{ secret, name, zh, en string }{
		{"GONGKAI_SFTP_KEY", t.KeyFile, "私钥文件的内容", "the content of the key file"}, {"GONGKAI_S3_CREDENTIALS", t.CredentialsFile, "凭据文件的内容", "the content of the credentials file"},
	} {
		if f.name == "" {
			continue
		}
		if !plainPath.MatchString(f.name) {
			return a.oddPath(f.name)
		}
		p.Secrets = append(p.Secrets, f.secret)
		p.Files = append(p.Files, secretFile{f.secret, shellPath(f.name)})
		p.Needs = append(p.Needs, fmt.Sprintf(a.say("%s（机密）：%s 的%s", "%s (secret): %[3]s of %[2]s"), f.secret, t.Name, a.say(f.zh, f.en)))
	}
	a.noteTarget(p, t)
	return nil
}

// noteTarget says what a kind of target needs besides secrets.
func (a *app) noteTarget(p *pipeline, t site.DeployTarget) {
	switch {
	case t.Kind == "folder" || t.Kind == "bundle":
		p.OwnRunner = true
		p.Notes = append(p.Notes, fmt.Sprintf(a.say("%s 发布到文件夹 %s：要在能写到它的机器上运行。", "%s publishes into the folder %s: run it on a machine that can write there."), t.Name, t.Path))
	case t.Kind == "sftp" && t.KnownHosts == "":
		p.Notes = append(p.Notes, fmt.Sprintf(a.say("%s 要核对主机公钥：请把 known_hosts 文件提交到仓库，并在 %s 里写明 known_hosts。", "%s checks the host's key: commit a known_hosts file and name it as known_hosts in %s."), t.Name, build.ConfigName))
	}
}

// shellPath is a path of the configuration in the words of a shell: from the home folder, absolute, or in the site's folder.
func shellPath(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		return `"$HOME/` + rest + `"`
	}
	if path.IsAbs(name) {
		return `"` + name + `"`
	}
	return `"$SITE/` + name + `"`
}

// fillPipeline fills the template of a kind.
func (a *app) fillPipeline(kind string, p pipeline) ([]byte, error) {
	t := template.New(kind+".yml").Delims("[[", "]]").Option("missingkey=error").Funcs(template.FuncMap{
		"say": a.say,
		"quote": func(s string) (string, error) { // a JSON string is one of YAML too
			b, err := json.Marshal(s)
			return string(b), err
		},
	})
	t, err := t.ParseFS(pipelines, "ci/"+kind+".yml")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, p)
	return b.Bytes(), err
}
