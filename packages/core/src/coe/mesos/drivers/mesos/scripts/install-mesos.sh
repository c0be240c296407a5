#!/bin/sh
# Images made for Mesos bring its programs, ZooKeeper and Docker Engine. Distributions have ZooKeeper and Docker Engine, but no Mesos: a plain
# cloud image needs a package source that has the package `mesos`.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

for name in http_proxy https_proxy no_proxy; do
    text=$(value "$name")
    if [ -n "$text" ]; then export "$name=$text"; fi
done
wanted=''
need() { command -v "$1" >/dev/null || wanted="$wanted $2"; }
need curl curl
need openssl openssl
need iptables iptables
if is_master; then
    need mesos-master mesos
    need java default-jre-headless
    [ -n "$(zookeeper_classpath)" ] || wanted="$wanted libzookeeper-java"
else
    need mesos-agent mesos
    need dockerd docker.io
fi
if [ -n "$wanted" ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    # Package sources without Mesos have the others.
    for name in $wanted; do apt-get install -y -q --no-install-recommends "$name" || true; done
fi
if is_master; then program=mesos-master; else program=mesos-agent; fi
command -v "$program" >/dev/null || give_up "the image has no $program, and no package source of it has the package mesos: use an image with Mesos"
if is_master; then
    [ -n "$(zookeeper_classpath)" ] || give_up 'the image has no ZooKeeper, and none could be installed'
else
    command -v dockerd >/dev/null || give_up 'the image has no Docker Engine, and none could be installed'
fi
