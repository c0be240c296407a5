package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/flannel-io/flannel/pkg/backend"
	_ "github.com/flannel-io/flannel/pkg/backend/hostgw"
	_ "github.com/flannel-io/flannel/pkg/backend/vxlan"
	"github.com/flannel-io/flannel/pkg/ip"
	"github.com/flannel-io/flannel/pkg/ipmatch"
	"github.com/flannel-io/flannel/pkg/subnet"
	"github.com/flannel-io/flannel/pkg/subnet/kube"
	"github.com/flannel-io/flannel/pkg/trafficmngr"
	"github.com/flannel-io/flannel/pkg/trafficmngr/iptables"
	"github.com/flannel-io/flannel/pkg/trafficmngr/nftables"
)

const secondsBetweenRuleChecks = 5

type flannelOptions struct {
	ipMasq, kubeSubnetMgr                                  bool
	iface, publicIP, kubeconfig, subnetFile, networkConfig string
	healthzPort                                            int
}

func readFlannelOptions() (*flannelOptions, error) {
	options := &flannelOptions{}
	flags := flag.NewFlagSet("flanneld", flag.ExitOnError)
	flags.BoolVar(&options.ipMasq, "ip-masq", false, "masquerade what leaves the pods' network")
	flags.BoolVar(&options.kubeSubnetMgr, "kube-subnet-mgr", false, "take subnets from the nodes' pod ranges; required")
	flags.StringVar(&options.iface, "iface", "", "interface or address between the nodes; that of the default route when empty")
	flags.StringVar(&options.publicIP, "public-ip", "", "address at which other nodes reach this one")
	flags.StringVar(&options.kubeconfig, "kubeconfig-file", "", "kubeconfig; that of the pod when empty")
	flags.StringVar(&options.subnetFile, "subnet-file", "/run/flannel/subnet.env", "file for the CNI plugin")
	flags.StringVar(&options.networkConfig, "net-config-path", "/etc/kube-flannel/net-conf.json", "file that describes the network")
	flags.IntVar(&options.healthzPort, "healthz-port", 0, "port of /healthz and /readyz; none when 0")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return nil, err
	}
	if !options.kubeSubnetMgr {
		return nil, errors.New("only --kube-subnet-mgr is part of this flanneld")
	}
	return options, nil
}

// runFlannel is flanneld over flannel's own packages, with the backends vxlan and host-gw. The command of the project itself cannot
// be built here: it imports the SDK of a cloud provider that not every module proxy serves. IPv4 only.
func runFlannel() error {
	options, err := readFlannelOptions()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ready := &atomic.Bool{}
	if options.healthzPort > 0 {
		go serveHealth(options.healthzPort, ready)
	}
	subnets, err := kube.NewSubnetManager(ctx, "", options.kubeconfig, "flannel.alpha.coreos.com", options.networkConfig, true)
	if err != nil {
		return fmt.Errorf("subnets of the nodes: %w", err)
	}
	config, err := subnets.GetNetworkConfig(ctx)
	if err != nil {
		return fmt.Errorf("configuration of the network: %w", err)
	}
	running := &sync.WaitGroup{}
	network, err := joinNetwork(ctx, running, subnets, config, options)
	if err != nil {
		return err
	}
	if err := setRules(ctx, config, network, options); err != nil {
		return fmt.Errorf("rules of the packet filter: %w", err)
	}
	lease := network.Lease()
	if err := subnets.HandleSubnetFile(options.subnetFile, config, options.ipMasq, lease.Subnet, lease.IPv6Subnet, network.MTU()); err != nil {
		return fmt.Errorf("file for the CNI plugin: %w", err)
	}
	ready.Store(true)
	running.Go(func() { network.Run(ctx) })
	if err := subnets.CompleteLease(ctx, lease, running); err != nil && ctx.Err() == nil {
		return err
	}
	running.Wait()
	return nil
}

func joinNetwork(ctx context.Context, running *sync.WaitGroup, subnets subnet.Manager, config *subnet.Config, options *flannelOptions) (backend.Network, error) {
	// An address that an administrator has noted at the node wins.
	if noted, _ := subnets.GetStoredPublicIP(ctx); noted != "" {
		options.publicIP = noted
	}
	family, err := ipmatch.GetIPFamily(config.EnableIPv4, config.EnableIPv6)
	if err != nil {
		return nil, err
	}
	name := options.iface
	if name == "" {
		name = options.publicIP
	}
	external, err := ipmatch.LookupExtIface(name, "", "", family, ipmatch.PublicIPOpts{PublicIP: options.publicIP})
	if err != nil {
		return nil, fmt.Errorf("interface between the nodes: %w", err)
	}
	chosen, err := backend.NewManager(ctx, subnets, external).GetBackend(config.BackendType)
	if err != nil {
		return nil, err
	}
	return chosen.RegisterNetwork(ctx, running, config)
}

func setRules(ctx context.Context, config *subnet.Config, network backend.Network, options *flannelOptions) error {
	// Rules of the packet filter that is not used would stay from an earlier start with another configuration.
	if err := packetFilter(!config.EnableNFTables).CleanUp(ctx); err != nil {
		return err
	}
	filter := packetFilter(config.EnableNFTables)
	if err := filter.Init(ctx); err != nil {
		return err
	}
	if options.ipMasq {
		network4, subnet4 := formerRange(options.subnetFile, "FLANNEL_NETWORK"), formerRange(options.subnetFile, "FLANNEL_SUBNET")
		err := filter.SetupAndEnsureMasqRules(ctx, config.Network, subnet4, network4,
			config.IPv6Network, ip.IP6Net{}, ip.IP6Net{}, network.Lease(), secondsBetweenRuleChecks, false)
		if err != nil {
			return err
		}
	}
	filter.SetupAndEnsureForwardRules(ctx, config.Network, config.IPv6Network, secondsBetweenRuleChecks)
	return nil
}

func packetFilter(nft bool) trafficmngr.TrafficManager {
	if nft {
		return &nftables.NFTablesManager{}
	}
	return &iptables.IPTablesManager{}
}

// formerRange is a range that an earlier start wrote into the file, for its rules to be replaced; the zero range when there is none.
func formerRange(file, key string) ip.IP4Net {
	text, err := os.ReadFile(file)
	if err != nil {
		return ip.IP4Net{}
	}
	for _, line := range strings.Split(string(text), "\n") {
		if value, found := strings.CutPrefix(line, key+"="); found {
			if _, cidr, err := net.ParseCIDR(strings.TrimSpace(value)); err == nil {
				return ip.FromIPNet(cidr)
			}
		}
	}
	return ip.IP4Net{}
}

func serveHealth(port int, ready *atomic.Bool) {
	answers := http.NewServeMux()
	answers.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	answers.HandleFunc("/readyz", func(answer http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			answer.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	if err := http.ListenAndServe(net.JoinHostPort("", strconv.Itoa(port)), answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
