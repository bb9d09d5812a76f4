package deploy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

var (
	hashed     = regexp.MustCompile(`\.[0-9a-f]{10}\.[0-9a-z.]+$`)
	leftBeside = regexp.MustCompile(`^\..+\.[A-Z2-7]{26}$`) // besides
)

// coming is coming.json: a deploy or rollback that has begun to change the site and has not tidied up after itself.
type coming struct {
	Record Record   `json:"record"`          // as it will stand in the log
	Paths  []string `json:"paths"`           // files that it may have brought and that the release before does not have, sorted
	Gone   []string `json:"gone"`            // files to be removed once it is published, sorted
	Purge  []string `json:"purge,omitempty"` // pages whose texts must go
	Erase  []string `json:"erase,omitempty"` // files of which a store may keep old bytes with these texts
}

// scene is what stands at the target.
type scene struct {
	id       string // of the published release; "" when nothing is published
	manifest publish.Manifest
	text     []byte // of the manifest; nil when nothing is published
	tree     publish.Sum

	files   map[string]Listed      // of the site, by path, without the manifest
	objects map[publish.Sum]Listed // by their bytes
	bySum   map[publish.Sum]string // a path of the site with these bytes
	kept    []string               // ids with a manifest in the state, sorted
	parts   []string               // of the ledger, as named in the store
	ledger  ledger
	fresh   bool // the ledger has something to note
	log     []Record
	logText []byte
	coming  *coming
	left    []string // what killed runs left beside files of a host, as named in the store
}

// look finds out what is there, by listing everything and reading what the state says. The site is likely to have the files of a manifest.
func (v *visit) look(ctx context.Context, likely publish.Manifest) error {
	v.scene = scene{files: map[string]Listed{}, objects: map[publish.Sum]Listed{}, ledger: ledger{}}
	state := map[string]Listed{}
	list, err := v.store.List(ctx, v.prefix, paths(likely))
	if err == nil && !strings.HasPrefix(v.state, v.prefix) {
		var more []Listed
		more, err = v.store.List(ctx, v.state, nil)
		list = append(list, more...)
	}
	if err != nil {
		return err
	}
	for _, l := range list {
		name, ours := strings.CutPrefix(l.Name, v.state)
		switch {
		case leftBeside.MatchString(path.Base(l.Name)):
			v.left = append(v.left, l.Name)
		case ours:
			state[name] = l
		default:
			v.files[strings.TrimPrefix(l.Name, v.prefix)] = l
		}
	}
	return cmp.Or(v.readState(ctx, state), v.readSite(ctx))
}

// readState reads the small files of the state.
func (v *visit) readState(ctx context.Context, state map[string]Listed) error {
	read := func(name string) ([]byte, error) {
		if _, ok := state[name]; !ok {
			return nil, nil
		}
		text, _, err := v.store.Get(ctx, v.state+name)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return text, err
	}
	for name, l := range state {
		if id, ok := strings.CutPrefix(name, manifestsName); ok && idPattern.MatchString(strings.TrimSuffix(id, manifestMark)) {
			v.kept = append(v.kept, strings.TrimSuffix(id, manifestMark))
		} else if digits, ok := strings.CutPrefix(name, objectsName); ok {
			if sum, ok := parseSum(digits); ok {
				v.objects[sum] = l
			}
		} else if n, ok := strings.CutPrefix(name, ledgerName); ok {
			if _, err := strconv.ParseUint(n, 10, 32); err == nil {
				v.parts = append(v.parts, l.Name)
			}
		}
	}
	slices.Sort(v.kept)
	slices.Sort(v.parts)
	var err error
	if v.logText, err = read(logName); err != nil {
		return err
	}
	v.log = readLog(v.logText)
	text, err := read(comingJSON)
	if err != nil {
		return err
	}
	if text != nil {
		v.coming = &coming{}
		if err := json.Unmarshal(text, v.coming); err != nil {
			return v.notOurs(diag.Say("%s 读不出来", "its %s cannot be read", v.state+comingJSON), err)
		}
	}
	return v.readLedger(ctx)
}

// readLedger reads the parts at the same time and applies them in their order.
func (v *visit) readLedger(ctx context.Context) error {
	texts := make([][]byte, len(v.parts))
	numbers := make([]int, len(v.parts))
	for i := range numbers {
		numbers[i] = i
	}
	err := each(ctx, v.parallel, numbers, func(ctx context.Context, i int) (err error) {
		texts[i], _, err = v.store.Get(ctx, v.parts[i])
		return err
	})
	if err != nil {
		return err
	}
	for _, text := range texts {
		v.ledger.read(text)
	}
	return nil
}

// readSite reads the manifest and makes sure that the place is ours.
func (v *visit) readSite(ctx context.Context) error {
	if _, ok := v.files[publish.ManifestName]; !ok {
		return v.mustBeEmpty()
	}
	text, _, err := v.store.Get(ctx, v.prefix+publish.ManifestName)
	if err != nil {
		return err
	}
	if v.manifest, err = publish.ParseManifest(text); err != nil {
		return v.notOurs(diag.Say("其中的 %s 不是 gongkai 写的", "its %s is not gongkai's", publish.ManifestName), err)
	}
	delete(v.files, publish.ManifestName)
	v.text, v.tree = text, v.manifest.Tree()
	v.id = v.findID()
	return nil
}

// mustBeEmpty: without a manifest only what a first deploy left that was cut off may lie there.
func (v *visit) mustBeEmpty() error {
	var others []string
	for name := range v.files {
		if v.foreign(name) {
			others = append(others, name)
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return v.notOurs(diag.Say("那里有 %d 个文件，没有 gongkai 的清单（如 %s）", "%d files lie there and no manifest of gongkai's (such as %s)", len(others), strings.Join(others[:min(3, len(others))], "、")), nil)
}

func (v *visit) notOurs(why diag.Text, err error) error {
	return problem(ErrNotOurs, v.place,
		diag.Text{ZH: "不能发布到 " + v.place + "：" + why.ZH, EN: "cannot publish to " + v.place + ": " + why.EN},
		diag.Say("请在配置里给这个目标另指一个空的位置（path、bucket 或 prefix）", "give this target an empty place in the configuration (path, bucket or prefix)"), err)
}

// findID tells which release the published manifest is.
func (v *visit) findID() string {
	tree := v.tree.String()
	if v.coming != nil && v.coming.Record.Tree == tree {
		return v.coming.Record.ID
	}
	for _, r := range slices.Backward(v.log) {
		if r.Tree == tree {
			return r.ID
		}
	}
	for _, id := range slices.Backward(v.kept) {
		if strings.HasSuffix(id, tree[:8]) {
			return id
		}
	}
	return time.Time{}.Format(idTime) + "-" + tree[:8] // sent there by other means
}

// ids are the releases that there are, oldest first.
func (s *scene) ids() []string {
	l := slices.Clone(s.kept)
	if s.id != "" && !slices.Contains(l, s.id) {
		l = append(l, s.id)
		slices.Sort(l)
	}
	return l
}

// record is what the log has of the deploy that made a release. Of one that it does not have, the id still tells time and tree.
func (s *scene) record(id string) Record {
	for _, r := range slices.Backward(s.log) {
		if r.ID == id && r.Action == "deploy" {
			return r
		}
	}
	at, tree, _ := strings.Cut(id, "-")
	r := Record{Action: "deploy", ID: id, Tree: tree}
	r.Time, _ = time.Parse(idTime, at)
	return r
}

// has reports whether a file is there and known to have its bytes.
func (s *scene) has(l publish.Line) bool {
	sum, ok := s.known(l.Path)
	return ok && sum == l.Sum
}

// known is the sum of a file, if the ledger knows the version that is there.
func (s *scene) known(name string) (publish.Sum, bool) {
	l, ok := s.files[name]
	f, noted := s.ledger[name]
	return f.sum, ok && noted && f.version == l.Version
}

// available reports whether bytes are at the target already.
func (s *scene) available(sum publish.Sum) bool {
	_, kept := s.objects[sum]
	_, elsewhere := s.bySum[sum]
	return kept || elsewhere
}

// foreign reports whether a file that is there was never ours.
func (s *scene) foreign(name string) bool {
	at, there := s.files[name]
	f, noted := s.ledger[name]
	noted = noted && f.version == at.Version && !f.fresh // what was only read just now may be anybody's
	if !there || noted {
		return false
	}
	_, listed := sums(s.manifest).find(name)
	return !listed && (s.coming == nil || !among(s.coming.Paths, name) && !among(s.coming.Gone, name))
}

func among(sorted []string, name string) bool {
	_, ok := slices.BinarySearch(sorted, name)
	return ok
}

// notes tells of files of others, which stay where they are.
func (s *scene) notes() []diag.Text {
	var others []string
	for name := range s.files {
		if s.foreign(name) {
			others = append(others, name)
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return []diag.Text{diag.Say("目标上有 %d 个文件不是 gongkai 发布的，没有动（如 %s）", "%d files at the target are not gongkai's and were left alone (such as %s)", len(others), strings.Join(others[:min(3, len(others))], "、"))}
}

// inspect reads the files of which the ledger does not know what they are, or with Recheck all: those of the published manifest and of
// the one to come.
func (v *visit) inspect(ctx context.Context, manifest publish.Manifest) error {
	var doubtful []string
	doubt := func(name string) {
		l, there := v.files[name]
		if _, ok := v.known(name); there && l.Size >= 0 && (!ok || v.opt.Recheck) {
			doubtful = append(doubtful, name)
		}
	}
	for _, l := range v.manifest {
		doubt(l.Path)
	}
	for _, l := range manifest {
		if _, ok := sums(v.manifest).find(l.Path); !ok {
			doubt(l.Path)
		}
	}
	var mu sync.Mutex
	meter := v.opt.meter("compare", len(doubtful))
	err := each(ctx, v.parallel, doubtful, func(ctx context.Context, name string) error {
		defer meter.add(1)
		sum, err := v.sum(ctx, v.files[name].Name)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			delete(v.files, name)
		case err != nil:
			return err
		case v.ledger[name] != fact{sum: sum, version: v.files[name].Version}:
			v.ledger[name] = fact{sum, v.files[name].Version, true}
			v.fresh = true
		}
		return nil
	})
	v.index()
	return err
}

// index notes where the site has which bytes.
func (v *visit) index() {
	v.bySum = make(map[publish.Sum]string, len(v.manifest))
	for _, l := range v.manifest {
		if v.has(l) {
			v.bySum[l.Sum] = l.Path
		}
	}
}

// sum reads a file of the store.
func (v *visit) sum(ctx context.Context, name string) (publish.Sum, error) {
	f, err := v.store.Read(ctx, name)
	if err != nil {
		return publish.Sum{}, err
	}
	sum, err := sumOf(f)
	return sum, errors.Join(err, f.Close())
}

// published is what readers have. Of a page that has changed under way, the release's own bytes are read.
func (v *visit) published(ctx context.Context) published {
	return published{id: v.id, manifest: v.manifest, open: v.opener(sums(v.manifest))}
}

// opener opens the files of a release wherever its bytes are.
func (v *visit) opener(m sums) func(ctx context.Context, name string) (io.ReadCloser, error) {
	return func(ctx context.Context, name string) (io.ReadCloser, error) {
		sum, ok := m.find(name)
		if ok && v.has(publish.Line{Path: name, Sum: sum}) {
			return v.store.Read(ctx, v.files[name].Name)
		}
		if at, kept := v.objects[sum]; ok && kept {
			return v.store.Read(ctx, at.Name)
		}
		if other, there := v.bySum[sum]; ok && there {
			return v.store.Read(ctx, v.files[other].Name)
		}
		return nil, missing("open", name)
	}
}

// put writes a file of the state.
func (v *visit) put(ctx context.Context, name string, data []byte) error {
	_, err := v.store.Put(ctx, fileOf(v.state+name, data))
	return err
}

// fileOf makes a File of bytes.
func fileOf(name string, data []byte) File {
	return File{name, int64(len(data)), sumOfBytes(data), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}
