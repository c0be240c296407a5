#!/bin/sh
# Takes masters out of ZooKeeper's ensemble that the bay no longer has: a member that is gone counts for the majority all the same.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_master || [ ! -s "$CONTROL_PLANES" ]; then exit 0; fi
address=$(value private_address)
# A master that is not named itself has nothing to say about others.
if ! grep -qxF "$address" "$CONTROL_PLANES"; then exit 0; fi
ensemble members "$address" >"$STATE/members"
SUPER=$MESOS/super
export SUPER
while read -r member at; do
    if grep -qxF "$at" "$CONTROL_PLANES"; then continue; fi
    # The service may not know the address of a master yet that joins at this moment.
    known=$STATE/unknown-member-$member
    if [ ! -e "$known" ] || [ $(($(date +%s) - $(stat -c %Y "$known"))) -gt 900 ]; then
        : >"$known"
        continue
    fi
    ensemble remove "$address" "$member" </dev/null
    rm -f "$known"
    say "the member $member at $at is no longer part of the ensemble"
done <"$STATE/members"
