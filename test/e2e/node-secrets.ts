import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inside, nodeContainer } from './docker.js';

/** A secret that lies on a node, and where. */
export interface NodeSecret {
  readonly path: string;
  readonly text: string;
}

/** Prints a path and a text for each secret: of private keys the first line of their content, which no other key has. */
const LIST = `
find /etc/kubernetes /var/lib/kubelet/pki /etc/magnum -type f | while read -r file; do
  echo "$file $(sed -n '/PRIVATE KEY/{n;p;q}' "$file")"
done
for file in /etc/magnum/secret /run/magnum/token /etc/kubernetes/pki/encryption.key; do [ ! -e "$file" ] || echo "$file $(cat "$file")"; done
python3 -c 'import json; print("/etc/magnum/credential.json", json.load(open("/etc/magnum/credential.json"))["password"])'`;

/** All that a node has and nothing else may hold: private keys, the password of the account of the nodes, the secret of this one, its token. */
export async function secretsOn(instance: string, node: string): Promise<readonly NodeSecret[]> {
  return (await inside(instance, node, 'sh', '-c', LIST)).split('\n').flatMap((line) => {
    const [path = '', text = ''] = line.split(' ');
    return text.length >= 16 ? [{ path: `${node}:${path}`, text }] : [];
  });
}

/** Where of the node's own logs, its user data and what Docker shows of its container those texts are. */
export async function findOnNode(instance: string, node: string, secrets: readonly NodeSecret[]): Promise<readonly string[]> {
  const container = await nodeContainer(instance, node);
  const shown = findIn(`container of ${node}`, JSON.stringify(await container.inspect()), secrets);
  const logs = await inside(
    instance,
    node,
    'sh',
    '-c',
    'journalctl --no-pager --all; cat /var/log/*.log; find /var/log/pods /var/log/containers /var/log/kubernetes -type f -exec cat {} + 2>/dev/null; true',
  );
  const userData = await inside(instance, node, 'sh', '-c', 'cat /var/lib/cloud/instance/user-data.txt');
  return [...shown, ...findIn(`logs of ${node}`, logs, secrets), ...findIn(`user data of ${node}`, userData, secrets)];
}

/** In which files of a folder, as they are on the disk, those texts are. */
export function findInFiles(folder: string, secrets: readonly NodeSecret[]): readonly string[] {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    return findIn(path, readFileSync(path, 'latin1'), secrets);
  });
}

/** Which of the secrets a text contains, plainly or in base64. */
export function findIn(where: string, text: string, secrets: readonly NodeSecret[]): readonly string[] {
  return secrets
    .filter((secret) => forms(secret.text).some((form) => text.includes(form)))
    .map(({ path }) => `${path} is in ${where}`);
}

/** A text in base64 has one of three forms, by its place; their ends depend on what stands beside it. */
function forms(text: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(' '.repeat(shift) + text).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [text, ...inBase64];
}
