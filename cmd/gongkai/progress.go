package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress is a line on a terminal for work over a second; on anything else it is silent.
type progress struct {
	w     io.Writer // nil: silent
	now   func() time.Time
	words map[string]string
	start time.Time

	mu    sync.Mutex
	last  time.Time
	drawn bool
}

func (a *app) progress() *progress {
	p := &progress{now: a.Now, start: a.Now(), words: map[string]string{
		"read":   a.say("读取报告", "reading"),
		"render": a.say("生成报告", "reports"),
		"index":  a.say("生成索引", "indexes"),
		"switch": a.say("切换", "switching"),

		"compress": a.say("压缩", "compressing"),

		"compare": a.say("比对", "comparing"), // these are deploy's
		"send":    a.say("传送", "sending"),
		"verify":  a.say("核对", "verifying"),
		"clean":   a.say("清理", "cleaning"),
	}}
	if !a.quiet && a.onTerminal(a.err) {
		p.w = a.err
	}
	return p
}

// update draws at most ten times a second, and not in the first.
func (p *progress) update(phase string, done, all int) {
	if p.w == nil || done%64 != 0 && done != all {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Sub(p.start) < time.Second || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.drawn = now, true
	fmt.Fprintf(p.w, "\r\x1b[K%s %d/%d", p.words[phase], done, all)
}

func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
