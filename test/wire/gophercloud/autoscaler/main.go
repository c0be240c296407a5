// Reads the nodes of a cluster's worker groups as the cluster autoscaler of Kubernetes does (provider magnum, 1.35): it asks Magnum for
// the groups, and Heat for their nodes. A loop runs every half second until the standard input ends; each prints one line of JSON for
// each group. An error is part of the line, and the next loop goes on, as the autoscaler's does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/clusters"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/nodegroups"
	"github.com/gophercloud/gophercloud/v2/openstack/orchestration/v1/stackresources"
	"github.com/gophercloud/gophercloud/v2/openstack/orchestration/v1/stacks"
)

const between = 500 * time.Millisecond

var ctx = context.Background()

// node as the autoscaler knows it: the id is a Node's spec.providerID, or a stand-in until there is a server.
type node struct {
	Name  string `json:"name"`
	State string `json:"state"`
	ID    string `json:"id"`
}

type line struct {
	Group string `json:"group"`
	Nodes []node `json:"nodes"`
	Error string `json:"error,omitempty"`
}

// stack is a name and an id, because Heat redirects a request that has one of them only.
type stack struct{ name, id string }

type walk struct {
	magnum, heat *gophercloud.ServiceClient
	cluster      string
	// Stacks that hold the nodes, by the group's id: they are looked up once, and never again.
	holders map[string]stack
}

func main() {
	w, err := start(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	for {
		w.loop()
		select {
		case <-ended:
			return
		case <-time.After(between):
		}
	}
}

func start(name string) (*walk, error) {
	options, err := openstack.AuthOptionsFromEnv()
	if err != nil {
		return nil, err
	}
	provider, err := openstack.AuthenticatedClient(ctx, options)
	if err != nil {
		return nil, err
	}
	region := gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")}
	heat, err := openstack.NewOrchestrationV1(provider, region)
	if err != nil {
		return nil, err
	}
	magnum, err := openstack.NewContainerInfraV1(provider, region)
	if err != nil {
		return nil, err
	}
	magnum.Microversion = "latest"
	cluster, err := clusters.Get(ctx, magnum, name).Extract()
	if err != nil {
		return nil, err
	}
	return &walk{magnum: magnum, heat: heat, cluster: cluster.UUID, holders: map[string]stack{}}, nil
}

func (w *walk) loop() {
	pages, err := nodegroups.List(w.magnum, w.cluster, nil).AllPages(ctx)
	if err != nil {
		write(line{Error: err.Error()})
		return
	}
	groups, err := nodegroups.ExtractNodeGroups(pages)
	if err != nil {
		write(line{Error: err.Error()})
		return
	}
	for _, group := range groups {
		if group.Role == "master" {
			continue
		}
		nodes, err := w.nodesOf(group.UUID)
		one := line{Group: group.Name, Nodes: nodes}
		if err != nil {
			one.Error = err.Error()
		}
		write(one)
	}
}

func (w *walk) nodesOf(group string) ([]node, error) {
	holder, err := w.holderOf(group)
	if err != nil {
		return nil, err
	}
	pages, err := stackresources.List(w.heat, holder.name, holder.id, nil).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	members, err := stackresources.ExtractResources(pages)
	if err != nil {
		return nil, err
	}
	servers, err := w.serversIn(holder)
	if err != nil {
		return nil, err
	}
	nodes := []node{}
	for _, member := range members {
		state, err := w.stateOf(member)
		if err != nil {
			return nil, err
		}
		if state == "gone" {
			continue
		}
		id := "fake:///" + group + "/" + member.Name
		if server, known := servers[member.Name]; known {
			id = "openstack:///" + server
		}
		nodes = append(nodes, node{Name: member.Name, State: state, ID: id})
	}
	return nodes, nil
}

// holderOf finds the stack whose resources are the group's nodes: a group has a stack with a resource of that name.
func (w *walk) holderOf(group string) (stack, error) {
	if known, found := w.holders[group]; found {
		return known, nil
	}
	shown, err := nodegroups.Get(ctx, w.magnum, w.cluster, group).Extract()
	if err != nil {
		return stack{}, err
	}
	outer, err := w.named(shown.StackID)
	if err != nil {
		return stack{}, fmt.Errorf("stack_id %q of the group: %w", shown.StackID, err)
	}
	resource, err := stackresources.Get(ctx, w.heat, outer.name, outer.id, "kube_minions").Extract()
	if err != nil {
		return stack{}, err
	}
	holder, err := w.named(resource.PhysicalID)
	if err != nil {
		return stack{}, fmt.Errorf("physical id %q of kube_minions: %w", resource.PhysicalID, err)
	}
	w.holders[group] = holder
	return holder, nil
}

func (w *walk) named(id string) (stack, error) {
	found, err := stacks.Find(ctx, w.heat, id).Extract()
	if err != nil {
		return stack{}, err
	}
	return stack{name: found.Name, id: id}, nil
}

// serversIn reads which server each node is. The autoscaler ends when the output or one of its values is null.
func (w *walk) serversIn(holder stack) (map[string]string, error) {
	shown, err := stacks.Get(ctx, w.heat, holder.name, holder.id).Extract()
	if err != nil {
		return nil, err
	}
	for _, output := range shown.Outputs {
		if output["output_key"] != "refs_map" {
			continue
		}
		references, isMap := output["output_value"].(map[string]any)
		if !isMap {
			return nil, fmt.Errorf("refs_map is %v", output["output_value"])
		}
		servers := map[string]string{}
		for name, value := range references {
			reference, isText := value.(string)
			if !isText {
				return nil, fmt.Errorf("refs_map has %v for %s", value, name)
			}
			// Until there is a server, the reference is the name of a resource.
			if reference != "kube-minion" && reference != name {
				servers[name] = reference
			}
		}
		return servers, nil
	}
	return nil, fmt.Errorf("the stack has no refs_map: %v", shown.Outputs)
}

func (w *walk) stateOf(member stackresources.Resource) (string, error) {
	switch member.Status {
	case "DELETE_COMPLETE":
		return "gone", nil
	case "DELETE_IN_PROGRESS":
		return "deleting", nil
	case "INIT_COMPLETE", "CREATE_IN_PROGRESS", "CREATE_FAILED", "UPDATE_FAILED":
		return "creating", nil
	case "CREATE_COMPLETE", "UPDATE_COMPLETE":
		return "running", nil
	case "UPDATE_IN_PROGRESS":
		return w.stateWhileUpdated(member)
	}
	return "unknown: " + member.Status, nil
}

// stateWhileUpdated tells a node that runs from one that is made: Heat updates both when the group is resized.
func (w *walk) stateWhileUpdated(member stackresources.Resource) (string, error) {
	own, err := w.named(member.PhysicalID)
	if err != nil {
		return "", fmt.Errorf("stack of %s: %w", member.Name, err)
	}
	pages, err := stackresources.List(w.heat, own.name, own.id, nil).AllPages(ctx)
	if err != nil {
		return "", err
	}
	parts, err := stackresources.ExtractResources(pages)
	if err != nil {
		return "", err
	}
	made := 0
	for _, part := range parts {
		if (part.Name == "kube-minion" || part.Name == "node_config_deployment") && part.Status == "CREATE_COMPLETE" {
			made++
		}
	}
	if made == 2 {
		return "running", nil
	}
	return "creating", nil
}

func write(one line) {
	text, err := json.Marshal(one)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
