#!/bin/sh
# Makes this server a node of its bay: runs the driver's steps in order, then signals the orchestrator. It can be repeated.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

for step in $STEPS; do
    say "$step"
    if ! "/opt/magnum/$step.sh" 2>"$STATE/errors"; then
        cat "$STATE/errors"
        reason=$(tail -n 1 "$STATE/errors" | cut -c 1-200)
        /opt/magnum/signal.sh FAILURE "$step: ${reason:-failed without a word}"
        exit 1
    fi
    cat "$STATE/errors"
done
/opt/magnum/signal.sh SUCCESS "$JOINED"
