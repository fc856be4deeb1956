package interop

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// suite is a test suite that others wrote, run with recorders in front of some functions: every case that it puts to its own
// package is put to ours as well. It is read from the module cache and changed in a temporary folder only.
type suite struct {
	// Import path, and the module that it is in.
	path, module string
	// The file with the functions, and the functions as they begin there.
	file      string
	functions []string
	// Which of the suite's tests, as for `go test -run`.
	run string
	// The recorders, which call the functions under the name "their...".
	recorders string
	// What ours says of a case, or that it is not asked.
	ours func(t *testing.T, ask *asker, c recorded) verdict
	// Where ours differs, and how often.
	differences map[string]int
	// The least number of cases that must be accepted and refused by both.
	accepted, refused int
}

// recorded is one case: what was asked, and what theirs said.
type recorded struct {
	Ask   map[string]any
	Got   map[string]any
	Error string
}

// verdict is what ours says: nothing, if it was not asked.
type verdict struct {
	asked    bool
	accepted bool
	// Why it is refused, or why the two cannot be compared.
	why string
}

// recorder is added to every suite.
const recorder = `
var notariumCases sync.Mutex

func notariumRecord(ask, got map[string]any, err error) {
	line := map[string]any{"ask": ask, "got": got, "error": ""}
	if err != nil {
		line["error"] = err.Error()
	}
	text, failed := json.Marshal(line)
	if failed != nil {
		panic(failed)
	}
	notariumCases.Lock()
	defer notariumCases.Unlock()
	file, failed := os.OpenFile(os.Getenv("NOTARIUM_CASES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if failed != nil {
		panic(failed)
	}
	defer file.Close()
	if _, failed := file.Write(append(text, '\n')); failed != nil {
		panic(failed)
	}
}
`

func TestForeignSuites(t *testing.T) {
	ask := newAsker(t)
	for _, suite := range suites {
		t.Run(strings.ReplaceAll(suite.path, "/", " "), func(t *testing.T) {
			agreed := map[bool]int{}
			differences := map[string]int{}
			for _, c := range suite.record(t) {
				ours, theirs := suite.ours(t, ask, c), c.Error == ""
				switch {
				case !ours.asked:
					differences["not asked: "+ours.why]++
				case ours.accepted == theirs:
					agreed[theirs]++
				case theirs:
					differences["ours refuses: "+ours.why]++
				default:
					differences["ours accepts: "+c.Error]++
				}
			}
			t.Logf("%d cases accepted by both, %d refused by both, differences: %v", agreed[true], agreed[false], differences)
			if !maps.Equal(differences, suite.differences) {
				t.Errorf("differences:\n%v\nand not:\n%v", asLines(differences), asLines(suite.differences))
			}
			if agreed[true] < suite.accepted || agreed[false] < suite.refused {
				t.Errorf("fewer cases than %d accepted and %d refused", suite.accepted, suite.refused)
			}
		})
	}
}

func asLines(differences map[string]int) string {
	var lines strings.Builder
	for what, times := range differences {
		fmt.Fprintf(&lines, "%q: %d,\n", what, times)
	}
	return lines.String()
}

// record runs the suite and gives its cases. The suite itself must pass: the recorders change nothing.
func (s suite) record(t *testing.T) []recorded {
	t.Helper()
	folder := t.TempDir()
	module := strings.TrimSpace(run(t, "go", "list", "-m", "-f", "{{.Dir}}", s.module))
	copied := filepath.Join(folder, "module")
	if err := os.CopyFS(copied, os.DirFS(module)); err != nil {
		t.Fatal(err)
	}
	inside := filepath.Join(copied, strings.TrimPrefix(s.path, s.module))
	s.prepare(t, inside)
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	modfile := filepath.Join(folder, "go.mod")
	run(t, "go", "mod", "edit", "-replace", s.module+"="+copied, modfile)
	cases := filepath.Join(folder, "cases")
	t.Setenv("NOTARIUM_CASES", cases)
	run(t, "go", "test", "-mod=mod", "-modfile", modfile, "-count=1", "-run", s.run, s.path)
	return read(t, cases)
}

// prepare renames the functions and adds the recorders.
func (s suite) prepare(t *testing.T, inside string) {
	t.Helper()
	file := filepath.Join(inside, s.file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, function := range s.functions {
		if bytes.Count(text, []byte("\n"+function)) != 1 {
			t.Fatalf("%s has not one %q", s.file, function)
		}
		head, name := function[:strings.LastIndex(function, " ")+1], function[strings.LastIndex(function, " ")+1:]
		text = bytes.Replace(text, []byte("\n"+function), []byte("\n"+head+"their"+name), 1)
	}
	for name, text := range map[string][]byte{file: text, filepath.Join(inside, "notarium_recorder.go"): []byte(s.recorders + recorder)} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func run(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	command := exec.Command(name, arguments...)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(arguments, " "), err, out, stderr.String())
	}
	return string(out)
}

func read(t *testing.T, path string) []recorded {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		var c recorded
		if err := decoder.Decode(&c); errors.Is(err, io.EOF) {
			return cases
		} else if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
}

// asker asks our example `answer`.
type asker struct {
	in  io.Writer
	out *bufio.Reader
}

func newAsker(t *testing.T) *asker {
	t.Helper()
	command := exec.Command(built(t, "examples/answer"))
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &asker{in: in, out: bufio.NewReader(out)}
}

func (a *asker) ask(t *testing.T, question map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.in.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := a.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal(line, &said); err != nil {
		t.Fatal(err)
	}
	return said
}

// proof asks whether a proof holds. What is no hash of 32 bytes cannot even be put to ours, which is a refusal.
func proof(t *testing.T, ask *asker, c recorded) verdict {
	said := ask.ask(t, c.Ask)
	why, _ := said["why"].(string)
	return verdict{asked: true, accepted: said["holds"] == true, why: why}
}

// parsed asks whether ours takes the bytes.
func parsed(t *testing.T, ask *asker, c recorded) verdict {
	said := ask.ask(t, c.Ask)
	if why, refused := said["refused"]; refused {
		if text, ok := said["why"].(string); ok {
			why = text
		}
		return verdict{asked: true, why: fmt.Sprint(why)}
	}
	for name, theirs := range c.Got {
		if fmt.Sprint(said[name]) != fmt.Sprint(theirs) {
			t.Errorf("%v: ours says %s %v, theirs %v", c.Ask, name, said[name], theirs)
		}
	}
	return verdict{asked: true, accepted: true}
}

// opened asks what ours makes of a note. Verifiers that are not keys cannot be put to it.
func opened(t *testing.T, ask *asker, c recorded) verdict {
	if c.Ask["ask"] == "note" && c.Ask["vkeys"] == nil {
		return verdict{why: "verifiers that are no keys"}
	}
	return parsed(t, ask, c)
}

// tilePath asks for the path without the height, which the paths of tlog-tiles do not have.
func tilePath(t *testing.T, ask *asker, c recorded) verdict {
	path, err := hex.DecodeString(c.Ask["hex"].(string))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitN(string(path), "/", 3)
	if len(parts) != 3 {
		return verdict{why: "no path of a tile"}
	}
	rest := strings.Replace(parts[2], "data/", "entries/", 1)
	c.Ask["hex"] = hex.EncodeToString([]byte(parts[0] + "/" + rest))
	return parsed(t, ask, c)
}
