#!/usr/bin/env python3
# fetch_library.py FOLDER: puts the shared library of Mesos' scheduler driver into the folder, and the libraries of its time that it needs
# and that distributions no longer have. Both come from PyPI, each compared with its checksum. All of Mesos 1.11.0 is in that library:
# it is the only form in which the project published it ready to run.
import hashlib, os, shutil, subprocess, sys, tempfile, warnings, zipfile

warnings.simplefilter("ignore")
MESOS = ("mesos.scheduler", "1.11.0", "4940ebb70894ee004cf8a12b7b66b52a351be1070ec2a4e6f7dae4ec04f8cb61")
# A wheel that brings OpenSSL 1.0.2.
OPENSSL = ("psycopg2-binary", "2.7.7", "df6444f952ca849016902662e1a47abf4fa0678d75f92fd9dd27f20525f809cd")
# What is taken of the wheel, under the names with which the library was linked.
NAMES = {"libssl-": "libssl.so.1.0.0", "libcrypto-": "libcrypto.so.1.0.0"}
LEFT_OUT = ("libsasl2-", "libpq-")


def check(path, expected):
    with open(path, "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    if found != expected:
        sys.exit("%s has the checksum %s, expected %s" % (os.path.basename(path), found, expected))
    return path


def fetch_egg(folder):
    # pip no longer takes eggs.
    from pkg_resources import Requirement
    from setuptools.package_index import PackageIndex
    name, version, _ = MESOS
    index = PackageIndex(index_url=os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple/"), python="2.7", platform="linux-x86_64")
    found = index.fetch_distribution(Requirement.parse("%s==%s" % (name, version)), folder, force_scan=True)
    if found is None:
        sys.exit("PyPI has no egg of %s %s" % (name, version))
    return found.location


def fetch_wheel(folder):
    name, version, _ = OPENSSL
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "27",
                    "--implementation", "cp", "--abi", "cp27mu", "--platform", "manylinux1_x86_64", "-d", folder,
                    "%s==%s" % (name, version)], check=True)
    [wheel] = [entry for entry in os.listdir(folder) if entry.endswith(".whl")]
    return os.path.join(folder, wheel)


def main(target):
    with tempfile.TemporaryDirectory() as work:
        with zipfile.ZipFile(check(fetch_egg(work), MESOS[2])) as egg, open(os.path.join(target, "_scheduler.so"), "wb") as file:
            shutil.copyfileobj(egg.open("mesos/scheduler/_scheduler.so"), file)
        with zipfile.ZipFile(check(fetch_wheel(work), OPENSSL[2])) as wheel:
            for entry in wheel.namelist():
                name = os.path.basename(entry)
                if "/.libs/" not in entry or name.startswith(LEFT_OUT):
                    continue
                with open(os.path.join(target, name), "wb") as file:
                    shutil.copyfileobj(wheel.open(entry), file)
                for prefix, link in NAMES.items():
                    if name.startswith(prefix):
                        shutil.copyfile(os.path.join(target, name), os.path.join(target, link))


main(sys.argv[1])
