import type { BaySecret } from '../../../../../domain/bay-secrets.js';
import { labelValue, type Labels, type LabelSchema } from '../../../../../domain/labels.js';
import type { ApiServerSettings } from './part.js';

export const ENCRYPTION_LABELS = {
  encryption_at_rest: {
    type: 'boolean',
    default: 'false',
    fixed: true,
    meaning: "Whether Secrets are encrypted before they are written into etcd, with a key of the bay's own.",
  },
} as const satisfies LabelSchema;

/** Arguments of the API server that are set where Secrets are encrypted. */
export const ENCRYPTION_ARGUMENTS: readonly string[] = [
  'encryption-provider-config',
  'encryption-provider-config-automatic-reload',
];

export function encryptsSecrets(labels: Labels): boolean {
  return labelValue(ENCRYPTION_LABELS, labels, 'encryption_at_rest')?.toLowerCase() === 'true';
}

/**
 * The key, which all control planes of the bay share. It is one for as long as the bay lives: with another one, nothing that is in etcd could
 * be read any more. Backups of etcd can be read by every holder of the key.
 */
export const ENCRYPTION_SECRET: BaySecret = {
  name: 'encryption',
  material: 'random-key',
  roles: ['master'],
  isFor: encryptsSecrets,
};

/** The key comes to a control plane when that has enrolled, and is in no settings: its scripts write the document with it. */
export function encryptionSettings(labels: Labels): ApiServerSettings | undefined {
  return encryptsSecrets(labels) ? { encryptsSecrets: true } : undefined;
}
