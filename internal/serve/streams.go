package serve

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
)

// streamsOf is how many streams one machine may hold. A browser keeps six connections to a server: with as many windows side by side, none
// could load anything.
const streamsOf = 4

// streams are the open streams, the oldest first.
type streams struct {
	mu   sync.Mutex
	open []*open
}

type open struct {
	machine string
	end     context.CancelFunc
}

// enter lets a stream in, and ends the oldest of the same machine when there are too many. The context ends with the stream; leave must
// be called after it.
func (s *streams) enter(r *http.Request) (ctx context.Context, leave func()) {
	ctx, end := context.WithCancel(r.Context())
	machine, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		machine = r.RemoteAddr
	}
	me := &open{machine, end}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, me)
	n := 0
	for _, o := range slices.Backward(s.open) {
		if o.machine != machine {
			continue
		}
		if n++; n > streamsOf {
			o.end()
		}
	}
	return ctx, func() {
		end()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open = slices.DeleteFunc(s.open, func(o *open) bool { return o == me })
	}
}
