#!/bin/sh
# Applies what the bay deploys in the cluster itself, its network first of all: the service says which objects, and Kubernetes merges them into
# what is there. Objects that left the set are deleted, by the list in a ConfigMap; its digest says that nothing is to be done. Kinds stay: with a
# kind Kubernetes deletes every object of it, so that a label would delete the snapshots of volumes. Each control plane does this, and it can be
# repeated: two at a time write the same.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_control_plane || [ ! -e "$MEMBER" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
url="$(value magnum_url)/addons/$(value bay_id)?fills_account=true"
system=kube-system list=magnum-addons
call() { kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=30s "$@"; }

status=000
if [ -s "$TOKEN" ]; then status=$(cloud GET "$url" "$TOKEN" '' "$work/answer" ''); fi
if [ "$status" != 200 ]; then
    log_in "$work" "$CREDENTIAL"
    keep "$work/token" "$TOKEN"
    cloud_until_good 'asking for the add-ons' GET "$url" "$TOKEN" '' "$work/answer" ''
fi

# The objects with the note of which authorities their pods are given; the list of them, and the digest of all.
TRUSTS=$(digest sorted "$PKI/ca.crt") python3 - "$work" <<'PYTHON'
import hashlib, json, os, sys
folder = sys.argv[1]
answer = json.load(open(os.path.join(folder, "answer")))
objects = [one for addon in answer["addons"] for one in addon["objects"]]
# The account of the cloud is in no answer of the service: it is written here, inside of quotation marks, in place of its marks.
marks = json.load(open(os.environ["CREDENTIAL"]))
marks["subnet_id"] = json.load(open(os.environ["VALUES"])).get("subnet_id")
def filled(text):
    for name in ("user_id", "password", "trust_id", "subnet_id"):
        text = text.replace("$" + name.upper(), json.dumps(marks.get(name) or "")[1:-1])
    return text
accounts = {}
for one in objects:
    if one["kind"] == "Secret" and "magnum.openstack.org/filled-by" in one["metadata"].get("annotations", {}):
        one["stringData"] = {name: filled(text) for name, text in one["stringData"].items()}
        account = hashlib.sha256(json.dumps(one["stringData"]).encode()).hexdigest()
        accounts[(one["metadata"]["namespace"], one["metadata"]["name"])] = account
for one in objects:
    if one["kind"] not in ("DaemonSet", "Deployment"):
        continue
    template = one["spec"]["template"]
    for volume in template["spec"].get("volumes", []):
        account = accounts.get((one["metadata"]["namespace"], volume.get("secret", {}).get("secretName")))
        if account:
            # With another account its pods start again: programs read it once.
            template["metadata"].setdefault("annotations", {})["magnum.openstack.org/cloud-account"] = account
            one["metadata"].setdefault("labels", {})["magnum.openstack.org/cloud-account"] = "true"
# The note is no part of the digest: in a rotation, apply-certificates.sh changes it, at a time of its own.
asked = hashlib.sha256(json.dumps(objects).encode()).hexdigest()
for one in objects:
    if one["kind"] in ("DaemonSet", "Deployment"):
        metadata = one["spec"]["template"]["metadata"]
        metadata.setdefault("annotations", {})[os.environ["TRUST_MARK"]] = os.environ["TRUSTS"]
def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)
def place(one):
    group = one["apiVersion"].rpartition("/")[0]
    kind = one["kind"].lower() + ("." + group if group else "")
    return "%s %s %s" % (kind, one["metadata"].get("namespace", "-"), one["metadata"]["name"])
def write_list(name, items):
    write(name, json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
kinds = [one for one in objects if one["kind"] == "CustomResourceDefinition"]
others = [one for one in objects if one["kind"] != "CustomResourceDefinition"]
if kinds:
    write_list("kinds.json", kinds)
write_list("objects.json", others)
write("list", "".join(sorted(place(one) + "\n" for one in others)))
write("digest", asked)
PYTHON

# record DIGEST: writes the ConfigMap.
record() {
    call create configmap "$list" --namespace "$system" --from-file=objects="$work/list" --from-literal=digest="$1" --dry-run=client \
        --output json | merge - >/dev/null
}

merge() { call apply --server-side --force-conflicts --field-manager=magnum --filename "$1"; }

apply() {
    known=$(call get configmap "$list" --namespace "$system" --ignore-not-found --output 'jsonpath={.data.digest}') || return 1
    if [ "$known" = "$(cat "$work/digest")" ]; then return 0; fi
    call get configmap "$list" --namespace "$system" --ignore-not-found --output 'jsonpath={.data.objects}' >"$work/former" || return 1
    # Until all of it is done the list has both, so that a node that dies in between leaves nothing that is not in it.
    cp "$work/list" "$work/wanted"
    sort -u "$work/former" "$work/wanted" | sed '/^$/d' >"$work/list"
    record unfinished || return 1
    say 'applying the add-ons of the bay'
    # Kinds first: kubectl refuses an object whose kind the API server does not serve yet.
    if [ -e "$work/kinds.json" ]; then
        merge "$work/kinds.json" || return 1
        call wait --for=condition=Established --timeout=30s --filename "$work/kinds.json" >/dev/null || return 1
    fi
    merge "$work/objects.json" || return 1
    # The list of an earlier release has kinds in it.
    comm -23 "$work/list" "$work/wanted" | sed '/^customresourcedefinition/d' >"$work/leaving"
    while read -r kind space name; do
        say "deleting $kind $name, which the bay no longer has"
        if [ "$space" = - ]; then set --; else set -- --namespace "$space"; fi
        call delete "$kind" "$name" "$@" --ignore-not-found --wait=false </dev/null || return 1
    done <"$work/leaving"
    cp "$work/wanted" "$work/list"
    record "$(cat "$work/digest")"
}

waited=0
until apply; do
    [ "$waited" -lt "${PATIENCE:-120}" ] || give_up 'the add-ons of the bay could not be applied'
    sleep 3
    waited=$((waited + 3))
done
