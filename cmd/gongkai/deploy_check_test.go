package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gongkai/internal/deploy"
	"gongkai/internal/publish"
)

// TestCheckPublic reads a site as the public does from a server that answers as gongkai headers has it: 410 for a removed report, 301 for
// an old address. What is neither what was published nor meant so is found.
func TestCheckPublic(t *testing.T) {
	pages := map[string]string{"index.html": "home", "d/a/2021/new.html": "new", "d/a/2021/removed.html": "a notice", "old/place.html": "a stub"}
	var m publish.Manifest
	for _, name := range []string{"d/a/2021/new.html", "d/a/2021/removed.html", "index.html", "old/place.html"} {
		m = append(m, publish.Line{Path: name, Sum: sha256.Sum256([]byte(pages[name]))})
	}
	pages[publish.ManifestName] = string(m.Bytes())
	plan := &deploy.Plan{Added: []string{"old/place.html"}, Reports: []deploy.Step{
		{Change: deploy.Added, Path: "d/a/2021/new.html"}, {Change: deploy.Erased, Path: "d/a/2021/removed.html"}, {Change: deploy.Moved, Path: "old/place.html"},
	}}
	for _, c := range []struct {
		name, broken string
		status       int
		body, want   string
	}{
		{name: "as it should be"},
		{name: "another manifest", broken: publish.ManifestName, status: 200, body: "x", want: publish.ManifestName},
		{name: "an older page", broken: "d/a/2021/new.html", status: 200, body: "old", want: "d/a/2021/new.html"},
		{name: "a missing page", broken: "d/a/2021/new.html", status: 404, body: "not found", want: "HTTP 404"},
		{name: "a text that should be gone", broken: "d/a/2021/removed.html", status: 200, body: "the text", want: "removed.html"},
		{name: "an error", broken: "index.html", status: 503, body: "home", want: "HTTP 503"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := strings.TrimPrefix(r.URL.Path, "/xxgk/")
			switch {
			case name == c.broken:
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
				return
			case name == "old/place.html":
				http.Redirect(w, r, "/xxgk/d/a/2021/new.html", http.StatusMovedPermanently)
				return
			case strings.HasSuffix(name, "removed.html"):
				w.WriteHeader(http.StatusGone)
			}
			_, _ = w.Write([]byte(pages[name]))
		}))
		a := &app{env: env{Wait: nil}}
		err := a.checkPublic(context.Background(), server.URL+"/xxgk/", m, plan)
		server.Close()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (!errors.Is(err, deploy.ErrVerify) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
