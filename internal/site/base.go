package site

import (
	"net/url"
	"strings"
)

// WithBaseURL is the configuration with another base_url, as --base-url gives it; ok is false when it is no absolute http(s) address.
func (c *Config) WithBaseURL(address string) (changed *Config, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return c, false
	}
	with := *c
	with.BaseURL = strings.TrimSuffix(u.String(), "/") + "/"
	return &with, true
}
