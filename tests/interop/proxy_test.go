package interop

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// tamperingProxy is an operator's dishonest front: it changes the body of one path.
type tamperingProxy struct {
	base   string
	path   string
	change func([]byte) []byte
	asked  atomic.Int64
}

func (p *tamperingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	body, err := get(p.base, path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if path == p.path {
		p.asked.Add(1)
		body = p.change(append([]byte(nil), body...))
	}
	w.Write(body)
}

func flipFirst(body []byte) []byte {
	body[0] ^= 1
	return body
}

func flipLast(body []byte) []byte {
	body[len(body)-1] ^= 1
	return body
}

func flipMiddle(body []byte) []byte {
	body[len(body)/2] ^= 0x80
	return body
}

func cutShort(body []byte) []byte {
	return body[:len(body)-32]
}

func swapHashes(body []byte) []byte {
	last := len(body) - 32
	return append(append(append([]byte(nil), body[last:]...), body[32:last]...), body[:32]...)
}
