# The library that every step sources; a driver's own part follows at its end. Values are data: they are read from one JSON file and
# never become part of a script.
# shellcheck shell=sh
set -eu
umask 077
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
VALUES=/etc/magnum/node.json
CREDENTIAL=/etc/magnum/credential.json
SECRET=/etc/magnum/secret
# Private addresses of the bay's control planes, one in a line, as the service named them last.
CONTROL_PLANES=/etc/magnum/control-planes
STATE=/run/magnum
TOKEN=$STATE/token
export VALUES CREDENTIAL SECRET CONTROL_PLANES STATE TOKEN
mkdir -p "$STATE"

# value a.b: prints the text at that path, or nothing where the path does not exist; true and false as these words.
value() {
    python3 -c '
import json, os, sys
found = json.load(open(os.environ["VALUES"]))
for name in sys.argv[1].split("."):
    found = found.get(name) if isinstance(found, dict) else None
sys.stdout.write("" if found is None else found if isinstance(found, str) else json.dumps(found))' "$1"
}

is_true() { [ "$(value "$1")" = true ]; }

say() { printf '%s magnum: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1"; }

# give_up REASON: ends the step. The last line of its standard error becomes the reason in the bay's status.
give_up() { printf '%s\n' "$1" >&2; exit 1; }

# cloud METHOD URL TOKEN-FILE BODY-FILE ANSWER-FILE HEADER-FILE: one request to the cloud; prints the status, 000 without an
# answer. An empty file name means none. Token and body never stand on a command line, where any process could read them. The cloud is
# reached without the bay's proxies, which are for the internet.
cloud() {
    python3 - "$@" <<'PYTHON' | curl --config - || true
import json, os, sys
method, url, token, body, answer, headers = sys.argv[1:7]
values = json.load(open(os.environ["VALUES"]))
def option(name, text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
    print('%s = "%s"' % (name, escaped))
option("url", url)
option("request", method)
option("noproxy", "*")
option("output", answer or "/dev/null")
option("write-out", "%{http_code}")
option("max-time", "60")
option("header", "Accept: application/json")
option("header", "OpenStack-API-Version: container-infra latest")
print("silent")
if token:
    option("header", "X-Auth-Token: " + open(token).read().strip())
    # All nodes of a bay share one account: the secret proves to Magnum which node asks, and is sent to no other service.
    if url.startswith(values["magnum_url"] + "/") and os.path.exists(os.environ["SECRET"]):
        option("header", "X-Magnum-Node: " + values["node_name"])
        option("header", "X-Magnum-Node-Secret: " + open(os.environ["SECRET"]).read().strip())
if body:
    option("header", "Content-Type: application/json")
    option("data-binary", "@" + body)
if headers:
    option("dump-header", headers)
if not values["verify_cloud_ca"]:
    print("insecure")
elif values["cloud_ca"]:
    bundle = os.path.join(os.environ["STATE"], "cloud-ca.pem")
    with open(bundle, "w") as file:
        file.write(values["cloud_ca"])
    option("cacert", bundle)
PYTHON
}

# cloud_until_good WHAT METHOD URL TOKEN BODY ANSWER HEADERS: repeats a request until it succeeds. A refused one is repeated four times;
# one without an answer, or with a server error, for twenty minutes (PATIENCE, in seconds), because the API may be restarting.
cloud_until_good() {
    what=$1
    shift
    pause=1 refusals=0 waited=0
    while :; do
        status=$(cloud "$@")
        case $status in
        2??) return 0 ;;
        4??) refusals=$((refusals + 1)) ;;
        esac
        say "$what: HTTP status ${status:-000}"
        if [ "$refusals" -ge 5 ] || [ "$waited" -ge "${PATIENCE:-1200}" ]; then give_up "$what was answered with HTTP status ${status:-000}"; fi
        sleep "$pause"
        waited=$((waited + pause)) pause=$((pause * 2))
        [ "$pause" -le 30 ] || pause=30
    done
}

# log_in FOLDER CREDENTIAL-FILE: logs in; leaves the token in the folder as `token`.
log_in() {
    python3 - "$1/login" "$2" <<'PYTHON'
import json, os, sys
given = json.load(open(sys.argv[2]))
user = {"id": given["user_id"], "password": given["password"]}
with open(sys.argv[1], "w") as file:
    json.dump({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}, file)
PYTHON
    cloud_until_good 'logging in' POST "$(value auth_url)/auth/tokens" '' "$1/login" '' "$1/headers"
    sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: *//p' "$1/headers" | tr -d '\r\n' >"$1/token"
    rm -f "$1/login" "$1/headers"
}

# keep FILE PATH: replaces PATH in one step. No reader sees half a file, and a server that loses power has either the old or the new one.
keep() { fresh=$(mktemp "$2.XXXXXX") && cat "$1" >"$fresh" && sync "$fresh" && mv -f "$fresh" "$2"; }

# write_proxies UNIT: the bay's proxies as environment of that unit of systemd.
write_proxies() {
    mkdir -p "/etc/systemd/system/$1.d"
    python3 - "/etc/systemd/system/$1.d/magnum-proxy.conf" <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
# systemd reads C escapes inside quotes and doubles its own percent sign; a dollar sign means nothing here.
def quoted(text):
    plain = "".join(c if c.isprintable() else "".join("\\x%02x" % byte for byte in c.encode()) for c in
                    text.replace("\\", "\\\\").replace('"', '\\"'))
    return '"%s"' % plain.replace("%", "%%")
lines = ["[Service]"]
for name in ("http_proxy", "https_proxy", "no_proxy"):
    if values[name]:
        lines += ["Environment=" + quoted(spelling + "=" + values[name]) for spelling in (name, name.upper())]
with open(sys.argv[1], "w") as file:
    file.write("\n".join(lines) + "\n")
PYTHON
}
