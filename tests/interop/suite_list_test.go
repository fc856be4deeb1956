package interop

// suites are the foreign suites whose cases ours must answer alike, but for the differences that are listed.
var suites = []suite{
	{
		path: "github.com/transparency-dev/merkle/proof", module: "github.com/transparency-dev/merkle",
		file:      "verify.go",
		functions: []string{"func VerifyInclusion(", "func VerifyConsistency("},
		run:       "TestVerify",
		recorders: `package proof

import ("encoding/hex"; "encoding/json"; "fmt"; "os"; "sync"; "github.com/transparency-dev/merkle")

func VerifyInclusion(hasher merkle.LogHasher, index, size uint64, leafHash []byte, proof [][]byte, root []byte) error {
	err := theirVerifyInclusion(hasher, index, size, leafHash, proof, root)
	notariumRecord(map[string]any{"ask": "inclusion", "index": fmt.Sprint(index), "size": fmt.Sprint(size),
		"leaf": hex.EncodeToString(leafHash), "root": hex.EncodeToString(root), "hashes": notariumHex(proof)}, nil, err)
	return err
}

func VerifyConsistency(hasher merkle.LogHasher, size1, size2 uint64, proof [][]byte, root1, root2 []byte) error {
	err := theirVerifyConsistency(hasher, size1, size2, proof, root1, root2)
	notariumRecord(map[string]any{"ask": "consistency", "from": fmt.Sprint(size1), "to": fmt.Sprint(size2),
		"old_root": hex.EncodeToString(root1), "root": hex.EncodeToString(root2), "hashes": notariumHex(proof)}, nil, err)
	return err
}

func notariumHex(hashes [][]byte) []string {
	text := make([]string, len(hashes))
	for i, hash := range hashes {
		text[i] = hex.EncodeToString(hash)
	}
	return text
}
`,
		ours: proof, accepted: 11, refused: 181,
		// Roots of trees that need no proof: theirs does not look at them, and takes 12 bytes for a root. Ours has no such hash.
		differences: map[string]int{"ours refuses: 12 bytes, not 32": 3},
	},
	{
		path: "golang.org/x/mod/sumdb/note", module: "golang.org/x/mod",
		file:      "note.go",
		functions: []string{"func NewVerifier(", "func Open("},
		run:       "Test",
		recorders: `package note

import ("encoding/hex"; "encoding/json"; "os"; "sort"; "sync")

var notariumKeys = map[Verifier]string{}

func NewVerifier(vkey string) (Verifier, error) {
	v, err := theirNewVerifier(vkey)
	got := map[string]any{}
	if err == nil {
		notariumKeys[v] = vkey
		got["name"] = v.Name()
	}
	notariumRecord(map[string]any{"ask": "vkey", "hex": hex.EncodeToString([]byte(vkey))}, got, err)
	return v, err
}

func Open(msg []byte, known Verifiers) (*Note, error) {
	n, err := theirOpen(msg, known)
	ask := map[string]any{"ask": "note", "hex": hex.EncodeToString(msg)}
	if list, ok := known.(verifierMap); ok {
		vkeys := []string{}
		for _, verifiers := range list {
			for _, v := range verifiers {
				vkeys = append(vkeys, notariumKeys[v])
			}
		}
		sort.Strings(vkeys)
		ask["vkeys"] = vkeys
	}
	got := map[string]any{}
	if err == nil {
		signers := []any{}
		for _, sig := range n.Sigs {
			signers = append(signers, sig.Name)
		}
		got["text"], got["signers"] = hex.EncodeToString([]byte(n.Text)), signers
	}
	notariumRecord(ask, got, err)
	return n, err
}
`,
		ours: opened, accepted: 11, refused: 1000,
		differences: map[string]int{
			// The same key twice among those that are known: theirs refuses the note, ours takes the key once. A policy cannot
			// have a key twice.
			"ours accepts: ambiguous key EnochRoot+af0cfe78": 1,
			"not asked: verifiers that are no keys":          2,
		},
	},
	{
		path: "golang.org/x/mod/sumdb/tlog", module: "golang.org/x/mod",
		file:      "tile.go",
		functions: []string{"func ParseTilePath("},
		run:       "TestTilePath|FuzzParseTilePath",
		recorders: `package tlog

import ("encoding/hex"; "encoding/json"; "fmt"; "os"; "sync")

func ParseTilePath(path string) (Tile, error) {
	tile, err := theirParseTilePath(path)
	got := map[string]any{}
	if err == nil {
		got["level"], got["index"] = tile.L, fmt.Sprint(tile.N)
		if tile.W < 1<<tile.H {
			got["width"] = tile.W
		}
	}
	notariumRecord(map[string]any{"ask": "tile", "hex": hex.EncodeToString([]byte(path))}, got, err)
	return tile, err
}
`,
		ours: tilePath, accepted: 12, refused: 4,
	},
	{
		path: "github.com/transparency-dev/tessera/api/layout", module: "github.com/transparency-dev/tessera",
		file:      "paths.go",
		functions: []string{"func ParseTileLevelIndexPartial(", "func TilePath(", "func EntriesPath("},
		run:       "Test",
		recorders: `package layout

import ("encoding/hex"; "encoding/json"; "fmt"; "os"; "sync")

func notariumTile(path string, level any, index uint64, partial uint8, err error) {
	got := map[string]any{}
	if err == nil {
		width := int(partial)
		if partial == 0 {
			width = 256
		}
		got = map[string]any{"level": level, "index": fmt.Sprint(index), "width": width, "path": path}
	}
	notariumRecord(map[string]any{"ask": "tile", "hex": hex.EncodeToString([]byte(path))}, got, err)
}

func ParseTileLevelIndexPartial(level, index string) (uint64, uint64, uint8, error) {
	l, i, p, err := theirParseTileLevelIndexPartial(level, index)
	notariumTile("tile/"+level+"/"+index, l, i, p, err)
	return l, i, p, err
}

func TilePath(level, index uint64, p uint8) string {
	path := theirTilePath(level, index, p)
	notariumTile(path, level, index, p, nil)
	return path
}

func EntriesPath(index uint64, p uint8) string {
	path := theirEntriesPath(index, p)
	notariumTile(path, -1, index, p, nil)
	return path
}
`,
		ours: parsed, accepted: 20, refused: 15,
	},
	{
		path: "github.com/transparency-dev/formats/witness", module: "github.com/transparency-dev/formats",
		file:      "witness.go",
		functions: []string{"func ParsePolicy("},
		run:       "TestParsePolicy",
		recorders: `package witness

import ("encoding/hex"; "encoding/json"; "os"; "sync")

func ParsePolicy(p []byte) (Group, error) {
	group, err := theirParsePolicy(p)
	notariumRecord(map[string]any{"ask": "policy", "hex": hex.EncodeToString(p)}, nil, err)
	return group, err
}
`,
		ours: parsed, accepted: 0, refused: 6,
		differences: map[string]int{
			// docs/formats.md, Policy: a witness signs with a key of type 04 (theirs takes a log's type), and # begins a comment
			// only as the first character of a line.
			"ours refuses: line 2: a witness has a key of type 04, not 01":               4,
			"ours refuses: line 4: the line does not read witness <name> <vkey> [<url>]": 1,
		},
	},
	{
		path: "github.com/transparency-dev/formats/proof", module: "github.com/transparency-dev/formats",
		file:      "tlog_proof.go",
		functions: []string{"func (p *TLogProof) Unmarshal("},
		run:       "Test",
		recorders: `package proof

import ("encoding/hex"; "encoding/json"; "os"; "sync")

func (p *TLogProof) Unmarshal(data []byte) error {
	err := p.theirUnmarshal(data)
	notariumRecord(map[string]any{"ask": "receipt", "hex": hex.EncodeToString(data)}, nil, err)
	return err
}
`,
		ours: parsed, accepted: 0, refused: 8,
		// docs/formats.md, Receipt: the line `extra` is required and the checkpoint must be one. Theirs looks at neither.
		differences: map[string]int{"ours refuses: malformed": 3},
	},
	{
		path: "github.com/transparency-dev/formats/note", module: "github.com/transparency-dev/formats",
		file:      "note_cosigv1.go",
		functions: []string{"func NewVerifierForCosignatureV1("},
		run:       "TestCoSigV1NewVerifier|TestSignerRoundtrip|TestCosignnatureV1RoundTrip|TestVKeyToCosignatureV1|TestVerifierInvalidSig",
		recorders: `package note

import ("encoding/hex"; "encoding/json"; "os"; "sync"; "golang.org/x/mod/sumdb/note")

func NewVerifierForCosignatureV1(vkey string) (note.Verifier, error) {
	v, err := theirNewVerifierForCosignatureV1(vkey)
	got := map[string]any{}
	if err == nil {
		got["name"] = v.Name()
	}
	notariumRecord(map[string]any{"ask": "vkey", "hex": hex.EncodeToString([]byte(vkey))}, got, err)
	return v, err
}
`,
		ours: parsed, accepted: 4, refused: 0,
		// docs/formats.md, Signed notes and verifier keys: ML-DSA-44 (type 06) is not known to version 1.
		differences: map[string]int{
			"ours refuses: the vkey's signature type is none of 01 (Ed25519) and 04 (Ed25519 cosignature)": 2,
		},
	},
}
