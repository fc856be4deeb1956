package interop

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A file server that knows nothing of logs, and a mirror that is served, are read by foreign programs as the ledger is.
func TestExportAndMirror(t *testing.T) {
	l := newLedger(t)
	for _, size := range []int64{1, 256, 700, 65537} {
		l.fill(t, size)
		folder := l.export(t)
		static := httptest.NewServer(http.FileServer(http.Dir(folder)))
		mirror := serve(t, folder, "--mirror")
		for _, c := range clients {
			// A file server has no receipts, which the torchwood client asks for.
			if c.name != "torchwood client" {
				if err := c.check(t, static.URL, l.vkey); err != nil {
					t.Errorf("%s, %d entries, files: %v", c.name, size, err)
				}
			}
			if err := c.check(t, mirror, l.vkey); err != nil {
				t.Errorf("%s, %d entries, mirror: %v", c.name, size, err)
			}
		}
		static.Close()
	}
}
