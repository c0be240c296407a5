// The same without types.
import { createMagnum, fromEnv } from '@magnum-ts/sdk';
import { createFetch } from '@magnum-ts/sdk/node';

const magnum = createMagnum({ ...fromEnv(process.env), fetch: createFetch({}) });
const { uuid } = await magnum.clusters.create({ name: 'plain', cluster_template_id: 'swarm', keypair: 'default' });
const cluster = await magnum.clusters.waitUntil(uuid, { timeoutMs: 120_000, intervalMs: 100 });
const groups = await magnum.nodeGroups.list('plain').toArray();
await magnum.clusters.delete('plain').wait({ timeoutMs: 120_000, intervalMs: 100 });
const code = await magnum.clusters.get('plain').catch((error) => error.code);
console.log(cluster.status, groups.map(({ name }) => name).join(' '), code);
