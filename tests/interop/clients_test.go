package interop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// client is a foreign program that reads a whole ledger, and says what is wrong with it.
type client struct {
	name  string
	check func(t *testing.T, base, vkey string) error
}

var clients = []client{
	{"tessera fsck", fsck},
	{"torchwood client", torchwoodClient},
	{"x/mod tlog and note", tlogAndNote},
}

var fsckProgram, litewitnessProgram string

// TestMain builds fsck once, as a tool line of go.mod pins it.
func TestMain(m *testing.M) {
	for name, program := range map[string]*string{"fsck": &fsckProgram, "litewitness": &litewitnessProgram} {
		out, err := exec.Command("go", "tool", "-n", name).Output()
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s cannot be built: %v\n", name, err)
			os.Exit(1)
		}
		*program = strings.TrimSpace(string(out))
	}
	os.Exit(m.Run())
}

// fsck recomputes every tile from the bundles. The program exits with 0 on failure and hangs on some, so that only its word of
// success counts, and it has a time limit.
func fsck(t *testing.T, base, vkey string) error {
	key := filepath.Join(t.TempDir(), "vkey")
	if err := os.WriteFile(key, []byte(vkey), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	arguments := []string{"-storage_url", base + "/", "-public_key", key, "-N", "64", "-ui=false", "-logtostderr"}
	out, err := exec.CommandContext(ctx, fsckProgram, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if !bytes.Contains(out, []byte("Successfully fsck'd log")) || bytes.Contains(out, []byte("fsck failed")) {
		return fmt.Errorf("fsck: %s", out)
	}
	return nil
}

// torchwoodClient reads every entry, in order and by its index at the edges, and checks the receipts there.
func torchwoodClient(t *testing.T, base, vkey string) error {
	ctx := context.Background()
	policy, err := logPolicy(vkey)
	if err != nil {
		return err
	}
	fetcher, err := torchwood.NewTileFetcher(base, torchwood.WithHTTPClient(&http.Client{Timeout: 20 * time.Second}), torchwood.WithConcurrencyLimit(64))
	if err != nil {
		return err
	}
	signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
	if err != nil {
		return err
	}
	checkpoint, _, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return err
	}
	reader, err := torchwood.NewClient(fetcher)
	if err != nil {
		return err
	}
	var next int64
	for index, entry := range reader.AllEntries(ctx, checkpoint.Tree, 0) {
		if index != next || !bytes.HasPrefix(entry, []byte("notarium/entry/1\n")) {
			return fmt.Errorf("entry %d where %d was due: %q", index, next, entry)
		}
		next++
	}
	if err := reader.Err(); err != nil {
		return err
	}
	if next != checkpoint.N {
		return fmt.Errorf("%d entries of %d", next, checkpoint.N)
	}
	for _, index := range edges(checkpoint.N) {
		entry, _, err := reader.Entry(ctx, checkpoint.Tree, index)
		if err != nil {
			return err
		}
		receipt, err := fetcher.ReadEndpoint(ctx, fmt.Sprintf("v1/entries/%d/receipt", index))
		if err != nil {
			return err
		}
		if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry), receipt); err != nil {
			return fmt.Errorf("receipt %d: %w", index, err)
		}
		extra, err := torchwood.ProofExtraData(receipt)
		if err != nil || !bytes.Contains(extra, entry) {
			return fmt.Errorf("receipt %d does not show its entry: %v", index, err)
		}
		other := tlog.RecordHash(append(slices.Clone(entry), 0))
		if err := torchwood.VerifyProof(policy, other, receipt); err == nil {
			return fmt.Errorf("receipt %d holds for another entry", index)
		}
	}
	return nil
}

func logPolicy(vkey string) (torchwood.Policy, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	single := torchwood.SingleVerifierPolicy(verifier)
	return torchwood.ThresholdPolicy(2, single, torchwood.OriginPolicy(verifier.Name())), nil
}

// tileReader hands out tiles to x/mod's tlog, which authenticates them.
type tileReader struct{ base string }

func (r tileReader) Height() int                     { return torchwood.TileHeight }
func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := get(r.base, torchwood.TilePath(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// tlogAndNote is the smallest independent mathematics: every tile by its path, every stored hash through the tiles above it,
// every entry against its leaf, and record and tree proofs at the edges.
func tlogAndNote(_ *testing.T, base, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	signed, err := get(base, "checkpoint")
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	tree, err := parseTree(opened.Text)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tileReader{base})
	if root, err := tlog.TreeHash(tree.N, hashes); err != nil || root != tree.Hash {
		return fmt.Errorf("root %v: %w", root, err)
	}
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, tree.N) {
		data, err := get(base, torchwood.TilePath(tile))
		if err != nil {
			return err
		}
		due, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		if !bytes.Equal(data, due) {
			return fmt.Errorf("%s is not what the tree has", torchwood.TilePath(tile))
		}
		if tile.L == 0 {
			if err := checkBundle(base, tile, due); err != nil {
				return err
			}
		}
	}
	return checkProofs(tree, hashes)
}

func parseTree(text string) (tlog.Tree, error) {
	checkpoint, err := torchwood.ParseCheckpoint(text)
	if err != nil {
		return tlog.Tree{}, err
	}
	if checkpoint.Origin != origin || checkpoint.Extension != "" {
		return tlog.Tree{}, fmt.Errorf("a checkpoint of %s with the extension %q", checkpoint.Origin, checkpoint.Extension)
	}
	return checkpoint.Tree, nil
}

func checkBundle(base string, tile tlog.Tile, leaves []byte) error {
	tile.L = -1
	rest, err := get(base, torchwood.TilePath(tile))
	if err != nil {
		return err
	}
	for number := range tile.W {
		var entry []byte
		entry, rest, err = torchwood.ReadTileEntry(rest)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(entry)
		if !bytes.Equal(leaf[:], leaves[number*tlog.HashSize:][:tlog.HashSize]) {
			return fmt.Errorf("entry %d of %s is not the leaf's", number, torchwood.TilePath(tile))
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("%d bytes after the last entry of %s", len(rest), torchwood.TilePath(tile))
	}
	return nil
}

func checkProofs(tree tlog.Tree, hashes tlog.HashReader) error {
	for _, index := range edges(tree.N) {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		record, err := tlog.ProveRecord(tree.N, index, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, index, leaf[0]); err != nil {
			return err
		}
		old, err := tlog.TreeHash(index+1, hashes)
		if err != nil {
			return err
		}
		growth, err := tlog.ProveTree(tree.N, index+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(growth, tree.N, tree.Hash, index+1, old); err != nil {
			return err
		}
	}
	return nil
}

// edges are the indexes at both sides of every tile edge of a tree, each once.
func edges(size int64) []int64 {
	var found []int64
	for _, edge := range []int64{0, 1, 256, 512, 65_536, size} {
		for _, index := range []int64{edge - 2, edge - 1, edge, edge + 1} {
			if index >= 0 && index < size && !slices.Contains(found, index) {
				found = append(found, index)
			}
		}
	}
	return found
}

// sizes are the two sides of every tile edge up to the first tile of level 2.
var sizes = []int64{1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537}

func TestLedgersAtEveryTileEdge(t *testing.T) {
	ledger := newLedger(t)
	for _, size := range sizes {
		ledger.fill(t, size)
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			base := ledger.serve(t)
			for _, client := range clients {
				began := time.Now()
				if err := client.check(t, base, ledger.vkey); err != nil {
					t.Errorf("%s rejects the ledger: %v", client.name, err)
				}
				t.Logf("%s: %v", client.name, time.Since(began).Round(time.Millisecond))
			}
			nothingBeyond(t, base, size)
			stillThere(t, base, size)
			honestFront(t, base, ledger.vkey)
			for _, tampering := range tamperings(size) {
				rejected(t, base, ledger.vkey, tampering)
			}
		})
	}
}

// honestFront is the control of what follows: through a proxy that changes nothing every client accepts the ledger.
func honestFront(t *testing.T, base, vkey string) {
	t.Helper()
	for _, client := range clients {
		front, asked := tampered(t, base, "checkpoint", func(body []byte) []byte { return body })
		if err := client.check(t, front, vkey); err != nil || asked() == 0 {
			t.Errorf("%s rejects the ledger behind an honest proxy: %v", client.name, err)
		}
	}
}

// nothingBeyond holds that what does not exist yet is not there.
func nothingBeyond(t *testing.T, base string, size int64) {
	t.Helper()
	if _, err := get(base, fmt.Sprintf("v1/entries/%d", size)); err == nil {
		t.Errorf("there is an entry %d in a ledger of %d", size, size)
	}
	for _, path := range notThere(size) {
		if body, err := get(base, path); err == nil {
			t.Errorf("%s is there in a ledger of %d: %d bytes", path, size, len(body))
		}
	}
}

// stillThere holds that the partial tiles of every size that was published are served, and are the beginnings of later ones.
func stillThere(t *testing.T, base string, size int64) {
	t.Helper()
	for _, earlier := range sizes {
		if earlier > size {
			break
		}
		for level := 0; earlier>>(8*level) > 0; level++ {
			hashes, now := earlier>>(8*level), size>>(8*level)
			tile := tlog.Tile{H: 8, L: level, N: (hashes - 1) / 256, W: int((hashes-1)%256 + 1)}
			later := tile
			later.W = int(min(now-tile.N*256, 256))
			beginsWith(t, base, later, tile)
			if level == 0 {
				tile.L, later.L = -1, -1
				beginsWith(t, base, later, tile)
			}
		}
	}
}

func beginsWith(t *testing.T, base string, later, earlier tlog.Tile) {
	t.Helper()
	whole, err := get(base, torchwood.TilePath(later))
	if err != nil {
		t.Error(err)
	}
	body, err := get(base, torchwood.TilePath(earlier))
	if err != nil || !bytes.HasPrefix(whole, body) {
		t.Errorf("%s is not how %s begins: %v", torchwood.TilePath(earlier), torchwood.TilePath(later), err)
	}
}

// notThere are paths of tiles that a tree of this size does not have: next, wider, empty and of the next level.
func notThere(size int64) []string {
	next := tlog.Tile{H: 8, L: 0, N: size / 256, W: int(size%256) + 1}
	paths := []string{torchwood.TilePath(next), torchwood.TilePath(tlog.Tile{H: 8, L: 0, N: size/256 + 1, W: 256})}
	for level := 1; level <= 3; level++ {
		hashes := size >> (8 * level)
		tile := tlog.Tile{H: 8, L: level, N: hashes / 256, W: int(hashes%256) + 1}
		paths = append(paths, torchwood.TilePath(tile))
	}
	for _, path := range slices.Clone(paths) {
		if rest, ok := strings.CutPrefix(path, "tile/0/"); ok {
			paths = append(paths, "tile/entries/"+rest)
		}
	}
	return paths
}

// tampering is one change to one file of a ledger.
type tampering struct {
	name   string
	path   string
	change func([]byte) []byte
}

// tamperings change the first and the last tile of every level, the first and the last bundle, and each line of the checkpoint.
func tamperings(size int64) []tampering {
	all := []tampering{
		{"origin", "checkpoint", flipFirst},
		{"size", "checkpoint", func(body []byte) []byte { return replaceLine(body, 1, fmt.Sprint(size+1)) }},
		{"root", "checkpoint", func(body []byte) []byte { return replaceLine(body, 2, strings.Repeat("A", 43)+"=") }},
		{"signature", "checkpoint", flipSignature},
		{"no signature", "checkpoint", func(body []byte) []byte { return body[:bytes.Index(body, []byte("\n\n"))+2] }},
	}
	for level := 0; size>>(8*level) > 0; level++ {
		hashes := size >> (8 * level)
		tiles := []tlog.Tile{{H: 8, L: level, N: 0, W: int(min(hashes, 256))}}
		if last := (hashes - 1) / 256; last > 0 {
			tiles = append(tiles, tlog.Tile{H: 8, L: level, N: last, W: int(hashes - last*256)})
		}
		for _, tile := range tiles {
			path := torchwood.TilePath(tile)
			all = append(all, tampering{"first bit", path, flipFirst}, tampering{"last bit", path, flipLast}, tampering{"cut short", path, cutShort})
			if tile.W > 1 {
				all = append(all, tampering{"two hashes changed places", path, swapHashes})
			}
			if level == 0 {
				tile.L = -1
				path = torchwood.TilePath(tile)
				all = append(all, tampering{"a length", path, flipFirst}, tampering{"last bit of an entry", path, flipLast}, tampering{"a bit in an entry", path, flipMiddle})
			}
		}
	}
	return all
}

func replaceLine(body []byte, number int, line string) []byte {
	lines := strings.Split(string(body), "\n")
	lines[number] = line
	return []byte(strings.Join(lines, "\n"))
}

func flipSignature(body []byte) []byte {
	at := bytes.LastIndexByte(body, ' ') + 20
	if body[at] == 'A' {
		body[at] = 'B'
	} else {
		body[at] = 'A'
	}
	return body
}

// rejected holds that every client that asks for the changed file rejects the ledger, and that they all ask for it.
func rejected(t *testing.T, base, vkey string, tampering tampering) {
	t.Helper()
	for _, client := range clients {
		front, asked := tampered(t, base, tampering.path, tampering.change)
		err := client.check(t, front, vkey)
		name := fmt.Sprintf("%s, %s: %s", tampering.path, tampering.name, client.name)
		switch {
		case asked() == 0:
			t.Errorf("%s: never asked for it", name)
		case err == nil:
			t.Errorf("%s: accepts the ledger", name)
		case errors.Is(err, context.DeadlineExceeded):
			t.Errorf("%s: does not end", name)
		}
	}
}
