#!/bin/sh
# Writes the settings of containerd that the bay decides: the first process of pods, registries, proxies. Everything else stays as the
# image has it. kubeadm waits in vain where containerd starts pods with another image than the release's own.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

config=/etc/containerd/config.toml
mkdir -p /etc/containerd/certs.d
image_decides=no
if grep -qs -e '--cgroup-driver' /etc/default/kubelet; then image_decides=yes; fi
if ! grep -qsE '^ *sandbox(_image)? =' "$config"; then
    containerd config default >"$STATE/config.toml"
    sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' "$STATE/config.toml"
    keep "$STATE/config.toml" "$config"
fi
IMAGE_DECIDES=$image_decides python3 - "$config" "$STATE/config.toml" <<'PYTHON'
import json, os, re, sys
source, target = sys.argv[1:3]
values = json.load(open(os.environ["VALUES"]))
wanted = values["kubernetes"]
settings = {r"sandbox(?:_image)?": json.dumps(wanted["pause"]), "config_path": '"/etc/containerd/certs.d"'}
if os.environ["IMAGE_DECIDES"] == "no":
    settings["SystemdCgroup"] = "true" if wanted["cgroup_driver"] == "systemd" else "false"
text = open(source).read()
for name, value in settings.items():
    text = re.sub(r"(?m)^( *%s) = .*$" % name, lambda found: "%s = %s" % (found[1], value), text)
with open(target, "w") as file:
    file.write(text)
insecure = [name for name in (part.strip() for part in values["insecure_registry"].split(",")) if name]
mirrors = {}
for one in wanted.get("registry_mirrors", []):
    mirrors.setdefault(one["registry"], []).append(one["url"])
for name in list(mirrors) + [name for name in insecure if name not in mirrors]:
    # The name becomes part of a path.
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?", name):
        sys.exit("insecure_registry names %s, which is no registry" % json.dumps(name))
    folder = os.path.join("/etc/containerd/certs.d", name)
    os.makedirs(folder, exist_ok=True)
    hosts = [(url, "/v2/" in url + "/", url.split("/")[2] in insecure) for url in mirrors.get(name, [])]
    if name in insecure:
        hosts += [("%s://%s" % (scheme, name), False, True) for scheme in ("https", "http")]
    with open(os.path.join(folder, "hosts.toml"), "w") as file:
        if name not in insecure:
            # The registry itself, where no mirror has the image.
            file.write('server = "https://%s"\n' % ("registry-1.docker.io" if name == "docker.io" else name))
        for url, is_whole, skips in hosts:
            file.write('[host."%s"]\ncapabilities = ["pull", "resolve"]\n' % url)
            # containerd adds /v2 to an address that does not say itself where the registry's API is.
            file.write("override_path = true\n" if is_whole else "")
            file.write("skip_verify = true\n" if skips else "")
PYTHON
if ! cmp -s "$STATE/config.toml" "$config"; then keep "$STATE/config.toml" "$config"; fi
write_proxies containerd.service

wanted=$(cat "$config" /etc/systemd/system/containerd.service.d/magnum-proxy.conf | sha256sum)
if [ "$(cat "$STATE/containerd-running" 2>/dev/null || true)" != "$wanted" ]; then
    systemctl daemon-reload
    systemctl enable --quiet containerd.service
    systemctl restart containerd.service || give_up 'containerd did not start'
    printf '%s' "$wanted" >"$STATE/containerd-running"
fi
