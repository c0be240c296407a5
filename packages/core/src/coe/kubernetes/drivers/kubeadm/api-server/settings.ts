import type { JsonObject } from '../../../../../domain/json.js';
import type { Labels } from '../../../../../domain/labels.js';
import { auditSettings } from './audit.js';
import { encryptionSettings } from './encryption.js';
import { oidcSettings } from './oidc.js';
import type { ApiServerSettings } from './part.js';
import { podSecuritySettings } from './pod-security.js';

/*
 * The scripts of control planes get this as data. They write the documents as they are, and add arguments and volumes to kubeadm's
 * configuration: a text of a caller stays a value from the label to the manifest of the API server.
 */
export function apiServerSettings(labels: Labels): JsonObject {
  const parts = [oidcSettings(labels), auditSettings(labels), encryptionSettings(labels), podSecuritySettings(labels)].filter(
    (part) => part !== undefined,
  );
  const all = <T>(of: (part: ApiServerSettings) => readonly T[] | undefined): readonly T[] =>
    parts.flatMap((part) => of(part) ?? []);
  const settings = {
    arguments: all((part) => part.arguments).map((option) => ({ ...option })),
    documents: all((part) => part.documents).map((document) => ({ ...document })),
    folders: all((part) => part.folders),
    checks_issuer: parts.some((part) => part.checksIssuer),
    encrypts_secrets: parts.some((part) => part.encryptsSecrets),
  };
  // A bay that asks for nothing has the settings that it always had.
  return parts.length === 0 ? {} : { api_server: settings };
}
