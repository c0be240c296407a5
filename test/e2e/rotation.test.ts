import { setTimeout as sleep } from 'node:timers/promises';
import { ensureHelloImage, HELLO_IMAGE } from '@magnum-ts/core';
import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { rowsOf } from './database.js';
import { DevProcess } from './dev-process.js';
import { aHive } from './hive.js';
import { docker, dockerForTests, inside, removeOwned } from './docker.js';
import { askOverTls, certificateOf, clientRequest, strictVerdict, type Answer, type KeyPair } from './tls.js';

const available = await dockerForTests('test/e2e/rotation.test.ts');

/** A client that asks every node's engine again and again, and keeps count. */
class Persistent {
  readonly #refusals: { readonly at: number; readonly words: string }[] = [];
  answers = 0;
  #goesOn = true;
  readonly #work: Promise<void>;

  constructor(hosts: readonly string[], ca: string, client: KeyPair) {
    this.#work = this.#ask(hosts, ca, client);
  }

  async #ask(hosts: readonly string[], ca: string, client: KeyPair): Promise<void> {
    while (this.#goesOn) {
      for (const host of hosts) {
        const answer = await askOverTls(host, 2375, ca, client);
        if ('version' in answer) this.answers += 1;
        else this.#refusals.push({ at: Date.now(), words: `${new Date().toISOString()} ${host}: ${answer.refused}` });
      }
      await sleep(20);
    }
  }

  /** What it was refused before that time, milliseconds since 1970. */
  refusals(before = Infinity): readonly string[] {
    return this.#refusals.filter(({ at }) => at < before).map(({ words }) => words);
  }

  async stop(): Promise<void> {
    this.#goesOn = false;
    await this.#work;
  }
}

/** One bay gets another authority while clients work; the tests run in this order. */
describe.skipIf(!available)('another certificate authority for a running bay', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '2000', MAGNUM_ROTATION_OVERLAP_MS: '8000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let hosts: readonly string[] = [];
  let old: { readonly ca: string; readonly client: KeyPair };
  let fresh: { readonly ca: string; readonly client: KeyPair };

  beforeAll(async () => {
    await ensureHelloImage(docker, { onProgress: (line) => console.info(line) }, AbortSignal.timeout(900_000));
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    const bay = await aHive(magnum);
    bayId = bay.uuid;
    hosts = [...bay.master_addresses, ...bay.node_addresses];
    old = { ca: (await magnum.certificates.get(bayId)).pem, client: await signedClient() };
  }, 960_000);
  afterAll(() => server.destroy(removeOwned), 60_000);

  /** When the phase began, as the bay's story tells it in whole seconds. */
  const phase = (words: string): Promise<number> =>
    until(
      `phase: ${words}`,
      async () => {
        const events = await magnum.bays.events(bayId).toArray();
        const found = events.find(
          ({ reason }) => reason?.startsWith('Rotation of the certificate authority:') && reason.includes(words),
        );
        return found && Date.parse(found.at);
      },
      { withinMs: 60_000, everyMs: 300 },
    );

  test('refuses no client meanwhile, and containers go on running', async () => {
    await server.cli('dev', 'load-image', HELLO_IMAGE, '--bay', 'hive');
    await magnum.containers.create({ bay_uuid: bayId, name: 'worker', image: HELLO_IMAGE });
    await magnum.containers.start('worker');
    const before = await engineStarts();
    const withOldFiles = new Persistent(hosts, old.ca, old.client);
    await magnum.certificates.rotate(bayId);
    expect(await magnum.bays.get(bayId)).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
    await phase('both authorities are accepted');
    const bundle = (await magnum.certificates.get(bayId)).pem;
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(bundle).toContain(old.ca.trim());
    fresh = { ca: bundle, client: await signedClient() };
    const withFreshFiles = new Persistent(hosts, fresh.ca, fresh.client);
    // Who has fetched the new authority's certificate, but keeps the old client certificate for now.
    const inBetween = new Persistent(hosts, bundle, old.client);
    const issued = await phase('nodes get certificates');
    await withOldFiles.stop();
    const dropped = await phase('stop trusting');
    await inBetween.stop();
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 120_000 });
    // Clients go on asking for a while after the rotation: nothing may be refused then either.
    await sleep(1_000);
    await withFreshFiles.stop();
    expect(bay).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect({
      old: withOldFiles.refusals(issued),
      between: inBetween.refusals(dropped),
      fresh: withFreshFiles.refusals(),
    }).toEqual({ old: [], between: [], fresh: [] });
    for (const client of [withOldFiles, withFreshFiles, inBetween]) expect(client.answers).toBeGreaterThan(20);
    console.info(`answers without a refusal: ${withOldFiles.answers}, ${inBetween.answers}, ${withFreshFiles.answers}`);
    expect(await engineStarts()).toEqual(before);
    expect((await magnum.containers.get('worker')).status).toBe('Running');
  }, 400_000);

  test('then only the new authority counts, on both sides', async () => {
    const { pem } = await magnum.certificates.get(bayId);
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    for (const host of hosts) {
      expect(await askOverTls(host, 2375, pem, fresh.client)).toHaveProperty('version');
      expect(await askOverTls(host, 2375, pem, old.client)).toEqual({
        refused: expect.stringMatching(/unknown ca|alert/i) as string,
      });
      expect(await askOverTls(host, 2375, old.ca, fresh.client)).toHaveProperty('refused');
      expect(await strictVerdict(pem, await certificateOf(host, 2375), host)).toContain('OK');
    }
  }, 60_000);

  test('the service itself works with the bay, and a new node joins', async () => {
    await magnum.bays.update(bayId, { node_count: 2 });
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 150_000 });
    expect(bay).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 2 });
    const health = async (): Promise<unknown> => (await rowsOf(server, 'bay', { uuid: bayId }))[0]?.['health_status'];
    await until('the bay is healthy', async () => (await health()) === 'HEALTHY', { withinMs: 30_000, everyMs: 300 });
    const { pem } = await magnum.certificates.get(bayId);
    const answers: Answer[] = [];
    for (const host of bay.node_addresses) answers.push(await askOverTls(host, 2375, pem, fresh.client));
    expect(answers).toEqual(Array(2).fill({ version: expect.any(String) as string }));
  }, 200_000);

  async function signedClient(): Promise<KeyPair> {
    const { key, csr } = await clientRequest();
    return { key, certificate: (await magnum.certificates.sign({ bay_uuid: bayId, csr })).pem };
  }

  /** When each node's engine was started. */
  async function engineStarts(): Promise<readonly string[]> {
    const nodes = await magnum.nodes.list({ bay_ident: bayId }).toArray();
    return Promise.all(
      nodes.map(({ name }) => inside(instance, name ?? '', 'systemctl', 'show', '-p', 'MainPID', 'docker.service')),
    );
  }
});
