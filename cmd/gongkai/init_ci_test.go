package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"gongkai/internal/sitetest"
)

// ciTargets are the deploy sections for which pipelines are written.
var ciTargets = map[string]string{
	"none":    "",
	"folder":  "{name: www, kind: folder, path: ../www}",
	"sftp":    "{name: www, kind: sftp, host: www.example.gov.cn, user: deploy, path: /srv/xxgk, key_file: ~/.ssh/id 1, passphrase_env: XXGK_PASSPHRASE}",
	"hosts":   "{name: www, kind: sftp, host: www.example.gov.cn, user: deploy, path: /srv/xxgk, known_hosts: known_hosts, password_env: XXGK_PASSWORD}",
	"s3":      "{name: bucket, kind: s3, endpoint: 'https://s3.example.cn', bucket: xxgk}",
	"file":    "{name: bucket, kind: s3, endpoint: 'https://s3.example.cn', bucket: xxgk, credentials_file: keys/credentials}",
	"several": "{name: bucket, kind: s3, endpoint: 'https://s3.example.cn', bucket: xxgk}, {name: usb, kind: bundle, path: out}",
}

// written is a pipeline that init has written.
type written struct {
	kind, target string
	offline      bool
	file, text   string
}

// writePipelines writes a pipeline of every sort into repositories below a folder; the site lies in a folder of its own.
func writePipelines(t *testing.T) (list []written) {
	t.Helper()
	for kind, name := range pipelineFiles {
		for target, section := range ciTargets {
			for _, offline := range []bool{false, true} {
				top := t.TempDir()
				folder := filepath.Join(top, "网站", "a b")
				writeFile(t, filepath.Join(top, ".git", "HEAD"), "ref: refs/heads/main\n")
				config := "version: 1\nname: 测试站\n"
				if section != "" {
					config += "deploy: {targets: [" + section + "]}\n"
				}
				writeFile(t, filepath.Join(folder, "gongkai.yaml"), config)
				args := []string{"init", folder, "--ci", kind}
				if offline { // and in English
					args = append(args, "--offline", "--lang", "en")
				}
				if code, out, errs := program(t, args...); code != exitClean {
					t.Fatalf("%v: exit %d: %s%s", args, code, out, errs)
				}
				w := written{kind, target, offline, filepath.Join(top, filepath.FromSlash(name)), ""}
				text, err := os.ReadFile(w.file)
				if err != nil {
					t.Fatal(err)
				}
				w.text = string(text)
				list = append(list, w)
				if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) != 1 {
					t.Errorf("a site that exists got more than a pipeline: %q", left)
				}
			}
		}
	}
	return list
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	uses       = regexp.MustCompile(`(?m)^\s*-?\s*uses:.*$`)
	pinned     = regexp.MustCompile(`uses: [a-z0-9-]+/[a-z0-9-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	secretName = regexp.MustCompile(`secrets\.(\w+)|printf '%s\\n' "\$(\w+)"`)
	guessed    = regexp.MustCompile(`(?i)\b(example|change.?me|your|todo|xxx)\b|<[a-z-]+>`)
)

// TestPipelines: whatever the site deploys to, its pipeline is YAML, has every action pinned, leaves nothing to be guessed, names every secret
// in its head, and checks, builds, keeps the cache, shows a preview and deploys. Those for GitHub pass actionlint.
func TestPipelines(t *testing.T) {
	list := writePipelines(t)
	for _, w := range list {
		t.Run(fmt.Sprint(w.kind, " ", w.target, " ", w.offline), func(t *testing.T) {
			w.sound(t)
			w.secrets(t)
			if t.Failed() {
				t.Log(w.text)
			}
		})
	}
	t.Run("actionlint", func(t *testing.T) {
		lint := actionlint(t)
		for _, w := range list {
			if w.kind == "github" {
				lintFile(t, lint, w.file)
			}
		}
	})
}

func (w written) sound(t *testing.T) {
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(w.text), &doc); err != nil {
		t.Fatal(err)
	}
	unpinned(t, w.text)
	head, rest, _ := strings.Cut(w.text, map[string]string{"github": "\nname: ", "gitlab": "\nworkflow:"}[w.kind])
	for _, m := range secretName.FindAllStringSubmatch(rest, -1) {
		if name := m[1] + m[2]; !strings.Contains(head, "\n#   "+name) {
			t.Errorf("%s is not named in the head", name)
		}
	}
	if m := guessed.FindString(rest); m != "" {
		t.Errorf("%q must be guessed", m)
	}
	if w.offline == strings.Contains(rest, "curl") {
		t.Errorf("offline %v, and curl the other way about", w.offline)
	}
	for _, part := range []string{`gongkai check -s "$SITE" --format ` + w.kind, `gongkai build -s "$SITE"`, `"网站/a b/.gongkai`, `"网站/a b/public`, "preview", `gongkai deploy -s "$SITE"`, "--yes", "sha256sum"} {
		if !strings.Contains(rest, part) {
			t.Errorf("lacks %s", part)
		}
	}
	if w.kind == "gitlab" {
		for _, fault := range gitLabFaults(doc) {
			t.Error(fault)
		}
	}
}

// unpinned finds actions that are not named by a full commit and its version.
func unpinned(t *testing.T, text string) {
	t.Helper()
	for _, line := range uses.FindAllString(text, -1) {
		if !pinned.MatchString(line) {
			t.Errorf("not pinned: %s", line)
		}
	}
}

// ciSecrets are the secrets that each target needs.
var ciSecrets = map[string][]string{
	"sftp": {"GONGKAI_SFTP_KEY", "XXGK_PASSPHRASE"}, "hosts": {"XXGK_PASSWORD"}, "several": {"GONGKAI_S3_ACCESS_KEY", "GONGKAI_S3_SECRET_KEY"},
	"s3": {"GONGKAI_S3_ACCESS_KEY", "GONGKAI_S3_SECRET_KEY"}, "file": {"GONGKAI_S3_CREDENTIALS"},
}

func (w written) secrets(t *testing.T) {
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^#   (\w+)(?:（机密）| \(secret\))`).FindAllStringSubmatch(w.text, -1) {
		got = append(got, m[1])
	}
	slices.Sort(got)
	if !slices.Equal(got, ciSecrets[w.target]) {
		t.Errorf("secrets %q, want %q", got, ciSecrets[w.target])
	}
	if named := strings.Contains(w.text, `deploy -s "$SITE" bucket --yes`); named != (w.target == "several") {
		t.Errorf("the target is named: %v", named)
	}
}

// gitLabFaults holds a pipeline against the keys that GitLab knows (docs.gitlab.com/ci/yaml), as far as ours may use them.
func gitLabFaults(doc map[string]any) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	only := func(where string, value any, keys ...string) map[string]any {
		m, ok := value.(map[string]any)
		if !ok {
			fault("%s is no mapping: %v", where, value)
		}
		for key := range m {
			if !slices.Contains(keys, key) {
				fault("%s: unknown key %s", where, key)
			}
		}
		return m
	}
	texts := func(where string, value any) (list []string) {
		items, ok := value.([]any)
		if !ok {
			fault("%s is no list: %v", where, value)
		}
		for _, item := range items {
			s, ok := item.(string)
			if !ok { // "a: b" in a script is a mapping
				fault("%s: %v is no text", where, item)
			}
			list = append(list, s)
		}
		return list
	}
	rules := func(where string, value any) {
		list, ok := value.([]any)
		if !ok || len(list) == 0 {
			fault("%s: no rules", where)
		}
		for _, rule := range list {
			only(where, rule, "if", "when", "changes")
		}
	}
	stages := texts("stages", doc["stages"])
	rules("workflow", only("workflow", doc["workflow"], "rules", "name")["rules"])
	for name, value := range doc["variables"].(map[string]any) {
		if _, ok := value.(string); !ok {
			fault("variable %s is no text: %v", name, value)
		}
	}
	jobs := 0
	for name, value := range doc {
		if slices.Contains([]string{"stages", "workflow", "variables"}, name) {
			continue
		}
		job := only(name, value, "extends", "stage", "image", "before_script", "script", "cache", "artifacts", "rules", "environment", "resource_group")
		for _, key := range []string{"before_script", "script"} {
			if job[key] != nil {
				texts(name+"."+key, job[key])
			}
		}
		if strings.HasPrefix(name, ".") {
			continue
		}
		jobs++
		if _, ok := doc[fmt.Sprint(job["extends"])]; !ok || job["script"] == nil || !slices.Contains(stages, fmt.Sprint(job["stage"])) {
			fault("%s extends %v in stage %v", name, job["extends"], job["stage"])
		}
		if job["rules"] != nil {
			rules(name, job["rules"])
		}
		if job["environment"] != nil {
			only(name+".environment", job["environment"], "name", "url")
		}
		if job["cache"] != nil {
			texts(name+".cache", only(name+".cache", job["cache"], "key", "paths")["paths"])
		}
		if job["artifacts"] != nil {
			a := only(name+".artifacts", job["artifacts"], "when", "expire_in", "expose_as", "paths", "reports")
			only(name+".reports", a["reports"], "codequality")
			if as := fmt.Sprint(a["expose_as"]); !regexp.MustCompile(`^\w[-\w ]*$`).MatchString(as) {
				fault("expose_as %s", as)
			}
			for _, p := range texts(name+".artifacts", a["paths"]) {
				if strings.HasPrefix(p, "./") || strings.ContainsAny(p, "*$") {
					fault("expose_as does not go with the path %s", p)
				}
			}
		}
	}
	if jobs != 2 {
		fault("%d jobs", jobs)
	}
	return faults
}

// TestGitLabFaultsCanFail shows that the check of the pipelines can fail.
func TestGitLabFaultsCanFail(t *testing.T) {
	good := func() map[string]any {
		var doc map[string]any
		text := "stages: [build]\nvariables: {A: b}\nworkflow: {rules: [{if: a}]}\n.g: {}\na: {extends: .g, stage: build, script: [b]}\nb: {extends: .g, stage: build, script: [b]}\n"
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	if faults := gitLabFaults(good()); len(faults) != 0 {
		t.Fatal(faults)
	}
	for what, spoil := range map[string]func(doc, job map[string]any){
		"unknown key":   func(_, job map[string]any) { job["scripts"] = "a" },
		"mapping":       func(_, job map[string]any) { job["script"] = []any{map[string]any{"echo a": "b"}} },
		"unknown stage": func(_, job map[string]any) { job["stage"] = "test" },
		"no parent":     func(_, job map[string]any) { job["extends"] = ".h" },
		"variable":      func(doc, _ map[string]any) { doc["variables"] = map[string]any{"A": 1} },
		"glob": func(_, job map[string]any) {
			job["artifacts"] = map[string]any{"expose_as": "a", "paths": []any{"*.html"}, "reports": map[string]any{}}
		},
		"third job": func(doc, job map[string]any) { doc["c"] = job },
	} {
		doc := good()
		spoil(doc, doc["a"].(map[string]any))
		if len(gitLabFaults(doc)) == 0 {
			t.Errorf("%s passes", what)
		}
	}
}

// TestOwnWorkflows: the repository's workflows pass actionlint, and publish its site by the steps that init writes.
func TestOwnWorkflows(t *testing.T) {
	own, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(own) == 0 {
		t.Fatalf("the repository has no workflows: %v", err)
	}
	steps := false
	for _, file := range own {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		unpinned(t, string(text))
		steps = steps || strings.Contains(string(text), `gongkai check -s "$SITE" --format github`) && strings.Contains(string(text), `gongkai build -s "$SITE"`) && strings.Contains(string(text), `gongkai deploy -s "$SITE"`)
	}
	if !steps {
		t.Error("no workflow checks, builds and deploys the project's site")
	}
	lint := actionlint(t)
	for _, file := range own {
		lintFile(t, lint, file)
	}
	bad := filepath.Join(t.TempDir(), "bad.yml")
	writeFile(t, bad, "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ secret.A }}\n")
	if err := exec.CommandContext(t.Context(), lint, bad).Run(); err == nil {
		t.Error("actionlint finds nothing wrong with secret.A")
	}
}

func lintFile(t *testing.T, lint, file string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), lint, "-no-color", "-shellcheck=", "-pyflakes=", file).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", file, err, out)
	}
}

// actionlint finds the program, which .ci/run installs.
func actionlint(t *testing.T) string {
	t.Helper()
	cache := os.Getenv(sitetest.CacheEnv)
	if dir, err := os.UserCacheDir(); cache == "" && err == nil {
		cache = filepath.Join(dir, "gongkai-ci")
	}
	if named := filepath.Join(cache, "bin", "actionlint"); cache != "" {
		if _, err := os.Stat(named); err == nil {
			return named
		}
	}
	found, err := exec.LookPath("actionlint")
	if err != nil {
		sitetest.Missing(t, "actionlint", err.Error())
	}
	return found
}
