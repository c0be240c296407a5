import { createHash } from 'node:crypto';
import type { Io } from './io.js';
import { escapeControls, quoteForShell } from './text.js';

const SECRET_HEADERS = new Set([
  'x-auth-token',
  'x-subject-token',
  'x-service-token',
  'authorization',
  'cookie',
  'set-cookie',
  'proxy-authorization',
]);
const SECRET_KEYS =
  /^(password|adminpass|secret|token|id_token|access_token|refresh_token|private_key|key|passcode|trustee_password|ssh_authorized_key)$/i;
/** Private keys in PEM, and in base64 as in a kubeconfig. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|(?<=client-key-data: ?)[\w+/=]+/g;

/** A fetch that prints each request as a curl command and each response to stderr, with secrets replaced. */
export function createDebugFetch(io: Io): Io['fetch'] {
  return async (request) => {
    io.err(`${await formatCurl(request.clone())}\n`);
    const response = await io.fetch(request);
    io.err(`${await formatResponse(response.clone())}\n`);
    return response;
  };
}

async function formatCurl(request: Request): Promise<string> {
  const headers = [...request.headers]
    .map(([name, value]) => ` -H ${quoteForShell(`${name}: ${maskHeader(name, value)}`)}`)
    .join('');
  const body = await request.text();
  return escapeControls(
    `curl -g -i -X ${request.method} ${quoteForShell(request.url)}${headers}${body ? ` -d ${quoteForShell(redactSecrets(body))}` : ''}`,
  );
}

async function formatResponse(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `< ${name}: ${maskHeader(name, value)}`);
  return escapeControls(
    [`< HTTP ${response.status} ${response.statusText}`, ...headers, redactSecrets(await response.text())].join('\n'),
  );
}

/** Replaces a secret by a part of its hash: two tokens remain distinguishable, and neither can be used. */
function maskHeader(name: string, value: string): string {
  if (!SECRET_HEADERS.has(name.toLowerCase())) return value;
  return `{SHA256}${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
}

export function redactSecrets(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), redactField);
  } catch {
    return text.replace(PRIVATE_KEY, '***');
  }
}

function redactField(key: string, value: unknown): unknown {
  // Keystone's bodies have objects under `token` and `password`; their own fields are checked one by one.
  if (SECRET_KEYS.test(key) && typeof value !== 'object') return '***';
  // A login by token sends `{"token": {"id": …}}`.
  if (key === 'token' && typeof value === 'object' && value !== null && 'id' in value) return { ...value, id: '***' };
  return typeof value === 'string' ? value.replace(PRIVATE_KEY, '***') : value;
}
