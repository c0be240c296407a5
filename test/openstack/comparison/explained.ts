import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Difference } from './shape.js';

/** A difference that is meant, with its reason. */
export interface Explained {
  readonly subject: string;
  readonly upstream: string;
  readonly here: string;
  readonly why: string;
  /** Where it shows: regular expressions over the whole of the request's id, the place and the two values; any where one is left out. */
  readonly shows: readonly Sign[];
}

interface Sign {
  readonly request?: string;
  readonly at?: string;
  readonly reference?: string;
  readonly ours?: string;
}

export interface Found extends Difference {
  readonly request: string;
}

export function explainedDifferences(): readonly Explained[] {
  // The file has this form, and the tests fail where an entry of it explains nothing.
  return parse(readFileSync(join(import.meta.dirname, 'differences.yaml'), 'utf8')) as readonly Explained[];
}

/** Differences that no entry explains, and signs of entries that no difference shows. */
export function judge(found: readonly Found[], explained: readonly Explained[]) {
  const signs = explained.flatMap(({ subject, shows }) => shows.map((sign) => ({ subject, sign, fits: fitting(sign) })));
  return {
    unexplained: found.filter((one) => !signs.some(({ fits }) => fits(one))),
    unseen: signs.filter(({ fits }) => !found.some(fits)).map(({ subject, sign }) => `${subject}: ${JSON.stringify(sign)}`),
  };
}

function fitting({ request, at, reference, ours }: Sign): (found: Found) => boolean {
  const whole = (pattern: string | undefined) => new RegExp(`^(?:${pattern ?? '.*'})$`, 's');
  const [requests, places, theirs, own] = [whole(request), whole(at), whole(reference), whole(ours)];
  return (found) => requests.test(found.request) && places.test(found.at) && theirs.test(found.reference) && own.test(found.ours);
}
