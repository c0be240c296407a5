import { DomainError } from '../domain/errors.js';
import type { Cloud, CloudImage } from '../ports/cloud.js';
import type { CloudAccess } from '../ports/orchestrator.js';

/** Names that a bay model or bay carries; whatever is null is not checked. Contract, validation §3. */
export interface CloudReferences {
  readonly imageId: string | null;
  readonly flavorId: string | null;
  readonly masterFlavorId: string | null;
  readonly keypair: string | null;
  readonly externalNetworkId: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
}

/** Errors name the field: image, flavor and network 400, keypair 404, an ambiguous name 409. */
export async function requireCloudResources(
  cloud: Cloud,
  names: CloudReferences,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  if (names.imageId !== null) await requireImage(cloud, names.imageId, access, signal);
  await requireFlavor(cloud, 'flavor_id', names.flavorId, access, signal);
  await requireFlavor(cloud, 'master_flavor_id', names.masterFlavorId, access, signal);
  await requireNetworks(cloud, names, access, signal);
  if (names.keypair !== null && !(await cloud.findKeypair(names.keypair, access, signal))) {
    throw new DomainError('keypair-not-found', { field: 'keypair_id', message: `Unable to find keypair ${names.keypair}.` });
  }
}

/** The image with its distribution. Errors: 400 when it is absent, or has no property os_distro. */
export async function requireImage(
  cloud: Cloud,
  imageId: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<CloudImage & { readonly distro: string }> {
  const image = await cloud.findImage(imageId, access, signal);
  if (!image) throw new DomainError('image-not-found', { field: 'image_id', message: `Image ${imageId} could not be found.` });
  if (image.distro) return { ...image, distro: image.distro };
  throw new DomainError('image-not-found', {
    field: 'image_id',
    message: `Image ${imageId} has no property os_distro. Set it to the distribution that the image holds, such as debian.`,
  });
}

async function requireFlavor(
  cloud: Cloud,
  field: string,
  name: string | null,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  if (name === null || (await cloud.findFlavor(name, access, signal))) return;
  throw new DomainError('flavor-not-found', { field, message: `Unable to find flavor ${name} (${field}).` });
}

async function requireNetworks(cloud: Cloud, names: CloudReferences, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (names.externalNetworkId !== null && !(await cloud.findNetwork(names.externalNetworkId, access, signal))?.external) {
    throw unknownNetwork('external_network_id', `Unable to find external network ${names.externalNetworkId}.`);
  }
  if (names.fixedNetwork !== null && !(await cloud.findNetwork(names.fixedNetwork, access, signal))) {
    throw unknownNetwork('fixed_network', `Unable to find fixed network ${names.fixedNetwork}.`);
  }
  if (names.fixedSubnet !== null && !(await cloud.findSubnet(names.fixedSubnet, access, signal))) {
    throw unknownNetwork('fixed_subnet', `Unable to find fixed subnet ${names.fixedSubnet}.`);
  }
}

function unknownNetwork(field: string, message: string): DomainError {
  return new DomainError('network-not-found', { field, message });
}
