import { createHash } from 'node:crypto';
import type { Io } from './io.js';
import { harmless, quoted } from './text.js';

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
/** As PEM, and as a kubeconfig has it. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|(?<=client-key-data: ?)[\w+/=]+/g;

/** A fetch that tells on stderr what goes over the wire, as curl commands, without the secrets in it. */
export function debugging(io: Io): Io['fetch'] {
  return async (request) => {
    io.err(`${await curlOf(request.clone())}\n`);
    const response = await io.fetch(request);
    io.err(`${await answerOf(response.clone())}\n`);
    return response;
  };
}

async function curlOf(request: Request): Promise<string> {
  const headers = [...request.headers].map(([name, value]) => ` -H ${quoted(`${name}: ${masked(name, value)}`)}`).join('');
  const body = await request.text();
  return harmless(
    `curl -g -i -X ${request.method} ${quoted(request.url)}${headers}${body ? ` -d ${quoted(withoutSecrets(body))}` : ''}`,
  );
}

async function answerOf(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `< ${name}: ${masked(name, value)}`);
  return harmless(
    [`< HTTP ${response.status} ${response.statusText}`, ...headers, withoutSecrets(await response.text())].join('\n'),
  );
}

/** Two tokens can be told apart, none can be used. */
function masked(name: string, value: string): string {
  if (!SECRET_HEADERS.has(name.toLowerCase())) return value;
  return `{SHA256}${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
}

export function withoutSecrets(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), hide);
  } catch {
    return text.replace(PRIVATE_KEY, '***');
  }
}

function hide(key: string, value: unknown): unknown {
  // Keystone's bodies have objects under `token` and `password`, whose own fields are looked at in their turn.
  if (SECRET_KEYS.test(key) && typeof value !== 'object') return '***';
  // A token to log in with travels as `{"token": {"id": …}}`.
  if (key === 'token' && typeof value === 'object' && value !== null && 'id' in value) return { ...value, id: '***' };
  return typeof value === 'string' ? value.replace(PRIVATE_KEY, '***') : value;
}
