import type { Manifests } from '../../ports/manifests.js';
import { fetchManifest } from './fetch.js';
import type { FetchRules } from './fetch-bytes.js';
import { parseManifest } from './parse.js';

export function manifests(rules: FetchRules): Manifests {
  return { parse: parseManifest, fetch: (url, signal) => fetchManifest(rules, url, signal) };
}

/** Nothing is fetched from anywhere. */
export const NO_FETCHING: FetchRules = { hosts: [], allowPlain: false, allowPrivate: false };
