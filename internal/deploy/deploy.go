// Package deploy brings a built site to where the public reads it, in one step that can be undone.
//
// A deploy sends what publish has built, never more and never less: every byte is checked against the built folder's manifest on its
// way. It is planned first, in the words of report titles ([Plan]); refused when it would lose what the public relies on ([Refusal]);
// done under a lock; read back after the switch, and taken back by itself when what arrived is not what was built.
//
// # Two ways
//
// The releases engine works where there are folders and links, a disk or an SFTP server. Below the target's root it keeps
//
//	releases/<id>/       a whole site with manifest.sha256; id is 20261122T001341Z-1a2b3c4d, the second of the deploy in UTC and the
//	                     first 8 digits of the tree hash; ids of one target only grow
//	releases/<id>.json   its Record, and the hashed assets that are its own
//	current              a symbolic link to releases/<id>: what the web server serves. It is switched by renaming a new link over it
//	releases.jsonl       the log, a Record a line
//	lock                 the lease of whoever deploys (lock.go)
//
// and, while a deploy is under way, releases/.coming-<16 digits of the tree hash>/ with what has arrived and beside it the journal
// .coming-….journal, a manifest line for each file that is whole; the journal stays until the log has its line, so it marks what the
// next run has to finish. releases/.purge lists report pages whose texts are yet to go.
//
// The in-place engine works where there are only files by name (inplace.go).
//
// # Carried assets
//
// A page that a reader has half loaded asks for the style sheets, scripts and pictures of its own release after the next one has been
// switched in. So the files assets/<name>.<10 digits>.<ext> of the kept releases are linked into the new one. They are not in its
// manifest; their names hold the first digits of their SHA-256, by which verify knows them ([Carried]).
//
// # What never comes back
//
// A report that was taken down with mode removed is purged: once its notice stands, every kept release that holds its text is removed
// as a whole, for its indexes, feeds and data files hold parts of the text too.
package deploy

import (
	"context"
	"io"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// A Source (来源) is a built site: its manifest, and its files by path. Folder opens a built folder.
type Source interface {
	Manifest() publish.Manifest
	// Open gives a file's bytes and their number. Who reads them compares them with the manifest. It may be called from several
	// goroutines.
	Open(name string) (io.ReadCloser, int64, error)
}

// A Target (发布目标) is a place where a site is published. Each method connects, acts and disconnects.
type Target interface {
	// Deploy plans, takes the lock, refuses, sends, switches, verifies and logs. A *Refusal says that nothing was touched.
	Deploy(ctx context.Context, src Source, opt Options) (*Result, error)
	// Plan says what Deploy would do, and writes nothing. What would be refused stands in Plan.Refused.
	Plan(ctx context.Context, src Source, opt Options) (*Plan, error)
	// Releases lists what can be gone back to, newest first, and the current one.
	Releases(ctx context.Context) ([]Release, error)
	// Rollback makes an earlier release current; "" means the one before.
	Rollback(ctx context.Context, id string, opt Options) (*Result, error)
	// Purge removes every kept release that holds the text of a report, named by its page's path. It refuses (*Refusal) while the
	// current release still holds it.
	Purge(ctx context.Context, page string, opt Options) (*Result, error)
	// Current returns the manifest of what is published; fs.ErrNotExist when nothing is.
	Current(ctx context.Context) (publish.Manifest, error)
}

// Options says how to deploy, and who does. Plan needs neither By nor LocalLog.
type Options struct {
	Now func() time.Time // the clock
	By  By

	Commit string // of the site's repository, for the log; "" when there is none

	Keep      int           // how many releases stay for rollback besides the current one; at least 1
	MaxDelete int           // refuse when more files than this would go; negative for no limit
	FailOn    diag.Severity // refuse a site that was built with findings at or above it
	Built     publish.Info  // what public.manifest.json says of the built folder
	Recheck   bool          // read every published byte first, and send anew what is damaged

	LocalLog string // the log in the site's folder, a path of this system; "" for none

	// Approve is asked before anything is touched, with a plan that is not refused and changes something; false ends the deploy with
	// ErrDeclined. nil approves. The lock is not held while it thinks.
	Approve func(*Plan) (bool, error)

	// Check is called after the switch and the engine's own verification, for instance to read the site under its public address; its
	// error means that readers do not get what was built, and takes the deploy back. nil checks nothing more.
	Check func(ctx context.Context, m publish.Manifest) error

	// Progress receives a phase (compare, send, verify, clean) and how many of its files are done. It is called from one goroutine at
	// a time. nil is silent.
	Progress func(phase string, done, all int)
}

// By says who acts: a person at a machine, or a job of CI. Host is always needed, for the lock.
type By struct {
	User string `json:"user,omitempty"`
	Host string `json:"host,omitempty"`
	CI   string `json:"ci,omitempty"` // github, gitlab
	Job  string `json:"job,omitempty"`
	URL  string `json:"url,omitempty"`
}

// Name is By in a line: user@host, or the job.
func (b By) Name() string {
	switch {
	case b.CI != "" && b.Job != "":
		return b.CI + " " + b.Job
	case b.CI != "":
		return b.CI
	case b.User != "":
		return b.User + "@" + b.Host
	}
	return b.Host
}

// A Record (发布记录) is a line of releases.jsonl: one action, at the target and in the site's folder.
type Record struct {
	Time     time.Time        `json:"time"`
	Action   string           `json:"action"` // deploy, rollback, purge
	Target   string           `json:"target"`
	ID       string           `json:"id"` // the release that is current afterwards
	Tree     string           `json:"tree"`
	Previous string           `json:"previous,omitempty"` // the release that was current before
	By       By               `json:"by"`
	Commit   string           `json:"commit,omitempty"`  // of the site's repository
	Version  string           `json:"version,omitempty"` // of the program that built
	Changes  Changes          `json:"changes"`
	Purged   []string         `json:"purged,omitempty"` // releases that went because they held the text of a removed report
	Waived   []publish.Waived `json:"waived,omitempty"`
}

// Changes counts files.
type Changes struct {
	Added     int   `json:"added"`
	Changed   int   `json:"changed"`
	Removed   int   `json:"removed"`
	SentBytes int64 `json:"sent_bytes"`
}

// A Release (发布版本) is one published state of a site that is kept.
type Release struct {
	ID      string    `json:"id"`
	Current bool      `json:"current"`
	Time    time.Time `json:"time"`
	Tree    string    `json:"tree"`
	By      By        `json:"by"`
	Commit  string    `json:"commit,omitempty"`
	Version string    `json:"version,omitempty"`
	Changes Changes   `json:"changes"`
}

// A Result says what was done.
type Result struct {
	Plan      *Plan    // of a deploy
	Record    Record   // as logged; the ID is that of the current release even when nothing was done
	Unchanged bool     // nothing differed: nothing was sent, switched or logged
	Sent      int      // files sent
	Linked    int      // files taken over at the target
	Carried   int      // hashed assets of earlier releases carried along
	Dropped   []string // releases removed because they are beyond Options.Keep
	Purged    []string // releases removed because they held the text of a removed report

	// Notes say what else happened that a person should know: an interrupted deploy that was finished, a lock taken over, a log that
	// could not be written. The deploy itself stands.
	Notes []diag.Text
}
