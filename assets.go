// Package gongkai embeds the layouts and the static files, so that the program works on a bare content/ folder.
// A site overrides any single file by one of the same name in its own layouts/ or static/.
package gongkai

import (
	"embed"
	"io/fs"
)

// Layouts holds layouts/; all: keeps the partials, whose names begin with _.
//
//go:embed all:layouts
var Layouts embed.FS

// Static holds static/: what lies in static/assets/ is published under /assets/ with its hash in the name.
//
//go:embed all:static
var Static embed.FS

// Files returns both without their folder's name in front of the paths.
func Files() (layouts, static fs.FS, err error) {
	layouts, err = fs.Sub(Layouts, "layouts")
	if err != nil {
		return nil, nil, err
	}
	static, err = fs.Sub(Static, "static")
	return layouts, static, err
}
