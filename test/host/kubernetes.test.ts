import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toWebHandler, type WebHandler } from '@magnum-ts/core';
import {
  aBay,
  aBayModel,
  aesSealer,
  ANY_ADDRESS,
  aPlatform,
  type BayId,
  DEFAULT_RULES,
  DEFAULT_SIGNING_RULES,
  EMPTY_RECONCILER_STATE,
  knexStore,
  noBounds,
  policyOf,
  type StackName,
  systemClock,
  systemRandom,
  until,
} from '@magnum-ts/core/testing';
import { startKubernetes, type KeyAndCertificate, type Kubernetes } from '../../scripts/host/kubernetes.mjs';
import { ENGINE_LIMITS } from '../../packages/core/src/embedded-cloud/hot-engine/validate.js';
import { inProcessBus } from '../../packages/core/src/adapters/bus/in-process.js';
import { databaseVault } from '../../packages/core/src/adapters/certificates/vault-database.js';
import { certificateAuthority } from '../../packages/core/src/adapters/certificates/x509.js';
import { EmbeddedCloud } from '../../packages/core/src/embedded-cloud/cloud.js';
import { manifests, NO_FETCHING } from '../../packages/core/src/adapters/manifests/manifests.js';
import { createApi } from '../../packages/core/src/api/http/dispatch.js';
import { ensureMainPairs, loadKeyPair } from '../../packages/core/src/conductor/ensure/key-pairs.js';
import { findBayState, sessionOf } from '../../packages/core/src/conductor/engine-access.js';
import { rpcHandlers } from '../../packages/core/src/conductor/rpc-handlers.js';
import { NO_FENCE, type ConductorDeps, type Fence } from '../../packages/core/src/conductor/deps.js';
import { knownAddresses } from '../../packages/core/src/conductor/known-addresses.js';
import { DEFAULT_CONDUCTOR_RULES } from '../../packages/core/src/conductor/rules.js';
import { DEFAULT_APP_RULES } from '../../packages/core/src/app/rules.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import {
  aService,
  itemsOf,
  refusalOf,
  requester,
  resource,
  type Fields,
  type Requester,
  type Service,
} from '../support/service.js';

const BAY = 'b0000000-0000-4000-8000-00000000cafe' as BayId; // an id by being written here
/** All that the stack says here: the bay is reached over a load balancer. */
const BALANCED = { resources: [{ type: 'OS::Octavia::LoadBalancer', physicalId: 'balancer' }] };
const folder = mkdtempSync(join(tmpdir(), 'magnum-kubernetes-test-'));
let service: Service;
let kubernetes: Kubernetes | undefined;
let unavailable = '';
let request: Requester;
let fetchOf: WebHandler;
let deps: ConductorDeps & Fence;

beforeAll(async () => {
  service = await aService({ conductor: false });
  const store = knexStore(service.db, systemClock);
  const sealer = aesSealer(systemRandom.bytes(32));
  const authority = certificateAuthority(systemClock);
  const bus = inProcessBus();
  const cloud = new EmbeddedCloud({
    db: service.db,
    config: service.config,
    backend: { usedRanges: async () => [] },
    authUrl: () => '',
    magnumUrl: () => '',
  });
  const common = {
    store,
    cloud: Object.assign(cloud, { addresses: async () => new Map([['balancer', ['127.0.0.1']]]) }),
    identity: service.identity,
    // No driver makes a Kubernetes: it is where the test has started it.
    engines: { ...driverRegistry(true, undefined, ANY_ADDRESS), endpointAt: () => kubernetes?.url ?? '' },
    ...aPlatform(),
  };
  const orchestrator = { find: async (names: readonly StackName[]) => new Map(names.map((name) => [name, BALANCED])) };
  deps = {
    ...common,
    orchestrator,
    vault: databaseVault(store, sealer),
    authority,
    ...DEFAULT_CONDUCTOR_RULES,
    ...NO_FENCE,
    knownAddresses: knownAddresses(),
  } as never;
  const projectId = service.config.projects[0]?.id ?? '';
  const model = aBayModel({ coe: 'kubernetes', projectId });
  const userId = service.config.users.find(({ name }) => name === 'demo')?.id ?? '';
  const bay = aBay({
    id: BAY,
    name: 'fleet',
    projectId,
    userId,
    status: 'CREATE_COMPLETE',
    bayModelId: model.id,
    masterLbEnabled: true,
  });
  await store.write(async (repos) => {
    await repos.bayModels.insert(model);
    await repos.bays.insert(bay);
  });
  const refs = await ensureMainPairs(deps, { bay: { ...bay, sequence: 1 } }, 0);
  await store.write((repos) => repos.support.save(BAY, { ...EMPTY_RECONCILER_STATE, ...refs }));
  const ca = await loadKeyPair(deps, refs.caRef);
  if (!ca) throw new Error('the bay has no authority');
  const sign = async (name: string, options: { organization?: string; address?: string }): Promise<KeyAndCertificate> => {
    const { key, csr } = newRequest(name, options);
    const profile = options.address
      ? ({ kind: 'node', name, addresses: [options.address] } as const)
      : ({ kind: 'client', validForSeconds: 86_400 } as const);
    return { key, certificate: await authority.sign(ca, csr, DEFAULT_SIGNING_RULES, profile) };
  };
  try {
    kubernetes = await startKubernetes({ ca: ca.certificate, sign, log: (line) => console.info(line) });
  } catch (error) {
    if (process.env['CI']) throw error;
    unavailable = error instanceof Error ? error.message : String(error);
    console.info(`skipped: test/host/kubernetes.test.ts: ${unavailable}`);
    return;
  }
  await service.db('bay').where({ uuid: BAY }).update({ api_address: kubernetes.url });
  await bus.serve(rpcHandlers(deps));
  const fetch = toWebHandler(
    createApi({
      ...common,
      bus,
      authority,
      sealer,
      policy: policyOf(DEFAULT_RULES),
      manifests: manifests(NO_FETCHING),
      ...DEFAULT_APP_RULES,
      ...noBounds(),
      delegation: null,
      maxLimit: 1_000,
      maxEventStreams: 1,
      orchestrator: { limits: ENGINE_LIMITS },
    }),
  );
  fetchOf = fetch;
  request = requester(fetch, service.tokens.demo);
}, 900_000);
afterAll(async () => {
  await kubernetes?.stop();
  await service.stop();
  rmSync(folder, { recursive: true });
});

function newRequest(name: string, { organization, address }: { organization?: string; address?: string }) {
  const lines = ['[req]', 'distinguished_name=dn', 'prompt=no', 'req_extensions=ext', '[dn]', `CN=${name}`];
  if (organization) lines.push(`O=${organization}`);
  lines.push('[ext]', `extendedKeyUsage=serverAuth,clientAuth`, ...(address ? [`subjectAltName=IP:${address}`] : []), '');
  writeFileSync(join(folder, 'req.cnf'), lines.join('\n'));
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const args = ['req', '-new', '-nodes', ...ec, '-config', 'req.cnf', '-keyout', 'key.pem', '-out', 'req.pem'];
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  return { key: readFileSync(join(folder, 'key.pem'), 'utf8'), csr: readFileSync(join(folder, 'req.pem'), 'utf8') };
}

const live = (name: string, work: () => Promise<void>, timeout = 60_000): void => {
  test(
    name,
    async (context) => {
      if (unavailable) context.skip(unavailable);
      await work();
    },
    timeout,
  );
};

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web, tier: front } }
spec:
  containers:
    - { name: web, image: "nginx:1.27", ports: [{ containerPort: 80 }] }
    - { name: side, image: busybox }
`;
const SERVICE = {
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};
const controller = (replicas: number, labels: object = { app: 'many' }): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'many' },
    spec: {
      replicas,
      selector: { app: 'many' },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  });
const create = (collection: string, manifest: unknown) =>
  request('POST', `/v1/${collection}`, {
    body: { bay_uuid: 'fleet', manifest: typeof manifest === 'string' ? manifest : JSON.stringify(manifest) },
  });
const replace = (path: string, manifest: unknown) => {
  const value = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  return request('PATCH', path, { body: [{ op: 'replace', path: '/manifest', value }] });
};

describe('the configuration of a client of a real Kubernetes', () => {
  const clientOf = async (text: string): Promise<CoreV1Api> => {
    const { CoreV1Api, KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromString(text);
    return config.makeApiClient(CoreV1Api);
  };

  live('is a kubeconfig that works until its certificate ends, and not longer', async () => {
    const whole = await request('GET', '/v1/clusters/fleet/config?valid_for=10');
    const text = String((whole.body['files'] as Fields)['config']); // the answer was held against the spec
    const client = await clientOf(text);
    expect((await client.listNamespace()).items.map(({ metadata }) => metadata?.name)).toContain('kube-system');
    // Its groups are those of an administrator.
    await client.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'made' }, data: { a: 'b' } } });
    const ends = Date.parse(String(whole.body['expires_at']));
    // Time itself is tested: the certificate has to end by the clock of the API server.
    await systemClock.sleep(Math.max(0, ends - Date.now()) + 1_500);
    await expect((await clientOf(text)).listNamespace()).rejects.toThrow(/401|Unauthorized|certificate/i);
  });

  live('may be had as the YAML alone, which kubectl reads', async () => {
    const url = `http://magnum.test:9511/v1/bays/fleet/config?format=kubeconfig`;
    const response = await fetchOf(new Request(url, { headers: { 'X-Auth-Token': service.tokens.demo } }));
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      200,
      'application/yaml',
      'no-store',
    ]);
    const { items } = await (await clientOf(await response.text())).listConfigMapForAllNamespaces();
    expect(items.length).toBeGreaterThan(0);
  });
});

describe('pods of a real Kubernetes', () => {
  live('are made from YAML, found by name, uid and either form of the path, changed and deleted', async () => {
    const made = resource(await create('pods', POD), 201);
    expect(made).toMatchObject({
      name: 'web',
      bay_uuid: BAY,
      labels: { app: 'web', tier: 'front' },
      images: ['nginx:1.27', 'busybox'],
      status: 'Pending',
      host: null,
      desc: null,
    });
    for (const path of [`web?bay_ident=fleet`, `${made.uuid}?bay_ident=${BAY}`, `web/fleet`, `${made.uuid}/${BAY}`])
      expect((await request('GET', `/v1/pods/${path}`)).body, path).toEqual((await request('GET', '/v1/pods/web/fleet')).body);
    expect(itemsOf(await request('GET', '/v1/pods?bay_ident=fleet'), 'pods').map(({ name }) => name)).toEqual(['web']);
    expect(itemsOf(await request('GET', '/v1/pods/detail?bay_ident=fleet&limit=1'), 'pods')).toHaveLength(1);
    const changed = await replace(`/v1/pods/${made.uuid}?bay_ident=fleet`, POD.replace('nginx:1.27', 'nginx:1.28'));
    expect(changed.status, changed.text).toBe(200);
    expect(changed.body['images']).toEqual(['nginx:1.28', 'busybox']);
    expect((await request('DELETE', '/v1/pods/web/fleet')).status).toBe(204);
    expect((await request('GET', '/v1/pods/web/fleet')).status).toBe(404);
  });

  live('are gone when they are deleted twice, by name and by uid', async () => {
    for (const ident of ['nobody', 'a0000000-0000-4000-8000-000000000000'])
      expect((await request('DELETE', `/v1/pods/${ident}?bay_ident=fleet`)).status).toBe(204);
  });

  live("are refused with Kubernetes' own status and words", async () => {
    await create('pods', POD);
    const twice = refusalOf(await create('pods', POD));
    expect(twice).toMatchObject({ status: 409, detail: expect.stringContaining('"web" already exists') });
    const invalid = refusalOf(await create('pods', POD.replace('name: web,', 'name: Not_A_Name,')));
    expect(invalid).toMatchObject({ status: 422, detail: expect.stringContaining('Not_A_Name') });
    const renamed = refusalOf(await replace('/v1/pods/web/fleet', POD.replace('name: web,', 'name: other,')));
    expect(renamed).toMatchObject({ status: 400, detail: expect.stringContaining('a name cannot change') });
    const elsewhere = refusalOf(await create('pods', POD.replace('{ name: web,', '{ name: web, namespace: kube-system,')));
    expect(elsewhere).toMatchObject({ status: 400, detail: expect.stringContaining('namespace') });
    const odd = await create('pods', {
      metadata: { name: 'odd' },
      spec: { containers: [{ image: 'x', name: 5, ports: 'all' }] },
    });
    expect(refusalOf(odd).status).toBeGreaterThanOrEqual(400);
    expect(refusalOf(odd).status).toBeLessThan(500);
    await request('DELETE', '/v1/pods/web/fleet');
  });
});

describe('services of a real Kubernetes', () => {
  live('get an address that stays, and names for their ports', async () => {
    const made = resource(await create('services', SERVICE), 201);
    expect(made).toMatchObject({ name: 'web', selector: { app: 'web' }, ip: expect.stringMatching(/^10\.96\./) });
    expect(made['ports']).toEqual([{ name: 'k8s-service', port: 80, protocol: 'TCP', target_port: 8080, node_port: null }]);
    const other = { ...SERVICE, spec: { ...SERVICE.spec, ports: [{ name: 'https', port: 443 }] } };
    const changed = await replace('/v1/services/web?bay_ident=fleet', other);
    expect(changed.status, changed.text).toBe(200);
    expect(changed.body).toMatchObject({ uuid: made.uuid, ip: made['ip'], ports: [{ name: 'https', port: 443 }] });
    expect(itemsOf(await request('GET', '/v1/services?bay_ident=fleet'), 'services').map(({ name }) => name)).toContain('web');
    expect((await request('DELETE', `/v1/services/${made.uuid}/fleet`)).status).toBe(204);
    expect((await request('GET', '/v1/services/web/fleet')).status).toBe(404);
  });
});

describe('replication controllers of a real Kubernetes', () => {
  const podsOfIt = async (): Promise<readonly Fields[]> =>
    itemsOf(await request('GET', '/v1/pods?bay_ident=fleet'), 'pods').filter(({ name }) => String(name).startsWith('many-'));
  const untilPods = async (count: number): Promise<void> => {
    await until(`there are ${count} pods`, async () => (await podsOfIt()).length === count, { withinMs: 30_000, everyMs: 200 });
  };

  live('act: their pods come and go', async () => {
    const made = resource(await create('rcs', controller(3)), 201);
    expect(made).toMatchObject({ name: 'many', images: ['nginx'], replicas: 3 });
    await untilPods(3);
    const changed = await replace('/v1/rcs/many/fleet', controller(1));
    expect(changed.body).toMatchObject({ replicas: 1 });
    await untilPods(1);
    const mismatch = refusalOf(await create('rcs', controller(1, { app: 'other' })));
    expect(mismatch).toMatchObject({ status: 422, detail: expect.stringContaining('selector') });
    expect((await request('DELETE', '/v1/rcs/many?bay_ident=fleet')).status).toBe(204);
    expect(itemsOf(await request('GET', '/v1/rcs/detail?bay_ident=fleet'), 'rcs')).toEqual([]);
    await untilPods(0);
  });
});

describe('a Kubernetes', () => {
  live('is asked for its health', async () => {
    const session = await sessionOf(deps, await findBayState(deps, BAY), AbortSignal.timeout(20_000));
    expect(await session.health(AbortSignal.timeout(10_000))).toEqual({ health: 'HEALTHY', reason: { api: 'ok' } });
  });

  live('that is gone is 503, and names nothing of the inside', async () => {
    await kubernetes?.stop();
    const refusal = refusalOf(await request('GET', '/v1/pods?bay_ident=fleet'));
    expect(refusal).toMatchObject({ status: 503, detail: expect.stringMatching(/API/) });
  });
});
