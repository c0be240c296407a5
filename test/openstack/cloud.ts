import { afterAll, describe, test } from 'vitest';
import { Secret, silentLogger } from '@magnum-ts/core';
import { systemClock, systemRandom } from '@magnum-ts/core/testing';
import { openstackAt, startOpenstack, type Openstack } from '../../scripts/host/openstack.mjs';
import {
  passwordLogin,
  type IssuedToken,
  type Scope,
  type TokenSource,
} from '../../packages/core/src/adapters/openstack/auth.js';
import { endpointIn, originOf, type Neighbour } from '../../packages/core/src/adapters/openstack/catalog.js';
import { openSession, type Session, type SessionDeps } from '../../packages/core/src/adapters/openstack/session.js';
import { wireTo } from '../../packages/core/src/adapters/openstack/wire.js';

export const SIGNAL = new AbortController().signal;
export const wire = wireTo({});

const DEFAULT = { name: 'Default' };
const CHOICE = { region: 'RegionOne', interface: 'public' } as const;

/** What a neighbour shows of a thing it made. */
export type Made = { readonly id: string } & Readonly<Record<string, unknown>>;

/** A user that the scripts have made, with its project. */
export interface Person {
  readonly user: string;
  readonly project: string;
}

export const DEMO: Person = { user: 'demo', project: 'demo' };
export const ADMIN: Person = { user: 'admin', project: 'admin' };

/** The OpenStack of a test file, and ways into it. */
export class Cloud {
  readonly openstack: Openstack;

  constructor(openstack: Openstack) {
    this.openstack = openstack;
  }

  deps(change: Partial<SessionDeps> = {}): SessionDeps {
    return {
      wire,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      keystone: this.openstack.keystone,
      service: this.login('magnum', 'service'),
      choice: () => CHOICE,
      ...change,
    };
  }

  login(user: string, project: string): TokenSource {
    return this.loginWith(user, { project: { name: project, domain: DEFAULT } });
  }

  loginWith(user: string, scope: Scope | undefined, domain = 'Default'): TokenSource {
    return passwordLogin(
      { wire, clock: systemClock },
      {
        keystone: this.openstack.keystone,
        user: { name: user, domain: { name: domain } },
        password: () => Promise.resolve(new Secret(this.openstack.password)),
        scope,
        as: user,
        refusedAs: 'cloud-refused',
      },
    );
  }

  async tokenOf(user: string, project: string): Promise<IssuedToken> {
    return this.login(user, project).token(false, SIGNAL);
  }

  /** Calls under a person's own rights. */
  sessionOf(user: string, project: string): Session {
    return openSession(this.deps(), this.login(user, project));
  }

  /** Calls as the administrator of the domain in which the accounts of bays live. */
  trusteeAdmin(): { readonly login: TokenSource; readonly session: Session } {
    const login = this.loginWith('magnum_domain_admin', { domain: { name: 'magnum' } }, 'magnum');
    return { login, session: openSession(this.deps(), login) };
  }

  /** What a person may do in a project. */
  async accessOf(user: string, project: string) {
    const { secret, document } = await this.tokenOf(user, project);
    return {
      projectId: document.project?.id ?? '',
      userId: document.user.id,
      credential: { kind: 'token', token: secret },
    } as const;
  }

  /** What people and workloads make in the cloud, beside the service; `call` with POST and its answer without the wrapping. */
  async madeBy(who: Person, neighbour: Neighbour, path: string, body: object): Promise<Made> {
    const answer = (await this.call(who, neighbour, { method: 'POST', path, body })) as Record<string, Made>; // each wraps what it made in its kind
    const made = Object.values(answer)[0];
    if (!made) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`);
    return made;
  }

  /** A call that the service itself never makes. `{project_id}` in the path stands for the person's project. Throws on every refusal. */
  async call(
    who: Person,
    neighbour: Neighbour,
    asked: {
      readonly method: string;
      readonly path: string;
      readonly body?: object;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<unknown> {
    const { secret, document } = await this.tokenOf(who.user, who.project);
    const origin = originOf(endpointIn(document.catalog ?? [], neighbour, CHOICE) ?? '');
    const reply = await wire(
      {
        method: asked.method,
        url: `${origin}${asked.path.replace('{project_id}', document.project?.id ?? '')}`,
        headers: { ...asked.headers, 'content-type': 'application/json', 'x-auth-token': secret.reveal() },
        body: asked.body && JSON.stringify(asked.body),
      },
      SIGNAL,
    );
    if (reply.status >= 300) throw new Error(`${asked.method} ${asked.path}: ${reply.status} ${reply.text}`);
    return JSON.parse(reply.text || '{}');
  }

  /** Of clients on a command line: nothing but credentials, because the catalog says where Magnum is. */
  environmentOf(user: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.openstack.folder,
      LANG: 'C.UTF-8',
      // python-openstackclient asks which shell its output is for.
      SHELL: '/bin/sh',
      OS_AUTH_URL: `${this.openstack.keystone}/v3`,
      OS_IDENTITY_API_VERSION: '3',
      OS_USERNAME: user,
      OS_PASSWORD: this.openstack.password,
      OS_PROJECT_NAME: user,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'RegionOne',
    };
  }

  /** What `magnum.conf` says for this cloud. */
  config(more: readonly string[] = []): readonly string[] {
    return [
      '[keystone_authtoken]',
      `auth_url = ${this.openstack.keystone}/v3`,
      `www_authenticate_uri = ${this.openstack.keystone}/v3`,
      'username = magnum',
      `password = ${this.openstack.password}`,
      'project_name = service',
      'user_domain_name = Default',
      'project_domain_name = Default',
      'region_name = RegionOne',
      'token_cache_time = 2',
      '[trust]',
      'trustee_domain_name = magnum',
      'trustee_domain_admin_name = magnum_domain_admin',
      `trustee_domain_admin_password = ${this.openstack.password}`,
      ...more,
    ];
  }
}

/**
 * A suite over a real OpenStack: the one that `MAGNUM_TEST_OPENSTACK` names, or one of its own. Await it at the file's top level.
 * Where none can be had, CI fails; elsewhere the reason is printed and the suite is skipped.
 */
export async function withOpenstack(name: string, suite: (cloud: Cloud) => void): Promise<void> {
  const folder = process.env['MAGNUM_TEST_OPENSTACK'];
  if (folder) return void describe(name, () => suite(new Cloud(openstackAt(folder))));
  try {
    const openstack = await startOpenstack({ log: (line) => void process.stdout.write(`${line}\n`) });
    afterAll(() => openstack.stop());
    describe(name, () => suite(new Cloud(openstack)));
  } catch (error) {
    if (process.env['CI']) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stdout.write(`skipped: ${name}: ${reason}\n`);
    describe.skip(`${name} (skipped: ${reason})`, () => void test('needs an OpenStack', () => undefined));
  }
}
