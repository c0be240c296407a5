#!/bin/sh
# Fetches the keys that nodes of this bay share: masters both, agents the one of agents.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

/opt/magnum/take-secrets.sh
