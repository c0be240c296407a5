import { describe, expect, test } from 'vitest';
import { BAY, magnum } from './testing/fake-magnum.js';

describe('waiting', () => {
  test('prints every event to stderr, and shows the bay at the end', async () => {
    const { code, err, out } = await magnum('bay create my-bay --baymodel swarm --wait');
    expect(code).toBe(0);
    expect(err).toMatch(/0s {2}CREATE_IN_PROGRESS bay {2}accepted\n/);
    expect(err).toMatch(/1s {2}CREATE_COMPLETE +worker-7f3a\/server \(OS::Nova::Server\)\n/);
    expect(err.match(/CREATE_IN_PROGRESS/g)).toHaveLength(1);
    expect(err).not.toContain('\u001b');
    expect(out).toContain('my-bay');
  });

  test('uses the word and the calls of clusters for a cluster command', async () => {
    const { code, err, requests } = await magnum('cluster create my-bay --cluster-template swarm --keypair k --wait');
    expect(code).toBe(0);
    expect(requests[0]).toEqual({
      line: 'POST /v1/clusters',
      body: { name: 'my-bay', cluster_template_id: 'swarm', keypair: 'k' },
    });
    expect(requests.filter(({ line }) => !line.includes('/v1/clusters'))).toEqual([]);
    expect(err).toMatch(/CREATE_IN_PROGRESS cluster {2}accepted\n/);
  });

  test('does not print events of an earlier change', async () => {
    const { err } = await magnum('bay update my-bay --node-count 3 --wait');
    expect(err).not.toContain('worker-7f3a');
  });

  test('for a bay that fails exits 7 and prints the reason', async () => {
    const failed = { ...BAY, status: 'CREATE_FAILED', status_reason: 'no such flavor' };
    const { code, err } = await magnum('bay create my-bay --baymodel swarm --wait 5', {
      answers: (_method, path) => (path === '/v1/bays/u-1' ? Response.json(failed) : undefined),
    });
    expect(code).toBe(7);
    expect(err).toContain('no such flavor');
  });

  test('beyond the timeout exits 6', async () => {
    const busy = { ...BAY, status: 'CREATE_IN_PROGRESS' };
    const { code } = await magnum('bay create my-bay --baymodel swarm --wait 1', {
      answers: (_method, path) => (path === '/v1/bays/u-1' ? Response.json(busy) : undefined),
    });
    expect(code).toBe(6);
  });
});
