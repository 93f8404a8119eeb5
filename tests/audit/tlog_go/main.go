// SPDX-License-Identifier: Apache-2.0

// Reads an exported log with Go's golang.org/x/mod/sumdb, which knows nothing
// of parcelveil: opens the checkpoint with the log's verifier key, then checks
// leaves, inclusion and consistency against the tiles.
//
//	main DIR VERIFIER-KEY
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Tiles as C2SP tlog-tiles lays them out: without the height in the path.
type folder string

func (dir folder) Height() int { return 8 }

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(dir), path))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

func (dir folder) SaveTiles([]tlog.Tile, [][]byte) {}

// The leaf with that index, from its bundle.
func (dir folder) leaf(index, size int64) []byte {
	tile := tlog.Tile{H: 8, L: -1, N: index / 256, W: 256}
	if last := size - tile.N*256; last < 256 {
		tile.W = int(last)
	}
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	data := must(os.ReadFile(filepath.Join(string(dir), path)))
	for skip := index % 256; ; skip-- {
		length := int(binary.BigEndian.Uint16(data))
		if skip == 0 {
			return data[2 : 2+length]
		}
		data = data[2+length:]
	}
}

func main() {
	dir, key := folder(os.Args[1]), os.Args[2]
	verifier := must(note.NewVerifier(key))
	bytes := must(os.ReadFile(filepath.Join(string(dir), "checkpoint")))
	opened := must(note.Open(bytes, note.VerifierList(verifier)))
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		fail("the checkpoint is not three lines of this origin")
	}
	size := must(strconv.ParseInt(lines[1], 10, 64))
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], must(base64.StdEncoding.DecodeString(lines[2])))
	hashes := tlog.TileHashReader(tree, dir)

	for _, i := range []int64{0, 1, 255, 256, 65535, 65536, size / 2, size - 1} {
		if i >= size {
			continue
		}
		hash := tlog.RecordHash(dir.leaf(i, size))
		stored := must(hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, i)}))
		if stored[0] != hash {
			fail(fmt.Sprintf("leaf %d is not what its tile was made of", i))
		}
		proof := must(tlog.ProveRecord(size, i, hashes))
		check(tlog.CheckRecord(proof, size, tree.Hash, i, hash))
	}
	for _, old := range []int64{1, 256, 300, size - 1} {
		if old < 1 || old >= size {
			continue
		}
		root := must(tlog.TreeHash(old, hashes))
		proof := must(tlog.ProveTree(size, old, hashes))
		check(tlog.CheckTree(proof, size, tree.Hash, old, root))
	}
	fmt.Printf("%d leaves of %s\n", size, verifier.Name())
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, what)
	os.Exit(1)
}
