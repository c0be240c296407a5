import type { JsonObject } from '../../../../../domain/json.js';
import type { Labels } from '../../../../../domain/labels.js';
import type { Option } from '../options.js';
import { auditSettings } from './audit.js';
import { encryptionSettings } from './encryption.js';
import { oidcSettings } from './oidc.js';
import { podSecuritySettings } from './pod-security.js';

/** A document that the API server reads when it starts. */
export interface ApiServerDocument {
  /** The argument that names its file. */
  readonly argument: string;
  /** Name of the file, in a folder that the node's scripts choose. */
  readonly file: string;
  readonly content: JsonObject;
}

/** What labels ask of the API servers of a bay beyond what those of every bay have. Each part is absent where nothing asks for it. */
export interface ApiServerSettings {
  readonly arguments?: readonly Option[];
  readonly documents?: readonly ApiServerDocument[];
  /** Folders of the node that it writes to. */
  readonly folders?: readonly string[];
  /** Whether it checks certificates of an issuer of tokens, for which a node with further authorities makes a file of all of them. */
  readonly checksIssuer?: true;
  /** Whether it encrypts secrets with the key that the control planes of the bay share. */
  readonly encryptsSecrets?: true;
}

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
