package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// Names below a target's root.
const (
	currentName  = "current"
	nextName     = "current.new" // the link that becomes current
	releasesName = "releases"
	lockName     = "lock"
	purgeName    = releasesName + "/.purge"
	comingMark   = ".coming-"
	journalMark  = ".journal"
	goneMark     = ".gone-"
)

// idTime is the first part of an id.
const idTime = "20060102T150405Z"

var idPattern = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$`)

// FolderOptions says where a folder target is.
type FolderOptions struct {
	Name string // the target's name, for the log
	Path string // the root; made when it is missing

	open func(dir string) (publish.FS, error) // for tests; nil means publish.OpenDisk
}

// FolderTarget is a folder of this machine, in mode releases.
func FolderTarget(opt FolderOptions) Target {
	return newReleases(opt.Name, opt.Path, 0, opt.connect)
}

// connect is a connector.
func (opt FolderOptions) connect(_ context.Context, create bool) (host, error) {
	if err := opt.usable(); err != nil {
		return nil, err
	}
	if create {
		if err := os.MkdirAll(opt.Path, 0o755); err != nil {
			return nil, err
		}
	}
	if opt.open == nil {
		return publish.OpenDisk(opt.Path)
	}
	disk, err := opt.open(opt.Path)
	if err != nil {
		return nil, err
	}
	return disk.(publish.LinkFS), nil
}

// A connector connects to a host whose root is the target's. Without create it answers fs.ErrNotExist when there is no root; with it,
// the root exists afterwards.
type connector func(ctx context.Context, create bool) (host, error)

// releases is the engine over a host.
type releases struct {
	name     string // of the target
	place    string // its root as people know it
	parallel int    // operations under way at a time
	connect  connector
}

// newReleases makes a target of a host. parallel is how many operations are worth having under way; 0 means GOMAXPROCS.
func newReleases(name, place string, parallel int, connect connector) Target {
	if parallel == 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	return &releases{name, place, parallel, connect}
}

// session is one connection under way.
type session struct {
	*releases
	h     host
	files hostFiles
	opt   Options
}

// session connects, acts and disconnects.
func (r *releases) session(ctx context.Context, create bool, opt Options, act func(*session) error) error {
	h, err := r.connect(ctx, create)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !create:
		return noSuchRoot{err}
	case err != nil:
		return err
	}
	return errors.Join(act(&session{r, h, hostFiles{h}, opt}), h.Close())
}

// noSuchRoot is what session answers when there is no target yet: not to be confused with a file that is missing in one.
type noSuchRoot struct{ error }

func (e noSuchRoot) Unwrap() error { return e.error }

func isNoRoot(err error) bool {
	var no noSuchRoot
	return errors.As(err, &no)
}

// facts are releases/<id>.json: what the log has of the deploy that made the release, and its own hashed assets.
type facts struct {
	Record
	Assets []string `json:"assets"`
}

func folderOf(id string) string { return releasesName + "/" + id }

func factsOf(id string) string { return folderOf(id) + ".json" }

// current reads the link; "" when nothing is published.
func (s *session) current() (string, error) {
	to, err := s.h.Readlink(currentName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err == nil:
		id, ok := strings.CutPrefix(strings.TrimSuffix(to, "/"), releasesName+"/")
		if ok && idPattern.MatchString(id) {
			return id, nil
		}
		return "", s.notOurs(diag.Say("%s 指向 %s，不是 gongkai 的发布版本", "%s leads to %s, which is no release of gongkai's", currentName, to), nil)
	}
	if _, e := s.h.Lstat(currentName); e == nil {
		return "", s.notOurs(diag.Say("其中的 %s 不是符号链接", "its %s is no symbolic link", currentName), err)
	}
	return "", err
}

func (s *session) notOurs(why diag.Text, err error) error {
	return problem(ErrNotOurs, s.place,
		diag.Text{ZH: "不能发布到 " + s.place + "：" + why.ZH, EN: "cannot publish to " + s.place + ": " + why.EN},
		diag.Say("请在配置里给这个目标另指一个空文件夹", "give this target an empty folder in the configuration"), err)
}

// manifest reads a release's.
func (s *session) manifest(id string) (publish.Manifest, error) {
	text, err := s.files.read(folderOf(id) + "/" + publish.ManifestName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m, wrong := publish.ParseManifest(text)
	if err == nil && wrong == nil {
		return m, nil
	}
	return nil, problem(ErrVerify, s.place,
		diag.Say("发布版本 %s 的清单读不出来", "the manifest of release %s cannot be read", id),
		diag.Say("请用 gongkai rollback 换到完好的一版（gongkai releases 列出）；一版都没有的，删去目标里的 current，再发布一次", "go to a whole one with gongkai rollback (gongkai releases lists them); if there is none, delete current at the target and deploy again"), wrong)
}

// published reads what readers have now.
func (s *session) published() (published, error) {
	id, err := s.current()
	if err != nil {
		return published{}, err
	}
	if id == "" {
		return published{}, s.mustBeOurs()
	}
	m, err := s.manifest(id)
	return published{id: id, manifest: m, open: func(_ context.Context, name string) (io.ReadCloser, error) {
		return s.h.Open(folderOf(id) + "/" + name)
	}}, err
}

// ids lists the releases, oldest first.
func (s *session) ids() ([]string, error) {
	names, err := s.list()
	return slices.DeleteFunc(names, func(name string) bool { return !idPattern.MatchString(name) }), err
}

// list lists the folder of releases, sorted.
func (s *session) list() ([]string, error) {
	names, err := s.h.List(releasesName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.Sort(names)
	return names, err
}

// facts reads what is known of a release. Of one whose file is lost, the id still tells time and tree.
func (s *session) facts(id string) (facts, error) {
	text, err := s.files.read(factsOf(id))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return facts{}, err
	}
	var f facts
	if err != nil || json.Unmarshal(text, &f) != nil {
		at, tree, _ := strings.Cut(id, "-")
		f = facts{Record: Record{Action: "deploy", Target: s.name, ID: id, Tree: tree}}
		f.Time, _ = time.Parse(idTime, at)
	}
	return f, nil
}

// newID is later than all there are, whatever the clock says.
func newID(now time.Time, tree publish.Sum, ids []string) string {
	at := now.UTC().Truncate(time.Second)
	if len(ids) > 0 {
		stamp, _, _ := strings.Cut(ids[len(ids)-1], "-")
		if last, err := time.Parse(idTime, stamp); err == nil && !at.After(last) {
			at = last.Add(time.Second)
		}
	}
	return at.Format(idTime) + "-" + tree.String()[:8]
}

// Current implements Target.
func (r *releases) Current(ctx context.Context) (publish.Manifest, error) {
	var m publish.Manifest
	err := r.session(ctx, false, Options{}, func(s *session) error {
		old, err := s.published()
		if err == nil && old.id == "" {
			err = &fs.PathError{Op: "readlink", Path: r.place + "/" + currentName, Err: fs.ErrNotExist}
		}
		m = old.manifest
		return err
	})
	return m, err
}

// Releases implements Target.
func (r *releases) Releases(ctx context.Context) ([]Release, error) {
	var l []Release
	err := r.session(ctx, false, Options{}, func(s *session) error {
		current, err := s.current()
		if err != nil {
			return err
		}
		ids, err := s.ids()
		if err != nil {
			return err
		}
		for _, id := range slices.Backward(ids) {
			f, err := s.facts(id)
			if err != nil {
				return err
			}
			l = append(l, Release{id, id == current, f.Time, f.Tree, f.By, f.Commit, f.Version, f.Changes})
		}
		return nil
	})
	if isNoRoot(err) {
		return nil, nil
	}
	return l, err
}
