import { createHash } from 'node:crypto';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { UsageError } from './errors.js';
import type { Fetch } from './io.js';
import { isSecretHeader, redactParameter, redactSecrets, redactText } from './redact.js';
import { escapeControls, quoteForShell } from './text.js';

/** A fetch that hands each request as a curl command and each response to `write`, with secrets replaced. */
export function createDebugFetch(write: (text: string) => void | Promise<void>, fetch: Fetch): Fetch {
  return async (request) => {
    await write(`${await formatCurl(request.clone())}\n`);
    const response = await fetch(request);
    await write(`${await formatResponse(response.clone())}\n`);
    return response;
  };
}

/** Opens the file of `--debug-file`, which only the user can read; text is appended. Throws UsageError. */
export async function openDebugFile(path: string): Promise<(text: string) => Promise<void>> {
  try {
    await writeFile(path, '', { flag: 'a', mode: 0o600 });
    await chmod(path, 0o600); // the mode of a write applies to new files only
  } catch (error) {
    throw new UsageError(`--debug-file: ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  return (text) => appendFile(path, text);
}

async function formatCurl(request: Request): Promise<string> {
  const headers = [...request.headers]
    .map(([name, value]) => ` -H ${quoteForShell(`${name}: ${maskHeader(name, value)}`)}`)
    .join('');
  const body = await request.text();
  return escapeControls(
    `curl -g -i -X ${request.method} ${quoteForShell(maskUrl(request.url))}${headers}${body ? ` -d ${quoteForShell(redactSecrets(body))}` : ''}`,
  );
}

async function formatResponse(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `< ${name}: ${maskHeader(name, value)}`);
  return escapeControls(
    [`< HTTP ${response.status} ${response.statusText}`, ...headers, redactSecrets(await response.text())].join('\n'),
  );
}

/** The address with its secrets replaced: a password before the host, and secret parameters, also within a command. */
function maskUrl(text: string): string {
  const url = new URL(text);
  const query = [...url.searchParams].map(([name, value]) => [name, redactParameter(name, value)] as const);
  if (query.every(([name, value]) => url.searchParams.get(name) === value)) return redactText(text);
  url.search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
  return redactText(url.toString());
}

/** Replaces a secret by a part of its hash: two tokens remain distinguishable, and neither can be used. */
function maskHeader(name: string, value: string): string {
  if (!isSecretHeader(name)) return redactText(value);
  return `{SHA256}${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
}
