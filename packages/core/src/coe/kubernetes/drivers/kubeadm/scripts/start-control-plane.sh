#!/bin/sh
# Makes the cluster, on the first control plane alone. CAs are there without their keys, and every certificate and kubeconfig as well, so
# kubeadm makes none of them.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if [ -e "$MEMBER" ] || ! is_true first; then exit 0; fi
# A run that died in between has left files and open ports, which a fresh start would refuse.
started=/etc/magnum/kubeadm-started
if [ -e "$started" ]; then set -- --ignore-preflight-errors=all; else : >"$started"; fi
kubeadm init --config /etc/magnum/kubeadm.yaml "$@" || give_up 'kubeadm could not make the cluster: see the log of cloud-init, or the journal of magnum-node.service'
: >"$MEMBER"
sync "$MEMBER"
# The holder of this certificate is above the cluster's own rules; kubeadm needed it once.
rm -f "$KUBERNETES/super-admin.conf" "$PKI/super-admin.crt" "$PKI/super-admin.key"
# What kubeadm has installed gets its note before its pods run, so that none has to start again for it.
mark_workloads "$(digest sorted "$PKI/ca.crt")" || give_up 'the workloads of the system cannot be changed'
