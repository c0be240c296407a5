import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { aFolder, magnum, type Answers } from './testing/fake-magnum.js';

const PACKED = gzipSync('#!/bin/sh\necho hello\n').toString('base64');
const STACK = {
  template: { heat_template_version: '2018-08-31', resources: { network: { type: 'OS::Neutron::Net' } } },
  files: { 'node.yaml': '{"resources":{}}', 'scripts/lib.sh': '# plain\n', 'scripts/node.sh': PACKED },
  parameters: { enrolment_tokens: '***', size: 3 },
};
const planned =
  (stack: object): Answers =>
  (method, path) =>
    method === 'POST' && path === '/v1/bays'
      ? Response.json({ name: 'hive', driver: 'swarm-mode', resources: [], quotas: [], warnings: [], stack })
      : undefined;

describe('magnum template render', () => {
  test('prints the template as Heat reads it, and makes nothing', async () => {
    const { code, out, requests } = await magnum('template render hive --baymodel swarm --node-count 2', {
      answers: planned(STACK),
    });
    expect([code, parse(out)]).toEqual([0, STACK.template]);
    expect(requests).toEqual([
      { line: 'POST /v1/bays?dry_run=true&render=true', body: { name: 'hive', baymodel_id: 'swarm', node_count: 2 } },
    ]);
  });

  test('shows all of the stack as data', async () => {
    const { out } = await magnum('template render --baymodel swarm -f json', { answers: planned(STACK) });
    expect(JSON.parse(out)).toEqual(STACK);
  });

  test('writes each file of the stack into a folder, scripts as a node has them', async () => {
    const folder = join(aFolder(), 'stack');
    const { code, out } = await magnum(['template', 'render', '--baymodel', 'swarm', '--directory', folder], {
      answers: planned(STACK),
    });
    expect(code).toBe(0);
    const names = ['node.yaml', 'parameters.yaml', 'scripts/lib.sh', 'scripts/node.sh', 'template.yaml'];
    expect(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('.'))
        .toSorted(),
    ).toEqual(names);
    expect(out.trim().split('\n').toSorted()).toEqual(names.map((name) => join(folder, name)));
    expect(readFileSync(join(folder, 'scripts/node.sh'), 'utf8')).toBe('#!/bin/sh\necho hello\n');
    expect(parse(readFileSync(join(folder, 'parameters.yaml'), 'utf8'))).toEqual({ parameters: STACK.parameters });
    expect(statSync(join(folder, 'template.yaml')).mode & 0o777).toBe(0o600);
  });

  test.each(['../outside', '/etc/outside'])('writes nothing outside of it: %s', async (name) => {
    const folder = join(aFolder(), 'stack');
    const answers = planned({ ...STACK, files: { [name]: 'x' } });
    const { code, err } = await magnum(['template', 'render', '--baymodel', 'swarm', '--directory', folder], { answers });
    expect([code === 0, err]).toEqual([false, expect.stringContaining(name)]);
  });
});
