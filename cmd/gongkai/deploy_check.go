package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"gongkai/internal/deploy"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

const (
	checkedPages = 32 // of those that a deploy changed, how many are read under the public address
	checkTries   = 5  // a cache in between may need a moment: pauses of 1, 2, 4 and 8 seconds
	checkSilence = 30 * time.Second
)

// checkPublic reads the site as the public does, under the target's url: the manifest, which says what release is served, the home
// page, and pages that the deploy has changed. The engine has verified every file at the target already; this is for what lies
// between: the server's folder, its rules, its caches.
func (a *app) checkPublic(ctx context.Context, address string, m publish.Manifest, plan *deploy.Plan) error {
	wanted := map[string]publish.Sum{publish.ManifestName: sha256.Sum256(m.Bytes())}
	touched := map[string]bool{"index.html": true}
	if plan == nil { // what was interrupted before is finished: nothing was asked
		plan = &deploy.Plan{}
	}
	for _, step := range plan.Reports { // not the pages at old addresses: a server may answer there with the new one at once
		if step.Change != deploy.Moved && step.Change != deploy.Gone && len(touched) < checkedPages {
			touched[step.Path] = true
		}
	}
	names := []string{publish.ManifestName} // first: when it is wrong the others need not be asked
	for _, l := range m {
		if touched[l.Path] {
			names, wanted[l.Path] = append(names, l.Path), l.Sum
		}
	}
	client := &http.Client{Transport: http.DefaultTransport}
	for _, name := range names {
		if err := a.tryPublic(ctx, client, address, name, wanted[name]); err != nil {
			return err
		}
	}
	return nil
}

// tryPublic asks for one file, again after a pause when it is another one.
func (a *app) tryPublic(ctx context.Context, client *http.Client, address, name string, want publish.Sum) error {
	for try := 0; ; try++ {
		err := fetchPublic(ctx, client, address+(&url.URL{Path: name}).EscapedPath(), want)
		if err == nil || ctx.Err() != nil || try+1 == checkTries {
			return err
		}
		if a.Wait != nil {
			if err := a.Wait(ctx, time.Second<<try); err != nil {
				return err
			}
		}
	}
}

func fetchPublic(ctx context.Context, client *http.Client, address string, want publish.Sum) error {
	ctx, cancel := context.WithTimeout(ctx, checkSilence)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("User-Agent", "gongkai-deploy")
	resp, err := client.Do(req)
	if err != nil {
		var wrapped *url.Error // would say the address a second time
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return notSeen(address, diag.Say("无法从公众的网址读取 %s：%v", "cannot read %s as the public does: %v", address, err), err)
	}
	defer resp.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, resp.Body); err != nil {
		return notSeen(address, diag.Say("从公众的网址读取 %s 时中断：%v", "reading %s as the public does broke off: %v", address, err), err)
	}
	same := bytes.Equal(sum.Sum(nil), want[:])
	gone := resp.StatusCode == http.StatusGone || resp.StatusCode == http.StatusNotFound // as gongkai headers has a removed report answered
	switch {
	case resp.StatusCode != http.StatusOK && !(gone && same):
		return notSeen(address, diag.Say("公众的网址 %s 回答 HTTP %s", "%s answers the public with HTTP %s", address, resp.Status), nil)
	case !same:
		return notSeen(address, diag.Say("公众在 %s 读到的不是刚发布的内容", "what the public reads at %s is not what was published", address), nil)
	}
	return nil
}

// notSeen is for the engine, which adds what became of the deploy, and what to do.
func notSeen(address string, message diag.Text, err error) error {
	return &publish.Problem{Kind: deploy.ErrVerify, Path: address, Message: publish.Text(message), Err: err}
}
