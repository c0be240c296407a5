// Reads user data from standard input as Ignition does, and prints what Ignition would write: its report, and every file with its mode and its bytes. The part of
// Ignition that writes files to a disk needs C libraries; its parser, its rules and its decoders are the same ones.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/coreos/ignition/v2/config/v3_3"
	"github.com/coreos/ignition/v2/config/v3_3/types"
	"github.com/vincent-petithory/dataurl"
)

type file struct {
	Path     string `json:"path"`
	Mode     int    `json:"mode"`
	Contents []byte `json:"contents"`
}

type result struct {
	// Empty without errors and warnings.
	Report string       `json:"report"`
	Files  []file       `json:"files"`
	Units  []types.Unit `json:"units"`
}

// contents follows FetchFromDataURL and the decompression of Ignition's internal/resource.
func contents(resource types.Resource) ([]byte, error) {
	parsed, err := url.Parse(*resource.Source)
	if err != nil {
		return nil, err
	}
	decoded, err := dataurl.DecodeString(parsed.String())
	if err != nil {
		return nil, err
	}
	if resource.Compression == nil || *resource.Compression == "" {
		return decoded.Data, nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(decoded.Data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

func run() error {
	raw, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	config, report, err := v3_3.Parse(raw)
	found := result{Report: report.String(), Files: []file{}, Units: config.Systemd.Units}
	if err != nil {
		found.Report += err.Error()
	}
	for _, one := range config.Storage.Files {
		data, err := contents(one.Contents)
		if err != nil {
			return fmt.Errorf("%s: %w", one.Path, err)
		}
		found.Files = append(found.Files, file{one.Path, *one.Mode, data})
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
