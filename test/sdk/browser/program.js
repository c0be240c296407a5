// What a web application does with a bay. The address of the service and a token come with the address of the page; what the program sees goes
// back to the server of the page.
import { createMagnum, MagnumError, NotFoundError } from '@magnum-ts/sdk';

const { endpoint, token } = Object.fromEntries(new URLSearchParams(location.search));
const report = (said) => fetch('/report', { method: 'POST', body: JSON.stringify(said) });

async function useBay() {
  const magnum = createMagnum({ endpoint, token, retries: { attempts: 1 } });
  const statuses = [];
  const bay = await magnum.bays
    .create({ name: 'web', baymodel_id: 'swarm', node_count: 2 })
    .wait({ timeoutMs: 120_000, intervalMs: 200, onUpdate: ({ status }) => statuses.push(status) });
  const { data, response, requestId } = await magnum.bays.get('web').withResponse();
  const names = await magnum.bays.list().toArray();
  const events = [];
  for await (const event of magnum.bays.follow('web')) {
    events.push(event.kind);
    if (event.kind === 'settled') break;
  }
  await magnum.bays.delete('web').wait({ timeoutMs: 120_000, intervalMs: 200 });
  const gone = await magnum.bays.get('web').catch((error) => error);
  return {
    status: bay.status,
    last: statuses.at(-1),
    nodes: data.node_count,
    etag: response.headers.get('etag'),
    requestId,
    names: names.map(({ name }) => name),
    events,
    gone: [gone instanceof NotFoundError, gone.name, gone.code, typeof gone.requestId],
  };
}

try {
  await report(await useBay());
} catch (error) {
  await report({ failed: String(error), code: error instanceof MagnumError ? error.code : undefined });
}
