#!/bin/sh
# Images made for Kubernetes bring containerd and the programs of their release. A plain cloud image gets containerd from its distribution,
# and the programs from where the release is published, each compared with its checksum. Where images boot by Ignition, boot.sh has installed packages already.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

# Of the plugins that flannel calls, for an image without packages.
PLUGINS=v1.9.1

# download URL FILE: leaves in the file what is published there, compared with the checksum beside it.
download() {
    say "downloading $1"
    curl --fail --silent --show-error --location --retry 5 --max-time 600 --output "$2" "$1" || give_up "$1 could not be downloaded"
    sum=$(curl --fail --silent --show-error --location --retry 5 --max-time 60 "$1.sha256") || give_up "$1 has no checksum"
    printf '%s  %s\n' "${sum%% *}" "$2" | sha256sum --check --status || give_up "$1 differs from its checksum"
}

# kubeadm's documentation asks for it on distributions of Red Hat's family: pods of control planes and networks read and write folders of the host.
relax_selinux() {
    setenforce 0
    sed -i 's/^SELINUX=enforcing$/SELINUX=permissive/' /etc/selinux/config
}

if has_fixed_usr && [ "$(getenforce 2>/dev/null || true)" = Enforcing ]; then relax_selinux; fi
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
    download "https://dl.k8s.io/release/$version/bin/linux/$machine/$name" "$STATE/$name"
    mkdir -p "$(program_folder)"
    install -m 0755 "$STATE/$name" "$(program_folder)/$name"
    rm -f "$STATE/$name"
done
found=$(kubeadm version -o short)
[ "$found" = "$version" ] || give_up "the image has Kubernetes $found, and the bay is one of $version: change the image or the label kube_tag"

# As packages of Kubernetes have it, where the image brings no unit of its own.
unit=/etc/systemd/system/kubelet.service
if ! systemctl cat kubelet.service >/dev/null 2>&1; then
    cat >"$unit" <<UNIT
[Unit]
Description=kubelet: the Kubernetes node agent
After=containerd.service
Wants=containerd.service
[Service]
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=$(command -v kubelet) --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml \$KUBELET_KUBEADM_ARGS \$KUBELET_EXTRA_ARGS
Restart=always
RestartSec=2
StartLimitInterval=0
[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
fi
systemctl enable --quiet kubelet.service

mkdir -p /etc/modules-load.d /etc/sysctl.d
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
if is_flatcar && [ ! -e /opt/cni/bin/bridge ]; then
    download "https://github.com/containernetworking/plugins/releases/download/$PLUGINS/cni-plugins-linux-$machine-$PLUGINS.tgz" "$STATE/plugins.tgz"
    tar -xzf "$STATE/plugins.tgz" -C /opt/cni/bin
    rm -f "$STATE/plugins.tgz"
fi
