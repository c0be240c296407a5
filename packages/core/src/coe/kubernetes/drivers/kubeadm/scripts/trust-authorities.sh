#!/bin/sh
# Makes the authorities of the label trusted_ca known to all programs of this node, before the first of them asks a registry or an issuer: most
# read the list once.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

# Debian and Ubuntu, else Fedora, else Flatcar: where authorities are put, how their names end, and what makes the list of them.
place=/usr/local/share/ca-certificates ending=crt update=update-ca-certificates
anchors=/etc/pki/ca-trust/source/anchors
if [ -d "$anchors" ]; then place=$anchors ending=pem update='update-ca-trust extract'; fi
if is_flatcar; then place=/etc/ssl/certs ending=pem; fi

rm -rf "$STATE/authorities-given"
mkdir -p "$STATE/authorities-given"
python3 - "$STATE/authorities-given" <<'PYTHON'
import json, os, re, sys
# The label itself, as the caller wrote it: checked before, and read as it was read for that.
labels = json.loads(json.load(open(os.environ["VALUES"]))["labels"])
text = labels.get("trusted_ca", "").replace("\\n", "\n").replace("\r", "")
blocks = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
for number, block in enumerate(blocks):
    with open(os.path.join(sys.argv[1], "magnum-%d" % number), "w") as file:
        file.write(re.sub(r"\s*\n\s*", "\n", block) + "\n")
PYTHON
changed=no
for given in "$STATE/authorities-given"/*; do
    [ -e "$given" ] || exit 0
    kept=$place/$(basename "$given").$ending
    if cmp -s "$given" "$kept"; then continue; fi
    mkdir -p "$place"
    keep "$given" "$kept"
    # Programs that do not run as root read them, too.
    chmod 0644 "$kept"
    changed=yes
done
if [ "$changed" = no ]; then exit 0; fi
command -v "${update%% *}" >/dev/null || give_up "the image has no ${update%% *}, by which authorities become known: install ca-certificates into it"
# shellcheck disable=SC2086
$update >"$STATE/authorities-log" 2>&1 || give_up "the authorities of the label trusted_ca could not be made known: $(tail -n 1 "$STATE/authorities-log")"
# An image may have started it.
systemctl try-restart containerd.service 2>/dev/null || true
