import type { JsonObject } from '../../../../../domain/json.js';
import { manifestObjects, withEnvironment, withImages } from './manifests.js';

const VERSION = 'v3.31.5';

export interface CalicoSettings {
  /** Registry of the images, with the folder; the project's own when absent. */
  readonly prefix?: string;
  /** Of all images; that of the manifest when empty. */
  readonly tag: string;
  readonly podRange: string;
  /** `Always`, `CrossSubnet` or `Never`. */
  readonly ipInIp: string;
}

/** Calico as the network of pods, with its store in Kubernetes itself, and routes by BGP. */
export function calicoObjects({ prefix = 'quay.io/calico', tag, podRange, ipInIp }: CalicoSettings): readonly JsonObject[] {
  const image = (name: string): string => `${prefix}/${/\/([^/:]+):/.exec(name)?.[1] ?? ''}:${tag || VERSION}`;
  return withEnvironment(withImages(manifestObjects(`calico-${VERSION}`), image), 'calico-node', {
    CALICO_IPV4POOL_CIDR: podRange,
    CALICO_IPV4POOL_IPIP: ipInIp,
    // A node may have interfaces of other networks.
    IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
  });
}

/** The image whose tag is the version. */
export function calicoImage({ prefix = 'quay.io/calico', tag }: Pick<CalicoSettings, 'prefix' | 'tag'>): string {
  return `${prefix}/node:${tag || VERSION}`;
}
