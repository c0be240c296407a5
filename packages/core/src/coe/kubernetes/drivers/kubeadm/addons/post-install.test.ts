import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../../domain/json.js';
import type { AddonsOf } from '../../../../../ports/bay-driver.js';
import { kubernetesAddons } from './addons.js';
import { postInstallObjects } from './post-install.js';

const settings = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
});
const deployment = (template: JsonValue, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec: { replicas: 1, template },
});
const names = (objects: readonly JsonObject[]) => objects.map(({ metadata }) => (Object(metadata) as JsonObject)['name']);
const bay = { id: 'bay-1', projectId: 'project-1', desired: { labels: {} } };
const addons = (more: Partial<AddonsOf> = {}) => kubernetesAddons({ bay, model: { networkDriver: 'flannel' }, ...more });

describe('as an add-on, the manifest', () => {
  const objects = postInstallObjects([settings('a', { labels: { mine: 'yes' } })]);

  test('comes after all others, with the label of its add-on, its hash as its version and its images', () => {
    const web = deployment({ metadata: { labels: {} }, spec: { containers: [{ image: 'registry.example/web:v1' }] } });
    const all = addons({ postInstall: { sha256: 'abc', objects: [...objects, ...postInstallObjects([web])] } });
    expect(all.slice(0, -1)).toEqual(addons());
    expect(all.at(-1)).toMatchObject({ name: 'post-install', version: 'sha256:abc', images: ['registry.example/web:v1'] });
    expect(all.at(-1)?.objects[0]?.['metadata']).toEqual({
      name: 'a',
      labels: { mine: 'yes', 'magnum.openstack.org/addon': 'post-install' },
    });
  });

  test('is no add-on of a bay that has none', () => {
    expect(addons().map(({ name }) => name)).toEqual(['flannel', 'metrics-server']);
  });
});

describe('the documents of the manifest', () => {
  test('are its objects in their order; empty ones are passed over, and lists are expanded', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [settings('b'), { kind: 'ConfigMapList', items: [settings('c')] }] };
    expect(names(postInstallObjects([null, settings('a'), null, list, settings('d')]))).toEqual(['a', 'b', 'c', 'd']);
    // A kind of one's own may end in the same letters.
    const own = { apiVersion: 'example.org/v1', kind: 'AllowList', metadata: { name: 'own' }, spec: {} };
    expect(postInstallObjects([own])).toEqual([own]);
  });

  test.each<[string, JsonValue, RegExp]>([
    ['nothing at all', null, /it holds no object/],
    ['an empty list', { apiVersion: 'v1', kind: 'List', items: [] }, /it holds no object/],
    ['a text', 'not found', /document 2 is no object of Kubernetes/],
    ['a list of YAML', [settings('a')], /document 2 is no object of Kubernetes/],
    ['no kind', { apiVersion: 'v1', metadata: { name: 'a' } }, /document 2 has no kind/],
    ['no apiVersion', { kind: 'Pod', metadata: { name: 'a' } }, /document 2 \(Pod\) has no apiVersion/],
    ['no name', { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'a-' } }, /document 2 \(Pod\) has no metadata.name/],
    ['no metadata', { apiVersion: 'v1', kind: 'Pod' }, /has no metadata.name/],
    ['a name that is a number', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 1 } }, /has no metadata.name/],
    [
      'an item without a kind',
      { apiVersion: 'v1', kind: 'List', items: [settings('a'), { metadata: {} }] },
      /item 2 of document 2 has no kind/,
    ],
    // The list of what was applied has words in lines, which are given to kubectl.
    ['a name of two words', settings('a\npod - b'), /no metadata.name that Kubernetes takes/],
    ['a name like an option', settings('--all'), /no metadata.name that Kubernetes takes/],
    ['a kind of two words', { ...settings('a'), kind: 'Pod x' }, /no kind that Kubernetes takes/],
    ['a namespace of two words', settings('a', { namespace: 'a b' }), /no metadata.namespace that Kubernetes takes/],
    ['a workload without pods', { ...deployment({}), spec: {} }, /no spec.template/],
    ['a template without a specification', deployment({ metadata: {} }), /no metadata or no spec in its spec.template/],
    ['volumes that are no list', deployment({ metadata: {}, spec: { volumes: {} } }), /volumes that are no list/],
    ['annotations that are no map', settings('a', { annotations: 'x' }), /no map/],
    ["this service's own list", settings('magnum-addons', { namespace: 'kube-system' }), /which this service writes itself/],
  ])('are refused by their number, and with the name of the option: %s', (_name, document, words) => {
    expect(() => postInstallObjects([null, document])).toThrow(words);
    expect(() => postInstallObjects([null, document])).toThrow('[kubernetes] post_install_manifest_url');
  });

  test('are not taken where one of them asks for the account of the nodes', () => {
    const mark = { 'magnum.openstack.org/filled-by': 'node' };
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a', annotations: mark },
      stringData: { k: '$PASSWORD' },
    };
    expect(() => postInstallObjects([secret])).toThrow("filled-by, which is this service's own");
  });

  test('are 500 objects at most', () => {
    const some = (count: number) => Array.from({ length: count }, (_, index) => settings(`c${index}`));
    expect(postInstallObjects(some(500))).toHaveLength(500);
    expect(() => postInstallObjects(some(501))).toThrow('it holds 501 objects, and 500 are taken at most');
  });

  test('are not taken where a rotation of the authorities could not replace their pods, or could not see them all', () => {
    const pods = { metadata: {}, spec: {} };
    const idle = (spec: JsonObject) => ({ ...deployment(pods), kind: 'DaemonSet', spec: { template: pods, ...spec } });
    for (const spec of [{ paused: true }, { updateStrategy: { type: 'OnDelete' } }])
      expect(() => postInstallObjects([idle(spec)])).toThrow('document 1 (DaemonSet) does not replace its pods by itself');
    expect(postInstallObjects([idle({ updateStrategy: { type: 'RollingUpdate' } })])).toHaveLength(1);
    const some = (count: number) => Array.from({ length: count }, () => deployment(pods));
    expect(postInstallObjects(some(50))).toHaveLength(50);
    expect(() => postInstallObjects(some(51))).toThrow('it holds 51 Deployments and DaemonSets, and 50 are taken at most');
  });

  test('lose only what is null where a node looks for a map', () => {
    const pods = { metadata: { annotations: null }, spec: { volumes: [{ name: 'v', secret: null, emptyDir: null }] } };
    expect(postInstallObjects([deployment(pods, { annotations: null, namespace: null })])).toEqual([
      {
        ...deployment({ metadata: {}, spec: { volumes: [{ name: 'v', emptyDir: null }] } }),
        metadata: { name: 'web', namespace: 'default' },
      },
    ]);
    expect(postInstallObjects([{ ...settings('a'), data: null }])).toEqual([{ ...settings('a'), data: null }]);
  });
});
