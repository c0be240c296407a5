import type { JsonValue } from '../domain/json.js';

/** The manifest of `[kubernetes] post_install_manifest_url`, as it is behind its address right now. */
export interface FetchedManifest {
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly sha256: string;
  /** Its documents of YAML in their order, one that is empty as null. */
  readonly documents: readonly JsonValue[];
}

export interface PostInstallSource {
  /**
   * Bounded in size, depth and time. Errors: `cloud-unavailable` where there was no answer, or one that may be another at the next try;
   * `invalid-parameter`, naming the option, for everything else.
   */
  fetch(signal: AbortSignal): Promise<FetchedManifest>;
}
