import type { JsonObject } from '../../../../../domain/json.js';
import type { Option } from '../options.js';

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
  /** Whether it checks the certificate of an issuer of tokens. By which authorities is seen on the node alone. */
  readonly checksIssuer?: true;
  /** Whether it encrypts secrets with the key that the control planes of the bay share. */
  readonly encryptsSecrets?: true;
}
