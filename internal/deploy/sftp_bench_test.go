package deploy

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"time"
)

// distant puts a line of so much delay each way before a server.
func distant(t testing.TB, s server, delay time.Duration) server {
	t.Helper()
	to := s.address()
	address := listen(t, "tcp", "127.0.0.1:0", func(in net.Conn) {
		out, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		var wg sync.WaitGroup
		wg.Go(func() { carryLate(out, in, delay) })
		wg.Go(func() { carryLate(in, out, delay) })
		wg.Wait()
	})
	s.Port = address.(*net.TCPAddr).Port
	s.KnownHosts = writeFile(t, t.TempDir()+"/known_hosts", knownHostsLine(address.String(), s.keys[0]))
	return s
}

// carryLate passes bytes on some time after they came, however many are on their way.
func carryLate(to, from net.Conn, delay time.Duration) {
	type parcel struct {
		due  time.Time
		data []byte
	}
	line := make(chan parcel, 1<<16)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer to.Close()
		for p := range line {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				from.Close()
			}
		}
	})
	for {
		buf := make([]byte, 32<<10)
		n, err := from.Read(buf)
		if n > 0 {
			line <- parcel{time.Now().Add(delay), buf[:n]}
		}
		if err != nil {
			break
		}
	}
	close(line)
	wg.Wait()
}

// BenchmarkSFTPDeploy publishes 200 reports over a line with a round trip of 40 ms: all of them, nothing, one.
func BenchmarkSFTPDeploy(b *testing.B) {
	s := distant(b, goServer(b), 20*time.Millisecond)
	target := SFTPTarget(s.SFTPOptions)
	opt := options()
	opt.MaxDelete = -1
	n := 0
	fresh := func() site { n++; return sample(200, fmt.Sprint(n)) }
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			o := s.SFTPOptions
			o.Path += fmt.Sprint(n)
			deployed(b, SFTPTarget(o), fresh(), opt)
		}
	})
	last := fresh()
	deployed(b, target, last, opt)
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			deployed(b, target, last, opt)
		}
	})
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			n++
			deployed(b, target, last.with(site{"feed.xml": fmt.Sprint(n)}), opt)
		}
	})
}
