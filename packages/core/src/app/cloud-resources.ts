import { DomainError } from '../domain/errors.js';
import type { Cloud, CloudFlavor, CloudImage } from '../ports/cloud.js';
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
  /** Label `docker_volume_type`. */
  readonly volumeType?: string | null;
  /** Label `boot_volume_size`: above 0, servers boot from a volume and need no disk of their flavor's. */
  readonly bootVolumeSize?: string | null;
}

/** Errors name the field: image, flavor and network 400, keypair 404, an ambiguous name 409. */
export async function requireCloudResources(
  cloud: Cloud,
  names: CloudReferences,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  const image = names.imageId === null ? undefined : await requireImage(cloud, names.imageId, access, signal);
  for (const [field, name] of [
    ['flavor_id', names.flavorId],
    ['master_flavor_id', names.masterFlavorId],
  ] as const) {
    const flavor = name === null ? undefined : await requireFlavor(cloud, field, name, access, signal);
    if (flavor) requireFits(field, flavor, image, names);
  }
  await requireNetworks(cloud, names, access, signal);
  await requireVolumeType(cloud, names.volumeType ?? null, access, signal);
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
  name: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<CloudFlavor> {
  const flavor = await cloud.findFlavor(name, access, signal);
  if (flavor) return flavor;
  throw new DomainError('flavor-not-found', { field, message: `Unable to find flavor ${name} (${field}).` });
}

/** Contract, validation §4; and what the image itself says that it needs. */
function requireFits(field: string, flavor: CloudFlavor, image: CloudImage | undefined, names: CloudReferences): void {
  if ((names.bootVolumeSize ?? null) !== null && !/^\d{1,9}$/.test(names.bootVolumeSize ?? ''))
    throw new DomainError('invalid-parameter', {
      field: 'labels.boot_volume_size',
      message: `boot_volume_size must be a whole number of GiB, got ${JSON.stringify(names.bootVolumeSize)}.`,
    });
  const disk = Number(names.bootVolumeSize ?? 0) || flavor.diskGb;
  const refused = (message: string): DomainError => new DomainError('invalid-parameter', { field, message });
  if (disk === 0)
    throw refused(
      `Flavor ${flavor.name} has no disk. Use another one, or set the label boot_volume_size to the GiB of a volume.`,
    );
  if (!image) return;
  if (disk < image.minDiskGb)
    throw refused(`Image ${image.name} needs a disk of ${image.minDiskGb} GiB; with flavor ${flavor.name} it gets ${disk}.`);
  if (flavor.ramMb < image.minRamMb)
    throw refused(`Image ${image.name} needs ${image.minRamMb} MiB of memory; flavor ${flavor.name} has ${flavor.ramMb}.`);
}

async function requireVolumeType(cloud: Cloud, name: string | null, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (!name || !cloud.findVolumeType || (await cloud.findVolumeType(name, access, signal))) return;
  throw new DomainError('invalid-parameter', {
    field: 'labels.docker_volume_type',
    message: `Unable to find volume type ${name} (label docker_volume_type).`,
  });
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
