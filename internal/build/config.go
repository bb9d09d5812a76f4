package build

import (
	"gongkai/internal/diag"
	"gongkai/internal/site"
)

// ReadConfig reads the configuration of the site in a folder and nothing else, for commands that need no content: what is wrong with
// it stands in the findings. The configuration is nil when it cannot be read, and the usual one for a folder that has content but no
// configuration. A folder with neither is a *NoSiteError.
func ReadConfig(dir string) (*site.Config, diag.List, error) {
	b, s := &builder{Options: Options{Source: dir}}, &source{}
	err := b.readConfig(s)
	return s.config, s.found, err
}
