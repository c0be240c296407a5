import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../domain/json.js';
import type { Labels } from '../../../../../domain/labels.js';
import { KUBERNETES_RELEASES } from '../../../releases.js';
import { kubernetesAddons, kubernetesImages } from './addons.js';

const addons = (labels: Labels = {}) => kubernetesAddons({ bay: { desired: { labels } } });
const byName = (labels: Labels, name: string) => addons(labels).find((addon) => addon.name === name);

describe('the add-ons of a cluster', () => {
  test('are its network, then what its labels ask for', () => {
    expect(addons().map(({ name }) => name)).toEqual(['flannel', 'metrics-server']);
    expect(addons({ metrics_server_enabled: 'False' }).map(({ name }) => name)).toEqual(['flannel']);
  });

  test.each(KUBERNETES_RELEASES.map(({ version }) => version))(
    'of %s have every image under the prefix of the bay',
    (version) => {
      for (const { images } of addons({ kube_tag: version, container_infra_prefix: 'registry.example/mirror/' })) {
        expect(images.length).toBeGreaterThan(0);
        for (const image of images) expect(image).toMatch(/^registry\.example\/mirror\/[a-z-]+:v[\w.-]+$/);
      }
    },
  );

  test('are in the list of the images that a private registry has to hold, with what kubeadm itself names', () => {
    const listed = kubernetesImages({ container_infra_prefix: 'registry.example' });
    for (const { images } of addons({ container_infra_prefix: 'registry.example' }))
      for (const image of images) expect(listed).toContain(image);
    expect(listed.filter((image) => !image.startsWith('registry.example/'))).toEqual([]);
  });

  test('say the tag of their main image as their version', () => {
    expect(byName({ flannel_tag: 'v9' }, 'flannel')?.version).toBe('v9');
  });

  test('can be found again: each object has the label of its add-on, and no two have the same place', () => {
    const places = addons().flatMap(({ name, objects }) =>
      objects.map((object) => {
        const { labels, ...place } = Object(object['metadata']) as { labels?: JsonObject }; // every object has one
        expect(labels?.['magnum.openstack.org/addon']).toBe(name);
        return JSON.stringify([object['apiVersion'], object['kind'], place]);
      }),
    );
    expect(new Set(places).size).toBe(places.length);
  });

  test('a label is a value and never becomes part of another', () => {
    const hostile = '10.0.0.0/8", "Backend": {"Type": "extension", "PostStartupCommand": "reboot"}, "x": "';
    const [config] = (byName({ flannel_network_cidr: hostile }, 'flannel')?.objects ?? []).filter(
      ({ kind }) => kind === 'ConfigMap',
    );
    const { 'net-conf.json': text } = Object(config?.['data']) as Record<string, string>; // the object's texts
    expect(JSON.parse(text ?? '')).toEqual({ Network: hostile, Backend: { Type: 'vxlan' } });
  });
});
