#!/bin/sh
# Fetches the keys that all control planes share: with them they sign the tokens of service accounts. Workers get none.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_control_plane; then /opt/magnum/take-secrets.sh; fi
