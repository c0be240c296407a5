import { createPrivateKey } from 'node:crypto';
import type { components } from '@magnum-ts/openapi/openstack/key-manager';
import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import { isJsonObject, type JsonValue } from '../../domain/json.js';
import { Secret } from '../../domain/secret.js';
import type { Vault } from '../../ports/certificates.js';
import { undefinedIfMissing } from '../openstack/missing.js';
import { dataOf, type Session } from '../openstack/session.js';

type Container = components['schemas']['Container'];
type SecretType = 'certificate' | 'private' | 'opaque';

/** One part of what rests under a reference: a secret of its own, under the name that containers know it by. */
interface Part {
  readonly name: string;
  readonly type: SecretType;
  readonly payload: string;
}

const DEADLINE_MS = 30_000;
/** Barbican shows this many at most. */
const PAGE = 100;
/** Attempts to delete a container that Barbican lists again each time. */
const MOST_ROUNDS = 20;

/**
 * A vault in Barbican, in the service user's own project: docs/contract/conductor.md#vaults. Everything bears the name of its reference. A key
 * pair is a container of type `certificate`, as other tools know it; anything else is a `generic` one. Barbican knows no unique names: of
 * several of one name, made at the same time, the oldest counts. Errors: `cloud-unavailable`, `cloud-refused`.
 */
export function barbicanVault(session: Pick<Session, 'keyManager'>): Vault {
  const { keyManager } = session;
  const oldest = async (ref: string): Promise<Container | undefined> =>
    (await timely((signal) => findContainers(keyManager, ref, signal)))[0];

  const read = async (container: Container): Promise<Secret | undefined> => {
    const payloads = new Map<string, string>();
    for (const part of container.secret_refs) {
      const text = await undefinedIfMissing(timely((signal) => payloadOf(keyManager, part.secret_ref, signal)));
      // Another process deletes it at the same time.
      if (text === undefined) return undefined;
      payloads.set(part.name, text);
    }
    return joinPayloads(payloads);
  };

  const add = async (ref: string, secret: Secret): Promise<string> => {
    const parts = partsOf(secret);
    const name = nameOf(ref);
    const secretRefs = [];
    for (const part of parts) {
      const body = { name, secret_type: part.type, payload: part.payload, payload_content_type: 'text/plain' } as const;
      const { secret_ref } = await timely((signal) => dataOf(keyManager.POST('/v1/secrets', { body, signal })));
      secretRefs.push({ name: part.name, secret_ref });
    }
    const type = parts.length > 1 ? 'certificate' : 'generic';
    const body = { name, type, secret_refs: secretRefs } as const;
    return (await timely((signal) => dataOf(keyManager.POST('/v1/containers', { body, signal })))).container_ref;
  };

  return {
    get: async (ref) => {
      const container = await oldest(ref);
      return container && read(container);
    },
    put: async (ref, secret) => {
      const own = await add(ref, secret);
      // Younger ones are of a process that puts at the same time: of two, one must stay.
      for (const container of await timely((signal) => findContainers(keyManager, ref, signal))) {
        if (container.container_ref === own) break;
        await timely((signal) => deleteContainer(keyManager, container, signal));
      }
    },
    keep: async (ref, secret) => {
      const known = await oldest(ref);
      if (!known) await add(ref, secret);
      const kept = known ?? (await oldest(ref));
      return (kept && (await read(kept))) ?? secret;
    },
    delete: async (ref) => {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const containers = await timely((signal) => findContainers(keyManager, ref, signal));
        for (const container of containers) await timely((signal) => deleteContainer(keyManager, container, signal));
        // Also those of a creation that died before its container stood.
        const params = { query: { name: nameOf(ref), limit: PAGE } };
        const { secrets } = await timely((signal) => dataOf(keyManager.GET('/v1/secrets', { params, signal })));
        for (const { secret_ref } of secrets) await timely((signal) => deleteSecret(keyManager, secret_ref, signal));
        if (containers.length < PAGE && secrets.length < PAGE) return;
      }
    },
  };
}

type KeyManager = Session['keyManager'];

async function timely<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await underDeadline({ milliseconds: DEADLINE_MS }, work);
  } catch (cause) {
    if (!(cause instanceof DeadlineError)) throw cause;
    throw new DomainError('cloud-unavailable', { message: `Barbican did not answer within ${DEADLINE_MS / 1_000} s.`, cause });
  }
}

function nameOf(ref: string): string {
  return `magnum/${ref}`;
}

/** The oldest first. */
async function findContainers(keyManager: KeyManager, ref: string, signal: AbortSignal): Promise<readonly Container[]> {
  const name = nameOf(ref);
  const { containers } = await dataOf(keyManager.GET('/v1/containers', { params: { query: { name, limit: PAGE } }, signal }));
  return containers.filter((container) => container.name === name).sort((one, other) => keyOf(one).localeCompare(keyOf(other)));
}

function keyOf({ created, container_ref: reference }: Container): string {
  return `${created} ${reference}`;
}

async function payloadOf(keyManager: KeyManager, secretRef: string, signal: AbortSignal): Promise<string> {
  return dataOf(
    keyManager.GET('/v1/secrets/{secret_id}/payload', {
      params: { path: { secret_id: idIn(secretRef) }, header: { Accept: 'text/plain' } },
      parseAs: 'text',
      signal,
    }),
  );
}

async function deleteContainer(keyManager: KeyManager, container: Container, signal: AbortSignal): Promise<void> {
  const path = { container_id: idIn(container.container_ref) };
  await undefinedIfMissing(keyManager.DELETE('/v1/containers/{container_id}', { params: { path }, signal }));
  for (const part of container.secret_refs) await deleteSecret(keyManager, part.secret_ref, signal);
}

async function deleteSecret(keyManager: KeyManager, secretRef: string, signal: AbortSignal): Promise<void> {
  const path = { secret_id: idIn(secretRef) };
  await undefinedIfMissing(keyManager.DELETE('/v1/secrets/{secret_id}', { params: { path }, signal }));
}

/** References carry Barbican's own idea of its address; the catalog's is the one that is used. */
function idIn(reference: string): string {
  return reference.split('/').at(-1) ?? reference;
}

function partsOf(secret: Secret): readonly Part[] {
  const pair = pairIn(secret.reveal());
  if (!pair) return [{ name: 'value', type: 'opaque', payload: Buffer.from(secret.reveal()).toString('base64') }];
  return [
    { name: 'certificate', type: 'certificate', payload: pair.certificate },
    { name: 'private_key', type: 'private', payload: pair.privateKey },
  ];
}

function pairIn(text: string): { readonly certificate: string; readonly privateKey: string } | undefined {
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(text) as JsonValue; // JSON.parse gives JSON
  } catch {
    return undefined;
  }
  if (!isJsonObject(parsed) || Object.keys(parsed).length !== 2) return undefined;
  const { certificate, privateKey } = parsed;
  return typeof certificate === 'string' && typeof privateKey === 'string' ? { certificate, privateKey } : undefined;
}

/** The other way round; keys that another Magnum has encrypted with a passphrase beside them are opened. */
function joinPayloads(payloads: ReadonlyMap<string, string>): Secret {
  const [certificate, key, passphrase] = ['certificate', 'private_key', 'private_key_passphrase'].map((name) =>
    payloads.get(name),
  );
  if (certificate === undefined || key === undefined)
    return new Secret(Buffer.from(payloads.get('value') ?? '', 'base64').toString());
  const privateKey =
    passphrase === undefined ? key : createPrivateKey({ key, passphrase }).export({ type: 'pkcs8', format: 'pem' }).toString();
  return new Secret(JSON.stringify({ certificate: withEnd(certificate), privateKey: withEnd(privateKey) }));
}

/** Barbican strips texts. */
function withEnd(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}
