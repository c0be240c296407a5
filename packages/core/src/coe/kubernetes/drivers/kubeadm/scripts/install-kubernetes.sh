#!/bin/sh
# Images made for Kubernetes bring containerd and the programs of their release. A plain cloud image gets containerd from its distribution,
# and the programs from where the release is published, each compared with its checksum.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

version=$(value kubernetes.version)
for name in http_proxy https_proxy no_proxy; do
    text=$(value "$name")
    if [ -n "$text" ]; then export "$name=$text"; fi
done
if ! { command -v containerd && command -v curl && command -v openssl && command -v conntrack; } >/dev/null; then
    if command -v apt-get >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q
        apt-get install -y -q --no-install-recommends containerd containernetworking-plugins iptables conntrack ethtool socat \
            ipset kmod curl openssl ca-certificates
    elif command -v dnf >/dev/null; then
        dnf install -y -q containerd containernetworking-plugins iptables conntrack-tools ethtool socat ipset curl openssl
    fi
    command -v containerd >/dev/null || give_up 'the image has no containerd, and none could be installed'
fi

case $(uname -m) in aarch64) machine=arm64 ;; *) machine=amd64 ;; esac
for name in kubelet kubeadm kubectl; do
    if command -v "$name" >/dev/null; then continue; fi
    url=https://dl.k8s.io/release/$version/bin/linux/$machine/$name
    say "downloading $url"
    curl --fail --silent --show-error --location --retry 5 --max-time 600 --output "$STATE/$name" "$url" ||
        give_up "$url could not be downloaded"
    sum=$(curl --fail --silent --show-error --location --retry 5 --max-time 60 "$url.sha256") || give_up "$url has no checksum"
    printf '%s  %s\n' "$sum" "$STATE/$name" | sha256sum --check --status || give_up "$url differs from its checksum"
    install -m 0755 "$STATE/$name" "/usr/bin/$name"
    rm -f "$STATE/$name"
done
found=$(kubeadm version -o short)
[ "$found" = "$version" ] || give_up "the image has Kubernetes $found, and the bay is one of $version: change the image or the label kube_tag"

# As packages of Kubernetes have it, where the image brings no unit of its own.
unit=/etc/systemd/system/kubelet.service
if ! systemctl cat kubelet.service >/dev/null 2>&1; then
    cat >"$unit" <<'UNIT'
[Unit]
Description=kubelet: the Kubernetes node agent
After=containerd.service
Wants=containerd.service
[Service]
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=/usr/bin/kubelet --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
Restart=always
RestartSec=2
StartLimitInterval=0
[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
fi
systemctl enable --quiet kubelet.service

printf '%s\n' overlay br_netfilter >/etc/modules-load.d/magnum-kubernetes.conf
for module in overlay br_netfilter; do modprobe "$module" 2>/dev/null || true; done
printf '%s\n' net.ipv4.ip_forward=1 -net.bridge.bridge-nf-call-iptables=1 >/etc/sysctl.d/90-magnum-kubernetes.conf
sysctl --quiet --load=/etc/sysctl.d/90-magnum-kubernetes.conf 2>/dev/null || true
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || give_up 'packets of pods cannot be forwarded: net.ipv4.ip_forward is 0'
# Plugins of the distribution are elsewhere than kubelets and network add-ons look for them.
mkdir -p /opt/cni/bin
for plugin in /usr/lib/cni/* /usr/libexec/cni/*; do
    if [ -x "$plugin" ] && [ ! -e "/opt/cni/bin/$(basename "$plugin")" ]; then ln -s "$plugin" /opt/cni/bin/; fi
done
