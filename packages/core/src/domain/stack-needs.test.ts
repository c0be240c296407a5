import { describe, expect, test } from 'vitest';
import { flavorsIn, needsOf, resourcesOf, shortfallsOf } from './stack-needs.js';

const NODE = JSON.stringify({
  parameters: { flavor: { type: 'string' }, volume_size: { type: 'number', default: 5 } },
  resources: {
    server: { type: 'OS::Nova::Server', properties: { flavor: { get_param: 'flavor' } } },
    volume: { type: 'OS::Cinder::Volume', properties: { size: { get_param: 'volume_size' } } },
    port: { type: 'OS::Neutron::Port' },
  },
});
const TEMPLATE = {
  resources: {
    network: { type: 'OS::Neutron::Net' },
    'worker-1': { type: 'node.yaml', properties: { flavor: 'big', volume_size: 10 } },
    'worker-2': { type: 'node.yaml', properties: { flavor: 'small' } },
    others: {
      type: 'OS::Heat::ResourceGroup',
      properties: { count: 2, resource_def: { type: 'node.yaml', properties: { flavor: 'small' } } },
    },
    balancer: { type: 'OS::Octavia::LoadBalancer' },
  },
};
const resources = resourcesOf(TEMPLATE, { 'node.yaml': NODE, 'script.sh': '#!/bin/sh' });

describe('the resources of a stack', () => {
  test('are those of nested templates and of groups too, named from the root down', () => {
    expect(resources.filter(({ type }) => type === 'OS::Nova::Server').map(({ name }) => name)).toEqual([
      'worker-1/server',
      'worker-2/server',
      'others/0/server',
      'others/1/server',
    ]);
  });

  test('need what their flavors and sizes say', () => {
    expect([...flavorsIn(resources)]).toEqual(['big', 'small']);
    const flavors = new Map([
      ['big', { vcpus: 8, ramMb: 16_384 }],
      ['small', { vcpus: 1, ramMb: 1_024 }],
    ]);
    expect(needsOf(resources, flavors)).toEqual({
      servers: 4,
      vcpus: 11,
      ram_mb: 19_456,
      volumes: 4,
      gigabytes: 25,
      networks: 1,
      // Four of nodes, and the balancer's own.
      ports: 5,
      load_balancers: 1,
    });
  });
});

test('only what a limit does not leave is short', () => {
  const allowances = [
    { kind: 'servers', limit: 10, used: 7 },
    { kind: 'vcpus', limit: 20, used: 17 },
    { kind: 'ports', limit: null, used: 1_000 },
    { kind: 'routers', limit: 0, used: 0 },
  ] as const;
  expect(shortfallsOf({ servers: 4, vcpus: 3, ports: 9 }, allowances)).toEqual([
    { kind: 'servers', limit: 10, used: 7, needed: 4 },
  ]);
});
