import type { JsonObject } from '../../../../../domain/json.js';
import { manifestObjects, withImages } from './manifests.js';

const VERSION = 'v1.18.4';

export interface CiliumSettings {
  /** Registry of the images, with the folder; the project's own when absent. */
  readonly prefix?: string;
  /** Of all images; that of the manifest when empty. */
  readonly tag: string;
  readonly podRange: string;
  /** Length of the prefix of each node's part of the range, as text. */
  readonly nodePrefix: string;
}

/** Cilium as the network of pods, beside kube-proxy, with VXLAN between nodes and without Hubble. It makes its own kinds of objects. */
export function ciliumObjects({ prefix = 'quay.io/cilium', tag, podRange, nodePrefix }: CiliumSettings): readonly JsonObject[] {
  const image = (name: string): string => `${prefix}/${/\/([^/:]+):/.exec(name)?.[1] ?? ''}:${tag || VERSION}`;
  return withImages(manifestObjects(`cilium-${VERSION}`), image).map((object) => {
    if (object['kind'] !== 'ConfigMap') return object;
    const ranges = { 'cluster-pool-ipv4-cidr': podRange, 'cluster-pool-ipv4-mask-size': nodePrefix };
    return { ...object, data: { ...Object(object['data']), ...ranges } as JsonObject }; // texts by name
  });
}

/** The image whose tag is the version. */
export function ciliumImage({ prefix = 'quay.io/cilium', tag }: Pick<CiliumSettings, 'prefix' | 'tag'>): string {
  return `${prefix}/cilium:${tag || VERSION}`;
}
