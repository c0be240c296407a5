import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { isDomainError, until } from '@magnum-ts/core/testing';
import { ignitionFilesOf, nodeFilesOf } from '../../packages/core/src/coe/shared/testing/ignition.test-support.js';
import { accountLogin } from '../../packages/core/src/adapters/openstack/trusts.js';
import type { BayFleet } from './bay-fleet.js';
import { ADMIN, SIGNAL, type Cloud } from './cloud.js';

/** With what a node logs in. */
export interface Account {
  readonly id: string;
  readonly password: string;
}

/** A node of a bay, its server, and what that was made with. */
export interface Member {
  readonly name: string;
  readonly serverId: string;
  /** What it got when it enrolled. */
  readonly madeWith: Account;
  /** What proves that it is this node. */
  readonly proof: Readonly<Record<string, string>>;
}

/** Plays what the nodes of bays do with their accounts: their servers boot nothing. */
export class NodeAccounts {
  readonly #cloud: Cloud;
  readonly #bays: BayFleet;
  /** By the server's id: a token is good once. */
  readonly #known = new Map<string, Promise<Pick<Member, 'madeWith' | 'proof'>>>();

  constructor(cloud: Cloud, bays: BayFleet) {
    this.#cloud = cloud;
    this.#bays = bays;
  }

  async membersOf(bay: string): Promise<readonly Member[]> {
    const { body } = await this.#bays.fleet.ask('GET', `/v1/nodes/detail?bay_ident=${bay}`);
    const nodes = body['nodes'] as readonly { readonly name: string; readonly server_id: string }[]; // the contract's list
    return Promise.all(
      nodes.map(async ({ name, server_id: serverId }) => ({ name, serverId, ...(await this.#once(bay, name, serverId)) })),
    );
  }

  /** A token without a scope; undefined where Keystone refuses the account. */
  async logIn({ id, password }: Account): Promise<string | undefined> {
    const login = accountLogin(this.#cloud.deps(), { userId: id, password: new Secret(password) }, undefined);
    try {
      return (await login.token(false, SIGNAL)).secret.reveal();
    } catch (error) {
      if (isDomainError(error, 'cloud-refused')) return undefined;
      throw error;
    }
  }

  /** The node asks until there is another account for it, logs in with that, and tells that it holds it. Returns it. */
  async exchanged(bay: string, { name, madeWith, proof }: Member): Promise<Account> {
    const { fleet } = this.#bays;
    const old = (await this.logIn(madeWith)) ?? '';
    let given: Account | undefined;
    const ask = async (): Promise<boolean> => {
      const { status, body } = await fleet.ask('GET', `/v1/credentials/${bay}`, { token: old, headers: proof });
      expect(status, JSON.stringify(body)).toBe(200);
      if (typeof body['password'] === 'string') given = { id: String(body['user_id']), password: body['password'] };
      return given !== undefined;
    };
    await until(`${name} has got another account`, ask, { withinMs: 60_000 });
    if (!given) throw new Error('no account');
    const token = (await this.logIn(given)) ?? '';
    const confirmed = await fleet.ask('PUT', `/v1/credentials/${bay}/nodes/${name}`, { token, headers: proof });
    expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(204);
    return given;
  }

  #once(bay: string, name: string, serverId: string): Promise<Pick<Member, 'madeWith' | 'proof'>> {
    const known = this.#known.get(serverId) ?? this.#enrolled(bay, name, serverId);
    this.#known.set(serverId, known);
    return known;
  }

  async #enrolled(bay: string, name: string, serverId: string): Promise<Pick<Member, 'madeWith' | 'proof'>> {
    const text = await userDataOf(this.#cloud, serverId);
    const files = text.startsWith('#cloud-config') ? nodeFilesOf(text).files : ignitionFilesOf(text);
    const values: Readonly<Record<string, string>> = JSON.parse(String(files['/etc/magnum/node.json']?.contents ?? '{}'));
    const secret = randomBytes(32).toString('base64url');
    const order = { token: values['enrolment_token'], secret };
    const path = `/v1/credentials/${bay}/nodes/${name}`;
    const { status, body } = await this.#bays.fleet.ask('POST', path, { token: '', body: order });
    expect(status, JSON.stringify(body)).toBe(201);
    return {
      madeWith: { id: String(body['user_id']), password: String(body['password']) },
      proof: { 'X-Magnum-Node': name, 'X-Magnum-Node-Secret': secret },
    };
  }
}

/** User data of a server: Nova shows it to administrators, from microversion 2.3 on. */
export async function userDataOf(cloud: Cloud, serverId: string): Promise<string> {
  const headers = { 'OpenStack-API-Version': 'compute 2.3' };
  const shown = await cloud.call(ADMIN, 'compute', { method: 'GET', path: `/v2.1/servers/${serverId}`, headers });
  const { server } = shown as { readonly server: Readonly<Record<string, string>> }; // Nova's document
  return Buffer.from(server['OS-EXT-SRV-ATTR:user_data'] ?? '', 'base64').toString();
}
