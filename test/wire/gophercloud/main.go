// What Terraform's provider and the cluster autoscaler do through gophercloud, one step after the other, against the Magnum that the
// OS_* variables name. Prints a line for each step; ends with 1 at the first that fails.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/certificates"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/clusters"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/clustertemplates"
	"github.com/gophercloud/gophercloud/v2/openstack/containerinfra/v1/nodegroups"
)

var ctx = context.Background()

func must(step string, err error) {
	if err != nil {
		fmt.Printf("FAILED %s: %v\n", step, err)
		os.Exit(1)
	}
	fmt.Printf("ok %s\n", step)
}

func expect(step string, holds bool, seen any) {
	var err error
	if !holds {
		err = fmt.Errorf("saw %+v", seen)
	}
	must(step, err)
}

func main() {
	options, err := openstack.AuthOptionsFromEnv()
	must("reads OS_* variables", err)
	provider, err := openstack.AuthenticatedClient(ctx, options)
	must("logs in", err)
	client, err := openstack.NewContainerInfraV1(provider, gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")})
	must("finds container-infra in the catalog", err)
	client.Microversion = "1.10"

	template := makeTemplate(client, "first")
	next := makeTemplate(client, "second")
	cluster := makeCluster(client, template)
	resize(client, cluster)
	groups(client, cluster)
	upgrade(client, cluster, next)
	certificate(client, cluster)
	remove(client, cluster, []string{template, next})
}

func makeTemplate(client *gophercloud.ServiceClient, name string) string {
	no := false
	labels := map[string]string{"test": "test"}
	template, err := clustertemplates.Create(ctx, client, clustertemplates.CreateOpts{
		Name: name, COE: "swarm", ImageID: "debian-12", FlavorID: "m1.small", MasterFlavorID: "m1.small", ExternalNetworkID: "public",
		DNSNameServer: "8.8.8.8", KeyPairID: "default", FloatingIPEnabled: &no, MasterLBEnabled: &no, Public: &no, RegistryEnabled: &no,
		ServerType: "vm", Labels: labels,
	}).Extract()
	must("creates template "+name, err)
	expect("the template is as asked for", template.Name == name && template.Labels["test"] == "test" && template.COE == "swarm", template)
	pages, err := clustertemplates.List(client, clustertemplates.ListOpts{Limit: 1}).AllPages(ctx)
	must("lists templates by pages of one", err)
	all, err := clustertemplates.ExtractClusterTemplates(pages)
	must("reads the list of templates", err)
	expect("the list has the template", len(all) > 0 && all[len(all)-1].UUID == template.UUID, all)
	updated, err := clustertemplates.Update(ctx, client, template.UUID, []clustertemplates.UpdateOptsBuilder{
		clustertemplates.UpdateOpts{Op: clustertemplates.ReplaceOp, Path: "/name", Value: name + "-renamed"},
		clustertemplates.UpdateOpts{Op: clustertemplates.ReplaceOp, Path: "/master_lb_enabled", Value: false},
	}).Extract()
	must("updates a template", err)
	expect("the template has its new name", updated.Name == name+"-renamed", updated)
	return template.UUID
}

func makeCluster(client *gophercloud.ServiceClient, template string) string {
	one, timeout := 1, 10
	id, err := clusters.Create(ctx, client, clusters.CreateOpts{
		ClusterTemplateID: template, Name: "gopher", Keypair: "default", FlavorID: "m1.small", MasterFlavorID: "m1.small",
		CreateTimeout: &timeout, MasterCount: &one, NodeCount: &one, Labels: map[string]string{},
	}).Extract()
	must("creates a cluster", err)
	shown, err := clusters.Get(ctx, client, id).Extract()
	must("sees it at once", err)
	expect("it is CREATE_IN_PROGRESS at once", shown.Status == "CREATE_IN_PROGRESS", shown.Status)
	settled(client, id, "CREATE_COMPLETE")
	pages, err := clusters.ListDetail(client, nil).AllPages(ctx)
	must("lists clusters in detail", err)
	all, err := clusters.ExtractClusters(pages)
	must("reads the list of clusters", err)
	expect("the list has the cluster", len(all) == 1 && all[0].UUID == id && all[0].NodeCount == 1, all)
	return id
}

func resize(client *gophercloud.ServiceClient, id string) {
	_, err := clusters.Update(ctx, client, id, []clusters.UpdateOptsBuilder{
		clusters.UpdateOpts{Op: clusters.ReplaceOp, Path: "/node_count", Value: 2},
	}).Extract()
	must("updates node_count", err)
	settled(client, id, "UPDATE_COMPLETE")
	three := 3
	_, err = clusters.Resize(ctx, client, id, clusters.ResizeOpts{NodeCount: &three}).Extract()
	must("resizes up", err)
	shown, err := clusters.Get(ctx, client, id).Extract()
	must("sees the resize at once", err)
	expect("it is UPDATE_IN_PROGRESS at once", shown.Status == "UPDATE_IN_PROGRESS", shown.Status)
	settled(client, id, "UPDATE_COMPLETE")
	two := 2
	// The autoscaler names members by their place; the second of three goes.
	_, err = clusters.Resize(ctx, client, id, clusters.ResizeOpts{NodeCount: &two, NodesToRemove: []string{"1"}, NodeGroup: "default-worker"}).Extract()
	must("removes a named node", err)
	settled(client, id, "UPDATE_COMPLETE")
	shown, err = clusters.Get(ctx, client, id).Extract()
	must("sees the smaller cluster", err)
	expect("it has two nodes", shown.NodeCount == 2 && len(shown.NodeAddresses) == 2, shown)
}

func groups(client *gophercloud.ServiceClient, cluster string) {
	pages, err := nodegroups.List(client, cluster, nodegroups.ListOpts{Role: "worker"}).AllPages(ctx)
	must("lists worker groups", err)
	all, err := nodegroups.ExtractNodeGroups(pages)
	must("reads the list of groups", err)
	expect("there is the default one", len(all) == 1 && all[0].IsDefault && all[0].Role == "worker", all)
	two := 2
	made, err := nodegroups.Create(ctx, client, cluster, nodegroups.CreateOpts{Name: "extra", NodeCount: &two}).Extract()
	must("creates a group", err)
	// Upstream answers 404 or the old state for a moment here.
	shown, err := nodegroups.Get(ctx, client, cluster, made.UUID).Extract()
	must("sees the group at once", err)
	expect("the group is CREATE_IN_PROGRESS at once", shown.Status == "CREATE_IN_PROGRESS", shown.Status)
	groupSettled(client, cluster, made.UUID, "CREATE_COMPLETE")
	bound := func(path string, value int) nodegroups.UpdateOptsBuilder {
		return nodegroups.UpdateOpts{Op: nodegroups.ReplaceOp, Path: path, Value: value}
	}
	for _, change := range [][]nodegroups.UpdateOptsBuilder{
		{bound("/min_node_count", 2)}, {bound("/max_node_count", 5)}, {bound("/min_node_count", 1), bound("/max_node_count", 3)},
	} {
		shown, err = nodegroups.Update(ctx, client, cluster, made.UUID, change).Extract()
		must("updates bounds of the group", err)
	}
	expect("the group has its bounds", shown.MinNodeCount == 1 && shown.MaxNodeCount != nil && *shown.MaxNodeCount == 3, shown)
	settled(client, cluster, "UPDATE_COMPLETE")
	must("deletes the group", nodegroups.Delete(ctx, client, cluster, made.UUID).ExtractErr())
	shown, err = nodegroups.Get(ctx, client, cluster, made.UUID).Extract()
	if !gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
		must("sees the group going", err)
		expect("the group is DELETE_IN_PROGRESS at once", shown.Status == "DELETE_IN_PROGRESS", shown.Status)
	}
	wait("the group is gone", func() (bool, error) {
		_, err := nodegroups.Get(ctx, client, cluster, made.UUID).Extract()
		return gophercloud.ResponseCodeIs(err, http.StatusNotFound), nil
	})
	settled(client, cluster, "UPDATE_COMPLETE")
}

func upgrade(client *gophercloud.ServiceClient, id, template string) {
	_, err := clusters.Upgrade(ctx, client, id, clusters.UpgradeOpts{ClusterTemplate: template}).Extract()
	must("upgrades to another template", err)
	settled(client, id, "UPDATE_COMPLETE")
	shown, err := clusters.Get(ctx, client, id).Extract()
	must("sees the upgraded cluster", err)
	expect("it is of the new template", shown.ClusterTemplateID == template, shown.ClusterTemplateID)
}

func certificate(client *gophercloud.ServiceClient, id string) {
	authority, err := certificates.Get(ctx, client, id).Extract()
	must("reads the certificate of the authority", err)
	expect("it is PEM", strings.HasPrefix(authority.PEM, "-----BEGIN CERTIFICATE-----"), authority)
	signed, err := certificates.Create(ctx, client, certificates.CreateOpts{ClusterUUID: id, CSR: os.Getenv("CSR")}).Extract()
	must("has a request signed", err)
	expect("the answer is a certificate of the cluster", strings.HasPrefix(signed.PEM, "-----BEGIN CERTIFICATE-----"), signed)
}

func remove(client *gophercloud.ServiceClient, id string, templates []string) {
	must("deletes the cluster", clusters.Delete(ctx, client, id).ExtractErr())
	wait("the cluster is gone", func() (bool, error) {
		shown, err := clusters.Get(ctx, client, id).Extract()
		if err == nil && shown.Status != "DELETE_IN_PROGRESS" {
			return false, fmt.Errorf("%s: %s", shown.Status, shown.StatusReason)
		}
		return gophercloud.ResponseCodeIs(err, http.StatusNotFound), nil
	})
	for _, template := range templates {
		must("deletes a template", clustertemplates.Delete(ctx, client, template).ExtractErr())
	}
}

func settled(client *gophercloud.ServiceClient, id, status string) {
	wait("the cluster is "+status, func() (bool, error) {
		shown, err := clusters.Get(ctx, client, id).Extract()
		if err == nil && strings.HasSuffix(shown.Status, "_FAILED") {
			return false, fmt.Errorf("%s: %s", shown.Status, shown.StatusReason)
		}
		return err == nil && shown.Status == status, err
	})
}

func groupSettled(client *gophercloud.ServiceClient, cluster, id, status string) {
	wait("the group is "+status, func() (bool, error) {
		shown, err := nodegroups.Get(ctx, client, cluster, id).Extract()
		return err == nil && shown.Status == status, err
	})
}

func wait(step string, holds func() (bool, error)) {
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		done, err := holds()
		if err != nil {
			must(step, err)
		}
		if done {
			must(step, nil)
			return
		}
	}
	must(step, fmt.Errorf("not within a minute"))
}
