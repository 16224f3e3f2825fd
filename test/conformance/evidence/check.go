// Checks what Atomic's log says with Go's own implementation of signed notes and tiled logs.
// Reads a JSON object on standard input; prints what it checked.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	VKey    string
	Note    string
	Records []struct {
		Index int64
		Leaf  string
		Proof []string
	}
	Trees []struct {
		From, To         int64
		FromRoot, ToRoot string
		Proof            []string
	}
}

func must(err error, what string) {
	if err != nil {
		fmt.Println(what+":", err)
		os.Exit(1)
	}
}

func hash(text string) (h tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err, "hash")
	copy(h[:], bytes)
	return h
}

func hashes(texts []string) (list []tlog.Hash) {
	for _, text := range texts {
		list = append(list, hash(text))
	}
	return list
}

func main() {
	var in input
	must(json.NewDecoder(os.Stdin).Decode(&in), "input")
	verifier, err := note.NewVerifier(in.VKey)
	must(err, "vkey")
	opened, err := note.Open([]byte(in.Note), note.VerifierList(verifier))
	must(err, "note")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root := hash(lines[2])
	for _, r := range in.Records {
		must(tlog.CheckRecord(hashes(r.Proof), size, root, r.Index, tlog.RecordHash([]byte(r.Leaf))), fmt.Sprint("record ", r.Index))
	}
	for _, t := range in.Trees {
		must(tlog.CheckTree(hashes(t.Proof), t.To, hash(t.ToRoot), t.From, hash(t.FromRoot)), fmt.Sprint("trees ", t.From, t.To))
	}
	fmt.Printf("%d signatures, %d records, %d trees\n", len(opened.Sigs), len(in.Records), len(in.Trees))
}
