#!/bin/sh
# Fetches the keys that all control planes share: with them they sign the tokens of service accounts. Workers get none.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_control_plane; then exit 0; fi
/opt/magnum/take-secrets.sh
# A former key signs no more, and what it has signed is still good for a while. The API server reads them all from one file.
cat "$PKI/sa.pub" >"$STATE/account-keys"
for former in "$PKI"/sa-*.pub; do
    if [ -e "$former" ]; then cat "$former" >>"$STATE/account-keys"; fi
done
if ! cmp -s "$STATE/account-keys" "$ACCOUNT_KEYS"; then keep "$STATE/account-keys" "$ACCOUNT_KEYS"; fi
