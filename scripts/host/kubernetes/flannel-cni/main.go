// Command flannel is the CNI plugin of flannel: it completes a delegate's configuration with the subnet that flanneld has written for
// this node, and lets the delegate do the work. Written here, because no module proxy serves the plugin of that project.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/version"
)

const (
	defaultSubnetFile = "/run/flannel/subnet.env"
	// Configurations of containers that are there: a deletion needs the one that the container was added with.
	defaultStateFolder = "/var/lib/cni/flannel"
)

type configuration struct {
	CNIVersion    string         `json:"cniVersion"`
	Name          string         `json:"name"`
	RuntimeConfig map[string]any `json:"runtimeConfig"`
	SubnetFile    string         `json:"subnetFile"`
	DataDir       string         `json:"dataDir"`
	Delegate      map[string]any `json:"delegate"`
}

func main() {
	skel.PluginMainFuncs(skel.CNIFuncs{Add: add, Del: remove, Check: check}, version.All, "CNI plugin for flannel")
}

func add(args *skel.CmdArgs) error {
	config, err := read(args.StdinData)
	if err != nil {
		return err
	}
	delegate, err := delegateOf(config)
	if err != nil {
		return err
	}
	text, err := json.Marshal(delegate)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(config.DataDir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(stateFile(config, args), text, 0o600); err != nil {
		return err
	}
	result, err := invoke.DelegateAdd(context.Background(), kindOf(delegate), text, nil)
	if err != nil {
		return err
	}
	return result.Print()
}

// remove succeeds where nothing is known of the container: it may have been removed before.
func remove(args *skel.CmdArgs) error {
	config, err := read(args.StdinData)
	if err != nil {
		return err
	}
	text, kind, err := stored(config, args)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := invoke.DelegateDel(context.Background(), kind, text, nil); err != nil {
		return err
	}
	return os.Remove(stateFile(config, args))
}

func check(args *skel.CmdArgs) error {
	config, err := read(args.StdinData)
	if err != nil {
		return err
	}
	text, kind, err := stored(config, args)
	if err != nil {
		return err
	}
	return invoke.DelegateCheck(context.Background(), kind, text, nil)
}

func read(text []byte) (*configuration, error) {
	config := &configuration{SubnetFile: defaultSubnetFile, DataDir: defaultStateFolder}
	if err := json.Unmarshal(text, config); err != nil {
		return nil, fmt.Errorf("configuration of the network: %w", err)
	}
	return config, nil
}

func stateFile(config *configuration, args *skel.CmdArgs) string {
	return filepath.Join(config.DataDir, filepath.Base(args.ContainerID)+"-"+filepath.Base(args.IfName))
}

func stored(config *configuration, args *skel.CmdArgs) ([]byte, string, error) {
	text, err := os.ReadFile(stateFile(config, args))
	if err != nil {
		return nil, "", err
	}
	delegate := map[string]any{}
	if err := json.Unmarshal(text, &delegate); err != nil {
		return nil, "", err
	}
	return text, kindOf(delegate), nil
}

func kindOf(delegate map[string]any) string {
	kind, _ := delegate["type"].(string)
	return kind
}

// delegateOf is the configuration of the plugin that does the work, a bridge where no other is named. What the caller's delegate says is
// kept; its addresses come from the node's subnet.
func delegateOf(config *configuration) (map[string]any, error) {
	subnet, err := subnetOf(config.SubnetFile)
	if err != nil {
		return nil, err
	}
	delegate := map[string]any{
		"type": "bridge",
		// Either flanneld masquerades or the bridge does.
		"ipMasq":           subnet["FLANNEL_IPMASQ"] == "false",
		"mtu":              json.Number(subnet["FLANNEL_MTU"]),
		"isDefaultGateway": true,
	}
	for key, value := range config.Delegate {
		delegate[key] = value
	}
	delegate["name"] = config.Name
	delegate["cniVersion"] = config.CNIVersion
	if config.RuntimeConfig != nil {
		delegate["runtimeConfig"] = config.RuntimeConfig
	}
	delegate["ipam"] = map[string]any{
		"type":   "host-local",
		"ranges": [][]map[string]string{{{"subnet": subnet["FLANNEL_SUBNET"]}}},
		"routes": []map[string]string{{"dst": subnet["FLANNEL_NETWORK"]}},
	}
	return delegate, nil
}

func subnetOf(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("flanneld has written no subnet for this node yet: %w", err)
	}
	values := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if key, value, found := strings.Cut(line, "="); found {
			values[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	for _, key := range []string{"FLANNEL_NETWORK", "FLANNEL_SUBNET", "FLANNEL_MTU"} {
		if values[key] == "" {
			return nil, fmt.Errorf("%s lacks %s", file, key)
		}
	}
	// The file has the bridge's own address in place of the subnet's.
	_, network, err := net.ParseCIDR(values["FLANNEL_SUBNET"])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	values["FLANNEL_SUBNET"] = network.String()
	return values, nil
}
