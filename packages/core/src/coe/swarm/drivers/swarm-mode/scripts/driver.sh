# Docker's own part of the library: on a node, lib.sh is the shared library followed by this file.
# shellcheck shell=sh
# Steps of node.sh in order, and the message of its last signal.
STEPS='install-docker enrol prepare-volume make-cert configure-docker start-docker start-gateway start-checks join-swarm close-metadata'
JOINED='the node is part of the swarm'
# Steps that are repeated now and then.
CHECKS='take-credential make-cert'
# The folder of the engine's data, for prepare-volume.sh, and the unit that must not start without it.
ENGINE_DATA=/var/lib/docker
ENGINE_UNIT=docker.service
# The folder of the node's certificates, for make-cert.sh.
CERTIFICATES=/etc/docker
ENGINE_SOCKET=/var/run/docker.sock
export STEPS JOINED CHECKS ENGINE_DATA ENGINE_UNIT CERTIFICATES

stop_engine() { systemctl stop docker.socket docker.service 2>/dev/null || true; }

# Makes the gateway read new certificates, where it runs already.
reload_certificates() {
    if systemctl is-active --quiet magnum-gateway.service; then systemctl reload magnum-gateway.service; fi
}

# engine METHOD PATH [FILE]: prints the answer of the engine of this node; FILE is the body. Fails unless the answer is good.
engine() {
    if [ $# -gt 2 ]; then set -- "$1" "$2" --header 'Content-Type: application/json' --data-binary "@$3"; fi
    method=$1 path=$2
    shift 2
    answer=$(curl --silent --show-error --max-time 120 --write-out '\n%{http_code}' --unix-socket "$ENGINE_SOCKET" \
        --request "$method" "$@" "http://engine$path") || return 1
    printf '%s' "$answer" | sed '$d'
    case $answer in *"
"2??) return 0 ;; *) return 1 ;; esac
}

# invitations FOLDER: prints, as JSON by role, the data with which a node of that role joins. A worker never learns the managers' token.
invitations() {
    engine GET /swarm >"$1/swarm" || return 1
    python3 - "$1/swarm" <<'PYTHON'
import json, os, sys
address = json.load(open(os.environ["VALUES"]))["private_address"]
tokens = json.load(open(sys.argv[1]))["JoinTokens"]
roles = {"worker": "Worker", "manager": "Manager"}
print(json.dumps({role: {"address": address, "token": tokens[name]} for role, name in roles.items()}))
PYTHON
}
