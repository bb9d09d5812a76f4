package site

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gongkai/internal/diag"
)

const deployConfig = `version: 1
deploy:
  keep: 3
  max_delete: 0
  default: www
  targets:
    - {name: www, kind: folder, path: ../www, url: https://www.example.gov.cn/xxgk}
    - {name: 门户, kind: sftp, host: www.example.gov.cn, user: deploy, path: /var/www/gongkai, mode: 原地更新, grace: 2m, key_file: ~/.ssh/id_ed25519, password_env: GONGKAI_SFTP_PASSWORD}
    - {name: bucket, kind: 对象存储, endpoint: https://s3.example.cn, bucket: xxgk, prefix: a/b, path_style: 是, access_key_env: A, secret_key_env: B}
    - {name: usb, 类型: 离线包, 路径: out}
`

func TestDeployValues(t *testing.T) {
	c, found := parse(deployConfig)
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := ConfigDeploy{Keep: 3, MaxDelete: new(0), Default: "www", Targets: []DeployTarget{
		{Name: "www", Kind: "folder", Path: "../www", Mode: "releases", URL: "https://www.example.gov.cn/xxgk/"},
		{Name: "门户", Kind: "sftp", Host: "www.example.gov.cn", Port: 22, User: "deploy", Path: "/var/www/gongkai", Mode: "in-place", Grace: 2 * time.Minute, KeyFile: "~/.ssh/id_ed25519", PasswordEnv: "GONGKAI_SFTP_PASSWORD"},
		{Name: "bucket", Kind: "s3", Endpoint: "https://s3.example.cn/", Bucket: "xxgk", Prefix: "a/b/", State: ".gongkai/a/b/", PathStyle: true, AccessKeyEnv: "A", SecretKeyEnv: "B", Grace: 10 * time.Second},
		{Name: "usb", Kind: "bundle", Path: "out"},
	}}
	if diff := cmp.Diff(want, c.Deploy, cmpopts.IgnoreFields(DeployTarget{}, "At")); diff != "" {
		t.Error(diff)
	}
	if at := c.Deploy.Targets[1].At; at != (diag.Pos{Line: 8, Column: 7}) {
		t.Errorf("the second target stands at %v", at)
	}
	if d := DefaultConfig().Deploy; d.Keep != 5 || d.MaxDelete == nil || *d.MaxDelete != 100 || len(d.Targets) != 0 {
		t.Errorf("defaults: %+v", d)
	}
}

func TestDeployTarget(t *testing.T) {
	several, _ := parse(deployConfig)
	single, found := parse("version: 1\ndeploy: {targets: [{kind: folder, path: www}]}\n")
	none := DefaultConfig()
	undecided, _ := parse(strings.Replace(deployConfig, "  default: www\n", "", 1))
	if len(found) > 0 {
		t.Fatal(found)
	}
	for _, c := range []struct {
		of         *Config
		name       string
		want, near string
		ok         bool
	}{
		{several, "", "www", "", true}, {several, "门户", "门户", "", true}, {several, "bukcet", "", "bucket", false}, {several, "x", "", "", false},
		{single, "", "folder", "", true}, {single, "folder", "folder", "", true}, {single, "foldr", "", "folder", false},
		{none, "", "", "", false}, {none, "www", "", "", false}, {undecided, "", "", "", false}, {undecided, "usb", "usb", "", true},
	} {
		got, near, ok := c.of.Deploy.Target(c.name)
		if got.Name != c.want || near != c.near || ok != c.ok {
			t.Errorf("%q: %q %q %v", c.name, got.Name, near, ok)
		}
	}
}

// TestDeployFindings writes what stands after "deploy: " on line 2.
func TestDeployFindings(t *testing.T) {
	target := func(keys string) string { return "{targets: [{" + keys + "}]}" }
	for _, c := range []struct {
		yaml string
		want []string
		zh   string
	}{
		{"{keep: 0}", []string{"2:16-17 wrong-type"}, "1 到 1000"},
		{"{max_delete: -1}", []string{"2:22-24 wrong-type"}, ""},
		{"{target: []}", []string{"2:10-16 unknown-key"}, "是否为“targets”（目标）？"},
		{"{default: www}", []string{"2:9 deploy-default"}, "请在 targets 里登记"},
		{"{default: wwww, targets: [{name: www, kind: folder, path: a}]}", []string{"2:9 deploy-default"}, "是否为“www”？"},
		{"{targets: [{kind: folder, path: a}, {name: b, kind: folder, path: b}]}", []string{"2:9 incomplete"}, "第 1 个发布目标缺少 name"},
		{"{targets: [{name: b, kind: folder, path: a}, {name: b, kind: folder, path: b}]}", []string{"2:9 repeated"}, "“b”写了两次"},
		{target("name: a"), []string{"2:20 incomplete"}, "缺少 kind"},
		{target("kind: ftp"), []string{"2:27-30 unknown-value"}, "sftp"},
		{target("kind: folder"), []string{"2:20 incomplete"}, "缺少 path"},
		{target("kind: sftp, path: a, user: b"), []string{"2:20 incomplete"}, "缺少 host"},
		{target("kind: s3, endpoint: 'https://a.cn'"), []string{"2:20 incomplete"}, "缺少 bucket"},
		{target("kind: folder, path: a, bucket: abc"), []string{"2:20 deploy-key"}, "folder 目标用不到 bucket"},
		{target("kind: folder, path: a, grace: 10s"), []string{"2:20 deploy-key"}, "in-place"},
		{target("kind: bundle, path: a, mode: in-place"), []string{"2:20 deploy-key"}, "mode 用于 folder, sftp"},
		{target("name: 20260102T030405Z-0a1b2c3d, kind: folder, path: a"), []string{"2:27-52 deploy-name"}, "不要像版本编号"},
		{target("name: a b, kind: folder, path: a"), []string{"2:27-30 deploy-name"}, ""},
		{target("kind: s3, endpoint: 'https://a.cn', bucket: AB"), []string{"2:65-67 deploy-bucket"}, ""},
		{target("kind: s3, endpoint: a.cn, bucket: abc"), []string{"2:41-45 url"}, ""},
		{target("kind: s3, endpoint: 'https://a.cn/abc', bucket: abc"), []string{"2:41-59 url"}, "有路径"},
		{target("kind: s3, endpoint: 'https://a.cn', bucket: abc, prefix: /a"), []string{"2:78-80 deploy-prefix"}, "不以 / 开头"},
		{target("kind: s3, endpoint: 'https://a.cn', bucket: abc, prefix: a/../b"), []string{"2:78-84 deploy-prefix"}, ""},
		{target("kind: s3, endpoint: 'https://a.cn', bucket: abc, grace: 10"), []string{"2:77-79 duration"}, ""},
		{target("kind: s3, endpoint: 'https://a.cn', bucket: abc, grace: 2h"), []string{"2:77-79 duration"}, "至多 1 小时"},
		{target("kind: sftp, host: a, user: b, path: c, port: 70000"), []string{"2:66-71 wrong-type"}, ""},
	} {
		src := "version: 1\ndeploy: " + c.yaml + "\n"
		_, found := parse(src)
		if got := briefs(found); !slices.Equal(got, c.want) {
			t.Errorf("%q\n got %q\nwant %q\n%v", c.yaml, got, c.want, found)
			continue
		}
		checkFindings(t, src, found)
		if all := found[0].Message.ZH + " " + found[0].Hint.ZH; !strings.Contains(all, c.zh) {
			t.Errorf("%q says %q", c.yaml, all)
		}
	}
}

// TestSecretsAreNotPrinted puts a secret wherever somebody might and prints the findings in every form.
func TestSecretsAreNotPrinted(t *testing.T) {
	const hidden = "hunter2-Geheim"
	for _, keys := range []string{
		"password: " + hidden, "密码: " + hidden, "secret_key: " + hidden, "access_key: " + hidden, "token: [" + hidden + "]", "passphrase: {x: " + hidden + "}",
		"password_env: " + hidden, "secret_key_env: " + hidden, "access_key_env: " + hidden,
		"endpoint: 'https://me:" + hidden + "@a.cn/'", "url: 'https://me:" + hidden + "@a.cn/'",
		"nosuchkey: 1, password: " + hidden,
	} {
		src := "version: 1\ndeploy:\n  targets:\n  - {kind: sftp, host: a, user: b, path: c, " + keys + "}\n"
		_, found := parse(src)
		if found.Count(diag.Error) == 0 {
			t.Errorf("%q is accepted", keys)
		}
		var b bytes.Buffer
		for _, lang := range []string{"zh", "en"} {
			if err := diag.WriteText(&b, found, diag.TextOptions{Lang: lang, Source: func(string) []byte { return []byte(src) }}); err != nil {
				t.Fatal(err)
			}
			if err := diag.WriteJSON(&b, found, lang); err != nil {
				t.Fatal(err)
			}
			if err := diag.WriteSARIF(&b, found, lang, ""); err != nil {
				t.Fatal(err)
			}
			if err := diag.WriteGitHub(&b, found, lang); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(b.String(), hidden) || !strings.Contains(b.String(), "第 4 行") {
			t.Errorf("%q prints\n%s", keys, b.String())
		}
	}
}
