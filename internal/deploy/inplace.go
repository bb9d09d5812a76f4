package deploy

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// The in-place engine works over a store, file by file: no link can be switched there. What readers see lies under the site's prefix, what
// deploy keeps for itself under the state's (.gongkai/ in a bucket, a folder <site>.gongkai beside a folder):
//
//	lock                   the lease of whoever deploys (lock.go)
//	releases.jsonl         the log
//	releases/<id>.sha256   the manifest of a kept release, the current one among them
//	objects/<sha256>       bytes that a later release replaced or removed and that a kept one needs
//	ledger/<number>        which version of which file has which bytes (inplace_ledger.go): what need not be sent
//	coming.json            the deploy that is under way (coming)
//
// A deploy first copies what it will replace or remove to objects/. Then it sends, each kind after those that it links to: hashed assets,
// attachments and data, new pages, changed pages, indexes and feeds; then manifest.sha256, which is the moment from which on the new
// release is the published one. After the grace the rest is removed, but for hashed assets that a kept release has: half-loaded pages ask
// for them. At no time does a page stand there whose assets do not.
//
// A deploy that was cut off leaves coming.json and the ledger. The next one knows from the ledger what has arrived, and from coming.json
// what the other may have left behind.

// Names below the state.
const (
	comingJSON    = "coming.json"
	objectsName   = "objects/"
	ledgerName    = "ledger/"
	manifestsName = "releases/"
	manifestMark  = ".sha256"
)

// A storeConnector connects to a store. Without create it answers fs.ErrNotExist when there is nothing to connect to.
type storeConnector func(ctx context.Context, create bool) (store, error)

// inPlace is the engine over a store.
type inPlace struct {
	name          string // of the target
	place         string // as people know it
	parallel      int    // operations under way at a time
	grace         time.Duration
	prefix, state string // what names in the store begin with
	connect       storeConnector
}

// newHostInPlace is the engine over a host. connect leads to the folder above the site, folder is the site's name in it.
func newHostInPlace(name, place string, parallel int, grace time.Duration, folder string, connect connector) Target {
	state := folder + ".gongkai"
	return &inPlace{name: name, place: place, parallel: parallel, grace: grace, prefix: folder + "/", state: state + "/",
		connect: func(ctx context.Context, create bool) (store, error) {
			h, err := connect(ctx, create)
			if err != nil {
				return nil, err
			}
			return newHostStore(h, parallel, state), nil
		}}
}

// FolderInPlaceTarget is a folder of this machine whose files are replaced one by one.
func FolderInPlaceTarget(opt FolderOptions, grace time.Duration) Target {
	above := func() (FolderOptions, string, error) {
		if err := opt.usable(); err != nil {
			return opt, "", err
		}
		full, err := filepath.Abs(opt.Path)
		if err != nil {
			return opt, "", err
		}
		if real, err := filepath.EvalSymlinks(full); err == nil {
			full = real
		} else if !errors.Is(err, fs.ErrNotExist) {
			return opt, "", err
		}
		if filepath.Dir(full) == full {
			return opt, "", &fs.PathError{Op: "deploy to", Path: full, Err: syscall.EBUSY}
		}
		o := opt
		o.Path = filepath.Dir(full)
		return o, filepath.Base(full), nil
	}
	_, folder, _ := above() // what is wrong with the path is told when it is used
	return newHostInPlace(opt.Name, opt.Path, localParallel, grace, folder, func(ctx context.Context, create bool) (host, error) {
		o, _, err := above()
		if err != nil {
			return nil, err
		}
		return o.connect(ctx, create)
	})
}

// localParallel is how many files of a disk are under way at a time.
const localParallel = 4

// visit is one connection under way, and what it has found.
type visit struct {
	*inPlace
	scene
	store store
	opt   Options

	mu sync.Mutex // of the scene while files are sent
}

// visit connects, acts and disconnects.
func (e *inPlace) visit(ctx context.Context, create bool, opt Options, act func(*visit) error) error {
	s, err := e.connect(ctx, create)
	if err != nil {
		return err
	}
	return e.explain(errors.Join(act(&visit{inPlace: e, store: s, opt: opt}), s.Close()))
}

// explain adds to what the system says what to do about it.
func (e *inPlace) explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return noSpace(e.place, err)
	}
	if forbidden(err) {
		return problem(ErrDenied, e.place, diag.Say("没有权限在 %s 写文件（%s）", "no right to write at %s (%s)", e.place, because(err)),
			diag.Say("原地更新要能写网站的文件夹，和它旁边的 %s", "to replace files in place takes the right to write in the site's folder, and in %s beside it", strings.TrimSuffix(e.state, "/")), err)
	}
	return err
}

// session is what the messages of the other engine need.
func (v *visit) session() *session {
	return &session{releases: &releases{name: v.name, place: v.place, parallel: v.parallel}, opt: v.opt}
}

// Plan implements Target.
func (e *inPlace) Plan(ctx context.Context, src Source, opt Options) (*Plan, error) {
	plan, _, err := e.plan(ctx, src, opt)
	return plan, err
}

// plan also returns what was found; nil when there is nothing to connect to yet.
func (e *inPlace) plan(ctx context.Context, src Source, opt Options) (*Plan, *scene, error) {
	var plan *Plan
	var found *scene
	err := e.visit(ctx, false, opt, func(v *visit) error {
		err := v.look(ctx, src.Manifest())
		if err == nil {
			err = v.inspect(ctx, src.Manifest())
		}
		if err == nil {
			plan, err = v.makePlan(ctx, src)
		}
		found = &v.scene
		return err
	})
	if errors.Is(err, fs.ErrNotExist) && found == nil {
		plan, err = makePlan(ctx, published{}, src, opt, e.parallel)
	}
	return plan, found, err
}

// makePlan compares manifests, and counts what must be sent by what is really there.
func (v *visit) makePlan(ctx context.Context, src Source) (*Plan, error) {
	plan, err := makePlan(ctx, v.published(ctx), src, v.opt, v.parallel)
	if err != nil {
		return nil, err
	}
	manifest := src.Manifest()
	plan.SendFiles, plan.SendBytes = 0, 0
	for _, l := range manifest {
		if v.has(l) || v.available(l.Sum) {
			continue
		}
		size, err := sizeOf(src, l.Path)
		if err != nil {
			return nil, err
		}
		plan.SendFiles++
		plan.SendBytes += size
	}
	plan.Refused = append(plan.Refused, v.strangers(plan.Added, sums(manifest))...)
	plan.Refused.Sort()
	return plan, nil
}

// strangers are files of others that the new site would overwrite.
func (v *visit) strangers(added []string, manifest sums) diag.List {
	var l diag.List
	for _, name := range added {
		sum, _ := manifest.find(name)
		if !v.foreign(name) || v.has(publish.Line{Path: name, Sum: sum}) {
			continue
		}
		l = append(l, refusal(ruleForeign, name,
			diag.Say("目标上已有一个不是 gongkai 发布的 %s，新网站会覆盖它", "the target has a %s that gongkai did not publish; the new site would overwrite it", name),
			diag.Say("请把它移走，或改变新文件的地址", "move it away, or give the new file another address")))
	}
	return l
}

// ruleForeign: see strangers.
const ruleForeign = "deploy-foreign"

// clean reports whether every file of a manifest is as it should be, nobody was cut off, and there is nothing to note.
func (s *scene) clean(manifest publish.Manifest) bool {
	return s.coming == nil && !s.fresh && !slices.ContainsFunc(manifest, func(l publish.Line) bool { return !s.has(l) })
}

// Deploy implements Target.
func (e *inPlace) Deploy(ctx context.Context, src Source, opt Options) (*Result, error) {
	plan, found, err := e.plan(ctx, src, opt)
	if err != nil {
		return nil, err
	}
	if len(plan.Refused) > 0 {
		return nil, &Refusal{plan.Refused}
	}
	if found != nil && plan.Unchanged() && found.clean(src.Manifest()) {
		return &Result{Plan: plan, Unchanged: true, Record: found.record(found.id), Linked: len(src.Manifest()), Notes: found.notes()}, nil
	}
	if opt.Approve != nil && !plan.Unchanged() {
		switch yes, err := opt.Approve(plan); {
		case err != nil:
			return nil, err
		case !yes:
			return nil, ErrDeclined
		}
	}
	c := &change{manifest: src.Manifest(), src: src, plan: plan}
	err = e.visit(ctx, true, opt, func(v *visit) error {
		c.visit = v
		return withLock(ctx, v.store, v.state+lockName, v.place, opt, func(ctx context.Context, l *lease) error {
			return c.deploy(ctx, l, found)
		})
	})
	if err != nil {
		return nil, err
	}
	return &c.result, nil
}

// deploy is done under the lock.
func (c *change) deploy(ctx context.Context, l *lease, found *scene) error {
	if err := c.begin(ctx, l, found, c.manifest); err != nil {
		return err
	}
	if err := c.inspect(ctx, c.manifest); err != nil {
		return err
	}
	if err := c.again(ctx); err != nil {
		return err
	}
	c.result.Plan = c.plan
	if c.plan.Unchanged() && c.clean(c.manifest) {
		c.result.Unchanged, c.result.Record, c.result.Linked = true, c.record(c.id), len(c.manifest)
		return nil
	}
	id, previous := c.id, c.record(c.id).Previous // a repair: the way back stays the same
	if c.text == nil || c.plan.Tree != c.tree {
		id, previous = newID(c.opt.Now(), c.plan.Tree, c.ids()), c.id
	}
	c.coming = &coming{Paths: c.litter(c.plan.Added), Gone: c.plan.Removed, Purge: c.plan.purge, Record: Record{
		Time: c.opt.Now().UTC().Truncate(time.Second), Action: "deploy", Target: c.name, ID: id, Tree: c.plan.Tree.String(), Previous: previous,
		By: c.opt.By, Commit: c.opt.Commit, Version: c.opt.Built.Version, Changes: c.plan.Changes(), Waived: c.opt.Built.Waived,
	}}
	return c.run(ctx, l)
}

// again plans once more if somebody published between the plan and the lock.
func (c *change) again(ctx context.Context) error {
	if c.id == c.plan.Previous && c.planned {
		return nil
	}
	plan, err := c.makePlan(ctx, c.src)
	if err != nil {
		return err
	}
	if len(plan.Refused) > 0 {
		return &Refusal{plan.Refused}
	}
	if c.opt.Approve != nil && c.id != c.plan.Previous && !slices.Equal(plan.Reports, c.plan.Reports) {
		return problem(ErrMoved, c.place,
			diag.Say("确认计划以后，%s 又有别人发布过", "somebody else published to %s after the plan was approved", c.place),
			diag.Say("请再运行一次，看过新的计划再确认", "run it again and look at the new plan"), nil)
	}
	c.plan = plan
	return nil
}

// litter are the paths that this deploy and those that were cut off before it may bring and the published site does not have.
func (c *change) litter(added []string) []string {
	l := slices.Clone(added)
	if c.coming != nil {
		l = append(l, c.coming.Paths...)
	}
	slices.Sort(l)
	return slices.Compact(l)
}

// rank is the order in which files are sent: each after those that it links to.
func rank(name string, isNew bool) int {
	plain := uncompressed(name)
	base := path.Base(plain)
	switch {
	case strings.HasPrefix(plain, "assets/"), hashed.MatchString(base):
		return 0
	case slugFolder.MatchString(plain):
		return 1
	case kindByPath(plain) != "":
		if isNew {
			return 2
		}
		return 3
	case mayBePage(plain), base == "feed.xml", base == "robots.txt", strings.HasPrefix(base, "sitemap"), strings.HasPrefix(base, "catalog."),
		strings.HasPrefix(plain, "search/"), strings.HasPrefix(plain, "data/"):
		return ranks - 1
	}
	return 1
}

// ranks is one more than the last rank.
const ranks = 5
