import type { Manifests } from '../../ports/manifests.js';
import { fetchManifest, type FetchRules } from './fetch.js';
import { parseManifest } from './parse.js';

export function manifests(rules: FetchRules): Manifests {
  return { parse: parseManifest, fetch: (url, signal) => fetchManifest(rules, url, signal) };
}

/** Nothing is fetched from anywhere. */
export const NO_FETCHING: FetchRules = { hosts: [], allowPlain: false, allowPrivate: false };
