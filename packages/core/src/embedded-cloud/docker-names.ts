import { createHash } from 'node:crypto';
import type { OwnerLabels } from './backend.js';

/** Labels by which everything that an instance made is found again. */
export const LABEL = {
  instance: 'org.magnum-ts.instance',
  key: 'org.magnum-ts.key',
  stack: 'org.magnum-ts.stack',
  stackName: 'org.magnum-ts.stack-name',
  resource: 'org.magnum-ts.resource',
  project: 'org.magnum-ts.project',
  role: 'org.magnum-ts.role',
  /** Id of the server, as its stack shows it. */
  server: 'org.magnum-ts.server',
} as const;

export type Role = 'network' | 'volume' | 'server' | 'load-balancer';

/** Always the same for the same key: `magnum-<8 of the instance>-<readable>-<8 of the key's hash>`. */
export function dockerName(instance: string, key: string): string {
  const readable = key
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(-24)
    .replace(/^-+/, '')
    .replace(/-+$/, '');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `magnum-${instance.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 8)}-${readable}-${hash}`.toLowerCase();
}

export function labelsOf(
  instance: string,
  part: { readonly key: string; readonly role: Role; readonly owner: OwnerLabels },
): Record<string, string> {
  return {
    [LABEL.instance]: instance,
    [LABEL.key]: part.key,
    [LABEL.role]: part.role,
    [LABEL.stack]: part.owner.stackId,
    [LABEL.stackName]: part.owner.stackName,
    [LABEL.resource]: part.owner.resource,
    [LABEL.project]: part.owner.projectId,
  };
}
