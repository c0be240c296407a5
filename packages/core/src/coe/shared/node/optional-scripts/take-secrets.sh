#!/bin/sh
# Fetches the secrets that this node shares with others of its bay, and keeps each part as a file of its own in $BAY_SECRETS: name.key,
# name.pub, name.crt; further values of a secret as name-generation.pub and so on, as long as the answer has them. A driver sets BAY_SECRETS in its part of the library.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
url=$(value magnum_url)/credentials/$(value bay_id)/secrets
mkdir -p "$work/files" "$BAY_SECRETS"

status=000
if [ -s "$TOKEN" ]; then status=$(cloud GET "$url" "$TOKEN" '' "$work/answer" ''); fi
if [ "$status" != 200 ]; then
    log_in "$work" "$CREDENTIAL"
    keep "$work/token" "$TOKEN"
    cloud_until_good 'asking for the secrets of the bay' GET "$url" "$TOKEN" '' "$work/answer" ''
fi
python3 - "$work" <<'PYTHON'
import json, os, re, sys
folder = sys.argv[1]
kinds = {"certificate": "crt", "public_key": "pub", "private_key": "key", "key": "key"}
seen = set()
for secret in json.load(open(os.path.join(folder, "answer")))["secrets"]:
    # The name becomes part of a path.
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", secret["name"]):
        sys.exit("a secret of the bay has a name that is none")
    name = secret["name"] if secret["name"] not in seen else "%s-%d" % (secret["name"], secret["generation"])
    seen.add(secret["name"])
    for part, kind in kinds.items():
        if part in secret:
            with open(os.path.join(folder, "files", "%s.%s" % (name, kind)), "w") as file:
                file.write(secret[part].strip() + "\n")
PYTHON
rm -f "$work/answer"

for file in "$work/files"/*; do
    [ -e "$file" ] || give_up 'the answer of the API has no secret for this node'
    kept=$BAY_SECRETS/$(basename "$file")
    if ! cmp -s "$file" "$kept"; then keep "$file" "$kept"; fi
done
# A value that the answer no longer has is gone from the node, too.
python3 - "$work" <<'PYTHON'
import os, re, sys
kept, wanted = os.environ["BAY_SECRETS"], set(os.listdir(os.path.join(sys.argv[1], "files")))
names = {file.rsplit(".", 1)[0] for file in wanted}
for file in os.listdir(kept):
    found = re.fullmatch(r"(.+)-[0-9]+\.(crt|pub|key)", file)
    if found and found[1] in names and file not in wanted:
        os.remove(os.path.join(kept, file))
PYTHON
