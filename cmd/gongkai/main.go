// Command gongkai publishes government work reports: it turns a folder of Markdown reports into a browsable disclosure site.
//
// This file connects the operating system to run; nothing else in the program touches os.Args, os.Exit, the standard streams or the clock.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // the site's zone must be known on every machine
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, env{Getenv: os.Getenv, Now: time.Now, Terminal: isTerminal, Wait: wait}, os.Stdin, os.Stdout, os.Stderr, os.Args[1:])
	stop()
	os.Exit(code)
}
