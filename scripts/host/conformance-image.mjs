// The images that Kubernetes' own conformance tests run, made of Debian's packages: the published ones cannot be downloaded everywhere. One file system, in which
// each of them finds the programs that it is there for, under the names that the tests ask for.
import { spawnSync } from 'node:child_process';
import { linkSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PUBLISHED = 'registry.k8s.io/e2e-test-images';
const BASE_WITHIN = 600_000;
/** agnhost's own image has a shell and these tools; the others are what their names say. */
const PACKAGES = ['bash', 'bind9-dnsutils', 'busybox', 'curl', 'iproute2', 'netcat-openbsd', 'nginx-light'];
const IMAGES = [
  { name: `${PUBLISHED}/agnhost:2.63.0`, changes: ['ENTRYPOINT ["/agnhost"]', 'CMD ["pause"]'] },
  { name: `${PUBLISHED}/busybox:1.37.0-1`, changes: ['CMD ["sh"]'] },
  { name: `${PUBLISHED}/nginx:1.27-0`, changes: ['CMD ["nginx", "-g", "daemon off;"]'] },
  { name: `${PUBLISHED}/glibc-dns-testing:2.0.0`, changes: ['CMD ["sleep", "infinity"]'] },
];

/**
 * Builds them in the local Docker Engine, which keeps what it has built. Returns the path of an archive as `docker save` writes it, in that folder. Throws with
 * the last line of what failed.
 * @param {string} program the program whose link `agnhost` is agnhost
 * @param {string} folder of the caller, who removes it
 * @param {(line: string) => void} log
 */
export async function saveConformanceImages(program, folder, log) {
  const { ensureBaseImage, localDockerClient } = await import('@magnum-ts/core');
  const base = await ensureBaseImage(localDockerClient(), { onProgress: log }, AbortSignal.timeout(BASE_WITHIN));
  const context = mkdtempSync(join(tmpdir(), 'magnum-conformance-image-'));
  try {
    place(program, join(context, 'agnhost'));
    log(`building ${IMAGES.length} images of Debian's packages`);
    for (const { name, changes } of IMAGES) {
      writeFileSync(join(context, 'Dockerfile'), [...fileSystem(base.name), ...changes, ''].join('\n'));
      docker('build', '--quiet', '--tag', name, context);
    }
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  const archive = join(folder, 'images.tar');
  docker('save', '--output', archive, ...IMAGES.map(({ name }) => name));
  return archive;
}

function fileSystem(base) {
  return [
    `FROM ${base}`,
    `RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ${PACKAGES.join(' ')} && rm -rf /var/lib/apt/lists/*`,
    // The published ones are of Alpine and of busybox, whose shell is this one.
    'RUN ln -sf /bin/busybox /bin/sh && ln -s /bin/busybox /usr/bin/wget',
    // The published image serves this folder.
    "RUN sed -i 's|root /var/www/html;|root /usr/share/nginx/html;|' /etc/nginx/sites-available/default",
    'COPY agnhost /agnhost',
  ];
}

function place(program, path) {
  try {
    linkSync(program, path);
  } catch {
    copyFileSync(program, path);
  }
}

function docker(...words) {
  const env = { ...process.env, DOCKER_BUILDKIT: '0' };
  const { status, stderr, stdout, error } = spawnSync('docker', words, { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 });
  if (status === 0) return;
  const last = (stderr || stdout || error?.message || '').trim().split('\n').at(-1);
  throw new Error(`docker ${words[0]} failed: ${last}`);
}
