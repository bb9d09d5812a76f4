package sitetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// RequireEnv names the environment variable that lists, separated by commas, the tools whose absence fails a test.
const RequireEnv = "GONGKAI_REQUIRE"

// CacheEnv names the environment variable of the folder where .ci/run keeps the tools that it installs by npm.
const CacheEnv = "GONGKAI_CI_CACHE"

// tools says how each is found; the function returns "" and a reason when it is not there.
var tools = map[string]func() (path, reason string){
	"chromium": func() (string, string) {
		return program("GONGKAI_CHROMIUM", "chromium", "chromium-browser", "google-chrome", "chrome")
	},
	"poppler": func() (string, string) { return program("GONGKAI_PDFTOTEXT", "pdftotext") },
	"java":    func() (string, string) { return program("GONGKAI_JAVA", "java") },
	"nginx":   func() (string, string) { return program("GONGKAI_NGINX", "nginx", "/usr/sbin/nginx") },
	"caddy":   func() (string, string) { return program("GONGKAI_CADDY", "caddy") },
	"node":    func() (string, string) { return program("GONGKAI_NODE", "node") },
	"csp":     func() (string, string) { return npmFile("GONGKAI_CSP", "csp_evaluator/package.json") },
	"vnu":     func() (string, string) { return npmFile("GONGKAI_VNU_JAR", "vnu-jar/build/dist/vnu.jar") },
	"axe":     func() (string, string) { return npmFile("GONGKAI_AXE", "axe-core/axe.min.js") },
	"shared":  shared,
}

// Require returns the path of what a test needs: "chromium", "java", "poppler" (pdftotext), "vnu" (vnu.jar), "axe" (axe.min.js), "nginx", "caddy",
// "node", "csp" (csp_evaluator's package.json) or "shared" (the folder of texts
// beside the checkout). When it is not there the test is skipped with the reason, or fails if GONGKAI_REQUIRE lists the name.
func Require(t testing.TB, name string) string {
	t.Helper()
	find, ok := tools[name]
	if !ok {
		t.Fatalf("sitetest.Require: no tool is called %q", name)
	}
	found, reason := find()
	if found == "" {
		Missing(t, name, reason)
	}
	return found
}

// Missing ends a test that lacks something: it skips with the reason, or fails if GONGKAI_REQUIRE lists the name.
func Missing(t testing.TB, name, reason string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv(RequireEnv), ","), name) {
		t.Fatalf("%s is required (%s): %s", name, RequireEnv, reason)
	}
	t.Skipf("needs %s: %s", name, reason)
}

// program looks for a program named by the variable, else in PATH.
func program(env string, names ...string) (path, reason string) {
	if named := os.Getenv(env); named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", env + ": " + err.Error()
		}
		return named, ""
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, ""
		}
	}
	return "", "no " + strings.Join(names, " or ") + " in PATH, and " + env + " is not set"
}

// npmFile looks for a file named by the variable, else in the cache that .ci/run fills.
func npmFile(env, rel string) (path, reason string) {
	named := os.Getenv(env)
	if named == "" {
		cache := os.Getenv(CacheEnv)
		if cache == "" {
			dir, err := os.UserCacheDir()
			if err != nil {
				return "", err.Error()
			}
			cache = filepath.Join(dir, "gongkai-ci")
		}
		named = filepath.Join(cache, "node_modules", filepath.FromSlash(rel))
	}
	if _, err := os.Stat(named); err != nil {
		return "", err.Error() + "; .ci/run installs it, or " + env + " names it"
	}
	return named, ""
}

// shared finds the folder beside the checkout.
func shared() (path, reason string) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err.Error()
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", "no go.mod above the test"
		}
		dir = up
	}
	dir = filepath.Join(filepath.Dir(dir), "shared")
	if _, err := os.Stat(dir); err != nil {
		return "", "no folder shared beside the checkout"
	}
	return dir, ""
}
