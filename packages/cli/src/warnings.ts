import type { Fetch, Io } from './io.js';
import { printWarning } from './report.js';

/** `299 magnum "text"`; the text may have escaped quotes, and a header several warnings. */
const WARNING = /(?:^|,)\s*\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;

/** A fetch that prints the warnings of answers to stderr, each once: those of errors, and of every call of a command. */
export function createWarningFetch(io: Io, fetch: Fetch): Fetch {
  const printed = new Set<string>();
  return async (request) => {
    const response = await fetch(request);
    for (const text of warningsIn(response.headers.get('warning') ?? '')) {
      if (printed.has(text)) continue;
      printed.add(text);
      printWarning(io, text);
    }
    return response;
  };
}

function warningsIn(header: string): readonly string[] {
  const quoted = [...header.matchAll(WARNING)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
  return quoted.length > 0 || header.trim() === '' ? quoted : [header.trim()];
}
