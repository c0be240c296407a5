#!/bin/sh
# Makes this server a node of a Swarm: the steps in order, then word to the orchestrator. Running it again does no harm.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

for step in install-docker enrol prepare-volume make-cert configure-docker start-docker start-gateway start-checks join-swarm close-metadata; do
    say "$step"
    if ! "/opt/magnum/$step.sh" 2>"$STATE/errors"; then
        cat "$STATE/errors"
        reason=$(tail -n 1 "$STATE/errors" | cut -c 1-200)
        /opt/magnum/signal.sh FAILURE "$step: ${reason:-failed without a word}"
        exit 1
    fi
    cat "$STATE/errors"
done
/opt/magnum/signal.sh SUCCESS "the node is part of the swarm"
