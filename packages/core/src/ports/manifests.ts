import type { JsonObject } from '../domain/json.js';

/** Manifests as people hand them in. Errors: `invalid-parameter`, naming the field. */
export interface Manifests {
  /** YAML or JSON of one object, bounded in size and depth. */
  parse(text: string): JsonObject;
  /** The text behind an address, where the operator allows the address; bounded in size and time. */
  fetch(url: string, signal: AbortSignal): Promise<string>;
}
