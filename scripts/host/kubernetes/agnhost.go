package main

import (
	"github.com/spf13/cobra"
	"k8s.io/kubernetes/test/images/agnhost/connect"
	"k8s.io/kubernetes/test/images/agnhost/dns"
	"k8s.io/kubernetes/test/images/agnhost/entrypoint-tester"
	"k8s.io/kubernetes/test/images/agnhost/guestbook"
	"k8s.io/kubernetes/test/images/agnhost/inclusterclient"
	"k8s.io/kubernetes/test/images/agnhost/liveness"
	logs "k8s.io/kubernetes/test/images/agnhost/logs-generator"
	"k8s.io/kubernetes/test/images/agnhost/mounttest"
	"k8s.io/kubernetes/test/images/agnhost/netexec"
	"k8s.io/kubernetes/test/images/agnhost/nettest"
	"k8s.io/kubernetes/test/images/agnhost/openidmetadata"
	pausing "k8s.io/kubernetes/test/images/agnhost/pause"
	forwarding "k8s.io/kubernetes/test/images/agnhost/port-forward-tester"
	"k8s.io/kubernetes/test/images/agnhost/porter"
	hostname "k8s.io/kubernetes/test/images/agnhost/serve-hostname"
	webserver "k8s.io/kubernetes/test/images/agnhost/test-webserver"
)

// newAgnhost is the part of Kubernetes' own test image that pods of tests run: servers, clients and probes.
func newAgnhost() *cobra.Command {
	root := &cobra.Command{Use: "agnhost"}
	root.AddCommand(
		connect.CmdConnect,
		dns.CmdDNSSuffix,
		dns.CmdDNSServerList,
		dns.CmdEtcHosts,
		entrypoint.CmdEntrypointTester,
		guestbook.CmdGuestbook,
		inclusterclient.CmdInClusterClient,
		liveness.CmdLiveness,
		logs.CmdLogsGenerator,
		mounttest.CmdMounttest,
		netexec.CmdNetexec,
		nettest.CmdNettest,
		openidmetadata.CmdTestServiceAccountIssuerDiscovery,
		pausing.CmdPause,
		forwarding.CmdPortForwardTester,
		porter.CmdPorter,
		hostname.CmdServeHostname,
		webserver.CmdTestWebserver,
	)
	return root
}
