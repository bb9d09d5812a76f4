package main

import (
	"bytes"
	"io"
)

// hidden takes a secret out of what passes: the last defence, should a server's answer or an address hold it. Every message is written
// in one piece, so none is cut in two by it.
type hidden struct {
	to     io.Writer
	secret []byte
}

// shortSecret is the length below which a secret would blot out ordinary words.
const shortSecret = 6

func hide(w io.Writer, secret string) io.Writer {
	if len(secret) < shortSecret {
		return w
	}
	return hidden{w, []byte(secret)}
}

// Write implements io.Writer.
func (h hidden) Write(p []byte) (int, error) {
	if _, err := h.to.Write(bytes.ReplaceAll(p, h.secret, []byte("***"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// onTerminal looks through what hides secrets.
func (a *app) onTerminal(stream any) bool {
	for {
		h, ok := stream.(hidden)
		if !ok {
			return a.Terminal(stream)
		}
		stream = h.to
	}
}
