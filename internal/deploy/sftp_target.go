package deploy

import (
	"context"
	"path"
)

// SFTPTarget is a folder of a server, in either mode.
func SFTPTarget(opt SFTPOptions) Target {
	if !opt.InPlace {
		return newReleases(opt.Name, opt.place(), sftpParallel, opt.connect)
	}
	above := opt
	above.Path = path.Dir(path.Clean(opt.root()))
	folder := path.Base(path.Clean(opt.root()))
	return newHostInPlace(opt.Name, opt.place(), sftpParallel, opt.Grace, folder, func(ctx context.Context, create bool) (host, error) {
		if folder == "." || folder == ".." || folder == "/" { // nothing can lie beside it
			return nil, noRoot(opt.shown(), opt.Path, errNoFolder)
		}
		return above.connect(ctx, create)
	})
}
