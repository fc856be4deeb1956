package interop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Origin of the ledgers that are filled here.
const origin = "interop.example/ledger"

// built is the path of one of Notarium's programs.
func built(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("NOTARIUM_BUILT")
	if folder == "" {
		t.Fatal("NOTARIUM_BUILT is not set: run this by `make interop`, or set it to cargo's folder target/release")
	}
	return filepath.Join(folder, name)
}

// ledger is a folder that grows; it is served by the program that anyone would serve it with.
type ledger struct {
	directory string
	vkey      string
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{directory: filepath.Join(t.TempDir(), "ledger")}
	l.fill(t, 1)
	policy, err := os.ReadFile(filepath.Join(l.directory, "policy"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(policy)) {
		if rest, ok := strings.CutPrefix(line, "log "); ok {
			l.vkey = strings.Fields(rest)[0]
		}
	}
	if !strings.HasPrefix(l.vkey, origin+"+") {
		t.Fatalf("the policy names no log %s: %s", origin, policy)
	}
	return l
}

// fill adds entries until there are so many.
func (l *ledger) fill(t *testing.T, size int64) {
	t.Helper()
	out, err := exec.Command(built(t, "examples/fill"), l.directory, fmt.Sprint(size), origin).CombinedOutput()
	if err != nil {
		t.Fatalf("fill %d: %v\n%s", size, err, out)
	}
}

// serve runs the server until the test ends, and gives its address.
func (l *ledger) serve(t *testing.T) string {
	t.Helper()
	return serve(t, l.directory)
}

// export writes the ledger out as files, and gives their folder.
func (l *ledger) export(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "export")
	if out, err := exec.Command(built(t, "notarium"), "export", l.directory, folder).CombinedOutput(); err != nil {
		t.Fatalf("export: %v\n%s", err, out)
	}
	return folder
}

// serve runs the server on a folder until the test ends, and gives its address.
func serve(t *testing.T, folder string, options ...string) string {
	t.Helper()
	arguments := append([]string{"serve", folder, "--listen", "127.0.0.1:0", "--log", "error"}, options...)
	command := exec.Command(built(t, "notarium"), arguments...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("the server: %v\n%s", err, stderr.String())
		}
	})
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("the server said %q and %s", line, stderr.String())
	}
	return address
}

// get fetches what must be there.
func get(base, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", path, response.Status, body)
	}
	return body, nil
}

// tampered serves what base serves, but for one path, whose body is changed. It counts how often that was asked for.
func tampered(t *testing.T, base, path string, change func([]byte) []byte) (address string, asked func() int64) {
	t.Helper()
	proxy := &tamperingProxy{base: base, path: path, change: change}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL, proxy.asked.Load
}
