import { describe, test } from 'vitest';
import { passwordLogin } from '../../packages/core/src/adapters/openstack/auth.js';
import { openSession, type Session, type SessionDeps } from '../../packages/core/src/adapters/openstack/session.js';
import { endpointIn, NEIGHBOURS, originOf, type Neighbour } from '../../packages/core/src/adapters/openstack/catalog.js';
import { wireTo } from '../../packages/core/src/adapters/openstack/wire.js';
import { silentLogger } from '../../packages/core/src/adapters/system/logger.js';
import { systemClock } from '../../packages/core/src/adapters/system/clock.js';
import { systemRandom } from '../../packages/core/src/adapters/system/random.js';
import { Secret } from '../../packages/core/src/domain/secret.js';

/**
 * Tests that need more of an OpenStack than the project's own scripts start (Barbican, Cinder, Octavia) go to the one whose Keystone
 * is named here, where it has them.
 */
const KEYSTONE = process.env['MAGNUM_TEST_WHOLE_OPENSTACK'] ?? 'http://127.0.0.1:5000';
const PASSWORD = process.env['MAGNUM_TEST_WHOLE_OPENSTACK_PASSWORD'] ?? 'lab';
const DEFAULT = { name: 'Default' };

export const SIGNAL = new AbortController().signal;

function login(user: string, project: string) {
  return passwordLogin(
    { wire: wireTo({}), clock: systemClock },
    {
      keystone: KEYSTONE,
      user: { name: user, domain: DEFAULT },
      password: () => Promise.resolve(new Secret(PASSWORD)),
      scope: { project: { name: project, domain: DEFAULT } },
      as: user,
      refusedAs: 'cloud-refused',
    },
  );
}

export function deps(change: Partial<SessionDeps> = {}): SessionDeps {
  return {
    wire: wireTo({}),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    keystone: KEYSTONE,
    service: login('magnum', 'service'),
    choice: () => ({ region: undefined, interface: 'public' }),
    ...change,
  };
}

/** Calls under a person's own rights. */
export function sessionOf(user: string, project: string): Session {
  return openSession(deps(), login(user, project));
}

/** What a person may do in a project. */
export async function accessOf(user: string, project: string) {
  const { secret, document } = await login(user, project).token(false, SIGNAL);
  return {
    projectId: document.project?.id ?? '',
    userId: document.user.id,
    credential: { kind: 'token', token: secret },
  } as const;
}

/** A suite over neighbours; where one is not there, the reason is printed and the suite is skipped. Await it at the file's top level. */
export async function withNeighbours(name: string, needed: readonly Neighbour[], suite: () => void): Promise<void> {
  const reason = await whyNot(needed);
  if (reason === undefined) return void describe(name, suite);
  process.stdout.write(`skipped: ${name}: ${reason}\n`);
  describe.skip(`${name} (skipped: ${reason})`, () => void test('needs its neighbours', () => undefined));
}

async function whyNot(needed: readonly Neighbour[]): Promise<string | undefined> {
  try {
    const session = openSession(deps());
    for (const neighbour of needed) {
      if (!(await session.has(neighbour, AbortSignal.timeout(20_000))))
        return `${KEYSTONE} knows no ${NEIGHBOURS[neighbour].name}`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A call that the service itself never makes: what people and workloads make in the cloud. Returns the answer's body. */
export async function madeBy(
  user: string,
  project: string,
  neighbour: Neighbour,
  path: string,
  body: object,
  method = 'POST',
): Promise<Made> {
  const { secret, document } = await login(user, project).token(false, SIGNAL);
  const origin = originOf(endpointIn(document.catalog ?? [], neighbour, { region: undefined, interface: 'public' }) ?? '');
  const reply = await wireTo({})(
    {
      method,
      url: `${origin}${path.replace('{project_id}', document.project?.id ?? '')}`,
      headers: { 'content-type': 'application/json', 'x-auth-token': secret.reveal() },
      body: JSON.stringify(body),
    },
    SIGNAL,
  );
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  const answer = JSON.parse(reply.text) as Record<string, Made>; // each wraps what it made in its kind
  const made = method === 'POST' ? Object.values(answer)[0] : { id: '' };
  if (!made) throw new Error(`POST ${path}: ${reply.text}`);
  return made;
}

/** What a neighbour shows of a thing it made. */
export type Made = { readonly id: string } & Readonly<Record<string, unknown>>;
