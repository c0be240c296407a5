// A program of a project that has nothing but the packed SDK: compiled, and run against a service.
import { createMagnum, fromEnv, NotFoundError, type Bay, type BayEvent } from '@magnum-ts/sdk';

const magnum = createMagnum(fromEnv(process.env));
const statuses = new Set<string>();
const onEvent = ({ status }: BayEvent): void => void statuses.add(status);
const made: Bay = await magnum.bays
  .create({ name: 'typed', baymodel_id: 'swarm', node_count: 2 })
  .wait({ timeoutMs: 120_000, intervalMs: 100, onEvent });
const { data, response } = await magnum.bays.get('typed').withResponse();
const names: string[] = [];
for await (const { name } of magnum.bays.list({ name: 'typed' })) names.push(name);
await magnum.bays.delete('typed').wait({ timeoutMs: 120_000, intervalMs: 100 });
const isGone = await magnum.bays.get('typed').catch((error: unknown) => error instanceof NotFoundError);
console.log([made.status, statuses.has('CREATE_COMPLETE'), data.node_count, response.status, ...names, isGone].join(' '));
