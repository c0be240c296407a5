"""fill_store.py FOLDER: fills containerd's store of this image with the images of a cluster.

They are in FOLDER/images.tar where they could be had from their registries. Otherwise they are made here of FOLDER/program: one layer
for all of them (the programs, busybox, the packet filter's tools), with FOLDER/images.json saying which names it gets and what each
runs. Nothing is unpacked: a node does that once, when it starts its first container; here no file system could be mounted.
"""

import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import tarfile
import time

PARTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'etcd', 'etcdctl', 'kubectl', 'agnhost']
FILTERS = [f'{family}{end}' for family in ('iptables', 'ip6tables') for end in ('', '-save', '-restore')]
INSTALL_CONF = '#!/bin/sh\n# install-conf FROM TO: nobody reads half a file.\nset -eu\ncp "$1" "$2.new"\nmv "$2.new" "$2"\n'
PATH = '/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin'
CONFIG = 'disabled_plugins = ["io.containerd.grpc.v1.cri"]\nversion = 2\n'
READY_WITHIN = 60


class Layer:
    """A layer as a tar archive: the same content gives the same bytes."""

    def __init__(self, path):
        self.tar = tarfile.open(path, 'w', format=tarfile.PAX_FORMAT)
        self.known = set()

    def _add(self, name, kind, mode, content=None, size=0, target=''):
        if name in self.known:
            return
        self.known.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.size, entry.linkname = kind, mode, size, target
        self.tar.addfile(entry, content)

    def folder(self, name, mode=0o755):
        self._add(name, tarfile.DIRTYPE, mode)

    def link(self, name, target):
        self._add(name, tarfile.SYMTYPE, 0o777, target=target)

    def text(self, name, text, mode=0o644):
        data = text.encode()
        self._add(name, tarfile.REGTYPE, mode, io.BytesIO(data), len(data))

    def file(self, source, name, mode=0o755):
        with open(source, 'rb') as content:
            self._add(name, tarfile.REGTYPE, mode, content, os.path.getsize(source))

    def program(self, source, name):
        """A program and the libraries that it is linked with."""
        self.file(source, name)
        for line in subprocess.run(['ldd', source], capture_output=True, text=True).stdout.splitlines():
            for word in line.split():
                if word.startswith('/'):
                    self.file(word, 'usr' + word.removeprefix('/usr'))


def fill(layer, program):
    for name in ('usr', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'usr/local', 'usr/local/bin', 'etc', 'etc/ssl', 'etc/ssl/certs',
                 'opt', 'opt/bin', 'var', 'var/lib', 'run', 'root', 'proc', 'sys', 'dev'):
        layer.folder(name)
    layer.folder('tmp', 0o1777)
    for name in ('bin', 'sbin', 'lib', 'lib64'):
        layer.link(name, f'usr/{name}')
    layer.text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n')
    layer.text('etc/group', 'root:x:0:\nnogroup:x:65534:\n')
    layer.file(os.path.realpath('/etc/ssl/certs/ca-certificates.crt'), 'etc/ssl/certs/ca-certificates.crt', 0o644)
    layer.file(f'{program}/kubernetes', 'usr/local/bin/kubernetes')
    for name in PARTS:
        layer.link(f'usr/local/bin/{name}', 'kubernetes')
    layer.link('agnhost', 'usr/local/bin/agnhost')
    layer.link('opt/bin/flanneld', '/usr/local/bin/kubernetes')
    layer.text('opt/bin/install-conf', INSTALL_CONF, 0o755)
    for source, name in (('coredns', 'coredns'), ('pause', 'pause'), ('flannel-cni', 'flannel'),
                         ('metrics-server', 'metrics-server')):
        layer.file(f'{program}/{source}', name)
    layer.program('/usr/sbin/xtables-nft-multi', 'usr/sbin/xtables-nft-multi')
    for name in FILTERS:
        layer.link(f'usr/sbin/{name}', 'xtables-nft-multi')
    extensions = subprocess.run(['sh', '-c', 'echo /usr/lib/*/xtables'], capture_output=True, text=True).stdout.strip()
    for name in sorted(os.listdir(extensions)):
        layer.program(f'{extensions}/{name}', f'{extensions[1:]}/{name}')
    layer.program('/usr/sbin/conntrack', 'usr/sbin/conntrack')
    layer.file(os.path.realpath('/bin/busybox'), 'usr/bin/busybox')
    applets = subprocess.run(['/bin/busybox', '--list'], capture_output=True, text=True).stdout.split()
    for name in applets:
        layer.link(f'usr/bin/{name}', 'busybox')
    layer.tar.close()


def digest_of(path):
    total = hashlib.sha256()
    with open(path, 'rb') as content:
        while block := content.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def make_images(folder, images):
    """An OCI image layout in `folder`: every name is a manifest of its own over the one layer."""
    blobs = f'{folder}/blobs/sha256'
    os.makedirs(blobs)
    fill(Layer(f'{folder}/layer'), sys.argv[1] + '/program')
    layer = digest_of(f'{folder}/layer')
    size = os.path.getsize(f'{folder}/layer')
    os.rename(f'{folder}/layer', f'{blobs}/{layer}')

    def blob(kind, content):
        data = json.dumps(content, sort_keys=True).encode()
        name = hashlib.sha256(data).hexdigest()
        with open(f'{blobs}/{name}', 'wb') as file:
            file.write(data)
        return {'mediaType': kind, 'digest': f'sha256:{name}', 'size': len(data)}

    machine = {'x86_64': 'amd64', 'aarch64': 'arm64'}[platform.machine()]
    manifests = []
    for image in images:
        config = blob('application/vnd.oci.image.config.v1+json', {
            'architecture': machine,
            'os': 'linux',
            'config': {'Env': [f'PATH={PATH}'], 'Entrypoint': image.get('entrypoint'), 'Cmd': image.get('command')},
            'rootfs': {'type': 'layers', 'diff_ids': [f'sha256:{layer}']},
        })
        kind = 'application/vnd.oci.image.manifest.v1+json'
        manifest = blob(kind, {
            'schemaVersion': 2,
            'mediaType': kind,
            'config': config,
            'layers': [{'mediaType': 'application/vnd.oci.image.layer.v1.tar', 'digest': f'sha256:{layer}', 'size': size}],
        })
        platform_of = {'architecture': machine, 'os': 'linux'}
        manifests.append({**manifest, 'platform': platform_of, 'annotations': {'io.containerd.image.name': image['name']}})
    with open(f'{folder}/index.json', 'w') as file:
        json.dump({'schemaVersion': 2, 'manifests': manifests}, file)
    with open(f'{folder}/oci-layout', 'w') as file:
        json.dump({'imageLayoutVersion': '1.0.0'}, file)


def import_from(archive):
    with open('/tmp/containerd.toml', 'w') as file:
        file.write(CONFIG)
    with open('/tmp/containerd.log', 'w') as log:
        server = subprocess.Popen(['containerd', '--config', '/tmp/containerd.toml'], stdout=log, stderr=log)
    try:
        end = time.monotonic() + READY_WITHIN
        while subprocess.run(['ctr', 'version'], capture_output=True).returncode != 0:
            if server.poll() is not None or time.monotonic() > end:
                raise SystemExit('containerd did not start:\n' + open('/tmp/containerd.log').read()[-2000:])
            time.sleep(0.2)
        subprocess.run(['ctr', '-n', 'k8s.io', 'images', 'import', '--no-unpack', '-'], stdin=archive, check=True)
    finally:
        server.terminate()
        server.wait()
        for name in ('containerd.toml', 'containerd.log'):
            os.remove(f'/tmp/{name}')


def main():
    folder = sys.argv[1]
    if os.path.exists(f'{folder}/images.tar'):
        with open(f'{folder}/images.tar', 'rb') as archive:
            import_from(archive)
        return
    with open(f'{folder}/images.json') as file:
        images = json.load(file)
    layout = '/tmp/layout'
    make_images(layout, images)
    packing = subprocess.Popen(['tar', '-C', layout, '-c', '.'], stdout=subprocess.PIPE)
    import_from(packing.stdout)
    if packing.wait() != 0:
        raise SystemExit('the images could not be packed')
    subprocess.run(['rm', '-rf', layout], check=True)


main()
