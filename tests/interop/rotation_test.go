package interop

import (
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// A ledger that has changed its key signs by both keys in the overlap: the note library opens its checkpoint for whoever knows either
// key, and for whoever knows both it has two signatures.
func TestNotesOfBothKeys(t *testing.T) {
	l := newLedger(t)
	out, err := exec.Command(built(t, "notarium"), "key", "rotate", l.directory, "--overlap", "1d").Output()
	if err != nil {
		t.Fatalf("key rotate: %v", err)
	}
	replaced, vkey := l.vkey, strings.TrimSpace(string(out))
	signed, err := get(l.serve(t), "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	verifiers := map[string]note.Verifier{}
	for _, key := range []string{replaced, vkey} {
		if verifiers[key], err = note.NewVerifier(key); err != nil {
			t.Fatal(err)
		}
	}
	for name, known := range map[string][]string{"old": {replaced}, "new": {vkey}, "both": {replaced, vkey}} {
		var list []note.Verifier
		for _, key := range known {
			list = append(list, verifiers[key])
		}
		opened, err := note.Open(signed, note.VerifierList(list...))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, signed)
		}
		if len(opened.Sigs) != len(known) || len(opened.Sigs)+len(opened.UnverifiedSigs) != 2 {
			t.Errorf("%s: %d signatures hold and %d are unknown, of two", name, len(opened.Sigs), len(opened.UnverifiedSigs))
		}
	}
}
