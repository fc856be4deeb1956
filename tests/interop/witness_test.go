package interop

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/witness"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/crypto/ssh"
	"golang.org/x/mod/sumdb/note"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// ourWitness is a folder of `notarium witness`, served until the test ends.
type ourWitness struct{ name, vkey, url string }

func newWitness(t *testing.T, name, log string) ourWitness {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "witness")
	run := func(arguments ...string) string {
		out, err := exec.Command(built(t, "notarium"), append([]string{"witness"}, arguments...)...).Output()
		if err != nil {
			t.Fatalf("witness %v: %v", arguments, err)
		}
		return strings.TrimSpace(string(out))
	}
	vkey := run("keygen", folder, "--name", "witness.example/"+name)
	run("add-log", folder, log)
	return ourWitness{name, vkey, start(t, "witness", "serve", folder, "--listen", "127.0.0.1:0", "--log", "error")}
}

// start runs one of our servers until the test ends, and gives its address.
func start(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.Command(built(t, "notarium"), arguments...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	return listening(t, command, stdout, "listening on ")
}

// listening starts a command and reads lines until one says where it listens; the command is ended with the test.
func listening(t *testing.T, command *exec.Cmd, output io.Reader, before string) string {
	t.Helper()
	var stderr bytes.Buffer
	if command.Stderr == nil {
		command.Stderr = &stderr
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), before)
	if !ok {
		t.Fatalf("%v said %q (%v) and %s", command.Args, line, err, stderr.String())
	}
	return address
}

// litewitness runs the foreign witness, with its key in an ssh-agent of its own and the log in its database, which is written as
// its tool witnessctl would: that one needs a module that cannot be had everywhere.
func litewitness(t *testing.T, name, log, origin string) ourWitness {
	t.Helper()
	folder, err := os.MkdirTemp("", "lw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	agent := filepath.Join(folder, "agent")
	command := exec.Command("ssh-agent", "-D", "-a", agent)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	eventually(t, func() bool { _, err := os.Stat(agent); return err == nil })
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(folder, "key")
	if err := os.WriteFile(key, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	add := exec.Command("ssh-add", key)
	add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+agent)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("ssh-add: %v\n%s", err, out)
	}
	known, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := torchwood.NewCosignatureSigner(name, private)
	if err != nil {
		t.Fatal(err)
	}
	address, database := freeAddress(t), filepath.Join(folder, "db")
	server := exec.Command(litewitnessProgram, "-ssh-agent", agent, "-key", ssh.FingerprintSHA256(known), "-name", name,
		"-db", database, "-listen", address)
	var said bytes.Buffer
	server.Stderr = &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		_ = server.Wait()
	})
	eventually(t, func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
		}
		return err == nil
	})
	addLog(t, database, log, origin)
	return ourWitness{name, signer.Verifier().String(), "http://" + address}
}

// addLog is what `witnessctl add-log` and `add-key` write.
func addLog(t *testing.T, database, log, origin string) {
	t.Helper()
	connection, err := sqlite.OpenConn(database, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetBlockOnBusy()
	for _, insert := range [][]any{
		{"INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", origin, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
		{"INSERT INTO key (origin, key) VALUES (?, ?)", origin, log},
	} {
		if err := sqlitex.Execute(connection, insert[0].(string), &sqlitex.ExecOptions{Args: insert[1:]}); err != nil {
			t.Fatal(err)
		}
	}
}

// freeAddress is one that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// eventually asks until it is so.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not within a minute")
		}
	}
}

func policyText(log, quorum string, witnesses ...ourWitness) string {
	text := "log " + log + "\n"
	var names []string
	for _, w := range witnesses {
		name := strings.ReplaceAll(w.name, "/", "-")
		text += fmt.Sprintf("witness %s %s %s\n", name, w.vkey, w.url)
		names = append(names, name)
	}
	return text + "group g " + quorum + " " + strings.Join(names, " ") + "\nquorum g\n"
}

// deposit puts an entry into a served ledger by our client, and waits for the quorum; it gives the receipt.
func deposit(t *testing.T, ledger, policy, evidence string) string {
	t.Helper()
	folder := filepath.Dir(policy)
	key, file := filepath.Join(folder, "me.key"), filepath.Join(folder, evidence)
	if _, err := os.Stat(key); err != nil {
		if out, err := exec.Command(built(t, "notarium"), "keygen", "--out", key).CombinedOutput(); err != nil {
			t.Fatalf("keygen: %v\n%s", err, out)
		}
	}
	if err := os.WriteFile(file, []byte(evidence), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"submit", file, "--ledger", ledger, "--key", key, "--policy", policy, "--witnessed"}
	if out, err := exec.Command(built(t, "notarium"), arguments...).CombinedOutput(); err != nil {
		t.Fatalf("submit: %v\n%s", err, out)
	}
	out, err := exec.Command(built(t, "notarium"), "verify", file, "--policy", policy).CombinedOutput()
	if err != nil {
		t.Fatalf("verify: %v\n%s", err, out)
	}
	return file + ".receipt"
}

// Our ledger is cosigned by two litewitness processes and one witness of ours; torchwood's policy verifier accepts the quorum of
// all three on what the ledger publishes and in the receipt, and not one signature less.
func TestLitewitnessCosignsOurLedger(t *testing.T) {
	l := newLedger(t)
	l.fill(t, 300)
	first := litewitness(t, "litewitness.example/1", l.vkey, origin)
	second := litewitness(t, "litewitness.example/2", l.vkey, origin)
	third := newWitness(t, "3", l.vkey)
	text := policyText(l.vkey, "all", first, second, third)
	path := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	base := serve(t, l.directory, "--witness-policy", path, "--witness-wait", "60", "--least-free-mib", "0")
	policy, err := torchwood.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	group, err := witness.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, evidence := range []string{"a", "b", "c"} {
		receipt, err := os.ReadFile(deposit(t, base, path, evidence))
		if err != nil {
			t.Fatal(err)
		}
		published, err := get(base, "checkpoint")
		if err != nil {
			t.Fatal(err)
		}
		_, inReceipt, _ := bytes.Cut(receipt, []byte("\n\n"))
		for _, signed := range [][]byte{published, inReceipt} {
			if _, _, err := torchwood.VerifyCheckpoint(signed, policy); err != nil {
				t.Fatalf("%v\n%s", err, signed)
			}
			if !group.Satisfied(signed) {
				t.Fatalf("not what formats' policy is satisfied by\n%s", signed)
			}
			last := bytes.LastIndexByte(signed[:len(signed)-1], '\n') + 1
			if _, _, err := torchwood.VerifyCheckpoint(signed[:last], policy); err == nil {
				t.Fatalf("the quorum of three is reached by two\n%s", signed[:last])
			}
		}
	}
	// Ours shows the same checkpoint under the hash of the origin.
	hash := sha256.Sum256([]byte(origin))
	shown, err := get(third.url, hex.EncodeToString(hash[:])+"/checkpoint")
	if err != nil || !bytes.Contains(shown, []byte("\n303\n")) {
		t.Fatalf("%v\n%s", err, shown)
	}
}

// Our witnesses serve a log of tessera's POSIX storage that is configured with them; it publishes nothing that they have not cosigned.
func TestTesseraIsWitnessedByOurs(t *testing.T) {
	ctx := context.Background()
	private, public, err := note.GenerateKey(rand.Reader, "tessera.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	text := policyText(public, "all", newWitness(t, "1", public), newWitness(t, "2", public))
	group, err := tessera.NewWitnessGroupFromPolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	if err != nil {
		t.Fatal(err)
	}
	// The options of tessera's cmd/conformance/posix, with witnesses and less waiting.
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(100*time.Millisecond).
		WithBatching(256, 100*time.Millisecond).
		WithWitnesses(group, &tessera.WitnessOptions{Timeout: time.Minute}))
	if err != nil {
		t.Fatal(err)
	}
	policy, err := torchwood.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 20*time.Millisecond)
	for round := range 5 {
		var index tessera.Index
		var signed []byte
		for entry := range 100 {
			future := appender.Add(ctx, tessera.NewEntry(fmt.Appendf(nil, "entry %d of round %d", entry, round)))
			if entry == 99 {
				index, signed, err = awaiter.Await(ctx, future)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		checkpoint, _, err := torchwood.VerifyCheckpoint(signed, policy)
		if err != nil {
			t.Fatalf("round %d: %v\n%s", round, err, signed)
		}
		if uint64(checkpoint.N) <= index.Index {
			t.Fatalf("round %d: %d entries published, and not entry %d", round, checkpoint.N, index.Index)
		}
	}
	if err := shutdown(ctx); err != nil {
		t.Fatal(err)
	}
}
