#!/bin/sh
# Makes and renews the certificate of a master's gateways. Agents speak to other nodes of the bay alone, and have none.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_master; then /opt/magnum/make-cert.sh; fi
