package site

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/strictyaml"
)

// ConfigDeploy is deploy in gongkai.yaml: where the built site is published to, and with what care.
type ConfigDeploy struct {
	Keep      int    // releases kept for rollback besides the current one; default 5
	MaxDelete *int   // files that a deploy may delete unasked; default 100
	Default   string // the target when none is named; "" when only one can be meant, or none
	Targets   []DeployTarget
}

// DeployTarget (发布目标) is one place to publish to. Which keys count is a matter of its kind; the others are empty. It holds no
// password and no key: only the names of environment variables and files where they are found.
type DeployTarget struct {
	Name string
	Kind string // folder, sftp, s3 or bundle
	Path string // folder: on this machine, relative to the site's folder; sftp: on the host; bundle: the folder for archives
	Mode string // folder and sftp: releases (default) or in-place
	URL  string // where the public sees the site, asked for its pages after the switch; "" asks nobody

	Host, User, KnownHosts, KeyFile, PassphraseEnv, PasswordEnv string // sftp
	Port                                                        int    // sftp; default 22

	Endpoint, Region, Bucket                    string        // s3; endpoint is https://host or http://host
	Prefix                                      string        // s3: of the site's objects, "" or with a final slash
	State                                       string        // s3: of what deploy keeps for itself, counted from the bucket's root; default .gongkai/ and the prefix
	PathStyle                                   bool          // s3: endpoint/bucket/name instead of bucket.endpoint/name
	AccessKeyEnv, SecretKeyEnv, SessionTokenEnv string        // s3; default GONGKAI_S3_ACCESS_KEY, GONGKAI_S3_SECRET_KEY and none, but with a file
	CredentialsFile                             string        // s3
	Grace                                       time.Duration // s3, and in-place: between the new pages and the deletions; default 10 s

	At diag.Pos
}

const (
	defaultKeep      = 5
	defaultMaxDelete = 100
	defaultPort      = 22
	defaultGrace     = 10 * time.Second
)

// Target finds a target by name; "" asks for the default. near is the name that was probably meant when there is none.
func (d *ConfigDeploy) Target(name string) (t DeployTarget, near string, ok bool) {
	name = cmp.Or(name, d.Default)
	if name == "" && len(d.Targets) == 1 {
		return d.Targets[0], "", true
	}
	i := slices.IndexFunc(d.Targets, func(t DeployTarget) bool { return t.Name == name })
	if i >= 0 {
		return d.Targets[i], "", true
	}
	near, _ = strictyaml.Nearest(name, d.Names())
	return DeployTarget{}, near, false
}

// Names lists the targets, in the order of the configuration.
func (d *ConfigDeploy) Names() []string {
	var names []string
	for _, t := range d.Targets {
		names = append(names, t.Name)
	}
	return names
}

func deployType() strictyaml.Type[ConfigDeploy] {
	return strictyaml.Object(
		strictyaml.Bind("keep 保留版本", "保留几个版本供退回，默认 5", strictyaml.Whole(1, 1000), func(d *ConfigDeploy) *int { return &d.Keep }),
		strictyaml.Bind("max_delete 最多删除", "一次发布最多删除几个文件，默认 100", optional(strictyaml.Whole(0, 1_000_000_000)), func(d *ConfigDeploy) **int { return &d.MaxDelete }).Near("maxdelete max-delete"),
		strictyaml.Bind("default 默认目标", "不写名称时发布到哪个目标", strictyaml.Line(), func(d *ConfigDeploy) *string { return &d.Default }),
		strictyaml.Bind("targets 目标", "发布到哪里", strictyaml.List(targetType()), func(d *ConfigDeploy) *[]DeployTarget { return &d.Targets }).Near("target"),
	).Then(checkTargets)
}

// optional tells a written 0 from nothing.
func optional[T any](t strictyaml.Type[T]) strictyaml.Type[*T] {
	return strictyaml.Convert(t, func(x T) *T { return &x }).Else(func(p **T) { *p = nil })
}

// checkTargets wants names that tell targets apart, and a default that there is. Rules config-repeated, config-deploy-default.
func checkTargets(v strictyaml.Value, d *ConfigDeploy) {
	for i, t := range d.Targets {
		if t.Name != "" {
			continue
		}
		if len(d.Targets) > 1 {
			v.Error("incomplete", diag.Say("第 %d 个发布目标缺少 name", "deploy target %d lacks name", i+1), diag.Say("有几个目标时，每个都要有自己的 name", "of several targets each needs a name of its own"))
			return
		}
		d.Targets[i].Name = t.Kind
	}
	repeated(v, d.Targets, func(t DeployTarget) string { return t.Name })
	if d.Default == "" || slices.Contains(d.Names(), d.Default) {
		return
	}
	hint := diag.Say("可写：%s", "one of: %s", strings.Join(d.Names(), "、"))
	if len(d.Targets) == 0 {
		hint = diag.Say("请在 targets 里登记这个目标", "declare this target under targets")
	}
	if near, ok := strictyaml.Nearest(d.Default, d.Names()); ok {
		hint = diag.Say("是否为“%s”？", "did you mean %q?", near)
	}
	v.ErrorIn(d.Default, "deploy-default", diag.Say("默认的发布目标“%s”没有登记", "the default deploy target %q is not declared", strictyaml.Clip(d.Default)), hint)
}

func (d *ConfigDeploy) defaults() {
	d.Keep = cmp.Or(d.Keep, defaultKeep)
	if d.MaxDelete == nil {
		d.MaxDelete = new(defaultMaxDelete)
	}
	for i := range d.Targets {
		d.Targets[i].defaults()
	}
}

func (t *DeployTarget) defaults() {
	switch t.Kind {
	case "folder", "sftp":
		t.Mode = cmp.Or(t.Mode, "releases")
	case "s3":
		t.State = cmp.Or(t.State, ".gongkai/"+t.Prefix)
		if t.CredentialsFile == "" {
			t.AccessKeyEnv = cmp.Or(t.AccessKeyEnv, "GONGKAI_S3_ACCESS_KEY")
			t.SecretKeyEnv = cmp.Or(t.SecretKeyEnv, "GONGKAI_S3_SECRET_KEY")
		}
	}
	if t.Kind == "sftp" {
		t.Port = cmp.Or(t.Port, defaultPort)
	}
	if t.Kind == "s3" || t.Mode == "in-place" {
		t.Grace = cmp.Or(t.Grace, defaultGrace)
	}
}

// targetKey is a key of a target besides name and kind: the kinds that have it, and those that need it.
type targetKey struct {
	names, about string
	kinds, need  string
	field        func(names, about string) strictyaml.Field[DeployTarget]
	empty        func(*DeployTarget) bool
}

func key[V comparable](names, kinds, need, about string, t strictyaml.Type[V], at func(*DeployTarget) *V) targetKey {
	return targetKey{
		names: names, about: about, kinds: kinds, need: need,
		field: func(names, about string) strictyaml.Field[DeployTarget] { return strictyaml.Bind(names, about, t, at) },
		empty: func(d *DeployTarget) bool { return *at(d) == *new(V) },
	}
}

func targetKeys() []targetKey {
	line, variable, prefix := strictyaml.Line(), variableType(), prefixType()
	mode := strictyaml.Enum[string](strictyaml.Word{Key: "releases", Synonyms: []string{"版本切换"}}, strictyaml.Word{Key: "in-place", Synonyms: []string{"原地更新"}})
	return []targetKey{
		key("path 路径", "folder sftp bundle", "folder sftp bundle", "发布到的文件夹；离线包放在哪个文件夹", line, func(t *DeployTarget) *string { return &t.Path }),
		key("mode 方式", "folder sftp", "", "releases 按版本切换（默认），in-place 原地更新", mode, func(t *DeployTarget) *string { return &t.Mode }),
		key("url 网址", "folder sftp s3", "", "公众访问的网址，发布后从这里核对", addressType(), func(t *DeployTarget) *string { return &t.URL }),
		key("host 主机", "sftp", "sftp", "主机名或地址", line, func(t *DeployTarget) *string { return &t.Host }),
		key("port 端口", "sftp", "", "端口，默认 22", strictyaml.Whole(1, 65535), func(t *DeployTarget) *int { return &t.Port }),
		key("user 用户", "sftp", "sftp", "登录的用户", line, func(t *DeployTarget) *string { return &t.User }),
		key("known_hosts 主机公钥文件", "sftp", "", "记有主机公钥的文件，默认 ~/.ssh/known_hosts", line, func(t *DeployTarget) *string { return &t.KnownHosts }),
		key("key_file 私钥文件", "sftp", "", "私钥文件的路径", line, func(t *DeployTarget) *string { return &t.KeyFile }),
		key("passphrase_env 口令变量", "sftp", "", "存放私钥口令的环境变量的名称", variable, func(t *DeployTarget) *string { return &t.PassphraseEnv }),
		key("password_env 密码变量", "sftp", "", "存放密码的环境变量的名称", variable, func(t *DeployTarget) *string { return &t.PasswordEnv }),
		key("endpoint 服务地址", "s3", "s3", "对象存储的服务地址，不带路径和桶名", endpointType(), func(t *DeployTarget) *string { return &t.Endpoint }),
		key("region 区域", "s3", "", "对象存储的区域", line, func(t *DeployTarget) *string { return &t.Region }),
		key("bucket 存储桶", "s3", "s3", "存储桶的名称", bucketType(), func(t *DeployTarget) *string { return &t.Bucket }),
		key("prefix 前缀", "s3", "", "网站在桶里的前缀", prefix, func(t *DeployTarget) *string { return &t.Prefix }),
		key("state 状态前缀", "s3", "", "发布记录和旧版本在桶里的前缀，默认 .gongkai/", prefix, func(t *DeployTarget) *string { return &t.State }),
		key("path_style 路径风格", "s3", "", "桶名写在路径里而不在域名里", strictyaml.Bool(), func(t *DeployTarget) *bool { return &t.PathStyle }),
		key("access_key_env 访问密钥变量", "s3", "", "存放访问密钥编号的环境变量的名称", variable, func(t *DeployTarget) *string { return &t.AccessKeyEnv }),
		key("secret_key_env 机密密钥变量", "s3", "", "存放访问密钥的环境变量的名称", variable, func(t *DeployTarget) *string { return &t.SecretKeyEnv }),
		key("session_token_env 会话令牌变量", "s3", "", "存放临时会话令牌的环境变量的名称", variable, func(t *DeployTarget) *string { return &t.SessionTokenEnv }),
		key("credentials_file 凭据文件", "s3", "", "存放访问密钥的文件", line, func(t *DeployTarget) *string { return &t.CredentialsFile }),
		key("grace 宽限", "folder sftp s3", "", "新页面就位后，过多久再删旧文件，如 10s", durationType(), func(t *DeployTarget) *time.Duration { return &t.Grace }),
	}
}

func targetType() strictyaml.Type[DeployTarget] {
	kind := strictyaml.Enum[string](
		strictyaml.Word{Key: "folder", Synonyms: []string{"文件夹"}}, strictyaml.Word{Key: "sftp"},
		strictyaml.Word{Key: "s3", Synonyms: []string{"对象存储"}}, strictyaml.Word{Key: "bundle", Synonyms: []string{"离线包"}})
	fields := []strictyaml.Field[DeployTarget]{
		strictyaml.Bind("name 名称", "目标的名称，命令行里用", targetNameType(), func(t *DeployTarget) *string { return &t.Name }),
		strictyaml.Bind("kind 类型", "folder 文件夹，sftp，s3 对象存储，bundle 离线包", kind, func(t *DeployTarget) *string { return &t.Kind }).Near("type"),
	}
	keys := targetKeys()
	for _, k := range keys {
		fields = append(fields, k.field(k.names, k.about))
	}
	for _, secret := range []string{"password 密码", "access_key 访问密钥", "secret_key 机密密钥", "passphrase 口令", "token 令牌"} {
		fields = append(fields, strictyaml.Bind(secret, "不要写在这里：配置里只写环境变量或文件的名称", secretType(), func(*DeployTarget) *struct{} { return new(struct{}) }))
	}
	return strictyaml.Object(fields...).Then(func(v strictyaml.Value, t *DeployTarget) {
		t.At = v.Pos()
		if lacking(v, "kind", t.Kind == ""); t.Kind == "" {
			return
		}
		for _, k := range keys {
			k.check(v, t)
		}
		if t.Kind == "folder" || t.Kind == "sftp" {
			onlyInPlace(v, t)
		}
	})
}

// check wants the keys that a kind needs, and none that it does not have. Rules config-incomplete, config-deploy-key.
func (k targetKey) check(v strictyaml.Value, t *DeployTarget) {
	name, _, _ := strings.Cut(k.names, " ")
	has := func(kinds string) bool { return slices.Contains(strings.Fields(kinds), t.Kind) }
	lacking(v, name, has(k.need) && k.empty(t))
	if !has(k.kinds) && !k.empty(t) {
		v.ErrorIn(name, "deploy-key", diag.Say("%s 目标用不到 %s", "a target of kind %s has no key %s", t.Kind, name),
			diag.Say("请删去 %[1]s，或核对 kind；%[1]s 用于 %[2]s", "delete %[1]s, or check kind: %[1]s is for %[2]s", name, strings.Join(strings.Fields(k.kinds), ", ")))
	}
}

// onlyInPlace: releases are switched, so nothing waits to be deleted. Rule config-deploy-key.
func onlyInPlace(v strictyaml.Value, t *DeployTarget) {
	if t.Mode != "in-place" && t.Grace != 0 {
		v.Error("deploy-key", diag.Say("按版本切换的目标用不到 grace", "a target of mode releases has no key grace"), diag.Say("请删去 grace，或写 mode: in-place", "delete grace, or write mode: in-place"))
	}
}

var (
	targetNameForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$`)
	releaseIDForm  = regexp.MustCompile(`^\d{8}T`) // as rollback takes it
	variableForm   = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,127}$`)
	bucketForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixForm     = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]+/?$`)
)

func targetNameType() strictyaml.Type[string] {
	say := func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不能作发布目标的名称", "%q cannot be the name of a deploy target", text),
			diag.Say("用文字、数字、- 和 _，不要像版本编号", "use letters, digits, - and _, and not the form of a release's id")
	}
	return strictyaml.Matching(targetNameForm, "deploy-name", say).Valid(func(v strictyaml.Value, s *string) {
		if releaseIDForm.MatchString(*s) {
			message, hint := say(*s)
			v.Error("deploy-name", message, hint)
		}
	})
}

func bucketType() strictyaml.Type[string] {
	return strictyaml.Matching(bucketForm, "deploy-bucket", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是存储桶的名称", "%q is not the name of a bucket", text), diag.Say("小写字母、数字、- 和 .，3 到 63 位", "3 to 63 lower-case letters, digits, - and .")
	})
}

func prefixType() strictyaml.Type[string] {
	return strictyaml.Matching(prefixForm, "deploy-prefix", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不能作前缀", "%q cannot be a prefix", text), diag.Say("写法如 xxgk/，不以 / 开头", "write it as xxgk/, without a leading slash")
	}).Valid(func(v strictyaml.Value, s *string) {
		for part := range strings.SplitSeq(strings.TrimSuffix(*s, "/"), "/") {
			if part == "." || part == ".." {
				v.Error("deploy-prefix", diag.Say("前缀里不能有 . 和 ..", "a prefix has neither . nor .. in it"), diag.Say("写法如 xxgk/", "write it as xxgk/"))
				return
			}
		}
		*s = strings.TrimSuffix(*s, "/") + "/"
	})
}

// durationType is a time such as 10s or 2m, at most an hour.
func durationType() strictyaml.Type[time.Duration] {
	return strictyaml.Scalar(strictyaml.Schema{"type": []string{"string", "null"}, "pattern": `^[0-9]+(s|m)$`}, func(v strictyaml.Value, text string) (time.Duration, bool) {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 || d > time.Hour || d%time.Second != 0 {
			v.Error("duration", diag.Say("“%s”不是一段时间", "%q is no length of time", strictyaml.Clip(text)), diag.Say("写法如 10s（秒）或 2m（分钟），至多 1 小时", "write it as 10s or 2m, at most an hour"))
			return 0, false
		}
		return d, true
	})
}

// addressType is an address without a name and password in it. Rules config-url, config-secret.
func addressType() strictyaml.Type[string] {
	return strictyaml.Scalar(strictyaml.Schema{"type": []string{"string", "null"}, "pattern": "^https?://"}, func(v strictyaml.Value, text string) (string, bool) {
		if strings.Contains(text, "@") {
			secret(v, diag.Say("网址里有用户名或密码", "the address holds a name or a password"), diag.Say("请从网址里删去，改写环境变量的名称", "take it out of the address, and name an environment variable instead"))
			return "", false
		}
		u, err := url.Parse(text)
		if err != nil || !report.IsWebAddress(text) || u.RawQuery != "" || u.Fragment != "" {
			v.Error("url", diag.Say("“%s”不是完整的网址", "%q is not a complete web address", strictyaml.Clip(text)), diag.Say("应以 http:// 或 https:// 开头", "it begins with http:// or https://"))
			return "", false
		}
		return strings.TrimRight(text, "/") + "/", true
	})
}

// endpointType is an address without a path.
func endpointType() strictyaml.Type[string] {
	return addressType().Valid(func(v strictyaml.Value, s *string) {
		if strings.Count(*s, "/") > 3 {
			v.Error("url", diag.Say("服务地址“%s”里有路径", "the endpoint %q has a path", strictyaml.Clip(*s)), diag.Say("只写到主机和端口，桶名写在 bucket", "write host and port only; the bucket goes to the key bucket"))
		}
	})
}

// variableType is the name of an environment variable. What is not one may be the secret itself. Rule config-secret.
func variableType() strictyaml.Type[string] {
	return strictyaml.Scalar(strictyaml.Schema{"type": []string{"string", "null"}, "pattern": variableForm.String()}, func(v strictyaml.Value, text string) (string, bool) {
		if !variableForm.MatchString(text) {
			name := v.Name()
			secret(v, diag.Text{ZH: name.ZH + "应为环境变量的名称，大写字母、数字和 _", EN: name.EN + " must be the name of an environment variable: capitals, digits and _"},
				diag.Say("这里写名称，例如 GONGKAI_S3_SECRET_KEY；密码本身放在这个环境变量里", "write the name here, as GONGKAI_S3_SECRET_KEY; the password itself goes into that variable"))
			return "", false
		}
		return text, true
	})
}

// secretType is a key under which somebody would write a password; it is refused. Rule config-secret.
func secretType() strictyaml.Type[struct{}] {
	return strictyaml.Refused(func(v strictyaml.Value) {
		name := v.Name()
		secret(v, diag.Text{ZH: "密码和密钥不能写在配置里（" + name.ZH + "）", EN: "passwords and keys do not belong into the configuration (" + name.EN + ")"},
			diag.Say("请删去并更换这个密码；配置里写环境变量的名称：password_env、passphrase_env、access_key_env、secret_key_env", "delete it and change that password; name an environment variable instead: password_env, passphrase_env, access_key_env, secret_key_env"))
	})
}

// secret reports a value that must not be shown.
func secret(v strictyaml.Value, say, hint diag.Text) { v.Error(secretRule, say, hint) }

const secretRule = "secret"

// hideSecrets takes from the findings what would print a secret: findings of the rule config-secret lose their place, which stands
// in the message instead, and others of the same line wait until it is mended.
func hideSecrets(found diag.List) diag.List {
	lines := map[int]bool{}
	for _, d := range found {
		if d.Rule == "config-"+secretRule {
			lines[d.Start.Line] = true
		}
	}
	var kept diag.List
	for _, d := range found {
		switch {
		case d.Rule == "config-"+secretRule:
			line := d.Start.Line
			d.Start, d.End, d.Span, d.Fix = diag.Pos{}, diag.Pos{}, "", nil
			d.Message = diag.Say("第 %[1]d 行：%[2]s", "line %[1]d: %[3]s", line, d.Message.ZH, d.Message.EN)
			kept = append(kept, d)
		case !lines[d.Start.Line]:
			kept = append(kept, d)
		}
	}
	return kept
}
